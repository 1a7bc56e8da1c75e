/*
 * REST against what its pieces allow, over keep-alive connections on loopback, by wrk: one roll
 * against a bare handler of the same server that returns the same bytes, a list of 10,000 rolls,
 * and acknowledged writes against a bare handler that makes a plain transaction of the same write
 * and returns the same bytes. On a real file, with real syncs. wrk stays on one core, as a client
 * has a machine of its own: moved about by the system, it at times shares the core of the thread
 * that answers it, which makes one writer quicker by chance.
 */
#include <civetweb.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/api.h"
#include "api/server.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/log.h"
#include "bridge/hub.h"
#include "store/db.h"
#include "store/keys.h"
#include "store/migrate.h"
#include "store/readers.h"
#include "store/spools.h"

enum { ROUNDS = 7, ROLLS = 10000, BOX = 50, READERS = 4, WRITERS = 16, LINE = 512 };
static const double least_read = 0.6, least_list = 60, least_gain = 4, least_alone = 0.9;
static const char path[] = WORK_DIR "/bench_http.db";
static const char adjustment[] = "{\"adjustment_grams\": -0.001}";
static const char script[] = WORK_DIR "/bench_http.lua";

static void give_up(const char *what, const struct why *why)
{
    fprintf(stderr, "%s: %s\n", what, why->text);
    exit(1);
}

/* --- the store --- */

struct made {
    char key[128];
    int rolls;
};

/* Bought today: rolls that are to be dried all have an alert, which is no usual stock. */
static enum err fill(struct db *db, struct made *ret_made, struct why *why)
{
    char today[16];
    time_t now = time(NULL);
    struct tm day;
    strftime(today, sizeof today, "%Y-%m-%d", gmtime_r(&now, &day));
    for (int i = 0; i < ROLLS; i += BOX) {
        char color[8], name[32];
        json_auto_t *ret = NULL;
        snprintf(color, sizeof color, "#%06X", i * 1234 & 0xFFFFFF);
        snprintf(name, sizeof name, "PLA Matte %d", i % 40);
        json_auto_t *args = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:i}", "brand",
                                      "Bambu Lab", "product_name", name, "material_type", "PLA",
                                      "color_hex", color, "initial_weight_grams", 100000000,
                                      "quantity", BOX, "notes", "bought at the fair", "location",
                                      "shelf 2", "purchase_date", today, "cost_usd", 1999);
        enum err e = spools_create(db, args, &ret, why);
        if (e != OK)
            return e;
    }
    json_auto_t *key = NULL;
    json_auto_t *args = json_pack("{s:s, s:[s]}", "name", "bench", "scopes", "admin");
    enum err e = keys_create(db, args, &key, why);
    if (e == OK)
        snprintf(ret_made->key, sizeof ret_made->key, "%s",
                 json_string_value(json_object_get(key, "key")));
    return e;
}

static struct db *make_store(struct made *ret_made)
{
    struct db *db = NULL;
    struct why why = {0};
    if (migrate_open(path, &db, &why) || db_begin(db) || fill(db, ret_made, &why) ||
        db_commit(db, &why))
        give_up("store", &why);
    return db;
}

/* --- the bare server --- */

struct answer {
    char *bytes;
    size_t len;
};

struct bare {
    struct mg_context *server;
    struct answer read, written;
    struct db *db; /* NULL: answers reads alone */
    pthread_mutex_t lock;
    long done;
    int port;
};

/* What a plain transaction takes, and nothing of what ours adds: no door, key, check or alert. */
static void write_plain(struct bare *bare)
{
    struct why why = {0};
    auto_buf ret = {0};
    int64_t seq;
    pthread_mutex_lock(&bare->lock);
    json_auto_t *args =
        json_pack("{s:i, s:i}", "spool_id", (int)(bare->done++ % 1000) + 1, "adjustment_grams", -1);
    if (db_begin(bare->db) || spools_adjust(bare->db, args, &ret, &seq, &why) ||
        db_commit(bare->db, &why))
        give_up("plain", &why);
    pthread_mutex_unlock(&bare->lock);
}

static int answer_bare(struct mg_connection *connection)
{
    const struct mg_request_info *info = mg_get_request_info(connection);
    struct bare *bare = info->user_data;
    const struct answer *answer = &bare->read;
    char body[LINE];
    if (strcmp(info->request_method, "POST") == 0) {
        while (mg_read(connection, body, sizeof body) > 0)
            ;
        write_plain(bare);
        answer = &bare->written;
    }
    mg_write(connection, answer->bytes, answer->len);
    return 200;
}

/* The whole answer of ours, head and body, as it came over the wire. */
static struct answer take_answer(int port, const char *request)
{
    char error[LINE];
    struct answer answer;
    auto_buf all = {0};
    struct mg_connection *peer =
        mg_download("127.0.0.1", port, 0, error, sizeof error, "%s", request);
    if (!peer)
        give_up(error, &(struct why){.text = "no answer"});
    const struct mg_response_info *info = mg_get_response_info(peer);
    if (info->status_code != 200)
        give_up("bare", &(struct why){.text = "the answer is no 200"});
    buf_format(&all, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < info->num_headers; i++)
        buf_format(&all, "%s: %s\r\n", info->http_headers[i].name, info->http_headers[i].value);
    buf_text(&all, "\r\n");
    char block[4096];
    for (int64_t left = info->content_length; left > 0;) {
        int got = mg_read(peer, block, sizeof block);
        if (got <= 0)
            give_up("bare", &(struct why){.text = "the answer is cut"});
        buf_add(&all, block, (size_t)got);
        left -= got;
    }
    mg_close_connection(peer);
    answer.bytes = buf_take(&all, &answer.len);
    return answer;
}

static void take_answers(struct bare *bare, int port, const char *key)
{
    char request[2 * LINE];
    snprintf(request, sizeof request,
             "GET /api/spools/7 HTTP/1.1\r\nHost: localhost\r\nX-API-Key: %s\r\n\r\n", key);
    bare->read = take_answer(port, request);
    snprintf(request, sizeof request,
             "POST /api/spools/7/adjust_weight HTTP/1.1\r\nHost: localhost\r\n"
             "X-API-Key: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             key, strlen(adjustment), adjustment);
    bare->written = take_answer(port, request);
}

static void start_bare(struct bare *bare)
{
    char threads[16];
    snprintf(threads, sizeof threads, "%d", SERVER_THREADS);
    const char *options[] = {
        "listening_ports", "127.0.0.1:0", "num_threads", threads, "enable_keep_alive", "yes",
        "tcp_nodelay",     "1",           NULL};
    const struct mg_callbacks callbacks = {.begin_request = answer_bare};
    struct mg_server_port at;
    bare->server = mg_start(&callbacks, bare, options);
    if (!bare->server || mg_get_server_ports(bare->server, 1, &at) != 1)
        give_up("bare", &(struct why){.text = "cannot listen"});
    bare->port = at.port;
}

/* --- wrk --- */

struct load {
    double requests, megabytes; /* a second */
    double cpu;                 /* microseconds of ours for each request */
};

/* Of this process, in microseconds: wrk is another. */
static double cpu_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

/* "12.34MB" and the like, in megabytes. */
static double megabytes_of(const char *text)
{
    char *unit;
    double value = strtod(text, &unit);
    return value * (*unit == 'G'   ? 1073.741824
                    : *unit == 'M' ? 1.048576
                    : *unit == 'K' ? 0.001024
                                   : 1e-6);
}

/* The first that we may use: not each container has all. */
static size_t first_core(void)
{
    cpu_set_t cores;
    size_t core = 0;
    if (sched_getaffinity(0, sizeof cores, &cores) == 0)
        while (core < CPU_SETSIZE - 1 && !CPU_ISSET(core, &cores))
            core++;
    return core;
}

static struct load run_wrk(int port, const char *target, const char *more, int connections)
{
    char command[4 * LINE], line[LINE];
    double begin = cpu_us(), done = 0;
    struct load load = {0};
    snprintf(command, sizeof command, "taskset -c %zu wrk -t1 -c%d -d1s %s http://127.0.0.1:%d%s",
             first_core(), connections, more, port, target);
    FILE *out = popen(command, "r");
    while (out && fgets(line, sizeof line, out)) {
        if (!strncmp(line, "Requests/sec:", 13))
            load.requests = strtod(line + 13, NULL);
        else if (!strncmp(line, "Transfer/sec:", 13))
            load.megabytes = megabytes_of(line + 13);
        else if (strstr(line, " requests in "))
            done = strtod(line, NULL);
        else if (strstr(line, "Non-2xx") || strstr(line, "Socket errors"))
            give_up("wrk", &(struct why){.text = "some requests failed"});
    }
    if (!out || pclose(out) != 0)
        give_up("wrk", &(struct why){.text = "did not run"});
    load.cpu = (cpu_us() - begin) / done;
    return load;
}

static void write_script(void)
{
    FILE *out = fopen(script, "w");
    if (!out)
        give_up("script", &(struct why){.text = "cannot be written"});
    fputs("wrk.method = \"POST\"\nwrk.headers[\"Content-Type\"] = \"application/json\"\n"
          "wrk.body = '",
          out);
    fputs(adjustment, out);
    fputs("'\n"
          "local n = 0\n"
          "function request()\n"
          "  n = n % 1000 + 1\n"
          "  return wrk.format(nil, \"/api/spools/\" .. n .. \"/adjust_weight\")\nend\n",
          out);
    fclose(out);
}

/* --- judging --- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *list)
{
    qsort(list, ROUNDS, sizeof *list, ascending);
    return list[ROUNDS / 2];
}

static bool judge(const char *what, double got, double bound)
{
    printf("%-44s %8.2f (at least %.2f)%s\n", what, got, bound, got < bound ? "  TOO LOW" : "");
    return got >= bound;
}

static bool reads(int port, const struct bare *bare, const char *header)
{
    double ratio[ROUNDS], best = 0;
    for (int i = 0; i < ROUNDS; i++) { /* neighbours: the machine is not always as quick */
        struct load alone = run_wrk(bare->port, "/", header, READERS);
        struct load ours = run_wrk(port, "/api/spools/7", header, READERS);
        struct load list = run_wrk(port, "/api/spools", header, 1);
        ratio[i] = ours.requests / alone.requests;
        best = list.megabytes > best ? list.megabytes : best; /* what the machine can do */
        printf("reads/s: bare %.0f (%.1f us of processor), one roll %.0f (%.1f us); list %.0f MB/s "
               "(%.0f ms of processor)\n",
               alone.requests, alone.cpu, ours.requests, ours.cpu, list.megabytes, list.cpu / 1000);
    }
    bool good = judge("one roll : bare handler", median(ratio), least_read);
    return judge("list of rolls over HTTP, MB/s", best, least_list) && good;
}

static bool writes(int port, int bare_port, const char *header)
{
    char more[2 * LINE];
    double gain[ROUNDS], alone[ROUNDS];
    snprintf(more, sizeof more, "%s -s %s", header, script);
    for (int i = 0; i < ROUNDS; i++) {
        struct load plain = run_wrk(bare_port, "", more, 1), one = run_wrk(port, "", more, 1);
        struct load many = run_wrk(port, "", more, WRITERS);
        alone[i] = one.requests / plain.requests;
        gain[i] = many.requests / one.requests;
        printf("writes/s: plain %.0f (%.0f us of processor), one writer %.0f (%.0f us), %d writers "
               "%.0f (%.0f us)\n",
               plain.requests, plain.cpu, one.requests, one.cpu, WRITERS, many.requests, many.cpu);
    }
    bool good = judge("one writer : plain transaction", median(alone), least_alone);
    return judge("16 writers : one", median(gain), least_gain) && good;
}

static int port_of(const struct api *api)
{
    char url[LINE];
    api_url(api, 0, url, sizeof url);
    return (int)strtol(strrchr(url, ':') + 1, NULL, 10);
}

static void clean(void)
{
    unlink(path);
    unlink(WORK_DIR "/bench_http.db-wal");
    unlink(WORK_DIR "/bench_http.db-shm");
    unlink(script);
}

int main(void)
{
    struct why why = {0};
    struct made made = {0};
    struct hub *hub = NULL;
    struct api *api = NULL;
    struct readers *readers = NULL;
    struct bare bare = {.lock = PTHREAD_MUTEX_INITIALIZER};
    char header[LINE];
    clean();
    write_script();
    log_setup(LOG_WARN);
    if (hub_open(make_store(&made), &(struct hub_options){0}, &hub, &why))
        give_up("hub", &why);
    if (readers_open(path, &readers, &why))
        give_up("readers", &why);
    const struct api_listener listener = {"127.0.0.1:0", false};
    const struct api_context context = {
        .hub = hub, .readers = readers, .state_dir = WORK_DIR, .tls_dir = WORK_DIR};
    if (api_start(&context, &listener, 1, &api, &why))
        give_up("api", &why);
    snprintf(header, sizeof header, "-H 'X-API-Key: %s'", made.key);
    take_answers(&bare, port_of(api), made.key);
    if (db_open(path, DB_WRITE, &bare.db, &why))
        give_up("open", &why);
    start_bare(&bare);
    bool good = reads(port_of(api), &bare, header);
    good = writes(port_of(api), bare.port, header) && good;
    mg_stop(bare.server);
    db_close(bare.db);
    free(bare.read.bytes);
    free(bare.written.bytes);
    hub_refuse(hub);
    api_stop(api);
    readers_close(readers);
    hub_close(hub);
    clean();
    return good ? 0 : 1;
}
