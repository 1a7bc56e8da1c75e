#include "core/suggest.h"

#include <string.h>

#include "core/rules.h"

struct ranking {
    const struct suggest_wish *wish;
    const struct suggest_roll *rolls;
    size_t count;
    struct suggestion *list;
    size_t used, most;
};

const char *suggest_fit_slug(enum suggest_fit fit)
{
    static const char *const slugs[] = {"rest", "whole", "pair", "short"};
    return slugs[fit];
}

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Unknown comes last. */
static int order_known(int64_t a, int64_t b)
{
    return a < 0 || b < 0 ? (a < 0) - (b < 0) : order(a, b);
}

static int order_date(const char *a, const char *b)
{
    if (!*a || !*b)
        return !*a - !*b;
    return strcmp(a, b);
}

static bool is_damp(const struct suggest_wish *wish, const struct suggest_roll *roll)
{
    return roll->dry_by[0] && strcmp(roll->dry_by, wish->today) < 0;
}

/* How good the air around it is: dry, not known, humid. */
static int air_of(const struct suggest_roll *roll)
{
    if (roll->humidity < 0)
        return 1;
    return roll->humidity <= RULE_SUGGEST_DRY_AIR_PERCENT ? 0 : 2;
}

/* Between rolls that are as good for the print itself. */
static int order_rolls(const struct suggest_roll *a, const struct suggest_roll *b)
{
    int by[] = {
        order_date(a->since, b->since),
        air_of(a) - air_of(b),
        order(a->humidity, b->humidity),
        order_known(a->cents_per_kg, b->cents_per_kg),
        b->loaded_here - a->loaded_here,
        a->loaded - b->loaded,
        a->draft - b->draft,
        order(a->id, b->id),
    };
    for (size_t i = 0; i < sizeof by / sizeof *by; i++)
        if (by[i])
            return by[i];
    return 0;
}

static bool is_other_color(const struct suggest_roll *roll)
{
    return roll->distance > RULE_COLOR_SAME;
}

/* Below 0: ${a} comes first. A roll that should be dried, and then one of another shade, stands
 * behind those that fit; of rests that suffice the smallest is used up first. */
static int order_suggestions(const struct ranking *r, const struct suggestion *a,
                             const struct suggestion *b)
{
    const struct suggest_roll *x = &r->rolls[a->roll], *y = &r->rolls[b->roll];
    bool enough_a = a->fit <= SUGGEST_WHOLE, enough_b = b->fit <= SUGGEST_WHOLE;
    int by[] = {
        enough_b - enough_a,
        enough_a ? 0 : order(a->fit, b->fit),
        a->damp - b->damp,
        is_other_color(x) - is_other_color(y),
        order(a->fit, b->fit),
        order(a->short_mg, b->short_mg),
        a->fit == SUGGEST_WHOLE ? 0 : order(a->left_mg, b->left_mg),
    };
    for (size_t i = 0; i < sizeof by / sizeof *by; i++)
        if (by[i])
            return by[i];
    return order_rolls(x, y);
}

static void insert(struct ranking *r, const struct suggestion *one)
{
    size_t at = r->used;
    while (at > 0 && order_suggestions(r, one, &r->list[at - 1]) < 0)
        at--;
    if (at == r->most)
        return;
    size_t behind = r->used - at;
    if (r->used == r->most)
        behind--;
    memmove(&r->list[at + 1], &r->list[at], behind * sizeof *one);
    r->list[at] = *one;
    r->used += r->used < r->most;
}

static void add_single(struct ranking *r, size_t i)
{
    const struct suggest_roll *roll = &r->rolls[i];
    int64_t needed = r->wish->needed_mg;
    struct suggestion one = {.roll = i, .second = i, .left_mg = roll->left_mg};
    one.damp = is_damp(r->wish, roll);
    if (roll->left_mg < needed) {
        one.fit = SUGGEST_SHORT;
        one.short_mg = needed - roll->left_mg;
    } else {
        one.fit = roll->left_mg < roll->whole_mg ? SUGGEST_REST : SUGGEST_WHOLE;
    }
    insert(r, &one);
}

/* The smaller one is used up first. */
static bool pair_of(const struct ranking *r, size_t i, size_t j, struct suggestion *ret)
{
    const struct suggest_roll *a = &r->rolls[i], *b = &r->rolls[j];
    int64_t needed = r->wish->needed_mg, sum = a->left_mg + b->left_mg;
    if (a->product != b->product || a->left_mg >= needed || b->left_mg >= needed || sum < needed)
        return false;
    bool swap = b->left_mg < a->left_mg;
    *ret = (struct suggestion){
        .fit = SUGGEST_PAIR,
        .roll = swap ? j : i,
        .second = swap ? i : j,
        .damp = is_damp(r->wish, a) || is_damp(r->wish, b),
        .left_mg = sum,
    };
    return true;
}

static bool is_first_of_product(const struct ranking *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (r->rolls[k].product == r->rolls[i].product)
            return false;
    return true;
}

/* Of each product one pair: the best. */
static void add_pair(struct ranking *r, size_t first)
{
    bool found = false;
    struct suggestion best = {0}, pair;
    for (size_t i = first; i < r->count; i++)
        for (size_t j = i + 1; j < r->count; j++)
            if (r->rolls[i].product == r->rolls[first].product && pair_of(r, i, j, &pair) &&
                (!found || order_suggestions(r, &pair, &best) < 0)) {
                best = pair;
                found = true;
            }
    if (found)
        insert(r, &best);
}

static int score_of(const struct ranking *r, const struct suggestion *s)
{
    static const int base[] = {RULE_SUGGEST_REST, RULE_SUGGEST_WHOLE, RULE_SUGGEST_PAIR, 0};
    int score = base[s->fit];
    if (s->fit == SUGGEST_SHORT)
        score = (int)(RULE_SUGGEST_SHORT * s->left_mg / r->wish->needed_mg);
    if (s->damp)
        score -= score * RULE_SUGGEST_DAMP_PERCENT / 100;
    if (is_other_color(&r->rolls[s->roll]))
        score -= score * RULE_SUGGEST_SHADE_PERCENT / 100;
    return score;
}

size_t suggest_rank(const struct suggest_wish *wish, const struct suggest_roll *rolls, size_t count,
                    struct suggestion *ret, size_t most)
{
    struct ranking r = {.wish = wish, .rolls = rolls, .count = count, .list = ret, .most = most};
    for (size_t i = 0; i < count; i++) {
        add_single(&r, i);
        if (is_first_of_product(&r, i))
            add_pair(&r, i);
    }
    for (size_t i = 0; i < r.used; i++) {
        int score = score_of(&r, &ret[i]);
        ret[i].score = i && ret[i - 1].score < score ? ret[i - 1].score : score;
        suggest_reasons(wish, rolls, &ret[i]);
    }
    return r.used;
}
