/*
 * Which roll is in a slot: how well rolls fit what it shows, and whether what it shows agrees with
 * the roll that is assigned to it.
 * Evidence in the order tray_uuid, tag_uid, learned answer, profile and colour, material and
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
#include "core/look.h"
#include "core/rules.h"

struct tray;

enum { MATCH_REASON_SIZE = 160, ROLL_BRAND_SIZE = 64, ROLL_PRODUCT_SIZE = 128 };

/* One roll of the inventory as core sees it. A text that is too long for its field is "": it then
 * speaks for no match. */
struct roll {
    int64_t id; /* row of the spool; > 0 */
    int64_t number;
    char brand[ROLL_BRAND_SIZE], product[ROLL_PRODUCT_SIZE];
    char material[ROLL_BRAND_SIZE];
    char profile[LOOK_PROFILE_SIZE]; /* "" unknown */
    struct colors colors;
    char tray_uuid[LOOK_TAG_SIZE];
    char tag_uids[2][LOOK_TAG_SIZE]; /* either side */
    int64_t remaining_mg;
    bool archived, draft;
    int64_t loaded_printer; /* 0: in no slot */
    struct slot_address loaded_at;
    int64_t last_used_at; /* ms; 0 never */
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
    int64_t not_roll; /* only its tag can show that it is this one; 0 none */
};

/* Does what the slot shows agree with the roll that is assigned to it? */
enum slot_match { MATCH_OK, MATCH_MISMATCH, MATCH_UNASSIGNED, MATCH_EMPTY, MATCH_UNKNOWN };

/* "tray_uuid", "profile", ... Never NULL. */
const char *match_evidence_slug(enum evidence evidence);
/* "ok", "mismatch", "unassigned", "empty", "unknown". */
const char *match_slug(enum slot_match match);

/* The fingerprint of what ${tray} shows; see look_fingerprint. */
void match_fingerprint(const struct tray *tray, char ret_text[FINGERPRINT_SIZE]);

/* How well one roll fits; score 0: not at all. The reason stays empty. */
void match_weigh(const struct look *look, const struct match_context *context,
                 const struct roll *roll, struct candidate *ret);
/* Rank the rolls that may be behind ${look}. */
void match_rank(const struct look *look, const struct match_context *context,
                const struct roll *rolls, size_t count, struct candidates *ret);

/* Does what the slot shows agree with ${assigned} (NULL: no roll is assigned)? Lenient: variants
 * such as PLA+ and PLA Matte do not disagree with PLA, similar colours do not disagree. */
enum slot_match slot_match(const struct tray *reported, const struct roll *assigned);
/* The same for what a slot shows, where it shows something. */
bool match_disagrees(const struct look *look, const struct roll *roll);
/* Strict: would ${roll} be matched to ${look} by its tag, or by product or material and colour? */
bool match_fits(const struct look *look, const struct roll *roll);
/* The tag of ${look} is, or is not, one of ${roll}; MATCH_UNKNOWN where either has none. */
enum slot_match match_tags(const struct look *look, const struct roll *roll);

#endif
