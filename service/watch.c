#include "service/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/log.h"
#include "bridge/hub.h"
#include "bridge/printer/links.h"
#include "service/reach.h"
#include "store/alerts.h"
#include "store/spools.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* What a link says about one kind of alert. After a start nothing is known of what was written
 * before it: until a link speaks, an open alert stays. */
enum verdict { VERDICT_NONE, VERDICT_OPEN, VERDICT_END };

static const enum alert_kind kinds[] = {ALERT_PRINTER_UNREACHABLE, ALERT_WRONG_ACCESS_CODE,
                                        ALERT_CERTIFICATE_CHANGED};

struct watched {
    int64_t printer;
    int64_t away_since; /* ms; 0: it is there */
    enum verdict written[LEN(kinds)];
};

struct watch {
    struct hub *hub;
    int64_t away_ms;
    int64_t day;  /* since 1970, last looked at; 0: none yet */
    int64_t seen; /* reach_seen at the last tick */
    struct watched *list;
    size_t count;
};

enum err watch_open(struct hub *hub, int64_t away_ms, struct watch **ret_watch, struct why *why)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return why_fail(why, ERR_NOMEM, NULL, "", "out of memory");
    watch->hub = hub;
    watch->away_ms = away_ms;
    *ret_watch = watch;
    return OK;
}

void watch_close(struct watch *watch)
{
    if (!watch)
        return;
    free(watch->list);
    free(watch);
}

static struct watched *watched_of(struct watch *watch, int64_t printer)
{
    for (size_t i = 0; i < watch->count; i++)
        if (watch->list[i].printer == printer)
            return &watch->list[i];
    struct watched *list = realloc(watch->list, (watch->count + 1) * sizeof *list);
    if (!list)
        return NULL;
    watch->list = list;
    list[watch->count] = (struct watched){.printer = printer};
    return &list[watch->count++];
}

static bool is_there(const struct link_status *status)
{
    return status->connected && status->reason != LINK_CONNECTED_SILENT;
}

static enum verdict of_absence(const struct watch *watch, struct watched *watched,
                               const struct link_status *status, int64_t now)
{
    switch (status->reason) {
    case LINK_CONNECTING:
        return VERDICT_NONE;
    case LINK_DISABLED:
    case LINK_WRONG_ACCESS_CODE: /* it answers: what is wrong has a kind of its own */
    case LINK_CERTIFICATE_CHANGED:
        watched->away_since = 0;
        return VERDICT_END;
    default:
        break;
    }
    if (is_there(status)) {
        watched->away_since = 0;
        return VERDICT_END;
    }
    if (!watched->away_since)
        watched->away_since = status->since;
    return now - watched->away_since >= watch->away_ms ? VERDICT_OPEN : VERDICT_NONE;
}

/* A link that is up, or that has come further, clears what is told of ${reason}. */
static enum verdict of_reason(const struct link_status *status, enum link_reason reason)
{
    if (status->reason == reason)
        return VERDICT_OPEN;
    return is_there(status) ? VERDICT_END : VERDICT_NONE;
}

/* One alert on its way into the store. */
struct news {
    int64_t printer, since;
    enum alert_kind kind;
    enum verdict verdict;
    const char *reason;
};

static enum err write_news(void *ctx, struct db *db, struct why *why)
{
    const struct news *news = ctx;
    return alerts_printer(db, news->printer, news->kind, news->verdict == VERDICT_OPEN,
                          news->reason, news->since, why);
}

static enum err write_day(void *ctx, struct db *db, struct why *why)
{
    (void)ctx;
    enum err e = spools_day(db, why);
    return e ? e : alerts_day(db, why);
}

/* False: it was not written, and is tried again with the next tick. */
static bool put(struct watch *watch, hub_run *run, void *ctx, int64_t now)
{
    struct why why;
    enum err e = hub_write(watch->hub, now, run, ctx, &why);
    if (e != OK && e != ERR_BUSY)
        log_line(LOG_WARN, "alerts", "problem=\"%s\"", why.text);
    return e == OK;
}

static void look(struct watch *watch, struct watched *watched, const struct link_status *status,
                 int64_t now)
{
    const enum verdict verdicts[LEN(kinds)] = {
        of_absence(watch, watched, status, now),
        of_reason(status, LINK_WRONG_ACCESS_CODE),
        of_reason(status, LINK_CERTIFICATE_CHANGED),
    };
    for (size_t i = 0; i < LEN(kinds); i++) {
        struct news news = {.printer = watched->printer,
                            .since = i == 0 ? watched->away_since : status->since,
                            .kind = kinds[i],
                            .verdict = verdicts[i],
                            .reason = link_reason_slug(status->reason)};
        if (verdicts[i] != VERDICT_NONE && verdicts[i] != watched->written[i] &&
            put(watch, write_news, &news, now))
            watched->written[i] = verdicts[i];
    }
}

/* Who changes a printer may end its alerts, see alerts_follow: what was written is to be asked of
 * the store once more. */
static void forget_written(struct watch *watch, int64_t seen)
{
    for (size_t i = 0; seen != watch->seen && i < watch->count; i++)
        memset(watch->list[i].written, 0, sizeof watch->list[i].written);
    watch->seen = seen;
}

void watch_tick(struct watch *watch, const struct reach *reach, int64_t now)
{
    int64_t printer = 0;
    struct link_status status;
    forget_written(watch, reach_seen(reach));
    for (size_t i = 0; reach_printer(reach, i, &printer); i++) {
        struct watched *watched = watched_of(watch, printer);
        if (watched && links_status(reach_links(reach), printer, &status))
            look(watch, watched, &status, now);
        else if (watched) /* no link any more */
            *watched = (struct watched){.printer = printer};
    }
    if (now / DAY_MS != watch->day && put(watch, write_day, NULL, now))
        watch->day = now / DAY_MS;
}
