/*
 * What to do when a slot shows something else: keep, assign, end, ask. One pure function over
 * values; who calls it executes the decision in the transaction of its cause.
 * Owner: plain values; the rolls belong to the caller. Thread: any. Lock: none.
 */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/match.h"

struct tray;

/* Why an assignment began or ended: slot_history.event_type. */
enum event_type {
    EVENT_NONE,
    EVENT_MANUAL,
    EVENT_HA_COLOR_CHANGE,
    EVENT_HA_MATERIAL_CHANGE,
    EVENT_MQTT_COLOR_CHANGE,
    EVENT_MQTT_MATERIAL_CHANGE,
    EVENT_RFID,
    EVENT_NFC,
    EVENT_QR,
    EVENT_RUNOUT,
    EVENT_AUTO_MATCHED,
    EVENT_AUTO_MOVED,
    EVENT_UNLOAD,
    EVENT_IMPORT,
    EVENT_COUNT
};

enum question_kind {
    QUESTION_NONE,
    QUESTION_WHICH_SPOOL, /* a roll is in the slot and none, or more than one, fits */
    QUESTION_MISMATCH,    /* the slot shows something else than the assigned roll */
    QUESTION_DRAFT,       /* a roll unknown until now was entered from its tag */
    QUESTION_COUNT
};

/* Steps of a decision, executed in this order. 0: everything stays as it is. */
enum decision_kind {
    DECIDE_KEEP = 0,
    DECIDE_FORGET = 1 << 0,   /* what was learned for this fingerprint is wrong */
    DECIDE_CLOSE = 1 << 1,    /* the open question has lost its object */
    DECIDE_END = 1 << 2,      /* the assignment ends, by end_event */
    DECIDE_RUNOUT = 1 << 3,   /* it ran out in a print: marked, ends once its grams are booked */
    DECIDE_RESUME = 1 << 4,   /* it had not run out: the mark is taken back */
    DECIDE_DRAFT = 1 << 5,    /* make a draft spool from `draft` and assign it, by assign_event */
    DECIDE_ASSIGN = 1 << 6,   /* assign `roll`, by assign_event, moving it where it is elsewhere */
    DECIDE_BIND = 1 << 7,     /* the slot's tag belongs to the assigned roll: store it there */
    DECIDE_BASE = 1 << 8,     /* the assignment's fingerprint becomes `fingerprint` */
    DECIDE_ANNOUNCE = 1 << 9, /* tell the user, with one-tap undo */
    DECIDE_ASK = 1 << 10,     /* open `question` with `candidates` */
};

/* A roll as its tag describes it. */
struct draft {
    char brand[LOOK_NAME_SIZE], product[LOOK_NAME_SIZE]; /* brand: "Bambu Lab" */
    char material[LOOK_MATERIAL_SIZE], profile[LOOK_PROFILE_SIZE];
    struct colors colors;
    char tray_uuid[LOOK_TAG_SIZE], tag_uid[LOOK_TAG_SIZE];
    int64_t weight_mg;    /* net weight of a full roll; 0 unknown */
    int64_t remaining_mg; /* by the tag's percentage: to show, not to book; -1 unknown */
};

/* What is known of the slot before it is decided. */
struct slot_facts {
    int64_t printer;
    struct slot_address at;
    bool home_assistant; /* the report came by Home Assistant, not by MQTT */
    /* A job runs that uses this slot, or one of which it is not known which slots it uses. */
    bool printing;

    /* The current assignment. */
    int64_t assigned; /* roll id; 0: none */
    bool by_user;     /* the user said so; with assigned 0: the user said that it
                         is none of the rolls, of this very fingerprint */
    char assigned_print[FINGERPRINT_SIZE]; /* how the slot looked then; "" not described */
    bool mismatch_asked;                   /* the disagreement was asked about before */
    bool ran_out;                          /* DECIDE_RUNOUT was decided and not taken back */

    int64_t learned; /* roll answered for the present fingerprint; 0 none */
    int64_t left;    /* roll of the last assignment that ended without the user; 0 none */
    char left_print[FINGERPRINT_SIZE]; /* and how the slot looked then */

    enum question_kind open_question; /* open for this slot */
    const struct roll *rolls;         /* all rolls that are not deleted, archived ones too */
    size_t roll_count;
};

struct decision {
    unsigned kind; /* DECIDE_... */
    enum event_type end_event, assign_event;
    int64_t roll;
    int confidence;                     /* of the assignment, thousandths */
    char end_reason[MATCH_REASON_SIZE]; /* why the assignment ends */
    char reason[MATCH_REASON_SIZE];     /* why the roll is assigned, or what is asked */
    enum question_kind question;
    struct candidates candidates;
    struct draft draft;
    char fingerprint[FINGERPRINT_SIZE]; /* of `after`; "" not described */
};

/* "mqtt_color_change"; "" for none. The inverse is for bodies and rows. */
const char *decide_event_slug(enum event_type event);
bool decide_event_from_slug(const char *slug, enum event_type *ret_event);
/* Does slot_decide produce it? The others come with a user's call. */
bool decide_produces(enum event_type event);
/* "which_spool", "mismatch", "draft"; "" for none. */
const char *decide_question_slug(enum question_kind kind);
/* "end", "assign", ... of one DECIDE_ bit; "keep" for 0. */
const char *decide_kind_slug(unsigned bit);

/* What a user's word means for the answer remembered for a fingerprint. */
enum learning { LEARN_KEEP, LEARN_REMEMBER, LEARN_FORGET };

/* ${learned}: the roll remembered so far, 0 none. ${chosen}: the roll that the user named, 0 none
 * of them. ${answered}: it answers a question (else it was put there by hand or undone). */
enum learning decide_learning(int64_t learned, int64_t chosen, bool answered);

/*
 * Decide what becomes of a slot that showed ${before} and now, settled, shows ${after}. With
 * ${before} and ${after} equal it looks again with what is known now (a roll was added, a print has
 * ended); repeated, it decides DECIDE_KEEP, and what was dismissed is not asked again.
 */
void slot_decide(const struct tray *before, const struct tray *after,
                 const struct slot_facts *facts, struct decision *ret);

#endif
