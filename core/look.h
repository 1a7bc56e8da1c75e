/*
 * What a slot shows of itself: the part of a tray that tells rolls apart, and its fingerprint.
 * Owner: plain values; texts are zero-filled. Thread: any. Lock: none.
 */
#ifndef CORE_LOOK_H
#define CORE_LOOK_H

#include <stdbool.h>

#include "core/color.h"

struct tray;
struct variety;

enum {
    LOOK_NAME_SIZE = 64,
    LOOK_MATERIAL_SIZE = 32,
    LOOK_PROFILE_SIZE = 32, /* GFA00, P1234567, ... */
    LOOK_TAG_SIZE = 40,     /* 32 or 16 hex digits, upper case; "" none */
    FINGERPRINT_SIZE = 384,
};

/* What a slot shows: the part of a tray that identifies a roll. Tags of zeros are "". */
struct look {
    char tray_uuid[LOOK_TAG_SIZE], tag_uid[LOOK_TAG_SIZE];
    char profile[LOOK_PROFILE_SIZE], material[LOOK_MATERIAL_SIZE], name[LOOK_NAME_SIZE];
    struct colors colors;
};

void look_of(const struct tray *tray, struct look *ret_look);
/* Does it say anything that identifies a roll? */
bool look_described(const struct look *look);
bool look_tagged(const struct look *look);

/* The look as one line of text: equal texts are the same evidence. Answers are remembered under it.
 * "" for a slot that describes nothing. A tag with a tray_uuid leaves out its side's tag_uid. */
void look_fingerprint(const struct look *look, char ret_text[FINGERPRINT_SIZE]);
/* Back again; false (and an empty look) where the text is no fingerprint. */
bool look_parse(const char *fingerprint, struct look *ret_look);

/* The product that its profile, name and material tell of. */
void look_variety(const struct look *look, struct variety *ret_variety);

/* What became different between two described looks, in the order of weight. */
enum look_change { LOOK_SAME, LOOK_TAG, LOOK_MATERIAL, LOOK_COLOR };
enum look_change look_changed(const struct look *before, const struct look *after);

#endif
