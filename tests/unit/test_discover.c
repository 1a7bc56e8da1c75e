#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/clock.h"
#include "bridge/printer/discover.h"

#define NT "NT: urn:bambulab-com:device:3dprinter:1\r\n"

static const char notice[] = "NOTIFY * HTTP/1.1\r\n"
                             "HOST: 239.255.255.250:1990\r\n"
                             "Server: UPnP/1.0\r\n"
                             "Location: 127.0.0.21\r\n" NT "NTS: ssdp:alive\r\n"
                             "USN: 01P00A6C0D00072\r\n"
                             "Cache-Control: max-age=1800\r\n"
                             "DevModel.bambu.com: C12\r\n"
                             "DevName.bambu.com: Werkstatt \xc3\x9cno\r\n"
                             "devsignal.BAMBU.com: -47\r\n"
                             "DevConnect.bambu.com: lan\r\n"
                             "DevBind.bambu.com: free\r\n"
                             "DevVersion.bambu.com: 01.08.00.00\r\n\r\n";

static bool parsed(const char *text, struct discover_printer *ret_printer)
{
    return discover_parse(text, strlen(text), "127.0.0.9", ret_printer);
}

static void reads_a_notice(void **state)
{
    struct discover_printer p;
    (void)state;
    assert_true(parsed(notice, &p));
    assert_string_equal(p.serial, "01P00A6C0D00072");
    assert_string_equal(p.host, "127.0.0.21");
    assert_string_equal(p.model, "C12");
    assert_string_equal(p.name, "Werkstatt \xc3\x9cno");
    assert_string_equal(p.connect, "lan");
    assert_string_equal(p.bind, "free");
    assert_string_equal(p.version, "01.08.00.00");
    assert_int_equal(p.signal_dbm, -47);
}

static void reads_an_answer_with_bare_line_ends(void **state)
{
    struct discover_printer p;
    (void)state;
    assert_true(parsed("HTTP/1.1 200 OK\nst:urn:bambulab-com:device:3dprinter:1\n"
                       "usn:\t01p00a6c0d00072 \nLOCATION:   10.0.0.7\n",
                       &p));
    assert_string_equal(p.serial, "01P00A6C0D00072");
    assert_string_equal(p.host, "10.0.0.7");
}

static void takes_the_sender_for_a_bad_location(void **state)
{
    struct discover_printer p;
    (void)state;
    assert_true(parsed("NOTIFY * HTTP/1.1\r\n" NT "USN: A1\r\nLocation: evil.example\r\n", &p));
    assert_string_equal(p.host, "127.0.0.9");
}

static void leaves_bad_values_out(void **state)
{
    struct discover_printer p;
    (void)state;
    assert_true(parsed("NOTIFY * HTTP/1.1\r\n" NT "USN: A1\r\nDevName.bambu.com: \xff\xfe\r\n"
                       "DevModel.bambu.com: far longer than any model code is\r\n"
                       "DevSignal.bambu.com: loud\r\nno colon here\r\n:\r\n",
                       &p));
    assert_string_equal(p.name, "");
    assert_string_equal(p.model, "");
    assert_int_equal(p.signal_dbm, 0);
}

static void ignores_everything_else(void **state)
{
    struct discover_printer p;
    const char *const other[] = {
        "",
        "\r\n",
        "M-SEARCH * HTTP/1.1\r\n" NT "USN: A1\r\n",
        "NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nUSN: A1\r\n",
        "NOTIFY * HTTP/1.1\r\n" NT,
        "NOTIFY * HTTP/1.1\r\n" NT "USN: ../etc\r\n",
        "NOTIFY * HTTP/1.1\r\n" NT "USN: 0123456789012345678901234567890123456789\r\n",
        "NOTIFY",
        "HTTP/1.1 404 no\r\n" NT "USN: A1\r\n",
    };
    (void)state;
    for (size_t i = 0; i < LEN(other); i++)
        assert_false(parsed(other[i], &p));
}

static void survives_every_cut(void **state)
{
    struct discover_printer p;
    (void)state;
    for (size_t len = 0; len < sizeof notice; len++) {
        char *copy = malloc(len + 1);
        memcpy(copy, notice, len);
        discover_parse(copy, len, "127.0.0.9", &p);
        free(copy);
    }
}

/* ---- on the wire ---- */

struct seen {
    atomic_int fresh, moved;
};

static void on_seen(void *ctx, const struct discover_printer *printer, bool moved)
{
    struct seen *seen = ctx;
    (void)printer;
    atomic_fetch_add(moved ? &seen->moved : &seen->fresh, 1);
}

static void send_notice(int port, const char *text)
{
    auto_fd fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_true(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof to) > 0);
}

static void wait_for(atomic_int *counter, int value)
{
    for (int i = 0; i < 500 && atomic_load(counter) < value; i++)
        poll(NULL, 0, 10);
    assert_int_equal(atomic_load(counter), value);
}

static void hears_notices_and_tells_of_moves(void **state)
{
    struct seen seen = {0};
    struct discover *discover = NULL;
    struct discover_printer list[4];
    struct discover_options options = {
        .ports = {-1, -1}, .loopback = true, .seen = on_seen, .ctx = &seen};
    (void)state;
    assert_int_equal(discover_open(&options, &discover, NULL), OK);
    send_notice(discover_port(discover, 0), notice);
    wait_for(&seen.fresh, 1);
    send_notice(discover_port(discover, 1), notice);
    send_notice(discover_port(discover, 1), "NOTIFY * HTTP/1.1\r\n" NT "USN: 00M1\r\n");
    wait_for(&seen.fresh, 2);
    assert_int_equal(atomic_load(&seen.moved), 0);
    send_notice(discover_port(discover, 0),
                "NOTIFY * HTTP/1.1\r\n" NT "USN: 01P00A6C0D00072\r\nLocation: 127.0.0.33\r\n");
    wait_for(&seen.moved, 1);
    assert_int_equal(discover_list(discover, list, LEN(list)), 2);
    assert_string_equal(list[0].serial, "00M1");
    assert_string_equal(list[1].host, "127.0.0.33");
    assert_true(list[1].last_seen >= list[1].first_seen && list[1].first_seen > 0);
    assert_int_equal(discover_list(discover, list, 1), 1);
    discover_close(discover);
}

static void asks_on_demand(void **state)
{
    auto_fd printer = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in from = {0};
    socklen_t size = sizeof at;
    char text[1024] = {0};
    struct seen seen = {0};
    struct discover *discover = NULL;
    (void)state;
    assert_int_equal(bind(printer, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(printer, (struct sockaddr *)&at, &size), 0);
    struct discover_options options = {.ports = {-1, -1},
                                       .loopback = true,
                                       .ask_port = ntohs(at.sin_port),
                                       .seen = on_seen,
                                       .ctx = &seen};
    assert_int_equal(discover_open(&options, &discover, NULL), OK);
    assert_int_equal(discover_search(discover, NULL), OK);
    assert_true(recvfrom(printer, text, sizeof text - 1, 0, (struct sockaddr *)&from, &size) > 0);
    assert_non_null(strstr(text, "M-SEARCH * HTTP/1.1\r\n"));
    assert_non_null(strstr(text, "ST: urn:bambulab-com:device:3dprinter:1\r\n"));
    const char answer[] =
        "HTTP/1.1 200 OK\r\nST: urn:bambulab-com:device:3dprinter:1\r\nUSN: X1\r\n";
    sendto(printer, answer, sizeof answer - 1, 0, (struct sockaddr *)&from, size);
    wait_for(&seen.fresh, 1);
    discover_close(discover);
}

static void stays_within_its_table(void **state)
{
    struct seen seen = {0};
    struct discover *discover = NULL;
    struct discover_printer *list = calloc(2 * DISCOVER_PRINTERS, sizeof *list);
    struct discover_options options = {
        .ports = {-1, -1}, .loopback = true, .seen = on_seen, .ctx = &seen};
    (void)state;
    assert_int_equal(discover_open(&options, &discover, NULL), OK);
    for (int i = 0; i < DISCOVER_PRINTERS + 50; i++) {
        char text[128];
        snprintf(text, sizeof text, "NOTIFY * HTTP/1.1\r\n" NT "USN: S%d\r\n", i);
        send_notice(discover_port(discover, 0), text);
        wait_for(&seen.fresh, i + 1);
    }
    assert_int_equal(discover_list(discover, list, 2 * DISCOVER_PRINTERS), DISCOVER_PRINTERS);
    discover_close(discover);
    free(list);
}

static void two_share_a_port(void **state)
{
    struct discover *first = NULL, *second = NULL;
    struct discover_options options = {.ports = {-1, -1}, .loopback = true};
    (void)state;
    assert_int_equal(discover_open(&options, &first, NULL), OK);
    options.ports[0] = discover_port(first, 0);
    options.ports[1] = discover_port(first, 1);
    assert_int_equal(discover_open(&options, &second, NULL), OK);
    discover_close(second);
    discover_close(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_notice),
        cmocka_unit_test(reads_an_answer_with_bare_line_ends),
        cmocka_unit_test(takes_the_sender_for_a_bad_location),
        cmocka_unit_test(leaves_bad_values_out),
        cmocka_unit_test(ignores_everything_else),
        cmocka_unit_test(survives_every_cut),
        cmocka_unit_test(hears_notices_and_tells_of_moves),
        cmocka_unit_test(asks_on_demand),
        cmocka_unit_test(stays_within_its_table),
        cmocka_unit_test(two_share_a_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
