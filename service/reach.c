#include "service/reach.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "bridge/fetch.h"
#include "bridge/hub.h"
#include "bridge/printer/discover.h"
#include "bridge/printer/links.h"
#include "bridge/printer/secret.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/printers.h"

struct reach {
    struct reach_options options;
    struct links *links;
    struct discover *discover;
    struct fetch *fetch;
    int64_t seen;  /* newest change of a printer at the last look */
    json_t *known; /* rows of printers_targets that the links follow */
};

static void on_report(void *ctx, int64_t printer, const void *bytes, size_t len)
{
    const struct reach *reach = ctx;
    hub_report(reach->options.hub, printer, bytes, len, clock_now());
}

static void on_round_end(void *ctx)
{
    const struct reach *reach = ctx;
    hub_flush(reach->options.hub);
}

static void on_state(void *ctx, int64_t printer, enum link_reason reason, const char *detail)
{
    (void)ctx;
    enum log_level level =
        reason == LINK_CONNECTED || reason == LINK_CONNECTING || reason == LINK_DISABLED ? LOG_INFO
                                                                                         : LOG_WARN;
    log_line(level, "link", "printer=%lld reason=%s%s%s%s", (long long)printer,
             link_reason_slug(reason), *detail ? " detail=\"" : "", detail, *detail ? "\"" : "");
}

struct move {
    int64_t printer;
    const char *host;
};

/* A name stays: whoever gave one lets the resolver decide. */
static bool numeric(const char *host)
{
    unsigned char address[16];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

static enum err write_move(void *ctx, struct db *db, struct why *why)
{
    const struct move *move = ctx;
    json_auto_t *all = printers_targets(db), *row = NULL;
    size_t index;
    json_t *target;
    json_array_foreach (all, index, target) {
        const char *host = json_string_value(json_object_get(target, "host"));
        if (json_integer_value(json_object_get(target, "id")) != move->printer || !host ||
            !numeric(host))
            continue;
        json_auto_t *args = json_pack("{s:O, s:s}", "printer_id",
                                      json_object_get(target, "printer_id"), "host", move->host);
        return printers_update(db, args, &row, why);
    }
    return OK;
}

static void on_moved(void *ctx, int64_t printer, const char *host)
{
    const struct reach *reach = ctx;
    struct move move = {printer, host};
    struct why why;
    enum err e = hub_write(reach->options.hub, clock_now(), write_move, &move, &why);
    log_line(e == OK ? LOG_INFO : LOG_WARN, "printer_moved", "printer=%lld host=%s%s%s",
             (long long)printer, host, e == OK ? "" : " problem=", e == OK ? "" : why.code);
}

static void on_seen(void *ctx, const struct discover_printer *printer, bool moved)
{
    struct reach *reach = ctx;
    log_line(LOG_DEBUG, "discovered", "serial=%s host=%s model=%s moved=%d", printer->serial,
             printer->host, printer->model, moved);
    links_suggest(reach->links, printer->serial, printer->host);
}

static const char *text_in(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text ? text : "";
}

static bool open_code(const struct reach *reach, const json_t *row, struct link_target *target)
{
    struct why why;
    const char *sealed = text_in(row, "access_code");
    if (*sealed && secret_unseal(reach->options.secret, target->serial, sealed, target->access_code,
                                 sizeof target->access_code, &why) != OK) {
        log_line(LOG_ERROR, "access_code", "printer=%s problem=\"%s\" remedy=\"set it again\"",
                 text_in(row, "printer_id"), why.text);
        return false;
    }
    return *sealed;
}

/* A printer that only Home Assistant tells of, or that has no address, has no link. */
static bool target_of(const struct reach *reach, const json_t *row, struct link_target *target)
{
    *target = (struct link_target){
        .printer = json_integer_value(json_object_get(row, "id")),
        .enabled = json_is_true(json_object_get(row, "enabled")) ||
                   json_integer_value(json_object_get(row, "enabled")) != 0,
        .port = (int)json_integer_value(json_object_get(row, "port")),
    };
    return strcmp(text_in(row, "source"), "homeassistant") != 0 && *text_in(row, "serial") &&
           *text_in(row, "host") &&
           text_copy(target->serial, sizeof target->serial, text_in(row, "serial")) &&
           text_copy(target->host, sizeof target->host, text_in(row, "host")) &&
           text_copy(target->pin_sha256, sizeof target->pin_sha256, text_in(row, "pin_sha256")) &&
           open_code(reach, row, target);
}

/* Without a code it is known too, so that its prints can say why they have no file. */
static void aim_fetch(const struct reach *reach, const json_t *row,
                      const struct link_target *target)
{
    const struct fetch_target files = {
        .printer = target->printer,
        .serial = target->serial,
        .host = target->host,
        .access_code = target->access_code,
        .pin_sha256 = target->pin_sha256,
        .port = (int)json_integer_value(json_object_get(row, "ftps_port")),
    };
    if (strcmp(text_in(row, "source"), "homeassistant") == 0 || !target->enabled)
        fetch_remove(reach->fetch, target->printer);
    else
        fetch_set(reach->fetch, &files);
}

static const json_t *find_row(const json_t *rows, int64_t printer)
{
    size_t index;
    const json_t *row;
    json_array_foreach (rows, index, row)
        if (json_integer_value(json_object_get(row, "id")) == printer)
            return row;
    return NULL;
}

static void follow_row(struct reach *reach, const json_t *row)
{
    struct link_target target;
    struct why why;
    int64_t printer = json_integer_value(json_object_get(row, "id"));
    const json_t *before = find_row(reach->known, printer);
    if (before && json_equal(before, row))
        return;
    if (!target_of(reach, row, &target))
        links_remove(reach->links, printer);
    else if (links_set(reach->links, &target, &why) != OK)
        log_line(LOG_ERROR, "link", "printer=%s problem=\"%s\"", text_in(row, "printer_id"),
                 why.text);
    aim_fetch(reach, row, &target);
    OPENSSL_cleanse(&target, sizeof target);
}

static void follow(struct reach *reach, json_t *rows)
{
    size_t index;
    const json_t *row;
    json_array_foreach (rows, index, row)
        follow_row(reach, row);
    json_array_foreach (reach->known, index, row) {
        int64_t printer = json_integer_value(json_object_get(row, "id"));
        if (find_row(rows, printer))
            continue;
        links_remove(reach->links, printer);
        fetch_remove(reach->fetch, printer);
        hub_forget(reach->options.hub, printer);
    }
    json_decref(reach->known);
    reach->known = json_incref(rows);
}

struct look {
    int64_t seen, newest;
    json_t *rows; /* NULL: nothing changed */
};

/* Through the writer, which is open anyway: a connection of our own would hold the schema again.
 * A transaction that writes nothing costs no disk. */
static enum err run_look(void *ctx, struct db *db, struct why *why)
{
    struct look *look = ctx;
    look->newest = changes_newest_of(db, "printer");
    if (look->newest != look->seen)
        look->rows = printers_targets(db);
    return db_status(db, why);
}

void reach_refresh(struct reach *reach)
{
    struct why why;
    struct look look = {.seen = reach->seen};
    enum err e = hub_write(reach->options.hub, clock_now(), run_look, &look, &why);
    json_auto_t *rows = look.rows;
    if (e != OK)
        log_line(LOG_WARN, "printers", "problem=\"%s\"", why.text);
    if (e != OK || !rows)
        return;
    reach->seen = look.newest;
    follow(reach, rows);
}

static enum err open_parts(struct reach *reach, struct why *why)
{
    struct link_events events = {reach, on_report, on_round_end, on_state, on_moved};
    struct links_options links = {.certs_dir = reach->options.certs_dir};
    struct discover_options discover = {.seen = on_seen, .ctx = reach};
    const struct fetch_options fetch = {.hub = reach->options.hub,
                                        .certs_dir = reach->options.certs_dir,
                                        .dir = reach->options.state_dir};
    struct why small;
    enum err e = fetch_open(&fetch, &reach->fetch, why);
    if (e == OK)
        e = links_open(&links, &events, &reach->links, why);
    if (e == OK && reach->options.discovery &&
        discover_open(&discover, &reach->discover, &small) != OK)
        log_line(LOG_WARN, "discovery", "problem=\"%s\"", small.text);
    return e;
}

enum err reach_open(const struct reach_options *options, struct reach **ret_reach, struct why *why)
{
    struct reach *reach = calloc(1, sizeof *reach);
    if (!reach)
        return why_fail(why, ERR_NOMEM, NULL, "", "out of memory");
    reach->options = *options;
    reach->seen = -1;
    enum err e = open_parts(reach, why);
    if (e != OK) {
        reach_close(reach);
        return e;
    }
    *ret_reach = reach;
    return OK;
}

void reach_close(struct reach *reach)
{
    if (!reach)
        return;
    discover_close(reach->discover);
    links_close(reach->links);
    fetch_close(reach->fetch);
    json_decref(reach->known);
    free(reach);
}

struct links *reach_links(const struct reach *reach)
{
    return reach->links;
}

struct fetch *reach_fetch(const struct reach *reach)
{
    return reach->fetch;
}

struct discover *reach_discover(const struct reach *reach)
{
    return reach->discover;
}

size_t reach_count(const struct reach *reach, size_t *ret_connected)
{
    size_t index, links = 0;
    const json_t *row;
    *ret_connected = 0;
    json_array_foreach (reach->known, index, row) {
        struct link_status status;
        if (!links_status(reach->links, json_integer_value(json_object_get(row, "id")), &status))
            continue;
        links++;
        *ret_connected += status.connected;
    }
    return links;
}

int64_t reach_seen(const struct reach *reach)
{
    return reach->seen;
}

bool reach_printer(const struct reach *reach, size_t index, int64_t *ret_printer)
{
    const json_t *row = json_array_get(reach->known, index);
    *ret_printer = json_integer_value(json_object_get(row, "id"));
    return row != NULL;
}

void reach_ask_full(void *ctx, int64_t printer)
{
    struct reach *const *reach = ctx;
    if (*reach)
        links_request_full((*reach)->links, printer);
}

void reach_job_changed(void *ctx, int64_t printer)
{
    struct reach *const *reach = ctx;
    if (*reach)
        fetch_job_changed((*reach)->fetch, printer);
}

void reach_note_refused(void *ctx, int64_t printer)
{
    struct reach *const *reach = ctx;
    if (*reach)
        links_note_refused((*reach)->links, printer);
}
