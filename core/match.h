/*
 * Which roll is in a slot: what a slot shows of itself (its look), how well rolls fit it, and
 * whether a slot agrees with the roll that is assigned to it.
 * Rules: evidence in the order tray_uuid, tag_uid, learned answer, profile and colour, material and
 * colour, history of the slot. Numbers are in core/rules.h.
 * Owner: plain values; texts are zero-filled. Thread: any. Lock: none.
 */
#ifndef CORE_MATCH_H
#define CORE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/color.h"
#include "core/rules.h"

struct tray;

enum {
    MATCH_NAME_SIZE = 128,    /* brand, product, name on the tag */
    MATCH_MATERIAL_SIZE = 64, /* PLA, PETG-CF, ... */
    MATCH_PROFILE_SIZE = 64,  /* GFA00, P1234567, ... */
    MATCH_TAG_SIZE = 40,      /* 32 or 16 hex digits, upper case; "" none */
    MATCH_REASON_SIZE = 160,
    FINGERPRINT_SIZE = 512,
};

/* One roll of the inventory as core sees it. */
struct roll {
    int64_t id; /* row of the spool; > 0 */
    int64_t number;
    char brand[MATCH_NAME_SIZE], product[MATCH_NAME_SIZE];
    char material[MATCH_MATERIAL_SIZE];
    char profile[MATCH_PROFILE_SIZE]; /* "" unknown */
    struct colors colors;
    char tray_uuid[MATCH_TAG_SIZE];
    char tag_uids[2][MATCH_TAG_SIZE]; /* either side */
    int64_t remaining_mg;
    bool archived, draft;
    int64_t loaded_printer; /* 0: in no slot */
    struct slot_address loaded_at;
    int64_t last_used_at; /* ms; 0 never */
};

/* What a slot shows: the part of a tray that identifies a roll. Tags of zeros are "". */
struct look {
    char tray_uuid[MATCH_TAG_SIZE], tag_uid[MATCH_TAG_SIZE];
    char profile[MATCH_PROFILE_SIZE], material[MATCH_MATERIAL_SIZE], name[MATCH_NAME_SIZE];
    struct colors colors;
};

enum evidence {
    EVIDENCE_NONE,
    EVIDENCE_TRAY_UUID,
    EVIDENCE_TAG_UID,
    EVIDENCE_LEARNED,
    EVIDENCE_PROFILE,
    EVIDENCE_MATERIAL,
    EVIDENCE_HISTORY,
    EVIDENCE_SIMILAR,
    EVIDENCE_COUNT
};

/* One roll that may be in the slot. */
struct candidate {
    int64_t roll; /* id */
    int score;    /* thousandths */
    enum evidence evidence;
    int distance;                    /* of colour, hundredths of CIEDE2000 */
    bool elsewhere, archived, empty; /* why it is only offered and never assigned by itself */
    char reason[MATCH_REASON_SIZE];
};

struct candidates {
    struct candidate list[RULE_CANDIDATES];
    int count;   /* ranked, best first */
    bool unique; /* the first may be assigned without asking */
};

/* Where the scoring happens and what is remembered of it. */
struct match_context {
    int64_t printer;
    struct slot_address at;
    int64_t learned;  /* roll that was answered for this fingerprint; 0 none */
    int64_t left;     /* roll that was last in this slot; 0 none */
    bool left_same;   /* ... and the slot looked exactly as it does now */
    int64_t not_roll; /* this one is known not to be it; 0 none */
};

/* Does what the slot shows agree with the roll that is assigned to it? */
enum slot_match { MATCH_OK, MATCH_MISMATCH, MATCH_UNASSIGNED, MATCH_EMPTY, MATCH_UNKNOWN };

/* "tray_uuid", "profile", ... Never NULL. */
const char *evidence_slug(enum evidence evidence);
/* "ok", "mismatch", "unassigned", "empty", "unknown". */
const char *match_slug(enum slot_match match);

void look_of(const struct tray *tray, struct look *ret_look);
/* Does it say anything that identifies a roll? */
bool look_described(const struct look *look);

/* The look as one line of text: equal texts are the same evidence. Answers are remembered under it.
 * "" for a slot that describes nothing. A tag with a tray_uuid leaves out its side's tag_uid. */
void look_fingerprint(const struct look *look, char ret_text[FINGERPRINT_SIZE]);
void match_fingerprint(const struct tray *tray, char ret_text[FINGERPRINT_SIZE]);
/* Back again; false (and an empty look) where the text is no fingerprint. */
bool look_parse(const char *fingerprint, struct look *ret_look);

/* Rank the rolls that may be behind ${look}. */
void match_rank(const struct look *look, const struct match_context *context,
                const struct roll *rolls, size_t count, struct candidates *ret);

/* Does what the slot shows agree with ${assigned} (NULL: no roll is assigned)? Lenient: variants
 * such as PLA+ and PLA Matte do not disagree with PLA, similar colours do not disagree. */
enum slot_match slot_match(const struct tray *reported, const struct roll *assigned);
bool look_disagrees(const struct look *look, const struct roll *roll);
/* Strict: would ${roll} be matched to ${look} on its own? */
bool look_fits(const struct look *look, const struct roll *roll);

#endif
