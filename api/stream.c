#include "api/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/state.h"
#include "api/stream_events.h"
#include "api/telemetry.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "bridge/hub.h"
#include "store/changes.h"
#include "store/feed.h"
#include "store/keys.h"
#include "store/printers.h"
#include "store/readers.h"

enum { PACE_MS = 50, PLACE_TRIES = 6, BATCH_ROWS = 100, BATCH_BYTES = 32 * 1024 };

struct stream {
    struct api *api;
    int place;
    struct stream_ask ask;
    const struct stream_sink *sink;
    struct buf out;                           /* what is to be written next */
    json_t *told;                             /* printer_id: mark of its telemetry */
    int64_t begun, wrote_at, told_at, key_at; /* ms, monotonic */
    int64_t full_since;                       /* the backlog is too large; 0: it is not */
    uint64_t received;
    int64_t received_at;
    uint64_t events;
    bool started;
    const char *end; /* why it ends; NULL: it goes on */
};

/* A client that left without a word holds its place until its stream looks: have them look now. */
static int find_place(struct api *api, const struct stream_ask *ask)
{
    struct hub *hub = api->context.hub;
    int place = stream_places_take(&api->places, ask->key, ask->address);
    for (int i = 0; place < 0 && i < PLACE_TRIES && !hub_refuses(hub); i++) {
        hub_nudge(hub);
        hub_wait(hub, UINT64_MAX, PACE_MS);
        place = stream_places_take(&api->places, ask->key, ask->address);
    }
    return place;
}

/* Take a place for a stream. */
static enum err enter(struct api *api, const struct stream_ask *ask, int *ret_place,
                      struct why *why)
{
    if (hub_refuses(api->context.hub))
        return why_fail(why, ERR_BUSY, "stopping", NULL, "the daemon is stopping");
    *ret_place = find_place(api, ask);
    if (*ret_place == STREAM_PLACES_OWN)
        return why_fail(why, ERR_DENIED, "too_many_own_streams", NULL,
                        "this client has %d streams open already; close one, or use /api/sync",
                        LIMIT_CLIENT_STREAMS);
    return *ret_place >= 0
               ? OK
               : why_fail(why, ERR_BUSY, "too_many_streams", NULL,
                          "%d streams are open already; use /api/sync meanwhile", LIMIT_STREAMS);
}

enum err stream_open(struct api *api, struct stream_ask *ask, struct stream **ret_stream,
                     struct why *why)
{
    int place = STREAM_PLACES_FULL;
    enum err e = enter(api, ask, &place, why);
    if (e != OK)
        return e;
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream) {
        stream_places_give(&api->places, place);
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    }
    int64_t now = clock_mono();
    *stream = (struct stream){.api = api,
                              .place = place,
                              .ask = *ask,
                              .told = json_object(),
                              .begun = now,
                              .wrote_at = now,
                              .key_at = now,
                              .received_at = now};
    stream->ask.address = NULL; /* the call's */
    ask->entities = NULL;
    *ret_stream = stream;
    return OK;
}

void stream_close(struct stream *stream)
{
    if (!stream)
        return;
    stream_places_give(&stream->api->places, stream->place);
    buf_clear(&stream->out);
    json_decref(stream->told);
    json_decref(stream->ask.entities);
    free(stream);
}

/* --- what to tell; inside a snapshot --- */

/* Where it begins. A cursor that is not ours any more is answered by a reset, after which all that
 * follows is new. */
static void begin(struct stream *stream, struct db *db)
{
    int64_t newest = changes_newest(db);
    bool lost = stream->ask.since == STREAM_LOST;
    stream->started = true;
    if (stream->ask.since < 0)
        stream->ask.since = newest;
    buf_format(&stream->out, "retry: %d\n\n", STREAM_RETRY_MS);
    stream_events_word(lost ? "reset" : "ready", stream->ask.since, &stream->out);
}

/* Changes behind the cursor, as many as fit into one batch. True: there are more. */
static bool add_changes(struct stream *stream, struct db *db, struct why *why)
{
    struct feed_ask ask = {
        .since = stream->ask.since, .limit = BATCH_ROWS, .entities = stream->ask.entities};
    struct feed_page page;
    if (feed_read(db, &ask, &page, why) != OK)
        return false;
    json_auto_t *rows = page.rows;
    size_t i = 0;
    if (page.reset) {
        stream->ask.since = changes_newest(db);
        stream_events_word("reset", stream->ask.since, &stream->out);
        return false;
    }
    for (; i < json_array_size(rows) && stream->out.len < BATCH_BYTES; i++) {
        stream->ask.since =
            stream_events_change(db, json_array_get(rows, i), ask.since, &stream->out);
        stream->events++;
    }
    if (i == json_array_size(rows))
        stream->ask.since = page.cursor;
    return i < json_array_size(rows) || page.has_more;
}

static void add_telemetry(struct stream *stream, struct db *db)
{
    json_auto_t *printers = printers_names(db);
    size_t i;
    const json_t *row;
    json_array_foreach (printers, i, row) {
        const char *name = json_string_value(json_object_get(row, "printer_id"));
        int64_t id = json_integer_value(json_object_get(row, "id"));
        int64_t mark = telemetry_mark(stream->api, id);
        const json_t *told = json_object_get(stream->told, name);
        if (told && json_integer_value(told) == mark)
            continue;
        json_object_set_new(stream->told, name, json_integer(mark));
        json_auto_t *shown = telemetry_read(stream->api, id, name);
        stream_events_telemetry(name, shown, &stream->out);
        stream->events++;
    }
}

static bool due(int64_t *at, int64_t now, int64_t every)
{
    if (*at && now - *at < every)
        return false;
    *at = now;
    return true;
}

/* A key that was revoked or has expired ends what it opened. */
static void check_key(struct stream *stream, struct db *db)
{
    struct why why;
    json_auto_t *row = NULL;
    if (stream->ask.key && keys_still(db, stream->ask.key, &row, &why) == ERR_DENIED)
        stream->end = "key";
}

/* True: there is more to tell at once. */
static bool gather(struct stream *stream)
{
    struct why why = {0};
    struct db *db = NULL;
    int64_t now = clock_mono();
    enum err e = readers_take(stream->api->context.readers, &db, &why);
    if (e != OK) {
        stream->end = "store";
        return false;
    }
    if (due(&stream->key_at, now, STREAM_KEY_MS))
        check_key(stream, db);
    if (!stream->started)
        begin(stream, db);
    bool more = add_changes(stream, db, &why);
    if (stream->ask.telemetry && due(&stream->told_at, now, STREAM_TELEMETRY_MS))
        add_telemetry(stream, db);
    readers_give(stream->api->context.readers, db);
    if (*why.code || stream->out.failed)
        stream->end = "store";
    return more;
}

/* --- getting it to the reader; nothing is held --- */

static void flush(struct stream *stream)
{
    if (!stream->out.len)
        return;
    if (!stream->sink->write(stream->sink->ctx, stream->out.data, stream->out.len))
        stream->end = "gone";
    stream->wrote_at = clock_mono();
    buf_reset(&stream->out);
}

/* The reader is to load all again: it may read that later, from what waits in its socket. */
static void give_up(struct stream *stream)
{
    struct why why = {0};
    struct db *db = NULL;
    int64_t newest = stream->ask.since;
    if (readers_take(stream->api->context.readers, &db, &why) == OK)
        newest = changes_newest(db);
    readers_give(stream->api->context.readers, db);
    buf_reset(&stream->out);
    stream_events_word("reset", newest, &stream->out);
    flush(stream);
    stream->end = "slow";
}

/* Does the reader take in what it was sent? False: not yet. */
static bool keeps_up(struct stream *stream)
{
    int64_t now = clock_mono();
    struct peer peer = stream->sink->look(stream->sink->ctx);
    if (peer.gone) {
        stream->end = "gone";
        return false;
    }
    if (!peer.backlog || peer.received != stream->received)
        stream->received_at = now;
    stream->received = peer.received;
    bool full = peer.backlog > STREAM_BACKLOG;
    if (!full)
        stream->full_since = 0;
    else if (!stream->full_since)
        stream->full_since = now;
    if ((full && now - stream->full_since >= STREAM_SLOW_MS) ||
        now - stream->received_at >= STREAM_LOST_MS)
        give_up(stream);
    return !full && !stream->end;
}

static void wait_for_reader(struct stream *stream)
{
    struct hub *hub = stream->api->context.hub;
    while (!stream->end && !keeps_up(stream)) {
        hub_wait(hub, UINT64_MAX, PACE_MS);
        if (hub_refuses(hub))
            stream->end = "stop";
    }
}

static void beat(struct stream *stream)
{
    if (!stream->out.len && clock_mono() - stream->wrote_at >= STREAM_BEAT_MS)
        buf_text(&stream->out, ":\n\n");
}

void stream_run(struct stream *stream, const struct stream_sink *sink)
{
    struct hub *hub = stream->api->context.hub;
    stream->sink = sink;
    while (!stream->end) {
        uint64_t seen = hub_generation(hub);
        bool more = gather(stream);
        beat(stream);
        if (!stream->end)
            wait_for_reader(stream);
        if (!stream->end)
            flush(stream);
        if (!stream->end && !more)
            hub_wait(hub, seen, STREAM_LOOK_MS);
        if (hub_refuses(hub))
            stream->end = "stop";
    }
    log_line(LOG_DEBUG, "stream.end", "reason=%s events=%llu ms=%lld id=%s", stream->end,
             (unsigned long long)stream->events, (long long)(clock_mono() - stream->begun),
             stream->ask.id);
}
