/*
 * Fetching without the rest of the daemon: each line on stdin is a JSON object with a command, each
 * event leaves as a JSON line on stdout.
 *
 *   {"do":"open","certs":DIR,"dir":DIR,"rounds":n,...}   {"do":"reject","path":"/cache/x.3mf"}
 *   {"do":"fetch","printer":1,"job":1,"serial":...,"port":...,"code":...,"pin":...,"file":...,
 *    "url":...,"gcode_file":...,"subtask_name":...,"md5":...}
 *   {"do":"cancel","printer":1,"job":1}   {"do":"progress","printer":1}   {"do":"close"}
 */
#include <jansson.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/text.h"
#include "bridge/printer/files.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct identity *identity;
static struct files *files;
static char rejected[FILES_PATH_SIZE];

static void say(json_t *line)
{
    auto_free char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    json_decref(line);
    pthread_mutex_lock(&lock);
    printf("%s\n", text ? text : "null");
    fflush(stdout);
    pthread_mutex_unlock(&lock);
}

static void hash_file(const char *path, char hex[2 * SHA256_DIGEST_LENGTH + 1], int64_t *ret_size)
{
    unsigned char sum[SHA256_DIGEST_LENGTH];
    auto_free unsigned char *bytes = NULL;
    auto_file *file = fopen(path, "re");
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    bytes = malloc((size_t)size + 1);
    *ret_size = (int64_t)fread(bytes, 1, (size_t)size, file);
    SHA256(bytes, (size_t)size, sum);
    text_hex(hex, sum, sizeof sum);
}

static bool on_found(void *ctx, int64_t printer, int64_t job, const char *local, const char *remote)
{
    char hex[2 * SHA256_DIGEST_LENGTH + 1];
    int64_t size = 0;
    (void)ctx;
    hash_file(local, hex, &size);
    pthread_mutex_lock(&lock);
    bool accept = strcmp(remote, rejected) != 0;
    pthread_mutex_unlock(&lock);
    say(json_pack("{s:s,s:I,s:I,s:s,s:s,s:I,s:b}", "event", "found", "printer", (json_int_t)printer,
                  "job", (json_int_t)job, "remote", remote, "sha256", hex, "size", (json_int_t)size,
                  "accepted", accept));
    return accept;
}

static json_t *shown(const char *event, int64_t printer, const struct files_progress *p)
{
    return json_pack("{s:s,s:I,s:I,s:s,s:s,s:I,s:I,s:i,s:s,s:s}", "event", event, "printer",
                     (json_int_t)printer, "job", (json_int_t)p->job, "state",
                     files_state_slug(p->state), "path", p->path, "bytes", (json_int_t)p->bytes,
                     "size", (json_int_t)p->size, "round", p->round, "reason", p->reason, "detail",
                     p->detail);
}

static void on_ended(void *ctx, int64_t printer, int64_t job, const struct files_progress *progress)
{
    (void)ctx;
    (void)job;
    say(shown("ended", printer, progress));
}

static const char *text_of(const json_t *command, const char *key)
{
    const char *text = json_string_value(json_object_get(command, key));
    return text ? text : "";
}

static int number_of(const json_t *command, const char *key)
{
    return (int)json_integer_value(json_object_get(command, key));
}

static void open_files(const json_t *command)
{
    struct why why = {0};
    struct files_events events = {.found = on_found, .ended = on_ended};
    enum err e = identity_open(text_of(command, "certs"), &identity, &why);
    struct files_options options = {.identity = identity,
                                    .dir = text_of(command, "dir"),
                                    .most_bytes = number_of(command, "most_bytes"),
                                    .rounds = number_of(command, "rounds"),
                                    .round_ms = number_of(command, "round_ms"),
                                    .failures = number_of(command, "failures"),
                                    .failure_ms = number_of(command, "failure_ms"),
                                    .connect_ms = number_of(command, "connect_ms"),
                                    .response_s = number_of(command, "response_s"),
                                    .stall_s = number_of(command, "stall_s"),
                                    .linger_ms = number_of(command, "linger_ms")};
    if (!e)
        e = files_open(&options, &events, &files, &why);
    say(json_pack("{s:s,s:s}", "event", "opened", "result", err_slug(e)));
}

static void fetch(const json_t *command)
{
    struct why why = {0};
    struct files_request r = {.printer = number_of(command, "printer"),
                              .job = number_of(command, "job"),
                              .port = number_of(command, "port"),
                              .host = "127.0.0.1",
                              .plain_data = json_is_true(json_object_get(command, "plain_data"))};
    text_copy(r.serial, sizeof r.serial, text_of(command, "serial"));
    text_copy(r.access_code, sizeof r.access_code, text_of(command, "code"));
    text_copy(r.pin_sha256, sizeof r.pin_sha256, text_of(command, "pin"));
    text_copy(r.names.file, sizeof r.names.file, text_of(command, "file"));
    text_copy(r.names.url, sizeof r.names.url, text_of(command, "url"));
    text_copy(r.names.gcode_file, sizeof r.names.gcode_file, text_of(command, "gcode_file"));
    text_copy(r.names.subtask_name, sizeof r.names.subtask_name, text_of(command, "subtask_name"));
    text_copy(r.md5, sizeof r.md5, text_of(command, "md5"));
    say(json_pack("{s:s,s:s}", "event", "queued", "result",
                  err_slug(files_fetch(files, &r, &why))));
}

static void tell_progress(int64_t printer)
{
    struct files_progress progress = {0};
    if (files_progress(files, printer, &progress))
        say(shown("progress", printer, &progress));
    else
        say(json_pack("{s:s,s:s}", "event", "progress", "state", "none"));
}

static void close_files(void)
{
    int64_t before = clock_mono();
    files_close(files);
    identity_close(identity);
    files = NULL;
    identity = NULL;
    say(json_pack("{s:s,s:I}", "event", "closed", "ms", (json_int_t)(clock_mono() - before)));
}

static void obey(const json_t *command)
{
    const char *what = text_of(command, "do");
    if (strcmp(what, "open") == 0)
        open_files(command);
    else if (strcmp(what, "fetch") == 0)
        fetch(command);
    else if (strcmp(what, "cancel") == 0)
        files_cancel(files, number_of(command, "printer"), number_of(command, "job"));
    else if (strcmp(what, "progress") == 0)
        tell_progress(number_of(command, "printer"));
    else if (strcmp(what, "close") == 0)
        close_files();
    else if (strcmp(what, "reject") == 0) {
        pthread_mutex_lock(&lock);
        text_copy(rejected, sizeof rejected, text_of(command, "path"));
        pthread_mutex_unlock(&lock);
    }
}

int main(void)
{
    char line[8192];
    while (fgets(line, sizeof line, stdin)) {
        json_auto_t *command = json_loads(line, 0, NULL);
        if (command)
            obey(command);
    }
    if (files)
        close_files();
    return 0;
}
