/* Which slot fed from which layer on, and who was in it: the feeds that were seen, cut where the
 * slot's history says that another roll came in. */
#include <limits.h>
#include <stdlib.h>

#include "base/auto.h"
#include "base/text.h"
#include "store/args.h"
#include "store/charging_inside.h"
#include "store/db.h"
#include "store/trail.h"

static json_t *by_job(struct db *db, int64_t job)
{
    return db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
}

/* --- the trail of layers --- */

/* Feeds tell of layers, too: a print that the hub found late has no other trail. */
static const char trail_of_job[] =
    "SELECT at, layer FROM job_layer WHERE job = :job "
    "UNION SELECT json_extract(value, '$[1]'), json_extract(value, '$[0]') FROM json_each(:told) "
    "UNION SELECT from_at, from_layer FROM job_feed WHERE job = :job "
    "UNION SELECT to_at, to_layer FROM job_feed WHERE job = :job AND to_at IS NOT NULL "
    "ORDER BY 1, 2";

static bool read_trail(struct db *db, struct charging_case *c)
{
    json_auto_t *args = by_job(db, c->job);
    json_auto_t *job = db_row(
        db, "SELECT layer_times FROM job WHERE id = :job AND layer_times IS NOT NULL", args, NULL);
    json_t *told = job ? trail_read(args_text(job, "layer_times")) : NULL;
    db_put(db, args, "told", told ? told : json_array());
    json_auto_t *rows = db_rows(db, trail_of_job, args, NULL);
    size_t i;
    const json_t *row;
    int32_t highest = 0;
    c->trail = calloc(json_array_size(rows) + 1, sizeof *c->trail);
    if (!c->trail)
        return false;
    json_array_foreach (rows, i, row) {
        int32_t layer = (int32_t)args_int(row, "layer", 0);
        highest = layer > highest ? layer : highest;
        c->trail[i] = (struct case_layer){args_int(row, "at", 0), highest};
    }
    c->trail_count = json_array_size(rows);
    return true;
}

/* The layer that was in force at that time, as far as anybody saw. */
static int32_t layer_at(const struct charging_case *c, int64_t at)
{
    int32_t layer = 0;
    for (size_t i = 0; i < c->trail_count && c->trail[i].at <= at; i++)
        layer = c->trail[i].layer;
    return layer;
}

/* The layer that was seen next; where layers went by unseen in between, it may have been in force.
 */
static int32_t latest_layer_at(const struct charging_case *c, int64_t at)
{
    int32_t layer = layer_at(c, at);
    for (size_t i = 0; i < c->trail_count; i++)
        if (c->trail[i].at > at && c->trail[i].layer > layer)
            return c->trail[i].layer > layer + 1 ? c->trail[i].layer : layer;
    return layer;
}

/* --- who was in the slots --- */

/* Who is in a slot from each moment on at which its history changes during the print: the roll that
 * is there, else the first that was named afterwards. */
static const char stays_of_job[] =
    "WITH bounds AS (SELECT j.id, j.started_at AS low, coalesce(j.ended_at, :now) AS high "
    "FROM job j WHERE j.id = :job), "
    "places AS (SELECT slot FROM job_feed WHERE job = :job "
    "UNION SELECT slot FROM job_filament WHERE job = :job AND slot IS NOT NULL), "
    "turns AS (SELECT p.slot, b.low AS at FROM places p, bounds b "
    "UNION SELECT a.slot, a.assigned_at FROM places p, bounds b JOIN slot_assignment a "
    "ON a.slot = p.slot AND a.assigned_at > b.low AND a.assigned_at < b.high "
    "UNION SELECT a.slot, a.unassigned_at FROM places p, bounds b JOIN slot_assignment a "
    "ON a.slot = p.slot AND a.unassigned_at > b.low AND a.unassigned_at < b.high) "
    "SELECT t.slot AS slot_row, t.at, sl.unit, sl.slot, coalesce("
    "(SELECT a.spool FROM slot_assignment a WHERE a.slot = t.slot AND a.spool IS NOT NULL "
    "AND a.assigned_at <= t.at AND coalesce(a.unassigned_at, t.at + 1) > t.at "
    "ORDER BY a.assigned_at DESC, a.id DESC LIMIT 1), "
    "(SELECT a.spool FROM slot_assignment a WHERE a.slot = t.slot AND a.spool IS NOT NULL "
    "AND a.assigned_at > t.at ORDER BY a.assigned_at, a.id LIMIT 1), 0) AS spool "
    "FROM turns t JOIN slot sl ON sl.id = t.slot ORDER BY t.at, t.slot /* scan */";

static void add_stay(struct charging_case *c, const json_t *row)
{
    int64_t slot = args_int(row, "slot_row", 0), at = args_int(row, "at", 0);
    struct trace_stay stay = {
        .at = {(int16_t)args_int(row, "unit", 0), (int16_t)args_int(row, "slot", 0)},
        .spool = args_int(row, "spool", 0),
        .layer = at > c->started_at ? layer_at(c, at) : -1};
    if (at > c->started_at && charging_roll_at(c, slot, at) == stay.spool)
        return;
    c->stay_times[c->stay_count] = (struct case_stay){slot, at};
    c->stays[c->stay_count++] = stay;
}

static bool read_stays(struct db *db, struct charging_case *c)
{
    json_auto_t *args = by_job(db, c->job);
    json_auto_t *rows = db_rows(db, stays_of_job, args, NULL);
    size_t i;
    const json_t *row;
    c->stays = calloc(json_array_size(rows) + 1, sizeof *c->stays);
    c->stay_times = calloc(json_array_size(rows) + 1, sizeof *c->stay_times);
    if (!c->stays || !c->stay_times)
        return false;
    json_array_foreach (rows, i, row)
        add_stay(c, row);
    return true;
}

int64_t charging_roll_at(const struct charging_case *c, int64_t slot, int64_t at)
{
    int64_t spool = 0;
    for (size_t i = 0; i < c->stay_count; i++)
        if (c->stay_times[i].slot == slot && (c->stay_times[i].since <= at || !spool))
            spool = c->stays[i].spool;
    return spool;
}

/* --- feeds --- */

static const char feeds_of_job[] =
    "SELECT sl.unit, sl.slot, f.from_layer, coalesce(f.to_layer, j.layer, f.from_layer) AS to_layer, "
    "f.from_percent, f.from_at, f.to_at, f.id, f.slot AS slot_row, f.from_tag, f.from_remain, "
    "f.from_weight_g, f.to_tag, f.to_remain, f.to_weight_g, f.ran_out_at, f.emptied_at "
    "FROM job_feed f JOIN job j ON j.id = f.job JOIN slot sl ON sl.id = f.slot "
    "WHERE f.job = :job ORDER BY f.id";

static void read_tag(const json_t *row, const char *const keys[3], struct tray *ret)
{
    const char *uuid = args_text(row, keys[0]);
    tray_init(ret);
    if (!uuid)
        return;
    ret->state = SLOT_PRESENT;
    text_copy(ret->tray_uuid, sizeof ret->tray_uuid, uuid);
    ret->remain_percent = (int32_t)args_int(row, keys[1], -1);
    ret->weight_g = (int32_t)args_int(row, keys[2], 0);
}

static void read_feed(struct charging_case *c, const json_t *row)
{
    static const char *const from[] = {"from_tag", "from_remain", "from_weight_g"};
    static const char *const to[] = {"to_tag", "to_remain", "to_weight_g"};
    struct case_feed *more = &c->more[c->feed_count];
    more->row = args_int(row, "id", 0);
    more->slot = args_int(row, "slot_row", 0);
    more->from_at = args_int(row, "from_at", 0);
    more->to_at = args_int(row, "to_at", c->ended_at ? c->ended_at : INT64_MAX);
    more->ran_out_at = args_int(row, "ran_out_at", 0);
    more->emptied_at = args_int(row, "emptied_at", 0);
    read_tag(row, from, &more->before);
    read_tag(row, to, &more->after);
    c->feeds[c->feed_count++] = (struct trace_feed){
        .at = {(int16_t)args_int(row, "unit", 0), (int16_t)args_int(row, "slot", 0)},
        .spool = charging_roll_at(c, more->slot, more->from_at),
        .from_layer = (int32_t)args_int(row, "from_layer", 0),
        .to_layer = (int32_t)args_int(row, "to_layer", 0),
        .from_percent = (int32_t)args_int(row, "from_percent", -1),
    };
}

static int32_t between(int32_t layer, int32_t least, int32_t most)
{
    if (layer < least)
        return least;
    return layer > most ? most : layer;
}

/* The last feed goes on with another roll from then on. */
static void cut_feed(struct charging_case *c, const struct case_stay *when, int64_t spool)
{
    struct trace_feed *feed = &c->feeds[c->feed_count - 1], *next = feed + 1;
    struct case_feed *more = &c->more[c->feed_count - 1];
    *next = *feed;
    more[1] = *more;
    feed->to_layer = between(layer_at(c, when->since), feed->from_layer, next->to_layer);
    next->from_layer = between(latest_layer_at(c, when->since), feed->to_layer, next->to_layer);
    next->from_percent = -1;
    next->spool = spool;
    more[1].row = 0;
    more->to_at = more[1].from_at = when->since;
    tray_init(&more->after);
    tray_init(&more[1].before);
    c->feed_count++;
}

static void cut_by_stays(struct charging_case *c)
{
    for (size_t i = 0; i < c->stay_count; i++) {
        const struct case_stay *when = &c->stay_times[i];
        const struct case_feed *more = &c->more[c->feed_count - 1];
        if (when->slot == more->slot && when->since > more->from_at && when->since < more->to_at)
            cut_feed(c, when, c->stays[i].spool);
    }
}

/* How many feeds there are at most once stays have cut them. One that overlaps another, which only
 * a damaged database has, may be cut by the same stays. */
static size_t room_for(const struct charging_case *c, const json_t *rows)
{
    size_t i, room = json_array_size(rows);
    const json_t *row;
    json_array_foreach (rows, i, row)
        for (size_t s = 0; s < c->stay_count; s++)
            room += c->stay_times[s].slot == args_int(row, "slot_row", 0);
    return room;
}

bool charging_read_feeds(struct db *db, struct charging_case *c)
{
    if (!read_trail(db, c) || !read_stays(db, c))
        return false;
    json_auto_t *args = by_job(db, c->job);
    json_auto_t *rows = db_rows(db, feeds_of_job, args, NULL);
    size_t i, most = room_for(c, rows);
    const json_t *row;
    c->feeds = calloc(most + 1, sizeof *c->feeds);
    c->more = calloc(most + 1, sizeof *c->more);
    if (!c->feeds || !c->more)
        return false;
    json_array_foreach (rows, i, row) {
        read_feed(c, row);
        cut_by_stays(c);
    }
    return true;
}
