#include "core/gcode.h"

#include <math.h>
#include <string.h>

#include "core/gcode_header.h"

static const double usual_diameter = 1.75;

void gcode_init(struct gcode *gcode, const struct gcode_watch *watch, const int *nozzle_of,
                int count, double nozzle_volume)
{
    memset(gcode, 0, sizeof *gcode);
    if (watch)
        gcode->watch = *watch;
    gcode->percent = -1;
    gcode->before_change = -1;
    gcode->relative = true;
    for (int i = 0; i < GCODE_NOZZLES; i++) {
        gcode->in_nozzle[i] = -1;
        gcode->nozzle_volume[i] = nozzle_volume;
    }
    for (int i = 0; nozzle_of && i < count && i < GCODE_FILAMENTS; i++)
        if (nozzle_of[i] >= 1 && nozzle_of[i] <= GCODE_NOZZLES)
            gcode->nozzle_of[i] = nozzle_of[i] - 1;
}

/* A decimal number as 1e-8 units; steps over it. Digits beyond the eighth decimal are dropped. */
static int64_t read_fixed(const char **at, const char *end)
{
    const char *p = *at;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    int64_t value = 0;
    for (; p < end && *p >= '0' && *p <= '9'; p++)
        if (value < INT64_C(100000000)) /* a longer number is no length of filament */
            value = value * 10 + (*p - '0');
    value *= gcode_mm;
    if (p < end && *p == '.') {
        int64_t unit = gcode_mm;
        for (p++; p < end && *p >= '0' && *p <= '9'; p++)
            value += (unit /= 10) * (*p - '0');
    }
    *at = p;
    return negative ? -value : value;
}

static int read_int(const char *at, const char *end)
{
    return (int)(read_fixed(&at, end) / gcode_mm);
}

/* The number behind ${letter} in a line of words; false where the word is not there. */
static bool word(const char *at, const char *end, char letter, int *ret_value)
{
    for (; at < end && *at != ';'; at++)
        if (*at == letter && (at[-1] == ' ' || at[-1] == '\t')) {
            *ret_value = read_int(at + 1, end);
            return true;
        }
    return false;
}

/* Both are below 1e18, so the sum always fits. */
static void add(struct gcode *gcode, int64_t *sum, int64_t length)
{
    int64_t next = *sum + length;
    if (next > gcode_most || next < -gcode_most)
        gcode->too_long = true;
    else
        *sum = next;
}

static void lay_down(struct gcode *gcode, int filament, int64_t length)
{
    if (filament >= 0 && filament < GCODE_FILAMENTS)
        add(gcode, &gcode->used[filament], length);
    else
        gcode->tool_unknown = true;
}

static void move(struct gcode *gcode, const char *at, const char *end)
{
    bool moves = false, extrudes = false;
    int64_t e = 0;
    while (at < end && *at != ';') {
        char c = *at++;
        if (c == 'E') {
            extrudes = true;
            e = read_fixed(&at, end);
        } else if (c == 'X' || c == 'Y' || c == 'Z' || c == 'I' || c == 'J') {
            moves = true;
        }
    }
    if (!extrudes)
        return;
    int64_t length = gcode->relative ? e : e - gcode->position;
    if (gcode->relative)
        add(gcode, &gcode->position, e);
    else
        gcode->position = e;
    if (gcode->flushing)
        add(gcode, &gcode->flush, length);
    else if (moves && length > 0)
        lay_down(gcode, gcode->filament, length);
}

static void select_tool(struct gcode *gcode, int tool)
{
    if (tool < 0 || tool >= 255) /* 255, 1000, 65279, 65535: unload and camera positions */
        return;
    if (gcode->watch.tool)
        gcode->watch.tool(gcode->watch.ctx, gcode, tool);
    int nozzle = tool < GCODE_FILAMENTS ? gcode->nozzle_of[tool] : 0;
    gcode->before_change = gcode->in_nozzle[nozzle];
    gcode->in_nozzle[nozzle] = tool;
    gcode->filament = tool;
}

static double diameter_of(const struct gcode *gcode, int filament)
{
    bool known = filament >= 0 && filament < gcode->header.diameter_count;
    double diameter = known ? gcode->header.diameter[filament] : 0;
    return diameter > 0 ? diameter : usual_diameter;
}

static double area_of(double diameter)
{
    return acos(-1.0) * diameter * diameter / 4;
}

/* Close of a filament change: share out what was flushed. */
static void book_flush(struct gcode *gcode)
{
    int64_t flush = gcode->flush;
    int now = gcode->filament, before = gcode->before_change;
    gcode->flush = 0;
    if (!flush)
        return;
    if (before >= 0 && before != now) {
        double volume = gcode->nozzle_volume[now < GCODE_FILAMENTS ? gcode->nozzle_of[now] : 0];
        gcode->flushed_unknown |= volume <= 0;
        double mm = volume / area_of(diameter_of(gcode, before));
        int64_t old = (int64_t)llround(mm * (double)gcode_mm);
        if (old > flush)
            old = flush;
        lay_down(gcode, before, old);
        flush -= old;
    }
    lay_down(gcode, now, flush);
    gcode->before_change = now;
}

static void progress(struct gcode *gcode, const char *at, const char *end)
{
    int value;
    if (word(at, end, 'P', &value)) {
        if (gcode->watch.percent)
            gcode->watch.percent(gcode->watch.ctx, gcode, value);
        gcode->percent = value;
    }
    if (word(at, end, 'L', &value)) {
        if (gcode->watch.layer)
            gcode->watch.layer(gcode->watch.ctx, gcode, value);
        gcode->layer = value;
    }
}

static void set_position(struct gcode *gcode, const char *at, const char *end)
{
    for (; at < end && *at != ';'; at++)
        if (*at == 'E') {
            at++;
            gcode->position = read_fixed(&at, end);
            return;
        }
}

static void command_m(struct gcode *gcode, int number, const char *at, const char *end)
{
    int slot;
    if (number == 73)
        progress(gcode, at, end);
    else if (number == 82 || number == 83)
        gcode->relative = number == 83;
    else if (number == 621 && word(at, end, 'S', &slot) && slot < 255)
        book_flush(gcode);
}

static void command(struct gcode *gcode, const char *line, const char *end)
{
    const char *at = line + 1;
    if (at >= end || *at < '0' || *at > '9')
        return;
    int number = read_int(at, end);
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    if (at < end && *at == '.') /* M620.1 and alike are other commands */
        return;
    if (*line == 'G' && number <= 3)
        move(gcode, at, end);
    else if (*line == 'G' && number == 92)
        set_position(gcode, at, end);
    else if (*line == 'M')
        command_m(gcode, number, at, end);
    else if (*line == 'T')
        select_tool(gcode, number);
}

static void read_line(struct gcode *gcode, const char *line, const char *end)
{
    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    if (line == end)
        return;
    if (*line == 'G' || *line == 'M' || *line == 'T')
        command(gcode, line, end);
    else if (*line == ';')
        gcode_comment(gcode, line, end);
}

/* Keep the beginning of a line whose end has not come yet. */
static void hold(struct gcode *gcode, const char *bytes, size_t len)
{
    size_t room = sizeof gcode->line - gcode->held;
    if (len > room)
        len = room;
    memcpy(gcode->line + gcode->held, bytes, len);
    gcode->held += len;
}

void gcode_feed(struct gcode *gcode, const char *bytes, size_t len)
{
    const char *end = bytes + len;
    while (bytes < end) {
        const char *stop = memchr(bytes, '\n', (size_t)(end - bytes));
        if (!stop) {
            hold(gcode, bytes, (size_t)(end - bytes));
            return;
        }
        if (gcode->held) {
            hold(gcode, bytes, (size_t)(stop - bytes));
            read_line(gcode, gcode->line, gcode->line + gcode->held);
            gcode->held = 0;
        } else {
            read_line(gcode, bytes, stop);
        }
        bytes = stop + 1;
    }
}

void gcode_finish(struct gcode *gcode)
{
    read_line(gcode, gcode->line, gcode->line + gcode->held);
    gcode->held = 0;
    book_flush(gcode);
}

double gcode_grams(int64_t length, double diameter, double density)
{
    return (double)length / (double)gcode_mm * area_of(diameter) / 1000 * density;
}
