#include "api/stream_events.h"

#include <stdlib.h>
#include <string.h>

#include "api/stream.h"
#include "api/telemetry.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "core/field.h"
#include "store/args.h"
#include "store/feed.h"

static const char *const ops[] = {"insert", "update", "delete", "ready", "reset", NULL};

static const struct field fields[] = {
    {.name = "entity",
     .kind = K_TEXT,
     .doc = "What changed, as in Change; telemetry; or feed, of the stream itself"},
    {.name = "id", .kind = K_TEXT, .doc = "Its identifier; empty for the stream itself"},
    {.name = "op",
     .kind = K_TEXT,
     .words = ops,
     .doc = "insert, update or delete; of the stream itself ready, or reset: load all again"},
    {.name = "seq",
     .kind = K_INT,
     .flags = FIELD_NULLABLE,
     .doc = "Place in the sequence of all changes, the id of the event; null: it has none"},
    {.name = "at", .kind = K_TIME, .doc = "When"},
    {.name = "data",
     .kind = K_OBJECT,
     .flags = FIELD_NULLABLE,
     .doc = "The row as it is now, under the name of its entity; null: there is none",
     .of = &feed_data_shape},
    {.name = "telemetry",
     .kind = K_OBJECT,
     .flags = FIELD_OPTIONAL,
     .doc = "With the entity telemetry",
     .of = &telemetry_shape},
};
const struct field_shape stream_event_shape = {NULL, fields, LEN(fields), "LiveEvent"};

static void add_now(struct buf *out)
{
    char text[TEXT_TIME_SIZE];
    text_time(text, clock_now());
    buf_format(out, ",\"at\":\"%s\"", text);
}

void stream_events_word(const char *word, int64_t cursor, struct buf *out)
{
    long long number = cursor;
    buf_format(out,
               "event: %s\nid: %lld\ndata: {\"entity\":\"feed\",\"id\":\"\",\"op\":\"%s\","
               "\"seq\":%lld",
               word, number, word, number);
    add_now(out);
    buf_text(out, ",\"data\":null}\n\n");
}

/* The word in the name of an event. */
static const char *word_of(const char *op)
{
    if (!strcmp(op, "insert"))
        return "created";
    return strcmp(op, "delete") ? "updated" : "deleted";
}

/* JSON text has no line breaks of its own: one line of data is the whole object. */
int64_t stream_events_change(struct db *db, const json_t *row, int64_t since, struct buf *out)
{
    auto_buf data = {0};
    int64_t seq = args_int(row, "seq", 0);
    const char *op = feed_write(db, row, since, &data);
    buf_format(out, "event: %s.%s\nid: %lld\ndata: ", args_text(row, "entity"), word_of(op),
               (long long)seq);
    buf_add(out, data.data, data.len);
    buf_text(out, "\n\n");
    out->failed = out->failed || data.failed;
    return seq;
}

void stream_events_telemetry(const char *printer_id, const json_t *shown, struct buf *out)
{
    auto_free char *text = shown ? json_dumps(shown, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    buf_text(out, "event: printer.telemetry\ndata: {\"entity\":\"telemetry\",\"id\":");
    buf_json(out, printer_id, strlen(printer_id));
    buf_text(out, ",\"op\":\"update\",\"seq\":null");
    add_now(out);
    buf_format(out, ",\"data\":null,\"telemetry\":%s}\n\n", text ? text : "null");
    out->failed = out->failed || !text;
}
