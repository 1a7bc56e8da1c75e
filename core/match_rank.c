#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "core/match.h"

static bool by_tag(const struct candidate *candidate)
{
    return candidate->evidence == EVIDENCE_TRAY_UUID || candidate->evidence == EVIDENCE_TAG_UID;
}

static bool here(const struct match_context *context, const struct roll *roll)
{
    return roll->loaded_printer == context->printer && address_equal(roll->loaded_at, context->at);
}

/* A tag says where its roll is, so that a roll noted elsewhere was moved. */
static bool assignable(const struct candidate *candidate)
{
    return !candidate->archived && !candidate->empty &&
           (!candidate->elsewhere || by_tag(candidate));
}

/* Rolls that cannot be it are offered only where their tag says that they are. */
static bool offered(const struct candidate *candidate)
{
    return candidate->score > 0 && (assignable(candidate) || by_tag(candidate));
}

struct place {
    struct candidate candidate;
    const struct roll *roll;
    bool left;
};

/* Equal scores: the closer colour, the roll that was here, the one in use, the smaller rest. */
static bool before(const struct place *a, const struct place *b)
{
    if (a->candidate.score != b->candidate.score)
        return a->candidate.score > b->candidate.score;
    if (a->candidate.distance != b->candidate.distance)
        return a->candidate.distance < b->candidate.distance;
    if (a->left != b->left)
        return a->left;
    if (a->roll->last_used_at != b->roll->last_used_at)
        return a->roll->last_used_at > b->roll->last_used_at;
    if (a->roll->remaining_mg != b->roll->remaining_mg)
        return a->roll->remaining_mg < b->roll->remaining_mg;
    return a->roll->id < b->roll->id;
}

struct ranking {
    struct place list[RULE_CANDIDATES];
    int count;
};

static void insert(struct ranking *ranking, const struct place *place)
{
    int at = ranking->count < RULE_CANDIDATES ? ranking->count++ : RULE_CANDIDATES;

    while (at > 0 && before(place, &ranking->list[at - 1])) {
        if (at < RULE_CANDIDATES)
            ranking->list[at] = ranking->list[at - 1];
        at--;
    }
    if (at < RULE_CANDIDATES)
        ranking->list[at] = *place;
}

static const char *refusal(const struct candidate *candidate)
{
    if (candidate->archived)
        return "; it is archived";
    return candidate->empty ? "; the inventory says that it is empty" : "";
}

static void color_reason(const struct look *look, const struct place *place, const char *what,
                         char ret_text[MATCH_REASON_SIZE])
{
    char color[COLOR_TEXT_SIZE] = "unknown";
    int distance = place->candidate.distance;

    if (look->colors.count > 0)
        color_text(look->colors.list[0], color);
    snprintf(ret_text, MATCH_REASON_SIZE, "%s, colour %s at a distance of %d.%02d", what, color,
             distance / 100, distance % 100);
}

static void explain(const struct look *look, const struct place *place,
                    char ret_text[MATCH_REASON_SIZE])
{
    char what[MATCH_REASON_SIZE / 2];
    const struct candidate *candidate = &place->candidate;

    switch (candidate->evidence) {
    case EVIDENCE_TRAY_UUID:
    case EVIDENCE_TAG_UID:
        snprintf(ret_text, MATCH_REASON_SIZE, "its tag: %s %s%s",
                 match_evidence_slug(candidate->evidence),
                 candidate->evidence == EVIDENCE_TRAY_UUID ? look->tray_uuid : look->tag_uid,
                 refusal(candidate));
        return;
    case EVIDENCE_LEARNED:
        snprintf(ret_text, MATCH_REASON_SIZE, "the answer given before for the same description");
        return;
    case EVIDENCE_HISTORY:
        snprintf(ret_text, MATCH_REASON_SIZE, "the roll that was in this slot before");
        return;
    case EVIDENCE_PROFILE:
        snprintf(what, sizeof what, "profile %s", look->profile);
        break;
    case EVIDENCE_MATERIAL:
        snprintf(what, sizeof what, "material %s", look->material);
        break;
    default:
        snprintf(what, sizeof what, "similar to %s", look->material);
    }
    color_reason(look, place, what, ret_text);
}

static void fill(const struct look *look, const struct match_context *context,
                 const struct roll *roll, struct place *ret)
{
    struct candidate *candidate = &ret->candidate;

    memset(ret, 0, sizeof *ret);
    match_weigh(look, context, roll, candidate);
    candidate->archived = roll->archived;
    candidate->empty = roll->remaining_mg <= 0;
    candidate->elsewhere = roll->loaded_printer != 0 && !here(context, roll);
    ret->roll = roll;
    ret->left = context->left == roll->id;
}

/* The roll that left this slot looking so would be as good a guess as a twin. */
static bool contested(const struct ranking *ranking, const struct match_context *context)
{
    const struct candidate *best = &ranking->list[0].candidate;

    if (by_tag(best) || best->evidence == EVIDENCE_LEARNED || !context->left_same)
        return false;
    for (int i = 1; i < ranking->count; i++)
        if (ranking->list[i].left && ranking->list[i].candidate.score >= RULE_SCORE_HISTORY)
            return true;
    return false;
}

static bool unique(const struct ranking *ranking, const struct match_context *context)
{
    const struct candidate *best = &ranking->list[0].candidate;

    if (ranking->count == 0 || !assignable(best) || best->score < RULE_SCORE_THRESHOLD)
        return false;
    if (ranking->count > 1 && ranking->list[1].candidate.score > best->score - RULE_SCORE_MARGIN)
        return false;
    return !contested(ranking, context);
}

void match_rank(const struct look *look, const struct match_context *context,
                const struct roll *rolls, size_t count, struct candidates *ret)
{
    struct ranking ranking = {.count = 0};
    struct place place;

    for (size_t i = 0; i < count; i++) {
        fill(look, context, &rolls[i], &place);
        if (offered(&place.candidate))
            insert(&ranking, &place);
    }
    memset(ret, 0, sizeof *ret);
    ret->count = ranking.count;
    ret->unique = unique(&ranking, context);
    for (int i = 0; i < ranking.count; i++) {
        ret->list[i] = ranking.list[i].candidate;
        explain(look, &ranking.list[i], ret->list[i].reason);
    }
}
