#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/rules.h"
#include "core/suggest.h"

static void say(struct suggestion *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct suggestion *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (s->reason_count < SUGGEST_REASONS)
        vsnprintf(s->reasons[s->reason_count++], SUGGEST_REASON_SIZE, format, args);
    va_end(args);
}

static double grams(int64_t mg)
{
    return (double)mg / 1000;
}

static void say_weight(const struct suggest_wish *wish, const struct suggest_roll *rolls,
                       struct suggestion *s)
{
    double left = grams(s->left_mg), needed = grams(wish->needed_mg);
    switch (s->fit) {
    case SUGGEST_REST:
        say(s, "%.10g g left, enough for %.10g g: use up the rest first", left, needed);
        break;
    case SUGGEST_WHOLE:
        say(s, "%.10g g left, enough for %.10g g", left, needed);
        break;
    case SUGGEST_PAIR:
        say(s,
            "%.10g g here and %.10g g on another roll of the product are enough for %.10g g: load "
            "both, AMS backup goes on with the second",
            grams(rolls[s->roll].left_mg), grams(rolls[s->second].left_mg), needed);
        break;
    case SUGGEST_SHORT:
        say(s, "%.10g g left, %.10g g short of %.10g g", left, grams(s->short_mg), needed);
        break;
    }
}

static void say_dryness(const struct suggest_wish *wish, const struct suggest_roll *roll,
                        struct suggestion *s)
{
    if (roll->dry_by[0] && strcmp(roll->dry_by, wish->today) < 0)
        say(s, "should have been dried by %s: dry it first, or take another", roll->dry_by);
    else if (roll->dry_by[0])
        say(s, "stays dry until %s", roll->dry_by);
    if (roll->humidity >= 0)
        say(s, "%d %% humidity in its AMS", roll->humidity);
}

void suggest_reasons(const struct suggest_wish *wish, const struct suggest_roll *rolls,
                     struct suggestion *s)
{
    const struct suggest_roll *roll = &rolls[s->roll];
    s->reason_count = 0;
    say_weight(wish, rolls, s);
    if (roll->distance > RULE_COLOR_SAME)
        say(s, "another shade: its colour differs by %.1f", roll->distance / 100.0);
    if (roll->since[0])
        say(s, "%s %s: older rolls first", roll->opened ? "opened" : "bought", roll->since);
    say_dryness(wish, roll, s);
    if (s->second != s->roll && rolls[s->second].dry_by[0] &&
        strcmp(rolls[s->second].dry_by, wish->today) < 0)
        say(s, "the second roll should have been dried by %s", rolls[s->second].dry_by);
    if (roll->loaded)
        say(s, roll->loaded_here ? "is in this printer already" : "is in a slot elsewhere");
    if (roll->cents_per_kg >= 0)
        say(s, "costs %.2f a kg", (double)roll->cents_per_kg / 100);
    if (roll->draft)
        say(s, "not confirmed yet: it was entered from its tag");
}
