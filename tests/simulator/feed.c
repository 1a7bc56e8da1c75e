#include "tests/simulator/feed.h"

#include <string.h>

#include "base/auto.h"
#include "tests/simulator/steps.h"

/* Less than this is nothing: sums of layers are not exact. */
static const double crumb = 1e-6;

enum { THERE = -1, NOTHING = -2, CHANGE_STEPS = 24 };

/* Times between the states of a change as seen on an A1: half a minute, tray_now 255 half of it. */
static const struct step delta_change[] = {
    {STEP_TARGET, 0, THERE},   {STEP_AMS, 0, 259}, {STEP_AMS, 6000, 260},  {STEP_SENSOR, 3000, 0},
    {STEP_NOW, 3000, NOTHING}, {STEP_AMS, 0, 261}, {STEP_SENSOR, 2000, 1}, {STEP_AMS, 6000, 262},
    {STEP_NOW, 8000, THERE},   {STEP_AMS, 0, 263}, {STEP_AMS, 10000, 768}, {STEP_BEFORE, 0, THERE}};

static const struct step delta_load[] = {
    {STEP_TARGET, 0, THERE}, {STEP_AMS, 0, 258},     {STEP_AMS, 20000, 261},
    {STEP_AMS, 2000, 262},   {STEP_SENSOR, 0, 1},    {STEP_NOW, 8000, THERE},
    {STEP_AMS, 0, 263},      {STEP_AMS, 10000, 768}, {STEP_BEFORE, 0, THERE}};

/* Whole reports each second: snow leads tray_now by one of them. */
static const struct step whole_change[] = {
    {STEP_TARGET, 0, THERE},   {STEP_AMS, 0, 258},     {STEP_AMS, 7000, 259},
    {STEP_AMS, 7000, 260},     {STEP_SENSOR, 1000, 0}, {STEP_SNOW, 12000, NOTHING},
    {STEP_NOW, 1000, NOTHING}, {STEP_SNOW, 0, THERE},  {STEP_AMS, 0, 261},
    {STEP_NOW, 1000, THERE},   {STEP_SENSOR, 5000, 1}, {STEP_AMS, 1000, 262},
    {STEP_AMS, 6000, 263},     {STEP_AMS, 5000, 768},  {STEP_BEFORE, 0, THERE}};

static const struct step whole_load[] = {{STEP_TARGET, 0, THERE},   {STEP_AMS, 0, 258},
                                         {STEP_SNOW, 10000, THERE}, {STEP_AMS, 0, 261},
                                         {STEP_NOW, 1000, THERE},   {STEP_SENSOR, 3000, 1},
                                         {STEP_AMS, 1000, 262},     {STEP_AMS, 6000, 263},
                                         {STEP_AMS, 5000, 768},     {STEP_BEFORE, 0, THERE}};

static const struct step pull_back[] = {{STEP_TARGET, 0, NOTHING}, {STEP_AMS, 0, 258},
                                        {STEP_AMS, 2000, 259},     {STEP_AMS, 6000, 260},
                                        {STEP_SENSOR, 2000, 0},    {STEP_NOW, 5000, NOTHING},
                                        {STEP_BEFORE, 0, NOTHING}, {STEP_AMS, 0, 0}};

/* The other nozzle already holds it: only the tool changes. */
static const struct step tool_change[] = {
    {STEP_TARGET, 0, THERE}, {STEP_NOW, 4000, THERE}, {STEP_BEFORE, 0, THERE}, {STEP_AMS, 0, 768}};

/* No AMS has a part in it; the sensor sees the filament. */
static const struct step external_load[] = {{STEP_TARGET, 0, THERE},
                                            {STEP_NOW, 5000, THERE},
                                            {STEP_SENSOR, 0, 1},
                                            {STEP_BEFORE, 0, THERE},
                                            {STEP_AMS, 0, 0}};

static int fill(const struct step *from, int count, int place, struct step *to)
{
    memcpy(to, from, (size_t)count * sizeof to[0]);
    for (int i = 0; i < count; i++) {
        if (to[i].arg == THERE)
            to[i].arg = place;
        else if (to[i].arg == NOTHING)
            to[i].arg = PLACE_NONE;
    }
    return count;
}

static int change_steps(const struct printer *printer, int place, struct step *to)
{
    bool delta = printer->family->delta;
    int held = printer->shown.snow[model_extruder(printer, place)];
    if (held == place)
        return fill(tool_change, LEN(tool_change), place, to);
    if (model_is_external(place))
        return fill(external_load, LEN(external_load), place, to);
    if (model_is_none(held))
        return delta ? fill(delta_load, LEN(delta_load), place, to)
                     : fill(whole_load, LEN(whole_load), place, to);
    return delta ? fill(delta_change, LEN(delta_change), place, to)
                 : fill(whole_change, LEN(whole_change), place, to);
}

void feed_change(struct printer *printer, int place)
{
    struct step list[CHANGE_STEPS];
    if (model_is_none(place) || printer->shown.now == place)
        return;
    steps_front(printer, list, change_steps(printer, place, list));
}

static int unload_steps(const struct printer *printer, struct step *to)
{
    /* Filament from outside stays in the nozzle: only a hand takes it out. */
    if (model_is_none(printer->shown.now) || model_is_external(printer->shown.now))
        return 0;
    return fill(pull_back, LEN(pull_back), PLACE_NONE, to);
}

void feed_unload(struct printer *printer)
{
    struct step list[CHANGE_STEPS];
    int count = unload_steps(printer, list);
    for (int i = 0; i < count; i++)
        steps_push(printer, list[i].kind, list[i].delay_ms, list[i].arg);
}

void feed_unload_now(struct printer *printer)
{
    struct step list[CHANGE_STEPS];
    steps_front(printer, list, unload_steps(printer, list));
}

/* The first other slot with a roll of the same profile and colour that the same nozzle can reach.
 */
static int refill_place(const struct printer *printer, int place, const struct roll *roll)
{
    for (int u = 0; u < printer->unit_count; u++) {
        const struct unit *unit = &printer->units[u];
        for (int s = 0; s < unit->slot_count; s++) {
            const struct slot *slot = &unit->slots[s];
            int other = unit->id << 8 | s;
            if (other != place && slot->present && slot->known && !slot->blank &&
                model_same_roll(&slot->roll, roll) &&
                model_extruder(printer, other) == model_extruder(printer, place))
                return other;
        }
    }
    return PLACE_NONE;
}

static int runout_code(const struct printer *printer, int place)
{
    const struct unit *unit = model_unit(printer, place);
    if (!unit)
        return 0x07FF8011;
    if (unit->kind == UNIT_HT)
        return 0x18008011 | (unit->id & 0x7F) << 16;
    if (unit->kind == UNIT_LITE || unit->kind == UNIT_A2L)
        return 0x12008011;
    return 0x07008011 | unit->id << 16;
}

static void pause_for_filament(struct printer *printer, int place)
{
    static const struct step feed = {.kind = STEP_FEED, .delay_ms = 1000};
    struct step again = feed;
    again.arg = printer->job.filament;
    steps_front(printer, &again, 1);
    steps_hold(printer);
    printer->shown.state = GCODE_PAUSE;
    printer->shown.stage = 6;
    printer->shown.error = (uint32_t)runout_code(printer, place);
    printer->shown.now = printer->shown.snow[printer->shown.extruder] = PLACE_NONE;
    printer->shown.sensor = 0;
    printer->shown.ams_status = 0;
}

void feed_runout(struct printer *printer, int place)
{
    struct slot *slot = model_slot(printer, place);
    bool feeding = printer->job.active && printer->shown.now == place;
    slot->present = slot->known = false;
    slot->roll.grams = 0;
    printer->ams_version++;
    printer->changed = true;
    if (!feeding)
        return;
    int other = printer->backup && !model_is_external(place)
                    ? refill_place(printer, place, &slot->roll)
                    : PLACE_NONE;
    if (model_is_none(other)) {
        pause_for_filament(printer, place);
        return;
    }
    for (int f = 0; f < PLAN_FILAMENTS; f++) {
        if (printer->job.now[f] == place)
            printer->job.now[f] = other;
    }
    feed_change(printer, other);
}

/* The row of the roll that is in ${slot} now; the last one takes what has no row of its own. */
static struct fed *fed_of(struct job *job, int place, const struct slot *slot)
{
    for (int i = 0; i < job->fed_count; i++) {
        if (job->fed[i].place == place && job->fed[i].loads == slot->loads)
            return &job->fed[i];
    }
    if (job->fed_count == FED_MAX)
        return &job->fed[FED_MAX - 1];
    struct fed *fed = &job->fed[job->fed_count++];
    *fed = (struct fed){.place = place, .loads = slot->loads};
    memcpy(fed->label, slot->roll.label, sizeof fed->label);
    memcpy(fed->color, slot->roll.color, sizeof fed->color);
    memcpy(fed->tray_uuid, slot->roll.tray_uuid, sizeof fed->tray_uuid);
    return fed;
}

void feed_take(struct printer *printer, int filament, double mm)
{
    int place = printer->job.now[filament];
    struct slot *slot = model_slot(printer, place);
    if (!slot)
        return;
    double grams = mm / plan_mm_per_gram(&printer->job.plan.filaments[filament]);
    fed_of(&printer->job, place, slot)->grams += grams;
    if (slot->roll.full_grams > 0)
        slot->roll.grams -= grams;
}

bool feed_extrude(struct printer *printer, int filament)
{
    const struct job *job = &printer->job;
    feed_take(printer, filament, plan_mm(&job->plan, filament, job->layer));
    const struct slot *slot = model_slot(printer, job->now[filament]);
    return slot && slot->present && slot->roll.full_grams > 0 && slot->roll.grams < crumb;
}
