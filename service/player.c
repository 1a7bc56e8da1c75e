#include "service/player.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "bridge/homeassistant/events.h"
#include "bridge/hub.h"
#include "bridge/printer/sliced.h"
#include "core/job.h"
#include "core/printer.h"
#include "service/inventory.h"
#include "service/player_final.h"
#include "service/recording.h"
#include "store/changes.h"
#include "store/changes_row.h"
#include "store/db.h"
#include "store/migrate.h"
#include "store/printers.h"
#include "store/slots.h"
#include "store/tracks.h"

static const int settle_steps_most = 10000;

struct player {
    struct player_options options;
    struct hub *hub;
    int64_t printer;
    int64_t now;
    int64_t seq; /* of the change feed, written so far */
    int64_t messages, rejected;
    int64_t writes; /* before the last restart */
    int since_restart;
    json_t *sliced;     /* as a job keeps it; NULL: none was given */
    int64_t sliced_job; /* row of the last job that got it */
};

static enum err add_printer(void *ctx, struct db *db, struct why *why)
{
    struct player *player = ctx;
    const char *id = player->options.printer_id;
    json_auto_t *args =
        json_pack("{s:s, s:s, s:s}", "printer_id", id, "serial", id, "source", "mqtt");
    json_auto_t *row = NULL;
    enum err e = printers_create(db, args, &row, why);
    if (e == OK)
        player->printer = printers_find(db, id);
    return e;
}

static enum err load_inventory(void *ctx, struct db *db, struct why *why)
{
    struct player *player = ctx;
    return inventory_load(db, player->options.inventory, why);
}

static enum err read_sliced(struct player *player, struct why *why)
{
    struct sliced sliced;
    enum err e = sliced_read(player->options.sliced, 0, &sliced, why);
    if (e != OK)
        return e;
    player->sliced = sliced_record(&sliced);
    sliced_clear(&sliced);
    return player->sliced ? OK : why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
}

static enum err give_sliced(void *ctx, struct db *db, struct why *why)
{
    struct player *player = ctx;
    return tracks_sliced(db, player->sliced_job, player->sliced, why);
}

/* A print that has just begun gets the sliced file, as if it had been fetched at once. */
static enum err attach_sliced(struct player *player, struct why *why)
{
    struct job *job auto_free = malloc(sizeof *job);
    if (!job)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    if (!player->sliced || !hub_job(player->hub, player->printer, job) || !job_active(job) ||
        job->utility || job->row == player->sliced_job)
        return OK;
    player->sliced_job = job->row;
    return hub_write(player->hub, player->now, give_sliced, player, why);
}

static enum err skip_changes(void *ctx, struct db *db, struct why *why)
{
    struct player *player = ctx;
    (void)why;
    player->seq = changes_newest(db);
    return OK;
}

enum err player_open(const struct player_options *options, struct player **ret_player,
                     struct why *why)
{
    struct player *player = calloc(1, sizeof *player);
    if (!player)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    player->options = *options;
    struct db *db = NULL;
    enum err e = migrate_open(":memory:", &db, why);
    if (e == OK) {
        db_count_ids(db);
        e = hub_open(db, NULL, &player->hub, why);
    }
    if (e == OK && options->sliced)
        e = read_sliced(player, why);
    if (e == OK)
        e = hub_write(player->hub, 1, add_printer, player, why);
    if (e == OK && options->inventory)
        e = hub_write(player->hub, 1, load_inventory, player, why);
    if (e == OK)
        e = hub_write(player->hub, 1, skip_changes, player, why);
    if (e != OK) {
        player_close(player);
        return e;
    }
    *ret_player = player;
    return OK;
}

void player_close(struct player *player)
{
    if (!player)
        return;
    hub_close(player->hub);
    json_decref(player->sliced);
    free(player);
}

static void write_change(struct player *player, struct db *db, const json_t *change)
{
    const char *entity = json_string_value(json_object_get(change, "entity"));
    const char *id = json_string_value(json_object_get(change, "id"));
    char when[TEXT_TIME_SIZE];
    auto_buf line = {0};
    text_time(when, player->now);
    buf_format(
        &line, "{\"t\":\"%s\",\"message\":%lld,\"change\":\"%s\",\"op\":\"%s\",\"data\":", when,
        (long long)player->messages, entity, json_string_value(json_object_get(change, "op")));
    size_t before = line.len;
    if (!changes_row(db, entity, id, &line) || line.len == before)
        return;
    buf_text(&line, "}\n");
    if (!line.failed)
        fwrite(line.data, 1, line.len, player->options.out);
}

static enum err write_changes(void *ctx, struct db *db, struct why *why)
{
    struct player *player = ctx;
    json_auto_t *changes = changes_since(db, player->seq, 1000);
    size_t i;
    json_t *change;
    json_array_foreach (changes, i, change) {
        player->seq = json_integer_value(json_object_get(change, "seq"));
        write_change(player, db, change);
    }
    return db_status(db, why);
}

static enum err after_step(struct player *player, struct why *why)
{
    return hub_write(player->hub, player->now, write_changes, player, why);
}

/* Everything that falls due up to ${until} happens at its own time. */
static enum err settle(struct player *player, int64_t until, struct why *why)
{
    for (int i = 0; i < settle_steps_most; i++) {
        int64_t due = hub_deadline(player->hub);
        if (due == INT64_MAX || due > until)
            return OK;
        if (due > player->now)
            player->now = due;
        hub_tick(player->hub, player->now);
        enum err e = after_step(player, why);
        if (e != OK)
            return e;
    }
    return why_fail(why, ERR_CORRUPT, "never_settles", NULL, "The state does not come to rest.");
}

/* The hub counts since it was started. */
static int64_t count_writes(const struct player *player)
{
    struct hub_counts counts;
    bool known = hub_counters(player->hub, player->printer, &counts);
    return player->writes + (known ? (int64_t)counts.writes : 0);
}

static enum err restart(struct player *player, struct why *why)
{
    player->since_restart = 0;
    player->writes = count_writes(player);
    return hub_restart(player->hub, why);
}

static enum err after_entry(struct player *player, struct why *why)
{
    enum err e = attach_sliced(player, why);
    if (e == OK)
        e = after_step(player, why);
    if (e == OK && player->options.restart_every > 0 &&
        ++player->since_restart >= player->options.restart_every)
        e = restart(player, why);
    return e;
}

static enum err play_message(struct player *player, const char *bytes, size_t len, int64_t at,
                             struct why *why)
{
    enum err e = settle(player, at, why);
    if (e != OK)
        return e;
    if (at > player->now)
        player->now = at;
    player->messages++;
    if (!hub_report(player->hub, player->printer, bytes, len, player->now))
        player->rejected++;
    hub_flush(player->hub);
    return after_entry(player, why);
}

/* One deed of a person, on its way into the store. */
struct deed {
    struct player *player;
    const json_t *assign;
};

static enum err run_assign(void *ctx, struct db *db, struct why *why)
{
    const struct deed *deed = ctx;
    json_auto_t *args = json_deep_copy(deed->assign);
    json_auto_t *row = NULL;
    json_object_set_new(args, "printer_id", json_string(deed->player->options.printer_id));
    return slots_assign(db, args, &row, why);
}

/* What the daemon refuses a person is no failure of the replay: nothing changes then. */
static enum err play_assign(struct player *player, const json_t *assign, int64_t at,
                            struct why *why)
{
    struct deed deed = {player, assign};
    struct why refused;
    enum err e = settle(player, at, why);
    if (e != OK)
        return e;
    if (at > player->now)
        player->now = at;
    hub_write(player->hub, player->now, run_assign, &deed, &refused);
    return after_entry(player, why);
}

/* As a webhook brings it; what it refuses or ignores is no failure of the replay. */
static enum err play_told(struct player *player, const json_t *body, bool print, int64_t at,
                          struct why *why)
{
    const struct events events = {.hub = player->hub, .source = "webhook"};
    struct why refused;
    json_t *answer = NULL;
    enum err e = settle(player, at, why);
    if (e != OK)
        return e;
    if (at > player->now)
        player->now = at;
    player->messages++;
    e = print ? events_print(&events, body, player->now, &answer, &refused)
              : events_slot(&events, body, player->now, &answer, &refused);
    json_decref(answer);
    player->rejected += e != OK;
    return after_entry(player, why);
}

enum err player_play(struct player *player, const char *path, struct why *why)
{
    struct recording *recording;
    enum err e = recording_open(path, player->now, &recording, why);
    if (e != OK)
        return e;
    const char *bytes;
    size_t len;
    int64_t at;
    while (e == OK && recording_next(recording, &bytes, &len, &at)) {
        bool print;
        const json_t *assign = recording_assign(recording);
        const json_t *told = recording_told(recording, &print);
        if (assign)
            e = play_assign(player, assign, at, why);
        else if (told)
            e = play_told(player, told, print, at, why);
        else
            e = play_message(player, bytes, len, at, why);
    }
    if (e == OK)
        e = recording_status(recording, why);
    recording_close(recording);
    return e;
}

static enum err write_final(void *ctx, struct db *db, struct why *why)
{
    struct player *player = ctx;
    struct printer *printer auto_free = calloc(1, sizeof *printer);
    if (!printer || !hub_printer(player->hub, player->printer, printer))
        printer_init(printer);
    const struct player_total total = {
        .printer_id = player->options.printer_id,
        .printer = printer,
        .messages = player->messages,
        .rejected = player->rejected,
        .writes = count_writes(player),
    };
    return player_final(db, &total, player->options.out, why);
}

enum err player_finish(struct player *player, struct why *why)
{
    enum err e = settle(player, INT64_MAX - 1, why);
    if (e == OK)
        e = hub_write(player->hub, player->now, write_final, player, why);
    return e;
}
