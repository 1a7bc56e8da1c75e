/* A print's rows to the values that core traces. */
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "core/color.h"
#include "core/rules.h"
#include "store/args.h"
#include "store/charging_inside.h"
#include "store/db.h"

static json_t *by_job(struct db *db, int64_t job)
{
    return db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
}

static struct slot_address address_of(const json_t *row)
{
    return (struct slot_address){(int16_t)args_int(row, "unit", 0),
                                 (int16_t)args_int(row, "slot", 0)};
}

static bool add_point(struct charging_case *c, struct curve_point point)
{
    if (c->point_count == c->point_room) {
        size_t room = c->point_room ? c->point_room * 2 : 1024;
        struct curve_point *points = realloc(c->points, room * sizeof *points);
        if (!points)
            return false;
        c->points = points;
        c->point_room = room;
    }
    c->points[c->point_count++] = point;
    return true;
}

static bool add_curve(struct charging_case *c, int filament, const json_t *curve)
{
    size_t i;
    json_t *row;
    json_array_foreach (curve, i, row) {
        struct curve_point point = {
            .layer = (int32_t)json_integer_value(json_array_get(row, 0)),
            .percent = (int16_t)json_integer_value(json_array_get(row, 1)),
            .filament = (int16_t)filament,
            .used = json_integer_value(json_array_get(row, 2)),
        };
        if (!add_point(c, point))
            return false;
    }
    return true;
}

/* By layer and percent, which is the order of the file. */
static int by_place(const void *a, const void *b)
{
    const struct curve_point *left = a, *right = b;
    if (left->layer != right->layer)
        return left->layer < right->layer ? -1 : 1;
    if (left->percent != right->percent)
        return left->percent < right->percent ? -1 : 1;
    if (left->filament != right->filament)
        return left->filament < right->filament ? -1 : 1;
    return left->used < right->used ? -1 : left->used > right->used;
}

/* How far it came. A print that never showed a layer, seen from its start to its failure, laid down
 * nothing; of any other nobody knows. */
static int end_layer(const json_t *row, const char *status)
{
    const char *source = args_text(row, "source");
    bool failed = strcmp(status, "failed") == 0 || strcmp(status, "cancelled") == 0;
    bool watched = args_int(row, "start_seen", 0) && source && strcmp(source, "mqtt") == 0;
    int layer = (int)args_int(row, "layer", failed && watched ? 0 : -1);
    return strcmp(status, "unknown") == 0 && layer < 1 ? -1 : layer;
}

static void read_job(struct charging_case *c, const json_t *row)
{
    const char *status = args_text(row, "status"), *kind = args_text(row, "kind");
    c->printer = args_int(row, "printer", 0);
    c->utility = kind && strcmp(kind, "utility") == 0;
    c->whole = status && strcmp(status, "completed") == 0;
    c->started_at = args_int(row, "started_at", 0);
    c->ended_at = args_int(row, "ended_at", 0);
    c->end_layer = end_layer(row, status ? status : "");
    c->end_percent = (int)args_int(row, "end_percent", -1);
    c->total_layers = (int)args_int(row, "total_layers", 0);
    c->reported_mg = args_int(row, "reported_mg", charge_unknown);
    c->explicit_figures = args_int(row, "figures", 0) != 0;
}

/* A print without any mapping is told by the slots that fed it: a filament for each. */
static void make_filaments(struct db *db, int64_t job)
{
    json_auto_t *args = by_job(db, job);
    db_exec(db,
            "INSERT INTO job_filament (job, idx, slot, mapping_source, material, color, alpha, "
            "profile) SELECT :job, row_number() OVER (ORDER BY f.first), sl.id, 'seen', "
            "sl.material, sl.color, sl.alpha, sl.profile FROM (SELECT slot, min(id) AS first "
            "FROM job_feed WHERE job = :job GROUP BY slot) f JOIN slot sl ON sl.id = f.slot "
            "WHERE NOT EXISTS (SELECT 1 FROM job_filament WHERE job = :job) /* scan */",
            args);
}

static void read_filament(struct charging_case *c, const json_t *row, int index)
{
    const char *mapping = args_text(row, "mapping_source");
    bool seen = mapping && strcmp(mapping, "seen") == 0 && args_int(row, "sliced", 0);
    if (!seen)
        c->mapping[index] = address_of(row);
    c->estimated_mg[index] = args_int(row, "estimated_mg", charge_unknown);
    c->filaments[c->filament_count++] = (struct charge_filament){
        .filament = index,
        .used_mg = c->estimated_mg[index],
        .user_mg = charge_unknown,
        .reported_mg = charge_unknown,
        .remain_mg = charge_unknown,
    };
}

static bool read_filaments(struct db *db, struct charging_case *c)
{
    json_auto_t *args = by_job(db, c->job);
    json_auto_t *rows =
        db_rows(db,
                "SELECT f.idx, f.estimated_mg, f.curve, f.mapping_source, sl.unit, sl.slot, "
                "j.sliced IS NOT NULL AS sliced FROM job_filament f JOIN job j ON j.id = f.job "
                "LEFT JOIN slot sl ON sl.id = f.slot WHERE f.job = :job ORDER BY f.idx",
                args, NULL);
    size_t i;
    json_t *row;
    c->even = true;
    json_array_foreach (rows, i, row) {
        int index = (int)args_int(row, "idx", 0) - 1;
        if (index < 0 || index >= CASE_FILAMENTS)
            continue;
        read_filament(c, row, index);
        const char *text = args_text(row, "curve");
        json_auto_t *curve = text ? json_loads(text, 0, NULL) : NULL;
        c->even &= json_array_size(curve) == 0;
        if (!add_curve(c, index, curve))
            return false;
    }
    return true;
}

/* Without gcode each layer counts alike. */
static bool draw_even(struct charging_case *c)
{
    int layers = c->total_layers > c->end_layer ? c->total_layers : c->end_layer;
    size_t room = c->filament_count * (size_t)(layers > 0 ? layers : 1);
    c->points = calloc(room + 1, sizeof *c->points);
    c->point_room = room;
    if (c->points)
        c->point_count =
            charge_even(c->filaments, c->filament_count, layers > 0 ? layers : 1, c->points, room);
    return c->points != NULL;
}

static bool measure(struct charging_case *c)
{
    if (c->even && !draw_even(c))
        return false;
    if (c->point_count)
        qsort(c->points, c->point_count, sizeof *c->points, by_place);
    const struct curve curve = {c->points, c->point_count};
    for (size_t i = 0; i < c->filament_count; i++)
        c->filaments[i].length = curve_total(&curve, c->filaments[i].filament);
    return true;
}

static bool read_tools(struct charging_case *c, const json_t *row)
{
    const char *text = args_text(row, "sliced");
    json_auto_t *sliced = text ? json_loads(text, 0, NULL) : NULL;
    const json_t *tools = json_object_get(sliced, "tools");
    size_t i, count = json_array_size(tools);
    json_t *tool;
    if (!count)
        return true;
    c->tools = calloc(count, sizeof *c->tools);
    if (!c->tools)
        return false;
    json_array_foreach (tools, i, tool) {
        c->tools[i].layer = (int32_t)json_integer_value(json_array_get(tool, 0));
        c->tools[i].filament = (int32_t)json_integer_value(json_array_get(tool, 1));
    }
    c->tool_count = count;
    return true;
}

/* One filament needs no list of tools to be followed. */
static bool make_single_tool(struct charging_case *c)
{
    if (c->tool_count || c->filament_count != 1)
        return true;
    c->tools = calloc(1, sizeof *c->tools);
    if (!c->tools)
        return false;
    c->tools[0].filament = c->filaments[0].filament;
    c->tool_count = 1;
    return true;
}

/* A filament without a mapping may be told by the only slot that shows its material and colour. */
static void read_likeness(struct db *db, struct charging_case *c)
{
    json_auto_t *args = by_job(db, c->job);
    json_auto_t *rows = db_rows(
        db,
        "SELECT f.idx, f.color AS want, sl.color AS have, sl.unit, sl.slot FROM job_filament f "
        "JOIN job j ON j.id = f.job JOIN slot sl ON sl.printer = j.printer "
        "WHERE f.job = :job AND f.slot IS NULL AND sl.state = 'present' "
        "AND sl.material = f.material AND sl.color IS NOT NULL AND f.color IS NOT NULL",
        args, NULL);
    size_t i;
    json_t *row;
    int hits[CASE_FILAMENTS] = {0};
    json_array_foreach (rows, i, row) {
        int f = (int)args_int(row, "idx", 0) - 1;
        struct color want, have;
        if (f < 0 || f >= CASE_FILAMENTS || !color_parse(args_text(row, "want"), &want) ||
            !color_parse(args_text(row, "have"), &have) ||
            color_distance(want, have) > RULE_COLOR_SAME)
            continue;
        c->likeness[f] = ++hits[f] == 1 ? address_of(row) : (struct slot_address){0};
    }
}

/* A user's own figures, and those that a client told of a print that nobody else saw, are in the
 * ledger already. */
static const char job_of_case[] =
    "SELECT j.printer, j.status, j.kind, j.started_at, j.ended_at, j.layer, j.end_percent, "
    "j.total_layers, j.sliced, j.reported_mg, j.start_seen, j.source, EXISTS (SELECT 1 "
    "FROM job_segment g WHERE g.job = j.id AND g.source IN ('user', 'estimate')) "
    "OR (j.reported_mg IS NOT NULL AND j.sliced IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM job_feed f WHERE f.job = j.id)) AS figures "
    "FROM job j WHERE j.id = :job";

static bool read_rows(struct db *db, struct charging_case *c, const json_t *row)
{
    return read_filaments(db, c) && measure(c) && read_tools(c, row) && make_single_tool(c) &&
           charging_read_feeds(db, c);
}

enum err charging_case_read(struct db *db, int64_t job, struct charging_case *ret_case,
                            struct why *why)
{
    struct charging_case *c = ret_case;
    memset(c, 0, sizeof *c);
    c->job = job;
    for (int f = 0; f < CASE_FILAMENTS; f++)
        c->estimated_mg[f] = charge_unknown;
    json_auto_t *args = by_job(db, job);
    json_auto_t *row = db_row(db, job_of_case, args, NULL);
    if (!row)
        return db_missing(db, why, "job_not_found", "job_id", "no such print job");
    read_job(c, row);
    if (c->ended_at && !c->utility && !c->explicit_figures)
        make_filaments(db, job);
    if (!read_rows(db, c, row)) {
        charging_case_clear(c);
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    }
    read_likeness(db, c);
    return db_status(db, why);
}

void charging_case_clear(struct charging_case *c)
{
    free(c->points);
    free(c->tools);
    free(c->feeds);
    free(c->more);
    free(c->stays);
    free(c->stay_times);
    free(c->trail);
    memset(c, 0, sizeof *c);
}
