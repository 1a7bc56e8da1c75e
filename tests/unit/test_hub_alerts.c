/* The alerts of a group that went through the hub's door as one. */
#include "print_case.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "bridge/hub.h"
#include "store/alerts.h"

enum { SECOND = 1000, NOBODY = 999 };

static const char idle[] =
    "{\"print\":{\"command\":\"push_status\",\"gcode_state\":\"IDLE\",\"ams\":{\"tray_now\":\"255\","
    "\"ams_exist_bits\":\"1\",\"tray_exist_bits\":\"1\",\"ams\":[{\"id\":\"0\",\"tray\":["
    "{\"id\":\"0\",\"tray_type\":\"PLA\",\"tray_info_idx\":\"GFL99\",\"tray_color\":\"FF0000FF\"}"
    "]}]}}}";
static const char start[] =
    "{\"print\":{\"command\":\"project_file\",\"param\":\"Metadata/plate_1.gcode\",\"task_id\":\"7\","
    "\"subtask_name\":\"vase\",\"ams_mapping\":[0],\"result\":\"success\"}}";
static const char prepare[] =
    "{\"print\":{\"command\":\"push_status\",\"gcode_state\":\"PREPARE\",\"task_id\":\"7\","
    "\"subtask_name\":\"vase\"}}";
static const char run[] =
    "{\"print\":{\"command\":\"push_status\",\"gcode_state\":\"RUNNING\",\"print_error\":0,"
    "\"layer_num\":5,\"total_layer_num\":10,\"ams\":{\"tray_now\":\"0\"}}}";
static const char ran_out[] =
    "{\"print\":{\"command\":\"push_status\",\"gcode_state\":\"PAUSE\",\"print_error\":117473297}}";
static const char finish[] = "{\"print\":{\"command\":\"push_status\",\"gcode_state\":\"FINISH\","
                             "\"mc_percent\":100}}";

struct shop {
    struct hub *hub;
    int64_t printer, now;
};

static struct shop shop_open(const char *script)
{
    struct shop shop = {.now = case_start};
    struct db *db = NULL;
    struct why why = {0};
    print_must(migrate_open(":memory:", &db, &why), &why);
    assert_int_equal(db_begin(db), OK);
    db_set_now(db, shop.now);
    shop.printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    if (script)
        assert_int_equal(db_script(db, script), OK);
    print_must(db_commit(db, &why), &why);
    print_must(hub_open(db, NULL, &shop.hub, &why), &why);
    return shop;
}

static void report(struct shop *shop, int64_t printer, const char *message)
{
    shop->now += SECOND;
    assert_true(hub_report(shop->hub, printer, message, strlen(message), shop->now));
}

/* All in one group. */
static void tell(struct shop *shop, const char *const *messages, size_t count)
{
    uint64_t before = hub_version(shop->hub);
    for (size_t i = 0; i < count; i++)
        report(shop, shop->printer, messages[i]);
    report(shop, NOBODY, finish); /* a neighbour that fails */
    hub_flush(shop->hub);
    assert_true(hub_version(shop->hub) <= before + 2);
}

struct look {
    const char *sql;
    json_t *rows;
};

static enum err run_look(void *ctx, struct db *db, struct why *why)
{
    struct look *look = ctx;
    look->rows = db_rows(db, look->sql, NULL, NULL);
    return db_status(db, why);
}

static json_t *look_at(struct shop *shop, const char *sql)
{
    struct look look = {.sql = sql};
    struct why why = {0};
    print_must(hub_write(shop->hub, shop->now, run_look, &look, &why), &why);
    return look.rows;
}

static void alerts_are(struct shop *shop, json_t *wanted)
{
    json_auto_t *owned = wanted;
    json_auto_t *rows = look_at(shop, "SELECT kind, opened_at, ended_at FROM alert ORDER BY id");
    if (!json_equal(rows, owned))
        fail_msg("%s instead of %s", json_dumps(rows, 0), json_dumps(owned, 0));
}

static json_int_t failures(const struct shop *shop)
{
    struct hub_counts counts = {0};
    assert_true(hub_counters(shop->hub, shop->printer, &counts));
    return (json_int_t)counts.failed_commits;
}

/* Of all that the messages did there is one follow, at the time of the last that succeeded. */
static void a_whole_print_in_one_group(void **state)
{
    (void)state;
    static const char *const messages[] = {idle, start, prepare, run, finish};
    struct shop shop = shop_open(NULL);
    tell(&shop, messages, LEN(messages));
    json_int_t last = shop.now - SECOND;
    alerts_are(&shop, json_pack("[{s:s, s:I, s:I}, {s:s, s:I, s:n}]", "kind", "print_finished",
                                "opened_at", last, "ended_at", last, "kind", "open_charge",
                                "opened_at", last, "ended_at"));
    hub_close(shop.hub);
}

/* A runout is told and is over, also where the print was already fed again when it was committed.
 */
static void a_runout_and_its_end_in_one_group(void **state)
{
    (void)state;
    static const char *const before[] = {idle, start, prepare, run}, *const both[] = {ran_out, run};
    for (int together = 0; together < 2; together++) {
        struct shop shop = shop_open(NULL);
        tell(&shop, before, LEN(before));
        if (together)
            tell(&shop, both, 2);
        for (int i = 0; !together && i < 2; i++)
            tell(&shop, &both[i], 1);
        json_auto_t *rows = look_at(&shop, "SELECT kind, ended_at IS NULL AS open FROM alert");
        json_auto_t *wanted = json_pack("[{s:s, s:i}]", "kind", "runout", "open", 0);
        if (!json_equal(rows, wanted))
            fail_msg("together %d: %s", together, json_dumps(rows, 0));
        hub_close(shop.hub);
    }
}

static enum err run_release(void *ctx, struct db *db, struct why *why)
{
    (void)ctx;
    db_exec(db, "DROP TRIGGER no_alert", NULL);
    return db_status(db, why);
}

/* What cannot be told of did not happen: not a part of it, nor the state in memory. */
static void alerts_that_cannot_be_kept_fail_the_group(void **state)
{
    (void)state;
    static const char *const messages[] = {idle, start, prepare, run, finish};
    struct shop shop = shop_open("CREATE TRIGGER no_alert BEFORE INSERT ON alert BEGIN "
                                 "SELECT raise(ABORT, 'not now'); END;");
    struct why why = {0};
    struct job job;
    uint64_t before = hub_version(shop.hub);
    tell(&shop, messages, LEN(messages));
    assert_int_equal(hub_version(shop.hub), before);
    assert_int_equal(failures(&shop), LEN(messages));
    assert_true(hub_job(shop.hub, shop.printer, &job));
    assert_int_equal(job.row, 0);
    json_auto_t *jobs = look_at(&shop, "SELECT id FROM job");
    assert_int_equal(json_array_size(jobs), 0);
    alerts_are(&shop, json_array());
    print_must(hub_write(shop.hub, shop.now, run_release, NULL, &why), &why);
    tell(&shop, messages, LEN(messages));
    assert_int_equal(failures(&shop), LEN(messages));
    json_auto_t *alerts = look_at(&shop, "SELECT id FROM alert WHERE kind = 'print_finished'");
    assert_int_equal(json_array_size(alerts), 1);
    hub_close(shop.hub);
}

/* --- writes of many threads --- */

enum { WRITERS = 3, TRIES = 100, WAIT_US = 2000 };

/* One that takes a roll down to 40 g, and may fail then. */
struct writer {
    struct shop *shop;
    int roll;
    enum err result;
    atomic_int *come;
    pthread_t thread;
};

static enum err run_empty(void *ctx, struct db *db, struct why *why)
{
    const struct writer *writer = ctx;
    json_auto_t *row = NULL, *args = json_pack("{s:i, s:i}", "spool_id", writer->roll,
                                               "adjustment_grams", -960000);
    enum err e = case_adjust(db, args, &row, why);
    return e || !writer->result ? e : why_fail(why, writer->result, "no", NULL, "changed its mind");
}

static void *write_one(void *arg)
{
    struct writer *writer = arg;
    struct why why = {0};
    atomic_fetch_add(writer->come, 1);
    writer->result = hub_write(writer->shop->hub, writer->shop->now, run_empty, writer, &why);
    return NULL;
}

/* Keeps its group open until all have come to it, as far as can be seen from here. */
static enum err run_wait(void *ctx, struct db *db, struct why *why)
{
    const atomic_int *come = ctx;
    (void)db;
    (void)why;
    while (atomic_load(come) < WRITERS)
        usleep(WAIT_US);
    usleep(WAIT_US);
    return OK;
}

static void *hold(void *arg)
{
    const struct writer *writer = arg;
    struct why why = {0};
    print_must(hub_write(writer->shop->hub, writer->shop->now, run_wait, writer->come, &why), &why);
    return NULL;
}

/* True: one COMMIT was theirs and the holder's. */
static bool write_at_once(struct shop *shop, struct writer writers[WRITERS])
{
    atomic_int come = 0;
    struct writer holder = {.shop = shop, .come = &come};
    uint64_t before = hub_version(shop->hub);
    assert_int_equal(pthread_create(&holder.thread, NULL, hold, &holder), 0);
    for (int i = 0; i < WRITERS; i++) {
        writers[i].shop = shop;
        writers[i].come = &come;
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_one, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i].thread, NULL);
    pthread_join(holder.thread, NULL);
    return hub_version(shop->hub) == before + 2;
}

static enum err run_rolls(void *ctx, struct db *db, struct why *why)
{
    (void)ctx;
    (void)why;
    print_roll(db, "Green", 1000, 0);
    print_roll(db, "Green", 1000, 0);
    return OK;
}

/* Both rolls of the green product (2 and 3) get low, and so does it; the red one would have, but
 * its writer fails. Grouping is up to the threads; what comes of it is not. */
static void writes_that_together_make_an_alert(void **state)
{
    (void)state;
    bool grouped = false;
    for (int i = 0; !grouped && i < TRIES; i++) {
        struct shop shop = shop_open(NULL);
        struct why why = {0};
        struct writer writers[WRITERS] = {
            {.roll = 2}, {.roll = 1, .result = ERR_CONFLICT}, {.roll = 3}};
        print_must(hub_write(shop.hub, shop.now, run_rolls, NULL, &why), &why);
        grouped = write_at_once(&shop, writers);
        assert_int_equal(writers[0].result, OK);
        assert_int_equal(writers[1].result, ERR_CONFLICT);
        assert_int_equal(writers[2].result, OK);
        json_auto_t *rows =
            look_at(&shop, "SELECT a.kind, s.number AS roll, a.ended_at IS NULL AS open "
                           "FROM alert a LEFT JOIN spool s ON s.id = a.spool ORDER BY 1, 2");
        json_auto_t *wanted =
            json_pack("[{s:s, s:n, s:i}, {s:s, s:i, s:i}, {s:s, s:i, s:i}]", "kind", "low_product",
                      "roll", "open", 1, "kind", "low_spool", "roll", 2, "open", 1, "kind",
                      "low_spool", "roll", 3, "open", 1);
        if (!json_equal(rows, wanted))
            fail_msg("%s", json_dumps(rows, 0));
        hub_close(shop.hub);
    }
    assert_true(grouped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_print_in_one_group),
        cmocka_unit_test(a_runout_and_its_end_in_one_group),
        cmocka_unit_test(writes_that_together_make_an_alert),
        cmocka_unit_test(alerts_that_cannot_be_kept_fail_the_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
