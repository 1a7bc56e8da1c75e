/*
 * filamentd-simulator: Bambu printers without hardware. See README.md beside this file.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "tests/simulator/link.h"
#include "tests/simulator/record.h"
#include "tests/simulator/script.h"
#include "tests/simulator/verbs.h"

enum { SCRIPTS_MAX = 16, OFFLINE_EPOCH_S = 1767600000 /* 2026-01-05T08:00:00Z */ };

struct input {
    int fd;
    char line[COMMAND_SIZE];
    size_t len;
};

struct program {
    struct sim sim;
    struct links links;
    struct record record;
    struct script *scripts[SCRIPTS_MAX];
    int script_count;
    struct input inputs[2]; /* stdin and the control FIFO */
    bool offline, recording, failed;
    int64_t until_ms; /* wall time at which it ends; 0: never, offline: with its scripts */
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    stopped = number;
}

static void publish(void *ctx, const struct printer *printer, const char *text, size_t len,
                    int64_t wall)
{
    struct program *p = ctx;
    if (p->recording)
        record_line(&p->record, (int)(printer - p->sim.printers), printer, text, len, wall);
    if (!p->offline)
        link_publish(&p->links, printer, text, len);
}

static void added(void *ctx, const struct printer *printer)
{
    struct program *p = ctx;
    if (!p->offline)
        link_add(&p->links, &p->sim.printers[printer - p->sim.printers]);
}

static void run_scripts(struct program *p)
{
    for (int i = 0; i < p->script_count; i++)
        p->failed |= !script_run(p->scripts[i], &p->sim);
}

static bool scripts_ended(const struct program *p)
{
    for (int i = 0; i < p->script_count; i++) {
        if (!script_ended(p->scripts[i], p->sim.wall))
            return false;
    }
    return true;
}

static int64_t next_event(const struct program *p)
{
    int64_t next = sim_next(&p->sim);
    for (int i = 0; i < p->script_count; i++) {
        int64_t at = script_next(p->scripts[i]);
        next = at < next ? at : next;
    }
    return next;
}

static bool over(const struct program *p)
{
    if (stopped || p->sim.over || p->failed)
        return true;
    if (p->until_ms)
        return p->sim.wall >= p->until_ms;
    return p->offline && scripts_ended(p);
}

static void run_offline(struct program *p)
{
    run_scripts(p);
    while (!over(p)) {
        int64_t next = next_event(p);
        if (p->until_ms && next > p->until_ms)
            next = p->until_ms;
        sim_run(&p->sim, next);
        run_scripts(p);
    }
}

static void run_input_line(struct program *p, const char *line)
{
    char reply[REPLY_SIZE];
    bool done = verbs_run(&p->sim, line, reply);
    printf("%s%s%s\n", done ? "ok" : "error", reply[0] ? " " : "", reply);
    fflush(stdout);
}

/* Whole lines are commands; the rest of a line waits for its end. False: nothing more comes. */
static bool read_input(struct program *p, struct input *input)
{
    ssize_t got = read(input->fd, input->line + input->len, sizeof input->line - 1 - input->len);
    if (got <= 0)
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    input->len += (size_t)got;
    input->line[input->len] = 0;
    char *end;
    while ((end = memchr(input->line, '\n', input->len))) {
        *end = 0;
        run_input_line(p, input->line);
        input->len -= (size_t)(end + 1 - input->line);
        memmove(input->line, end + 1, input->len + 1);
    }
    return input->len < sizeof input->line - 1;
}

static int poll_timeout(const struct program *p, int64_t now)
{
    int64_t next = next_event(p), link = link_next(&p->links);
    next = link < next ? link : next;
    if (p->until_ms && p->until_ms < next)
        next = p->until_ms;
    return next <= now ? 0 : next - now > 1000 ? 1000 : (int)(next - now);
}

static void serve_once(struct program *p, int64_t start)
{
    struct pollfd polls[SIM_PRINTERS + 2];
    int count = link_polls(&p->links, polls);
    for (int i = 0; i < 2; i++)
        polls[count + i] = (struct pollfd){.fd = p->inputs[i].fd, .events = POLLIN};
    poll(polls, (nfds_t)count + 2, poll_timeout(p, clock_mono() - start));
    sim_run(&p->sim, clock_mono() - start);
    link_serve(&p->links, polls, count);
    for (int i = 0; i < 2; i++) {
        if (polls[count + i].revents && !read_input(p, &p->inputs[i]))
            p->inputs[i].fd = -1;
    }
    run_scripts(p);
}

static void run_online(struct program *p)
{
    int64_t start = clock_mono();
    run_scripts(p);
    while (!over(p))
        serve_once(p, start);
}

static bool add_script(struct program *p, const char *path)
{
    struct script *script = p->script_count < SCRIPTS_MAX ? calloc(1, sizeof *script) : NULL;
    if (!script)
        return false;
    p->scripts[p->script_count++] = script;
    return script_open(script, path);
}

/* Both ends open: a writer that comes and goes never makes it end. */
static bool open_control(struct program *p, const char *path)
{
    p->inputs[1].fd = open(path, O_RDWR | O_NONBLOCK);
    return p->inputs[1].fd >= 0;
}

static bool numbers(struct program *p, int option, const char *text)
{
    double value;
    if (!text_to_double(text, &value) || value < 0)
        return false;
    if (option == 's')
        p->until_ms = (int64_t)(value * 1000);
    else if (option == 'x' && value > 0)
        sim_set_speed(&p->sim, value);
    else if (option == 'e')
        p->sim.seed = (uint64_t)value;
    return true;
}

static const struct option options[] = {
    {"script", 1, NULL, 'f'}, {"broker", 1, NULL, 'b'},   {"files", 1, NULL, 'd'},
    {"record", 1, NULL, 'r'}, {"offline", 0, NULL, 'o'},  {"control", 1, NULL, 'c'},
    {"truth", 1, NULL, 't'},  {"requests", 1, NULL, 'q'}, {"seconds", 1, NULL, 's'},
    {"speed", 1, NULL, 'x'},  {"seed", 1, NULL, 'e'},     {"help", 0, NULL, 'h'},
    {NULL, 0, NULL, 0}};

static bool take_option(struct program *p, int option, const char *text)
{
    switch (option) {
    case 'f':
        return add_script(p, text);
    case 'b':
        p->links.broker = text;
        return true;
    case 'd':
        return text_copy(p->sim.files, sizeof p->sim.files, text);
    case 'r':
        p->recording = record_open(&p->record, text, p->sim.epoch_ms);
        return p->recording;
    case 'o':
        p->offline = true;
        return true;
    case 'c':
        return open_control(p, text);
    case 't':
        return (p->sim.truth = fopen(text, "w"));
    case 'q':
        return (p->links.requests = fopen(text, "w"));
    case 's':
    case 'x':
    case 'e':
        return numbers(p, option, text);
    default:
        return false;
    }
}

static bool take_options(struct program *p, int argc, char **argv)
{
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (take_option(p, option, optarg))
            continue;
        fprintf(stderr, "usage: filamentd-simulator [--script FILE]... [--broker HOST:PORT] \n"
                        "  [--files DIR] [--record FILE|DIR] [--offline] "
                        "[--control FIFO] [--truth FILE]\n  [--requests FILE] [--seconds N] "
                        "[--speed FACTOR] [--seed N]\n");
        return false;
    }
    return true;
}

static void close_program(struct program *p)
{
    for (int i = 0; i < p->script_count; i++) {
        script_close(p->scripts[i]);
        free(p->scripts[i]);
    }
    record_close(&p->record);
    link_close(&p->links);
    if (p->links.requests)
        fclose(p->links.requests);
    if (p->sim.truth)
        fclose(p->sim.truth);
    sim_close(&p->sim);
}

int main(int argc, char **argv)
{
    static struct program program;
    struct program *p = &program;
    sim_init(&p->sim, 1);
    link_init(&p->links, &p->sim);
    p->sim.sink = (struct sink){.ctx = p, .publish = publish, .added = added};
    p->inputs[0].fd = STDIN_FILENO;
    p->inputs[1].fd = -1;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    signal(SIGPIPE, SIG_IGN);
    p->failed = !take_options(p, argc, argv);
    p->sim.epoch_ms = p->offline ? (int64_t)OFFLINE_EPOCH_S * 1000 : clock_now();
    p->record.epoch_ms = p->sim.epoch_ms;
    if (!p->failed && p->offline)
        run_offline(p);
    else if (!p->failed)
        run_online(p);
    bool failed = p->failed;
    close_program(p);
    return failed ? 1 : 0;
}
