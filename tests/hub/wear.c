/*
 * wear DATABASE RECORDING: plays a recording of reports through the hub over a database on disk,
 * and prints what each step wrote into it, as JSON lines {"line", "due", "commits", "pages"}: `due`
 * says that it was the passing of time before that line. Steps that wrote nothing are left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/hub.h"
#include "fault_vfs.h"
#include "store/db.h"
#include "store/migrate.h"
#include "store/printers.h"

static int line_number;

static void must(enum err e, const struct why *why)
{
    if (e == OK)
        return;
    fprintf(stderr, "line %d: %s: %s\n", line_number, why->code, why->text);
    exit(1);
}

static void begin_step(void)
{
    fault_arm(FAULT_NONE, 0, 0);
}

static void end_step(bool due)
{
    if (fault_counted())
        printf("{\"line\":%d,\"due\":%s,\"commits\":%ld,\"pages\":%ld}\n", line_number,
               due ? "true" : "false", fault_commits(), fault_pages());
}

static enum err add_printer(void *ctx, struct db *db, struct why *why)
{
    int64_t *ret_printer = ctx;
    json_auto_t *args = json_pack("{s:s, s:s}", "printer_id", "P", "source", "mqtt");
    json_auto_t *row = NULL;
    enum err e = printers_create(db, args, &row, why);
    *ret_printer = e ? 0 : printers_find(db, "P");
    return e;
}

static void settle(struct hub *hub, int64_t until)
{
    int64_t due;
    while ((due = hub_deadline(hub)) <= until && due != INT64_MAX) {
        begin_step();
        hub_tick(hub, due);
        end_step(true);
    }
}

static void play_line(struct hub *hub, int64_t printer, const char *line)
{
    json_auto_t *record = json_loads(line, 0, NULL);
    const char *t = json_string_value(json_object_get(record, "t"));
    char *payload auto_free = json_dumps(json_object_get(record, "payload"), JSON_COMPACT);
    int64_t at;
    if (!t || !payload || !text_to_time(t, true, &at)) {
        fprintf(stderr, "line %d: no time or payload\n", line_number);
        exit(1);
    }
    settle(hub, at);
    begin_step();
    hub_report(hub, printer, payload, strlen(payload), at);
    hub_flush(hub);
    end_step(false);
}

int main(int argc, char **argv)
{
    struct db *db = NULL;
    struct hub *hub = NULL;
    struct why why = {0};
    int64_t printer = 0;
    char *line auto_free = NULL;
    size_t size = 0;
    auto_file *recording = argc == 3 ? fopen(argv[2], "re") : NULL;
    if (!recording)
        return 2;
    fault_install();
    must(migrate_open(argv[1], &db, &why), &why);
    must(hub_open(db, NULL, &hub, &why), &why);
    must(hub_write(hub, 1, add_printer, &printer, &why), &why);
    while (getline(&line, &size, recording) > 0) {
        line_number++;
        play_line(hub, printer, line);
    }
    settle(hub, INT64_MAX - 1);
    hub_close(hub);
    return 0;
}
