/* The names of a print, erased: nowhere in the database, and the same print is still known. */
#include "store_case.h"

#include "base/auto.h"
#include "base/text.h"
#include "bridge/hub.h"
#include "core/job.h"
#include "core/job_identity.h"
#include "core/printer.h"
#include "store/jobs.h"
#include "store/printers.h"

static const char title[] = "Gift for Ann: red", rewritten[] = "Gift for Ann_ red";

static void titles_are_known_by_their_hash(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {{"Gift for Ann: red", "Gift for Ann_ red", true},
                {"Gift.gcode.3mf", "Gift.3mf", true},
                {"Gift", "Gift.gcode", true},
                {"Gift", "gift", false},
                {"Gift", "", false},
                {"Gift for Ann", "Gift for Bob", false}};
    for (size_t i = 0; i < LEN(rows); i++) {
        struct job one = {0}, other = {0};
        text_copy(one.name, sizeof one.name, rows[i].a);
        text_copy(other.name, sizeof other.name, rows[i].b);
        assert_int_equal(job_same_title(one.name, other.name), rows[i].same);
        job_forget_names(&one);
        assert_true(job_name_erased(one.name));
        assert_null(strstr(one.name, rows[i].a));
        assert_int_equal(job_same_title(one.name, other.name), rows[i].same);
        assert_int_equal(job_same_title(other.name, one.name), rows[i].same);
        job_forget_names(&other);
        assert_int_equal(job_same_title(one.name, other.name), rows[i].same);
        struct job again = one;
        job_forget_names(&again);
        assert_string_equal(again.name, one.name);
    }
}

static void names_of_the_next_print_stay(void **state)
{
    (void)state;
    static struct printer printer;
    static struct job job;
    printer_init(&printer);
    text_copy(job.name, sizeof job.name, rewritten);
    text_copy(job.file, sizeof job.file, "/cache/gift.gcode.3mf");
    text_copy(printer.identity.gcode_file, PRINTER_TEXT, "gift.3mf");
    text_copy(printer.identity.subtask_name, PRINTER_TEXT, title);
    text_copy(printer.command.title, PRINTER_TEXT, "Lamp");
    job_forget_printer_names(&job, &printer);
    assert_true(job_name_erased(printer.identity.gcode_file));
    assert_true(job_name_erased(printer.identity.subtask_name));
    assert_string_equal(printer.command.title, "Lamp");
    printer.command.number = job.command = 3;
    job_forget_printer_names(&job, &printer);
    assert_true(job_name_erased(printer.command.title));
}

/* --- through the hub --- */

static struct hub *hub;
static int64_t printer, now;

static void hear(const char *text)
{
    assert_true(hub_report(hub, printer, text, strlen(text), now));
    hub_flush(hub);
    now += 1000;
}

static enum err leave_traces(void *ctx, struct db *db, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:s, s:i}", "title", ctx, "at", 0));
    db_put(db, args, "at", json_integer(now));
    static const char *const traces[] = {
        "INSERT INTO alert (public_id, kind, cause, text, data, job, opened_at, updated_at) SELECT "
        "'a', 'print_finished', 'c', :title || ' is done', json_object('name', :title), id, :at, "
        ":at FROM job",
        "INSERT INTO source_event (source, printer, kind, received_at, body) SELECT "
        "'homeassistant', printer, 'print_event', ended_at, json_object('task_name', 'Ann, red') "
        "FROM job",
        ("INSERT INTO idempotency (principal, key, route, body_hash, body, created_at) SELECT 0, "
         "'k', 'r', 'h', json_object('job_id', public_id, 'name', :title), :at FROM job"),
    };
    for (size_t i = 0; i < LEN(traces); i++)
        db_exec(db, traces[i], args);
    return db_status(db, why);
}

static enum err erase(void *ctx, struct db *db, struct why *why)
{
    (void)ctx;
    json_auto_t *row = db_row(db, "SELECT public_id AS job_id FROM job", NULL, NULL);
    json_auto_t *job = NULL;
    return jobs_erase_names(db, row, &job, why);
}

/* How many rows of any table hold the text. */
static enum err count_holders(void *ctx, struct db *db, struct why *why)
{
    json_auto_t *tables = db_rows(
        db,
        "SELECT 'SELECT count(*) FROM \"' || m.name || '\" WHERE ' || "
        "group_concat('coalesce(instr(\"' || c.name || '\", ''Ann''), 0)', '+') || ' > 0' AS query "
        "FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' "
        "GROUP BY m.name",
        NULL, NULL);
    size_t i;
    const json_t *row;
    int64_t *ret = ctx;
    *ret = 0;
    json_array_foreach (tables, i, row)
        *ret += db_int(db, case_text(row, "query"), NULL, 1000);
    assert_true(i > 20);
    return db_status(db, why);
}

static enum err count_jobs(void *ctx, struct db *db, struct why *why)
{
    *(int64_t *)ctx = db_int(db, "SELECT count(*) FROM job", NULL, -1);
    return db_status(db, why);
}

static void run(hub_run *call, void *ctx)
{
    struct why why = {0};
    if (hub_write(hub, now, call, ctx, &why) != OK)
        fail_msg("%s: %s", why.code, why.text);
}

static int64_t counted(hub_run *call)
{
    int64_t count = -1;
    run(call, &count);
    return count;
}

static void open_hub(void)
{
    struct db *db = NULL;
    struct why why = {0};
    static const struct hub_options nobody;
    assert_int_equal(migrate_open(":memory:", &db, &why), OK);
    db_set_now(db, case_start);
    assert_int_equal(db_begin(db), OK);
    json_auto_t *made =
        case_ok(db, printers_create, json_pack("{s:s, s:s}", "printer_id", "p", "serial", "01P"));
    printer = printers_find(db, "p");
    assert_int_equal(db_commit(db, &why), OK);
    assert_int_equal(hub_open(db, &nobody, &hub, &why), OK);
    now = case_start + 1000;
}

/* Ids are "0", as of a local print: only its names tell that it is the same. */
static void the_last_print_is_still_known(void **state)
{
    (void)state;
    struct why why = {0};
    open_hub();
    hear("{\"print\":{\"gcode_state\":\"IDLE\"}}");
    hear("{\"print\":{\"command\":\"project_file\",\"subtask_name\":\"Gift for Ann: red\","
         "\"url\":\"ftp:///cache/Ann.gcode.3mf\",\"param\":\"Metadata/plate_1.gcode\"}}");
    hear("{\"print\":{\"gcode_state\":\"RUNNING\",\"subtask_name\":\"Gift for Ann_ red\","
         "\"gcode_file\":\"Ann.gcode.3mf\",\"layer_num\":1,\"total_layer_num\":9}}");
    hear("{\"print\":{\"gcode_state\":\"FINISH\",\"layer_num\":9}}");
    run(leave_traces, (void *)(uintptr_t)title);
    assert_true(counted(count_holders) >= 5);
    run(erase, NULL);
    assert_int_equal(counted(count_holders), 0);
    for (int i = 0; i < 3; i++) {
        hear("{\"print\":{\"gcode_state\":\"FINISH\",\"subtask_name\":\"Gift for Ann_ red\","
             "\"gcode_file\":\"Ann.gcode.3mf\",\"layer_num\":9,\"ams\":{\"ams\":[]}}}");
        hear(i % 2 ? "{\"print\":{\"total_layer_num\":9}}" : "{\"print\":{\"total_layer_num\":8}}");
        assert_int_equal(counted(count_holders), 0);
        assert_int_equal(counted(count_jobs), 1);
        assert_int_equal(hub_restart(hub, &why), OK);
    }
    hear("{\"print\":{\"gcode_state\":\"RUNNING\",\"subtask_name\":\"Lamp\",\"layer_num\":0}}");
    assert_int_equal(counted(count_jobs), 2);
    hub_close(hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(titles_are_known_by_their_hash),
        cmocka_unit_test(names_of_the_next_print_stay),
        cmocka_unit_test(the_last_print_is_still_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
