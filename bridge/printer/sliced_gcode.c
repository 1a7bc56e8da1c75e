#include "bridge/printer/sliced_gcode.h"

#include <stdlib.h>

#include "base/auto.h"
#include "bridge/printer/slice_info.h"
#include "bridge/printer/sliced.h"
#include "core/gcode.h"

enum { CHUNK = 64 * 1024 };
static const size_t points_most = 256 * 1024; /* 6 MiB: about 30,000 layers of four filaments */
static const size_t tools_most = 128 * 1024;

struct drawing {
    struct sliced *sliced;
    size_t room, tool_room;
    int64_t seen[GCODE_FILAMENTS];
    int layer;
    bool full;
};

/* Room for one more item of ${size} bytes; NULL beyond ${most} or without memory. */
static void *grow(void *items, size_t count, size_t *room, size_t most, size_t size)
{
    if (count < *room)
        return items;
    size_t wanted = *room ? *room * 2 : 1024;
    void *more = wanted <= most ? realloc(items, wanted * size) : NULL;
    if (more)
        *room = wanted;
    return more;
}

static void add_point(struct drawing *d, struct curve_point point)
{
    struct sliced *sliced = d->sliced;
    struct curve_point *points =
        grow(sliced->points, sliced->point_count, &d->room, points_most, sizeof point);
    d->full |= points == NULL;
    if (!points)
        return;
    sliced->points = points;
    points[sliced->point_count++] = point;
}

/* Something that was in force ends: note every filament whose sum has changed since. */
static void draw(struct drawing *d, const struct gcode *gcode)
{
    if (gcode->layer > d->layer) /* objects printed one by one count anew: keep the order */
        d->layer = gcode->layer;
    for (int f = 0; f < GCODE_FILAMENTS && !d->full; f++) {
        if (gcode->used[f] == d->seen[f])
            continue;
        d->seen[f] = gcode->used[f];
        add_point(d, (struct curve_point){.layer = d->layer,
                                          .percent = (int16_t)gcode->percent,
                                          .filament = (int16_t)f,
                                          .used = gcode->used[f]});
    }
}

static void on_layer(void *ctx, const struct gcode *gcode, int layer)
{
    (void)layer;
    draw(ctx, gcode);
}

static void on_percent(void *ctx, const struct gcode *gcode, int percent)
{
    (void)percent;
    draw(ctx, gcode);
}

static void on_tool(void *ctx, const struct gcode *gcode, int filament)
{
    struct drawing *d = ctx;
    struct sliced *sliced = d->sliced;
    size_t count = sliced->tool_count;
    draw(d, gcode);
    if (count && sliced->tools[count - 1].filament == filament)
        return;
    struct tool_change *tools =
        grow(sliced->tools, count, &d->tool_room, tools_most, sizeof *tools);
    d->full |= tools == NULL;
    if (!tools)
        return;
    sliced->tools = tools;
    tools[sliced->tool_count++] = (struct tool_change){d->layer, filament};
}

static enum err pump(int (*read)(void *ctx, char *bytes, int size), void *ctx, struct gcode *gcode,
                     struct why *why)
{
    char *chunk auto_free = malloc(CHUNK);
    if (!chunk)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    uint64_t total = 0;
    for (;;) {
        int got = read(ctx, chunk, CHUNK);
        if (got < 0)
            return why_fail(why, ERR_INVALID, "unreadable", NULL, "The gcode is damaged.");
        if (got == 0)
            break;
        total += (uint64_t)got;
        if (total > SLICED_GCODE_MOST)
            return why_fail(why, ERR_TOO_BIG, "too_big", NULL, "The gcode is larger than 2 GiB.");
        gcode_feed(gcode, chunk, (size_t)got);
    }
    gcode_finish(gcode);
    return OK;
}

enum err sliced_gcode(int (*read)(void *ctx, char *bytes, int size), void *ctx,
                      const struct slice_plate *plate, double volume, struct gcode *gcode,
                      struct sliced *sliced, struct why *why)
{
    free(sliced->points);
    free(sliced->tools);
    sliced->points = NULL;
    sliced->tools = NULL;
    sliced->point_count = sliced->tool_count = 0;
    struct drawing drawing = {.sliced = sliced};
    const struct gcode_watch watch = {
        .ctx = &drawing, .layer = on_layer, .percent = on_percent, .tool = on_tool};
    gcode_init(gcode, &watch, plate ? plate->nozzle_of : NULL, plate ? plate->nozzle_count : 0,
               volume);
    enum err e = pump(read, ctx, gcode, why);
    if (e == OK)
        draw(&drawing, gcode);
    if (e == OK && gcode->too_long)
        return why_fail(why, ERR_TOO_BIG, "too_big", NULL,
                        "The plate lays down more than 10 km of a filament.");
    if (e == OK && drawing.full)
        return why_fail(why, ERR_TOO_BIG, "too_big", NULL,
                        "The plate has too many layers or tool changes.");
    return e;
}
