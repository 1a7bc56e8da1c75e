/* Four hundred printers at once, with file descriptors that select could not hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/text.h"
#include "bridge/printer/links.h"
#include "tests/links/farm_peer.h"

enum { LINKS = 400, FILLERS = 1030, PATIENCE_MS = 60 * 1000 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

static struct farm_counts *counts;
static atomic_int reports[LINKS + 1], strangers, rounds, moving;

static void name_of(int64_t printer, char serial[IDENTITY_SERIAL_SIZE])
{
    snprintf(serial, IDENTITY_SERIAL_SIZE, "00M00A6C%07d", (int)printer);
}

static void on_report(void *ctx, int64_t printer, const void *bytes, size_t len)
{
    char serial[IDENTITY_SERIAL_SIZE], text[64];
    (void)ctx;
    name_of(printer, serial);
    snprintf(text, sizeof text, "{\"serial\":\"%s\"}", serial);
    bool own = len == strlen(text) && memcmp(bytes, text, len) == 0;
    atomic_fetch_add(own ? &reports[printer] : &strangers, 1);
    atomic_fetch_add(&moving, 1);
}

static void on_round_end(void *ctx)
{
    (void)ctx;
    atomic_fetch_add(&rounds, 1);
}

static int reported(int times)
{
    int count = 0;
    for (int i = 1; i <= LINKS; i++)
        count += atomic_load(&reports[i]) >= times;
    return count;
}

static void wait_for_reports(int times)
{
    int64_t end = clock_mono() + PATIENCE_MS;
    while (reported(times) < LINKS && clock_mono() < end)
        poll(NULL, 0, 20);
    assert_int_equal(reported(times), LINKS);
    assert_int_equal(atomic_load(&strangers), 0);
}

static int high_sockets(void)
{
    int count = 0;
    for (int fd = 1024; fd < 4096; fd++) {
        struct stat st;
        count += fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
    }
    return count;
}

static long resident_kib(void)
{
    char line[256];
    long kib = 0;
    auto_file *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file))
        if (text_starts(line, "VmRSS:"))
            kib = strtol(line + 6, NULL, 10);
    return kib;
}

static int64_t cpu_ms(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
           (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

/* Every number below 1024 is taken, and the soft limit is too low for what comes. */
static void fill_descriptors(void)
{
    struct rlimit limit;
    for (int i = 0; i < FILLERS; i++)
        assert_true(open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = FILLERS + 64;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void set_all(struct links *links)
{
    for (int i = 1; i <= LINKS; i++) {
        struct link_target target = {
            .printer = i, .enabled = true, .host = "127.0.0.1", .port = atomic_load(&counts->port)};
        name_of(i, target.serial);
        text_copy(target.access_code, sizeof target.access_code, "c0de4711");
        assert_int_equal(links_set(links, &target, NULL), OK);
    }
}

static void check_memory(long before)
{
    long each = (resident_kib() - before) / LINKS;
    print_message("memory: %ld KiB a link\n", each);
    if (!sanitized)
        assert_true(each < 80);
}

static void check_rest(void)
{
    int64_t started = clock_mono(), cpu = cpu_ms();
    poll(NULL, 0, 1500);
    double share = (double)(cpu_ms() - cpu) / (double)(clock_mono() - started);
    print_message("processor at rest: %.3f\n", share);
    assert_true(share < 0.2);
}

static void check_all_connected(struct links *links)
{
    for (int i = 1; i <= LINKS; i++) {
        struct link_status status;
        assert_true(links_status(links, i, &status));
        assert_true(status.connected);
        assert_int_equal(status.reason, LINK_CONNECTED);
    }
}

static void four_hundred_links(void **state)
{
    const char *certs = *state;
    struct links_options options = {
        .certs_dir = certs, .connect_ms = 30 * 1000, .early_close_ms = 1, .close_ms = 10 * 1000};
    struct link_events events = {.report = on_report, .round_end = on_round_end};
    struct links *links = NULL;
    struct why why = {0};
    fill_descriptors();
    assert_int_equal(links_open(&options, &events, &links, &why), OK);
    long before = resident_kib();
    int64_t started = clock_mono();
    set_all(links);
    wait_for_reports(1);
    print_message("all connected after %d ms\n", (int)(clock_mono() - started));
    assert_true(high_sockets() >= LINKS);
    check_memory(before);
    check_all_connected(links);
    check_rest();
    atomic_store(&counts->drop, 1);
    started = clock_mono();
    wait_for_reports(2);
    print_message("all connected again after %d ms\n", (int)(clock_mono() - started));
    started = clock_mono();
    links_close(links);
    print_message("all closed after %d ms\n", (int)(clock_mono() - started));
    for (int i = 0; i < 200 && atomic_load(&counts->goodbyes) < LINKS; i++)
        poll(NULL, 0, 20);
    assert_int_equal(atomic_load(&counts->goodbyes), LINKS);
    assert_int_equal(atomic_load(&counts->connects), 2 * LINKS);
    assert_true(atomic_load(&rounds) <= atomic_load(&moving));
}

int main(void)
{
    char dir[] = "/tmp/farm-XXXXXX", path[64];
    struct farm_authority authority;
    if (!mkdtemp(dir))
        return 1;
    snprintf(path, sizeof path, "%s/ca.pem", dir);
    farm_certs_authority(&authority);
    farm_certs_save(&authority, path);
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        farm_peer_run(&authority, counts);
    }
    while (!atomic_load(&counts->port))
        poll(NULL, 0, 10);
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(four_hundred_links, dir)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    unlink(path);
    rmdir(dir);
    X509_free(authority.cert);
    EVP_PKEY_free(authority.key);
    return failed;
}
