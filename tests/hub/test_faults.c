/*
 * A printer tells the end of a print with a runout, twice, and later a person says who was really
 * in a slot, all through the real hub. The disk fails, or the process is killed, at every single
 * write of either. Told again after a restart, ledger, rolls, slots and alerts are those of an
 * undisturbed run.
 */
#include "../unit/print_case.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridge/hub.h"
#include "door_load.h"
#include "fault_vfs.h"

enum { PATH_SIZE = 256, FAULTS_MAX = 4000, TICKS_MOST = 100, SECOND = 1000 };

/* What happens at ${now} and may be disturbed; it may happen again. */
typedef void deed(struct hub *hub, int64_t now);

struct stage {
    const char *name;
    deed *deed;
    char model[PATH_SIZE + 16]; /* the database before it */
    json_t *wanted;             /* the facts after it */
};

static char home[PATH_SIZE];
static int64_t printer;

static const char both[] =
    "{\"print\":{\"command\":\"push_status\",\"gcode_state\":\"IDLE\",\"ams\":{\"tray_now\":\"255\","
    "\"ams_exist_bits\":\"1\",\"tray_exist_bits\":\"3\",\"ams\":[{\"id\":\"0\",\"tray\":["
    "{\"id\":\"0\",\"tray_type\":\"PLA\",\"tray_info_idx\":\"GFL99\",\"tray_color\":\"FF0000FF\"},"
    "{\"id\":\"1\",\"tray_type\":\"PLA\",\"tray_info_idx\":\"GFL99\",\"tray_color\":\"FF0000FF\"}"
    "]}]}}}";
/* From there to the last layer. */
static const char *const print[] = {
    "{\"print\":{\"command\":\"project_file\",\"param\":\"Metadata/plate_1.gcode\",\"task_id\":\"7\","
    "\"subtask_name\":\"vase\",\"ams_mapping\":[0],\"result\":\"success\"}}",
    "{\"print\":{\"command\":\"push_status\",\"gcode_state\":\"PREPARE\",\"task_id\":\"7\","
    "\"subtask_name\":\"vase\"}}",
    "{\"print\":{\"command\":\"push_status\",\"gcode_state\":\"RUNNING\",\"layer_num\":0,"
    "\"total_layer_num\":10,\"ams\":{\"tray_now\":\"0\"}}}",
    "{\"print\":{\"command\":\"push_status\",\"layer_num\":5}}",
    "{\"print\":{\"command\":\"push_status\",\"ams\":{\"tray_now\":\"255\",\"tray_exist_bits\":\"2\","
    "\"ams\":[{\"id\":\"0\",\"tray\":[{\"id\":\"0\"}]}]}}}",
    "{\"print\":{\"command\":\"push_status\",\"ams\":{\"tray_now\":\"1\"}}}",
    "{\"print\":{\"command\":\"push_status\",\"layer_num\":10}}",
};
static const char finish[] = "{\"print\":{\"command\":\"push_status\",\"gcode_state\":\"FINISH\","
                             "\"ams\":{\"tray_now\":\"255\"}}}";

static struct hub *open_hub(const char *path)
{
    struct db *db = NULL;
    struct hub *hub = NULL;
    struct why why = {0};
    print_must(db_open(path, DB_WRITE, &db, &why), &why);
    print_must(hub_open(db, NULL, &hub, &why), &why);
    return hub;
}

static void tell(struct hub *hub, const char *message, int64_t now)
{
    assert_true(hub_report(hub, printer, message, strlen(message), now));
    hub_flush(hub);
}

/* What falls due by itself: slots settle, the reason of an end is decided. */
static void settle(struct hub *hub)
{
    for (int i = 0; i < TICKS_MOST && hub_deadline(hub) != INT64_MAX; i++)
        hub_tick(hub, hub_deadline(hub));
}

static void end_print(struct hub *hub, int64_t now)
{
    tell(hub, finish, now);
    tell(hub, finish, now + SECOND);
    settle(hub);
}

/* The second slot held the green roll; and once more by hand. */
static enum err run_correction(void *ctx, struct db *db, struct why *why)
{
    (void)ctx;
    json_auto_t *args =
        db_row(db,
               "SELECT h.history_id, s.public_id AS spool_id, j.public_id AS job_id "
               "FROM slot_history h, spool s JOIN filament f ON f.id = s.filament, job j "
               "WHERE h.slot_number = 2 AND f.name = 'Green' /* scan */",
               NULL, NULL);
    json_auto_t *row = NULL, *job = NULL;
    enum err e = slots_correct(db, args, &row, why);
    return e ? e : charging_rebook(db, args, &job, why);
}

static void correct(struct hub *hub, int64_t now)
{
    struct why why;
    hub_write(hub, now, run_correction, NULL, &why);
    tell(hub, finish, now + SECOND);
    settle(hub);
}

static struct stage stages[] = {{.name = "end", .deed = end_print},
                                {.name = "correction", .deed = correct}};

/* Everything that must be the same; the times are those of the telling that arrived. */
static json_t *facts_of(const char *path)
{
    struct db *db = NULL;
    struct why why = {0};
    print_must(db_open(path, DB_WRITE, &db, &why), &why);
    case_sound(db);
    json_t *facts = json_pack(
        "{s:o, s:o, s:o, s:o, s:o}", "ledger",
        db_rows(
            db,
            "SELECT spool, job, slot, filament, segment, revision, mg, kind, source, price_cents,"
            " price_mg, reverses FROM usage ORDER BY id",
            NULL, NULL),
        "rolls", db_rows(db, "SELECT id, used_mg FROM spool ORDER BY id", NULL, NULL), "slots",
        db_rows(
            db,
            "SELECT slot, spool, event_type, unassigned_at IS NULL AS stays FROM slot_assignment"
            " ORDER BY id",
            NULL, NULL),
        "jobs", db_rows(db, "SELECT status, layer, actual_mg FROM job ORDER BY id", NULL, NULL),
        "alerts",
        db_rows(db,
                "SELECT kind, count(*) AS opened, count(ended_at) AS ended FROM alert GROUP BY kind"
                " /* scan */",
                NULL, NULL));
    assert_non_null(facts);
    db_close(db);
    return facts;
}

static void make_inventory(const char *path)
{
    struct db *db = NULL;
    struct why why = {0};
    print_must(migrate_open(path, &db, &why), &why);
    assert_int_equal(db_begin(db), OK);
    db_set_now(db, case_start);
    printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Blue", 1000, 2);
    print_roll(db, "Green", 1000, 0);
    print_must(db_commit(db, &why), &why);
    db_close(db);
}

static enum err run_slice(void *ctx, struct db *db, struct why *why)
{
    (void)why;
    print_slice(db, ctx);
    return OK;
}

/* All but the end has been told. */
static void make_print(const char *path)
{
    struct hub *hub = open_hub(path);
    struct why why = {0};
    struct job job;
    int64_t now = case_start;
    tell(hub, both, now);
    for (size_t i = 0; i < LEN(print); i++)
        tell(hub, print[i], now += PRINT_MINUTE);
    assert_true(hub_job(hub, printer, &job));
    assert_int_equal(job.layer, PRINT_LAYERS);
    print_must(hub_write(hub, now, run_slice, &job, &why), &why);
    hub_close(hub);
}

static int64_t stage_time(const struct stage *stage)
{
    return case_start + (stage - stages + 1) * 60 * PRINT_MINUTE;
}

static void undisturbed(struct stage *stage, const char *path)
{
    load_copy(stage->model, path);
    struct hub *hub = open_hub(path);
    stage->deed(hub, stage_time(stage));
    stage->deed(hub, stage_time(stage) + PRINT_MINUTE);
    hub_close(hub);
    stage->wanted = facts_of(path);
}

static int prepare(void **state)
{
    (void)state;
    load_folder(home, sizeof home);
    for (size_t i = 0; i < LEN(stages); i++)
        snprintf(stages[i].model, sizeof stages[i].model, "%s/%s", home, stages[i].name);
    make_inventory(stages[0].model);
    make_print(stages[0].model);
    undisturbed(&stages[0], stages[1].model);
    char path[PATH_SIZE + 16];
    snprintf(path, sizeof path, "%s/whole", home);
    undisturbed(&stages[1], path);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(stages); i++)
        json_decref(stages[i].wanted);
    load_remove(home);
    return 0;
}

static void check(const struct stage *stage, const char *path)
{
    json_auto_t *got = facts_of(path);
    if (json_equal(got, stage->wanted))
        return;
    char *is = json_dumps(got, JSON_INDENT(1)), *wanted = json_dumps(stage->wanted, JSON_INDENT(1));
    fail_msg("%s instead of %s", is, wanted);
}

/* The printer tells it again to the same process. True: the failure was reached. */
static bool fail_once(const struct stage *stage, const char *path, long first)
{
    struct hub *hub = open_hub(path);
    fault_arm(FAULT_IO, first, 1);
    stage->deed(hub, stage_time(stage));
    bool tripped = fault_disarm();
    stage->deed(hub, stage_time(stage) + PRINT_MINUTE);
    hub_close(hub);
    return tripped;
}

/* ... to the next one. */
static bool kill_once(const struct stage *stage, const char *path, long first)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct hub *hub = open_hub(path);
        fault_arm(FAULT_KILL, first, 1);
        stage->deed(hub, stage_time(stage));
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    struct hub *hub = open_hub(path);
    stage->deed(hub, stage_time(stage) + PRINT_MINUTE);
    hub_close(hub);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

typedef bool disturb(const struct stage *stage, const char *path, long first);

static void at_every_write(disturb *once, const char *how)
{
    for (size_t i = 0; i < LEN(stages); i++) {
        long n = 1 - fault_step();
        bool reached;
        do {
            char folder[PATH_SIZE], path[PATH_SIZE + 16];
            load_folder(folder, sizeof folder);
            snprintf(path, sizeof path, "%s/db", folder);
            load_copy(stages[i].model, path);
            reached = once(&stages[i], path, n += fault_step());
            check(&stages[i], path);
            load_remove(folder);
        } while (reached && n < FAULTS_MAX);
        print_message("%s: %s at writes up to number %ld\n", stages[i].name, how, n - 1);
        assert_true(n > 10 && !reached);
    }
}

/* Wanted is what the story says, summed by hand: 4.5 g and 5.5 g of ten layers of 1 g, and the
 * rest of the red roll, which ran out. */
static void the_undisturbed_run(void **state)
{
    (void)state;
    json_auto_t *rolls = json_pack("[{s:i, s:i}, {s:i, s:i}, {s:i, s:i}]", "id", 1, "used_mg",
                                   1000000, "id", 2, "used_mg", 5500, "id", 3, "used_mg", 0);
    assert_true(json_equal(json_object_get(stages[0].wanted, "rolls"), rolls));
    json_auto_t *moved = json_pack("[{s:i, s:i}, {s:i, s:i}, {s:i, s:i}]", "id", 1, "used_mg",
                                   1000000, "id", 2, "used_mg", 0, "id", 3, "used_mg", 5500);
    assert_true(json_equal(json_object_get(stages[1].wanted, "rolls"), moved));
}

static void a_failed_write(void **state)
{
    (void)state;
    at_every_write(fail_once, "failed");
}

static void a_killed_process(void **state)
{
    (void)state;
    at_every_write(kill_once, "killed");
}

int main(void)
{
    fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_undisturbed_run),
        cmocka_unit_test(a_failed_write),
        cmocka_unit_test(a_killed_process),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
