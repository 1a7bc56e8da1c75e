#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "base/auto.h"
#include "bridge/notify/activity.h"

enum { NOW_S = 1700000000 };

/* Texts with ' in place of ", so that they can be read. */
static json_t *read_json(const char *text)
{
    char copy[1024];
    size_t len = strlen(text);
    assert_true(len < sizeof copy);
    memcpy(copy, text, len + 1);
    for (size_t i = 0; i < len; i++)
        copy[i] = (char)(copy[i] == '\'' ? '"' : copy[i]);
    json_t *value = json_loads(copy, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    return value;
}

static void what_is_shown(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        struct activity_live live;
        const char *forecast, *shown;
    } cases[] = {
        {"{'status': 'printing', 'progress_percent': null}",
         {-1, -1},
         "[]",
         "{'status': 'printing', 'progress_percent': null, 'layer': null, 'total_layers': null, "
         "'ends_at': null, 'runout_slot': null, 'runout_text': null}"},
        {"{'status': 'printing', 'progress_percent': 7, 'layer': 3, 'total_layers': 90}",
         {-1, 2},
         "[{'label': 'A1', 'runs_out_layer': null, 'text': 'x'}]",
         "{'status': 'printing', 'progress_percent': 7, 'layer': 3, 'total_layers': 90, "
         "'ends_at': 1700000120, 'runout_slot': null, 'runout_text': null}"},
        {"{'status': 'paused', 'progress_percent': 7, 'layer': 3, 'total_layers': 90}",
         {9, -1},
         "[{'label': 'A1', 'runs_out_layer': 80, 'text': 'late'}, "
         "{'label': 'A2', 'runs_out_layer': 40, 'text': 'soon'}]",
         "{'status': 'paused', 'progress_percent': 9, 'layer': 3, 'total_layers': 90, "
         "'ends_at': null, 'runout_slot': 'A2', 'runout_text': 'soon'}"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        json_auto_t *row = read_json(cases[i].row), *forecast = read_json(cases[i].forecast),
                    *wanted = read_json(cases[i].shown);
        json_auto_t *shown = activity_state(row, &cases[i].live, forecast, NOW_S * 1000L);
        if (!json_equal(shown, wanted))
            fail_msg("case %zu: %s", i, json_dumps(shown, 0));
    }
}

static void what_is_news(void **state)
{
    (void)state;
    static const struct {
        const char *sent, *next;
        enum activity_news news;
    } cases[] = {
        {"null", "{'status': 'printing'}", ACTIVITY_URGENT},
        {"{'status': 'printing'}", "{'status': 'paused'}", ACTIVITY_URGENT},
        {"{'status': 'printing', 'layer': 3, 'ends_at': 5, 'runout_slot': 'A1'}",
         "{'status': 'printing', 'layer': 4, 'ends_at': 6, 'runout_slot': 'A1'}", ACTIVITY_OLD},
        {"{'status': 'printing', 'progress_percent': 10}",
         "{'status': 'printing', 'progress_percent': 14}", ACTIVITY_OLD},
        {"{'status': 'printing', 'progress_percent': 14}",
         "{'status': 'printing', 'progress_percent': 15}", ACTIVITY_NEWS},
        {"{'status': 'printing', 'layer': 9, 'total_layers': 200}",
         "{'status': 'printing', 'layer': 10, 'total_layers': 200}", ACTIVITY_NEWS},
        {"{'status': 'printing', 'layer': 10, 'total_layers': 200}",
         "{'status': 'printing', 'layer': 19, 'total_layers': 200}", ACTIVITY_OLD},
        {"{'status': 'printing', 'total_layers': null}",
         "{'status': 'printing', 'total_layers': 200}", ACTIVITY_NEWS},
        {"{'status': 'printing', 'runout_slot': null}",
         "{'status': 'printing', 'runout_slot': 'A1'}", ACTIVITY_NEWS},
        {"{'status': 'printing', 'runout_slot': 'A1'}",
         "{'status': 'printing', 'runout_slot': null}", ACTIVITY_NEWS},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        json_auto_t *sent = read_json(cases[i].sent), *next = read_json(cases[i].next);
        if (activity_compare(sent, next) != cases[i].news)
            fail_msg("case %zu: %s", i, cases[i].next);
    }
}

static void a_print_without_a_name_starts(void **state)
{
    (void)state;
    json_auto_t *row = read_json("{'kind': 'start', 'active': true, 'job_id': 'j', 'printer_id': "
                                 "'p', 'printer_name': 'Shelf', 'name': null, 'state': {}}");
    json_auto_t *payload = activity_payload(row, NOW_S * 1000L);
    json_auto_t *wanted = read_json(
        "{'aps': {'timestamp': 1700000000, 'event': 'start', 'content-state': {}, 'stale-date': "
        "1700014400, 'attributes-type': 'PrintActivityAttributes', 'attributes': {'job_id': 'j', "
        "'printer_id': 'p', 'name': null}, 'alert': {'title': 'Shelf', 'body': 'A print "
        "started'}}}");
    assert_true(json_equal(payload, wanted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_shown),
        cmocka_unit_test(what_is_news),
        cmocka_unit_test(a_print_without_a_name_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
