/*
 * The links without the rest of the daemon: commands come as lines on stdin, events leave as JSON
 * lines on stdout. The tests in Python are the printers.
 *
 *   open CERTS_DIR [option=ms ...]        set PK SERIAL HOST PORT CODE PIN|- on|off
 *   remove|full|refresh|version|refused|status PK
 *   suggest SERIAL HOST                   probe HOST PORT SERIAL
 *   block MS (the next report takes so long)        usage        close
 */
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/text.h"
#include "bridge/printer/links.h"

enum { WORDS = 24 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct links *links;
static struct identity *identity;
static int block_ms;

static void say(json_t *line)
{
    auto_free char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    json_decref(line);
    pthread_mutex_lock(&lock);
    printf("%s\n", text ? text : "null");
    fflush(stdout);
    pthread_mutex_unlock(&lock);
}

/* ---- events ---- */

static void on_report(void *ctx, int64_t printer, const void *bytes, size_t len)
{
    (void)ctx;
    auto_free char *hex = malloc(2 * len + 1);
    text_hex(hex, bytes, len);
    say(json_pack("{s:s,s:I,s:s}", "event", "report", "printer", (json_int_t)printer, "hex", hex));
    pthread_mutex_lock(&lock);
    struct timespec pause = {.tv_sec = block_ms / 1000, .tv_nsec = block_ms % 1000 * 1000000L};
    block_ms = 0;
    pthread_mutex_unlock(&lock);
    nanosleep(&pause, NULL);
}

static void on_round_end(void *ctx)
{
    (void)ctx;
    say(json_pack("{s:s}", "event", "round_end"));
}

static void on_state(void *ctx, int64_t printer, enum link_reason reason, const char *detail)
{
    (void)ctx;
    say(json_pack("{s:s,s:I,s:s,s:s}", "event", "state", "printer", (json_int_t)printer, "reason",
                  link_reason_slug(reason), "detail", detail));
}

static void on_moved(void *ctx, int64_t printer, const char *host)
{
    (void)ctx;
    say(json_pack("{s:s,s:I,s:s}", "event", "moved", "printer", (json_int_t)printer, "host", host));
}

/* ---- commands ---- */

static void set_option(struct links_options *o, const char *word)
{
    const struct {
        const char *name;
        int *value;
    } known[] = {
        {"connect=", &o->connect_ms},         {"backoff_min=", &o->backoff_min_ms},
        {"backoff_max=", &o->backoff_max_ms}, {"slow_min=", &o->slow_min_ms},
        {"slow_max=", &o->slow_max_ms},       {"silent=", &o->silent_ms},
        {"grace=", &o->silent_grace_ms},      {"pushall_gap=", &o->pushall_gap_ms},
        {"resync_gap=", &o->resync_gap_ms},   {"refresh_gap=", &o->refresh_gap_ms},
        {"early=", &o->early_close_ms},       {"close=", &o->close_ms},
        {"keepalive=", &o->keepalive_s},
    };
    for (size_t i = 0; i < LEN(known); i++)
        if (text_starts(word, known[i].name))
            *known[i].value = (int)strtol(word + strlen(known[i].name), NULL, 10);
}

static void open_links(char **words, int count)
{
    struct links_options options = {.certs_dir = words[1]};
    struct link_events events = {
        .report = on_report, .round_end = on_round_end, .state = on_state, .moved = on_moved};
    struct why why = {0};
    for (int i = 2; i < count; i++)
        set_option(&options, words[i]);
    enum err e = links_open(&options, &events, &links, &why);
    if (!e)
        e = identity_open(words[1], &identity, &why);
    say(json_pack("{s:s,s:s,s:s,s:I}", "event", "opened", "result", err_slug(e), "text", why.text,
                  "anchors", (json_int_t)(e ? 0 : identity_anchors(identity))));
}

static void set_target(int64_t printer, char **words, int count)
{
    struct link_target target = {.printer = printer};
    struct why why = {0};
    if (count != 8)
        return;
    text_copy(target.serial, sizeof target.serial, words[2]);
    text_copy(target.host, sizeof target.host, words[3]);
    target.port = (int)strtol(words[4], NULL, 10);
    text_copy(target.access_code, sizeof target.access_code, words[5]);
    text_copy(target.pin_sha256, sizeof target.pin_sha256, *words[6] == '-' ? "" : words[6]);
    target.enabled = strcmp(words[7], "on") == 0;
    enum err e = links_set(links, &target, &why);
    say(json_pack("{s:s,s:s,s:s}", "event", "set", "result", err_slug(e), "field", why.field));
}

static void tell_status(int64_t printer)
{
    struct link_status s = {0};
    bool known = links_status(links, printer, &s);
    say(json_pack("{s:s,s:b,s:s,s:b,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I}", "event", "status", "known",
                  known, "reason", link_reason_slug(s.reason), "connected", s.connected, "detail",
                  s.detail, "address", s.address, "seen_sha256", s.seen_sha256, "retry_in",
                  (json_int_t)(s.retry_at ? s.retry_at - clock_now() : 0), "connects",
                  (json_int_t)s.connects, "failures", (json_int_t)s.failures, "messages",
                  (json_int_t)s.messages, "pushalls", (json_int_t)s.pushalls));
}

static void tell_probe(char **words)
{
    struct link_probe_result r;
    link_probe(identity, words[1], (int)strtol(words[2], NULL, 10), words[3], 1000, &r);
    say(json_pack("{s:s,s:b,s:b,s:b,s:s,s:s,s:s,s:s}", "event", "probe", "reachable", r.reachable,
                  "chain_ok", r.chain_ok, "pinnable", r.pinnable, "reason",
                  link_reason_slug(r.reason), "cn", r.cn, "sha256", r.spki_sha256, "detail",
                  r.detail));
}

/* From /proc, because the peak that getrusage knows is that of the program before exec too. */
static long status_kib(const char *name)
{
    char line[256];
    long kib = 0;
    auto_file *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file))
        if (text_starts(line, name))
            kib = strtol(line + strlen(name), NULL, 10);
    return kib;
}

static void tell_usage(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    int64_t cpu = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
                  (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
    say(json_pack("{s:s,s:I,s:I,s:I}", "event", "usage", "cpu_ms", (json_int_t)cpu, "peak_kib",
                  (json_int_t)status_kib("VmHWM:"), "rss_kib", (json_int_t)status_kib("VmRSS:")));
}

static void about_printer(const char *what, int64_t printer)
{
    if (strcmp(what, "remove") == 0)
        links_remove(links, printer);
    else if (strcmp(what, "full") == 0)
        links_request_full(links, printer);
    else if (strcmp(what, "refresh") == 0)
        links_request_refresh(links, printer);
    else if (strcmp(what, "version") == 0)
        links_request_version(links, printer);
    else if (strcmp(what, "refused") == 0)
        links_note_refused(links, printer);
    else if (strcmp(what, "status") == 0)
        tell_status(printer);
}

static void close_links(void)
{
    int64_t before = clock_mono();
    links_close(links);
    identity_close(identity);
    links = NULL;
    identity = NULL;
    say(json_pack("{s:s,s:I}", "event", "closed", "ms", (json_int_t)(clock_mono() - before)));
}

static void obey(char **words, int count)
{
    const char *what = words[0];
    int64_t number = count > 1 ? strtoll(words[1], NULL, 10) : 0;
    if (strcmp(what, "open") == 0 && count > 1)
        open_links(words, count);
    else if (strcmp(what, "set") == 0)
        set_target(number, words, count);
    else if (strcmp(what, "suggest") == 0 && count > 2)
        links_suggest(links, words[1], words[2]);
    else if (strcmp(what, "probe") == 0 && count > 3)
        tell_probe(words);
    else if (strcmp(what, "usage") == 0)
        tell_usage();
    else if (strcmp(what, "close") == 0)
        close_links();
    else if (strcmp(what, "block") == 0) {
        pthread_mutex_lock(&lock);
        block_ms = (int)number;
        pthread_mutex_unlock(&lock);
    } else
        about_printer(what, number);
}

int main(void)
{
    char line[2048], *words[WORDS], *rest = NULL;
    while (fgets(line, sizeof line, stdin)) {
        int count = 0;
        line[strcspn(line, "\n")] = 0;
        for (char *w = strtok_r(line, " ", &rest); w && count < WORDS;
             w = strtok_r(NULL, " ", &rest))
            words[count++] = w;
        if (count)
            obey(words, count);
    }
    if (links)
        close_links();
    return 0;
}
