#include "service/serve.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "service/cli.h"
#include "service/commands.h"
#include "service/config.h"
#include "service/daemon.h"
#include "service/load.h"
#include "service/notify.h"

static const struct cli_option options[] = {
    {"first-key", NULL,
     "where no API key exists, make one and print it; so by itself on a terminal"},
    {0},
};

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    struct command_context *context = ctx;
    if (!option)
        return why_fail(why, ERR_INVALID, "usage", text, "%s: serve takes no words", text);
    context->first_key = true;
    return OK;
}

/* Signals are taken in the loop alone; threads inherit the mask. */
static sigset_t block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return set;
}

static void print_urls(struct daemon *daemon)
{
    char url[128];
    printf("ready");
    for (size_t i = 0; daemon_url(daemon, i, url, sizeof url); i++) {
        printf(" %s", url);
        log_line(LOG_INFO, "listening", "url=%s", url);
    }
    printf("\n");
    fflush(stdout);
}

static int print_first_key(struct command_context *context, struct daemon *daemon)
{
    struct why why;
    auto_free char *key = NULL;
    if (!context->first_key && !isatty(STDOUT_FILENO))
        return -1;
    if (daemon_first_key(daemon, &key, &why) != OK)
        return commands_refuse(EXIT_FAILED, why.text);
    if (key) {
        fprintf(stderr, "filamentd: the first API key, shown this once; it may do everything:\n");
        printf("key %s\n", key);
    }
    return -1;
}

struct heart {
    int64_t period, last; /* of WATCHDOG=1, monotonic ms; period 0: none */
    char status[96];
};

static void beat(struct heart *heart, struct daemon *daemon)
{
    char status[64], line[96];
    daemon_status(daemon, status, sizeof status);
    snprintf(line, sizeof line, "STATUS=%s", status);
    if (strcmp(line, heart->status) != 0 && text_copy(heart->status, sizeof heart->status, line))
        notify_send(line);
    int64_t now = clock_mono();
    if (heart->period && now - heart->last >= heart->period) {
        heart->last = now;
        notify_send("WATCHDOG=1");
    }
}

static void reload(struct daemon *daemon)
{
    char line[64];
    snprintf(line, sizeof line, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono() * 1000);
    notify_send(line);
    daemon_reload(daemon);
    notify_send("READY=1");
}

/* Until a signal asks to stop. */
static void run(struct daemon *daemon, const sigset_t *signals)
{
    struct heart heart = {.period = notify_watchdog_ms()};
    for (int signal = 0; signal != SIGTERM && signal != SIGINT;) {
        int64_t now = clock_now();
        daemon_tick(daemon, now);
        beat(&heart, daemon);
        int pause = daemon_pause(daemon, now);
        if (heart.period && pause > heart.period)
            pause = (int)heart.period;
        struct timespec limit = {pause / 1000, pause % 1000 * 1000000L};
        signal = sigtimedwait(signals, NULL, &limit);
        if (signal == SIGHUP)
            reload(daemon);
    }
}

int serve_main(struct command_context *context, char **words)
{
    int code = commands_parse(context, words, options, take_word, context);
    if (code < 0)
        code = load_config(context);
    if (code >= 0)
        return code;
    struct why why;
    struct daemon *daemon = NULL;
    sigset_t signals = block_signals();
    /* An arena for each of many threads would be most of our memory. */
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024); /* fixed: large buffers go back at once */
    if (daemon_open(context, &daemon, &why) != OK)
        return commands_refuse(EXIT_FAILED, why.text);
    code = print_first_key(context, daemon);
    if (code < 0) {
        print_urls(daemon);
        notify_send("READY=1");
        run(daemon, &signals);
        code = 0;
    }
    notify_send("STOPPING=1");
    log_line(LOG_INFO, "stopping", "pid=%ld", (long)getpid());
    daemon_close(daemon);
    return code;
}
