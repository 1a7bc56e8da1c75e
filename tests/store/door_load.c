#include "door_load.h"

#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/auto.h"
#include "base/buf.h"
#include "store/args.h"
#include "store/db.h"
#include "store/door.h"
#include "store/ledger.h"
#include "store/migrate.h"
#include "store/spools.h"

struct worker {
    struct load *load;
    int index;
};

struct work {
    int roll, number;
    bool fail;
    struct load *load;
};

void load_folder(char *ret_path, int size)
{
    const char *base = getenv("TMPDIR");
    snprintf(ret_path, (size_t)size, "%s/store-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(ret_path))
        fail_msg("cannot make %s", ret_path);
}

void load_copy(const char *from, const char *to)
{
    char block[4096];
    size_t len;
    auto_file *in = fopen(from, "rb");
    auto_file *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    while ((len = fread(block, 1, sizeof block, in)) > 0)
        assert_int_equal(fwrite(block, 1, len, out), len);
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)stat;
    (void)type;
    (void)ftw;
    return remove(path);
}

void load_remove(const char *folder)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void load_prepare(const char *path, int rolls)
{
    struct db *db = NULL;
    struct why why = {0};
    json_t *made = NULL;
    json_t *args = json_pack("{s:s, s:s, s:s, s:s, s:I, s:i}", "brand", "B", "product_name", "P",
                             "material_type", "PLA", "color_hex", "#FFF", "initial_weight_grams",
                             (json_int_t)1000000, "quantity", rolls);
    if (migrate_open(path, &db, &why) != OK || db_begin(db) != OK ||
        spools_create(db, args, &made, &why) != OK || db_commit(db, &why) != OK)
        fail_msg("%s", why.text);
    json_decref(args);
    json_decref(made);
    db_checkpoint(db);
    db_close(db);
}

void load_open(const char *path, struct door **ret_door)
{
    struct db *db = NULL;
    struct why why = {0};
    if (db_open(path, DB_WRITE, &db, &why) != OK || door_open(db, NULL, ret_door, &why) != OK)
        fail_msg("%s", why.text);
}

static enum err adjust(void *ctx, struct db *db, struct why *why)
{
    const struct work *work = ctx;
    char note[24];
    snprintf(note, sizeof note, "n%d", work->number);
    json_t *args = json_pack("{s:i, s:i, s:s}", "spool_id", work->roll + 1, "adjustment_grams", -7,
                             "note", note);
    auto_buf answer = {0};
    int64_t seq;
    enum err e = spools_adjust(db, args, &answer, &seq, why);
    json_decref(args);
    if (e == OK && work->fail)
        e = why_fail(why, ERR_INVALID, "on_purpose", NULL, "fails after its work");
    return e;
}

static void acknowledged(void *ctx, enum err result)
{
    const struct work *work = ctx;
    atomic_store(result == OK ? &work->load->acknowledged[work->number]
                              : &work->load->refused[work->number],
                 true);
    if (result == OK && work->load->pipe >= 0 &&
        write(work->load->pipe, &work->number, sizeof work->number) != sizeof work->number)
        abort();
}

static void *run(void *arg)
{
    const struct worker *worker = arg;
    struct load *load = worker->load;
    for (int i = 0; i < load->each; i++) {
        int number = worker->index * load->each + i;
        struct work work = {
            .roll = worker->index,
            .number = number,
            .fail = load->fail_every && number % load->fail_every == 0,
            .load = load,
        };
        struct door_request request = {.run = adjust, .done = acknowledged, .ctx = &work};
        enum err e = door_run(load->door, &request);
        if ((e == OK) != atomic_load(&load->acknowledged[number]))
            abort(); /* done and result disagree */
    }
    return NULL;
}

void load_run(struct load *load)
{
    pthread_t threads[LOAD_THREADS_MAX];
    struct worker workers[LOAD_THREADS_MAX];
    for (int i = 0; i < load->threads; i++) {
        workers[i] = (struct worker){.load = load, .index = i};
        if (pthread_create(&threads[i], NULL, run, &workers[i]))
            abort();
    }
    for (int i = 0; i < load->threads; i++)
        pthread_join(threads[i], NULL);
}

static void check_row(struct db *db, const struct load *load, int number, bool exactly)
{
    char note[24];
    snprintf(note, sizeof note, "n%d", number);
    json_t *args = json_pack("{s:s}", "note", note);
    int64_t rows = db_int(db, "SELECT count(*) FROM usage WHERE note = :note", args, -1);
    bool wanted = atomic_load(&load->acknowledged[number]);
    json_decref(args);
    if (wanted ? rows != 1 : rows != 0 && (exactly || rows != 1))
        fail_msg("request %d: acknowledged %d, rows %d", number, wanted, (int)rows);
}

void load_check(const char *path, const struct load *load, bool exactly)
{
    struct db *db = NULL;
    struct why why = {0};
    if (db_open(path, DB_WRITE, &db, &why) != OK || db_begin(db) != OK)
        fail_msg("%s", why.text);
    for (int number = 0; number < load->threads * load->each; number++)
        check_row(db, load, number, exactly);
    json_t *broken = ledger_violations(db);
    json_t *sound = db_row(db, "PRAGMA integrity_check", NULL, NULL);
    if (json_array_size(broken) || !broken)
        fail_msg("violations: %s", json_dumps(broken, JSON_INDENT(1) | JSON_ENCODE_ANY));
    assert_string_equal(args_text(sound, "integrity_check"), "ok");
    json_decref(broken);
    json_decref(sound);
    db_rollback(db);
    db_close(db);
}
