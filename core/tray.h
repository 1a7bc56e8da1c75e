/*
 * What one slot holds, as its printer describes it: a plain value without padding, zero-filled
 * behind its texts, comparable with memcmp. All zero: nothing is known (SLOT_UNSEEN).
 * Source of facts: field survey of captured print.ams.ams[].tray[], vt_tray and vir_slot[].
 * Thread: any. Lock: none.
 */
#ifndef CORE_TRAY_H
#define CORE_TRAY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum slot_state {
    SLOT_UNSEEN,  /* never reported */
    SLOT_EMPTY,   /* nothing is in it, on evidence */
    SLOT_UNKNOWN, /* a roll is there, undescribed; an external spool that nobody set */
    SLOT_READING, /* its tag is being read: wait */
    SLOT_PRESENT, /* described by the printer */
};

enum { TRAY_COLORS_MAX = 8 };

/* An empty, unknown or bare reading tray has blanks in everything but state. */
struct tray {
    enum slot_state state;
    int32_t has_color;   /* 1: rgba is meant; 0: the printer named no colour */
    uint32_t rgba;       /* 0xRRGGBBAA; alpha 0 on a described roll: clear, uncoloured */
    int32_t color_count; /* 0: plain; 2 or more: multi-colour, colors[] */
    uint32_t colors[TRAY_COLORS_MAX]; /* 0xRRGGBBAA */
    char material[32];                /* tray_type: "PLA", "PETG-CF" */
    char profile[32];                 /* tray_info_idx: "GFA00", "P1234567" */
    char name[64];                    /* tray_sub_brands: "PLA Basic" */
    char color_code[16];              /* tray_id_name: "A00-K0" */
    char tag_uid[32];                 /* upper case; one side's chip; "" without RFID */
    char tray_uuid[40];               /* upper case; identity of the roll; "" without RFID */
    int32_t remain_raw;               /* as reported; -1 where absent or negative */
    int32_t remain_percent;           /* -1, or 0..100 where it may be used as cross-check */
    int32_t weight_g;                 /* nominal net weight; 0 unknown */
    int32_t diameter_um;              /* 0 unknown */
    int32_t nozzle_temp_min, nozzle_temp_max; /* degC; 0 unknown */
    int32_t bed_temp;                         /* degC; 0 unknown */
    int32_t dry_temp, dry_hours;              /* degC, hours; 0 unknown */
    int32_t reserved;
};

void tray_init(struct tray *tray); /* SLOT_UNSEEN, remain -1 */

/* What one tray object of a report carries. */
enum tray_form {
    TRAY_BARE,    /* id and state alone: the firmware's form of an empty slot */
    TRAY_PARTIAL, /* some fields: merged */
    TRAY_WHOLE,   /* with material or profile: replaces, so that nothing of a former roll stays */
};
enum tray_form tray_form(const json_t *object);

/* Fold a tray object into ${raw}. ${stays}: the same filled slot as before, so that zeroed tags in
 * an otherwise equal update lose no identity. Returns the number of unreadable fields. */
unsigned tray_merge(struct tray *raw, const json_t *object, bool stays);
bool tray_described(const struct tray *tray); /* material or profile is known */

json_t *tray_dump(const struct tray *tray);
void tray_load(struct tray *tray, const json_t *dump);

/* Same content in everything that tells one roll from another (hints as remain may differ). */
bool tray_same_facts(const struct tray *a, const struct tray *b);
bool tray_equal(const struct tray *a, const struct tray *b); /* everything */

const char *slot_state_slug(enum slot_state state); /* "empty", "present"...; "" unseen */

#endif
