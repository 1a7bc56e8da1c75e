/* The disk fails, or the process is killed, at every single write while a print with a runout is
 * booked: afterwards all of it is in the ledger or nothing, and booking it again gives the ledger
 * of an undisturbed run. */
#include "../unit/print_case.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "door_load.h"
#include "fault_vfs.h"
#include "store/migrate.h"

enum { PATH_SIZE = 256, FAULTS_MAX = 4000 };

static char home[PATH_SIZE], model[PATH_SIZE + 16];
static struct job job; /* as the hub holds it before the last message */
static int64_t printer, end_at;
static json_t *wanted;

static struct db *open_db(const char *path)
{
    struct db *db = NULL;
    struct why why = {0};
    print_must(migrate_open(path, &db, &why), &why);
    return db;
}

/* The print has run to its end, and nothing of the end is known. */
static void make_print(struct db *db)
{
    printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Blue", 1000, 2);
    job = print_begin(db, printer);
    print_slice(db, &job);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    struct why why = {0};
    print_must(tracks_emptied(db, job.row, &why), &why);
    print_feed(db, printer, &job, 2, 5, NULL, NULL);
    end_at = db_now(db);
}

/* What the hub does with the message that ends it, in one transaction. */
static enum err end_print(struct db *db)
{
    struct why why = {0};
    struct job ended = job;
    ended.status = JOB_COMPLETED;
    ended.layer = PRINT_LAYERS;
    ended.ended_at = end_at;
    const struct job_part last = {.at = job.source, .to_at = end_at};
    enum err e = db_begin(db);
    db_set_now(db, end_at);
    if (e == OK)
        e = tracks_end(db, printer, &ended, &last, NULL, &why);
    if (e == OK)
        e = charging_book(db, job.row, &why);
    if (e == OK)
        return db_commit(db, &why);
    db_rollback(db);
    return e;
}

static json_t *ledger_of(struct db *db)
{
    return db_rows(db,
                   "SELECT spool, job, slot, filament, segment, revision, mg, kind, at, source, "
                   "price_cents, weighed FROM usage ORDER BY id",
                   NULL, NULL);
}

static int prepare(void **state)
{
    (void)state;
    load_folder(home, sizeof home);
    snprintf(model, sizeof model, "%s/model", home);
    struct why why = {0};
    struct db *db = open_db(model);
    assert_int_equal(db_begin(db), OK);
    db_set_now(db, case_start);
    make_print(db);
    print_must(db_commit(db, &why), &why);
    db_close(db);
    char path[PATH_SIZE + 16];
    snprintf(path, sizeof path, "%s/whole", home);
    load_copy(model, path);
    db = open_db(path);
    print_must(end_print(db), &why);
    wanted = ledger_of(db);
    db_close(db);
    assert_int_equal(json_array_size(wanted), 3);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    json_decref(wanted);
    load_remove(home);
    return 0;
}

/* After a restart: all or nothing; and what is missing is made up for. */
static void check(const char *path)
{
    struct why why = {0};
    struct db *db = open_db(path);
    case_sound(db);
    json_auto_t *found = ledger_of(db);
    if (json_array_size(found) == 0)
        print_must(end_print(db), &why);
    json_auto_t *got = ledger_of(db);
    assert_true(json_equal(got, wanted));
    case_sound(db);
    db_close(db);
}

static void fresh(char *folder, char *path)
{
    load_folder(folder, PATH_SIZE);
    snprintf(path, PATH_SIZE + 16, "%s/db", folder);
    load_copy(model, path);
}

/* True: the failure was reached. */
static bool fail_once(long first)
{
    char folder[PATH_SIZE], path[PATH_SIZE + 16];
    fresh(folder, path);
    struct db *db = open_db(path);
    fault_arm(FAULT_IO, first, 1);
    enum err e = end_print(db);
    bool tripped = fault_disarm();
    assert_true(tripped || e == OK);
    db_close(db);
    check(path);
    load_remove(folder);
    return tripped;
}

static bool kill_once(long first)
{
    char folder[PATH_SIZE], path[PATH_SIZE + 16];
    int status = 0;
    fresh(folder, path);
    pid_t pid = fork();
    if (pid == 0) {
        struct db *db = open_db(path);
        fault_arm(FAULT_KILL, first, 1);
        _exit(end_print(db) == OK ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    check(path);
    load_remove(folder);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void at_every_write(bool (*once)(long first), const char *how)
{
    long n = 1;
    while (once(n)) {
        n += fault_step();
        assert_true(n < FAULTS_MAX);
    }
    print_message("%s at writes up to number %ld\n", how, n - 1);
    assert_true(n > 5);
}

static void a_failed_write(void **state)
{
    (void)state;
    at_every_write(fail_once, "failed");
}

static void a_killed_booking(void **state)
{
    (void)state;
    at_every_write(kill_once, "killed");
}

int main(void)
{
    fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_write),
        cmocka_unit_test(a_killed_booking),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
