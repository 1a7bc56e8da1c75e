/*
 * Between the files of slot_decide: one look at a slot, and the steps that every rule may take.
 * Owner: slot_decide, for the time of its call. Thread: any. Lock: none.
 */
#ifndef CORE_SLOT_SCENE_H
#define CORE_SLOT_SCENE_H

#include "core/decide.h"
#include "core/tray.h"

/* Everything that the rules look at, and the decision that they write. */
struct scene {
    const struct tray *before, *after;
    const struct slot_facts *facts;
    struct look was; /* when the roll was assigned, else before */
    struct look is;
    const struct roll *assigned; /* NULL: none, or no longer in the inventory */
    const struct roll *owner;    /* whose tag the slot shows; NULL: nobody's, or no tag */
    struct decision *ret;
};

const struct roll *slot_roll(const struct slot_facts *facts, int64_t id);

/* Close the open question where it is of that kind. */
void slot_close_question(struct scene *scene, enum question_kind kind);
void slot_ask(struct scene *scene, enum question_kind kind, const char *reason);
/* Where the slot shows more of the roll's tag than is known of it. */
void slot_bind_tag(struct scene *scene, const struct roll *roll);
/* Fill the candidates; only its tag can show that it is ${not_roll}, 0 none. */
void slot_rank(struct scene *scene, int64_t not_roll);
/* Find the roll that is in the slot now, where it is not, or no longer, known: assign it, make a
 * draft of it, or ask. */
void slot_find(struct scene *scene, int64_t not_roll);

#endif
