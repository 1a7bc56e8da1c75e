#include "tests/simulator/steps.h"

#include <string.h>

static bool alone(const struct printer *printer)
{
    return printer->step_count == 1;
}

bool steps_push(struct printer *printer, enum step_kind kind, int delay_ms, int arg)
{
    if (printer->step_count == STEPS_MAX)
        return false;
    printer->steps[printer->step_count++] =
        (struct step){.kind = kind, .delay_ms = delay_ms, .arg = arg};
    if (alone(printer))
        printer->due = printer->now + delay_ms;
    return true;
}

bool steps_front(struct printer *printer, const struct step *list, int count)
{
    if (printer->step_count + count > STEPS_MAX)
        return false;
    if (count == 0)
        return true;
    if (printer->step_count && printer->due != INT64_MAX)
        printer->steps[0].delay_ms = (int)(printer->due - printer->now);
    memmove(printer->steps + count, printer->steps,
            (size_t)printer->step_count * sizeof printer->steps[0]);
    memcpy(printer->steps, list, (size_t)count * sizeof list[0]);
    printer->step_count += count;
    printer->due = printer->now + list[0].delay_ms;
    return true;
}

void steps_clear(struct printer *printer)
{
    printer->step_count = 0;
    printer->due = INT64_MAX;
}

void steps_hold(struct printer *printer)
{
    static const struct step hold = {.kind = STEP_HOLD};
    if (steps_front(printer, &hold, 1))
        printer->due = INT64_MAX;
}

bool steps_held(const struct printer *printer)
{
    return printer->step_count > 0 && printer->steps[0].kind == STEP_HOLD &&
           printer->due == INT64_MAX;
}

static void drop_first(struct printer *printer)
{
    printer->step_count--;
    memmove(printer->steps, printer->steps + 1,
            (size_t)printer->step_count * sizeof printer->steps[0]);
    printer->due = printer->step_count ? printer->now + printer->steps[0].delay_ms : INT64_MAX;
}

void steps_release(struct printer *printer)
{
    if (steps_held(printer))
        drop_first(printer);
}

bool steps_next(struct printer *printer, struct step *ret_step)
{
    if (!printer->step_count || printer->due > printer->now)
        return false;
    *ret_step = printer->steps[0];
    drop_first(printer);
    return true;
}
