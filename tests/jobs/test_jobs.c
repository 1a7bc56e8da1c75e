/*
 * The print jobs in the shared sequences: core/printer and core/job over every message, compared
 * with what an independent implementation found. Without the shared folder there is nothing to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/job.h"

enum { JOBS_MOST = 8, PARTS_MOST = 64 };

struct found {
    struct job job;
    struct job_part parts[PARTS_MOST];
    int part_count;
};

struct run {
    struct printer printer, before;
    struct job job;
    struct found found[JOBS_MOST];
    int count;
};

static struct run run;

static void note_part(const struct job_part *part)
{
    struct found *found = &run.found[run.count - 1];
    if (!address_none(part->at) && found->part_count < PARTS_MOST)
        found->parts[found->part_count++] = *part;
}

static void note_events(const struct job_events *events)
{
    for (int i = 0; i < events->count; i++) {
        const struct job_event *event = &events->list[i];
        if (event->kind == JOB_EVENT_START && run.count < JOBS_MOST)
            run.count++;
        assert_true(run.count > 0);
        run.found[run.count - 1].job = event->job;
        note_part(&event->part);
    }
}

/* With ${reload}, everything passes through its durable form after the message. */
static void step(const json_t *message, int64_t now, bool reload)
{
    struct job_events events;
    events.count = 0;
    job_tick(&run.job, &run.printer, now, &events);
    note_events(&events);
    run.before = run.printer;
    printer_apply(&run.printer, message, now);
    job_step(&run.job, &run.before, &run.printer, now, &events);
    note_events(&events);
    if (!reload)
        return;
    json_auto_t *printer = printer_dump(&run.printer), *job = job_dump(&run.job);
    assert_true(printer_load(&run.printer, printer));
    assert_true(job_load(&run.job, job));
}

static void play(const char *name, bool reload)
{
    char path[512];
    char *line auto_free = NULL;
    size_t size = 0;
    snprintf(path, sizeof path, SHARED "/captures/%s.jsonl", name);
    auto_file *file = fopen(path, "re");
    assert_non_null(file);
    memset(&run, 0, sizeof run);
    printer_init(&run.printer);
    int64_t now = 1000000;
    while (getline(&line, &size, file) > 0) {
        json_auto_t *record = json_loads(line, 0, NULL);
        int64_t at;
        const char *t = json_string_value(json_object_get(record, "t"));
        now = t && text_to_time(t, true, &at) && at > now ? at : now + 1000;
        step(json_object_get(record, "payload"), now, reload);
    }
    /* A job that still runs has one more part: the one that is open. */
    if (run.count && job_active(&run.job)) {
        struct job_part open = {
            .at = run.job.source, .from_layer = run.job.from_layer, .to_layer = run.job.layer};
        run.found[run.count - 1].job = run.job;
        note_part(&open);
    }
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static int number_of(const json_t *object, const char *key)
{
    return (int)json_integer_value(json_object_get(object, key));
}

static bool is_at(const json_t *json, struct slot_address at)
{
    return number_of(json, "ams_unit_number") == at.unit &&
           number_of(json, "slot_number") == at.slot;
}

static void compare_mapping(const struct job *job, const json_t *want)
{
    const char *key;
    json_t *slot;
    json_object_foreach ((json_t *)(uintptr_t)want, key, slot) {
        int64_t filament = 0;
        assert_true(text_to_int(key, &filament));
        if (json_is_null(slot))
            continue;
        assert_true(filament <= job->mapping_count);
        assert_true(is_at(slot, job->mapping[filament - 1]));
    }
}

/* A first entry of a roll that was left loaded may be in either log or in none. */
static void compare_log(const struct found *found, const json_t *want)
{
    size_t i;
    json_t *entry;
    size_t count = json_array_size(want);
    assert_int_equal(found->part_count, count);
    json_array_foreach (want, i, entry) {
        const struct job_part *part = &found->parts[i];
        assert_true(is_at(entry, part->at));
        assert_int_equal(part->from_layer, number_of(entry, "from_layer"));
        assert_int_equal(part->to_layer, number_of(entry, "to_layer"));
    }
}

static void compare_job(const struct found *found, const json_t *want)
{
    const struct job *job = &found->job;
    const json_t *identity = json_object_get(want, "identity");
    assert_string_equal(job_status_slug(job->status), text_of(want, "status"));
    assert_int_equal(job->start_seen, json_is_true(json_object_get(want, "start_seen")));
    assert_string_equal(job->task_id, text_of(identity, "task_id"));
    assert_string_equal(job->subtask_id, text_of(identity, "subtask_id"));
    assert_string_equal(job->file, text_of(identity, "gcode_file"));
    assert_string_equal(job->name, text_of(identity, "subtask_name"));
    assert_string_equal(job->kind, text_of(identity, "print_type"));
    assert_string_equal(job->title, text_of(identity, "title"));
    assert_string_equal(job->md5, text_of(identity, "md5"));
    assert_string_equal(job_mapping_slug(job->mapping_source), text_of(want, "mapping_source"));
    assert_int_equal(job->total_layers, number_of(want, "layers"));
    assert_int_equal(job->layer, number_of(want, "last_layer"));
    compare_mapping(job, json_object_get(want, "mapping"));
    compare_log(found, json_object_get(want, "tray_log"));
}

static const char *const sequences[] = {
    "a1-seq-1color-cloud-print",   "a1-seq-1color-local-print",     "a1-seq-4color-cloud-print",
    "a1-seq-lan-print-happy-path", "a1-seq-tree-cloud-print-start", "x1c-seq-filament-swap",
};

static void compare_all(bool reload)
{
    int compared = 0;
    for (size_t i = 0; i < LEN(sequences); i++) {
        char path[512];
        snprintf(path, sizeof path, SHARED "/expected/jobs/%s.json", sequences[i]);
        json_auto_t *expected = json_load_file(path, 0, NULL);
        if (!expected)
            continue;
        const json_t *jobs = json_object_get(expected, "jobs");
        play(sequences[i], reload);
        print_message("%s\n", sequences[i]);
        assert_int_equal(run.count, json_array_size(jobs));
        for (int k = 0; k < run.count; k++)
            compare_job(&run.found[k], json_array_get(jobs, (size_t)k));
        compared++;
    }
    if (compared)
        print_message("counted job sequences=%d\n", compared);
    else
        print_message("no shared captures here\n");
}

static void jobs_are_found(void **state)
{
    (void)state;
    compare_all(false);
}

static void a_restart_after_every_message_changes_nothing(void **state)
{
    (void)state;
    compare_all(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_are_found),
        cmocka_unit_test(a_restart_after_every_message_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
