/*
 * The store against itself: many writers at the door against one, one at the door against a plain
 * transaction, lists as text against trees of JSON. On a real file, with real syncs.
 */
#include <jansson.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/clock.h"
#include "store/db.h"
#include "store/door.h"
#include "store/list.h"
#include "store/migrate.h"
#include "store/spools.h"

/* Time of this process alone, in ms: lists do not wait for anything. */
static double cpu_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

enum { MANY = 16, ROUND_MS = 600, ROUNDS = 9, ROLLS = 10000, BOX = 50 };

static const char path[] = WORK_DIR "/bench.db";

static void give_up(const char *what, const struct why *why)
{
    fprintf(stderr, "%s: %s\n", what, why->text);
    exit(1);
}

static enum err adjust(void *ctx, struct db *db, struct why *why)
{
    json_t *args = json_pack("{s:i, s:i}", "spool_id", *(int *)ctx, "adjustment_grams", -1);
    auto_buf answer = {0};
    int64_t seq;
    enum err e = spools_adjust(db, args, &answer, &seq, why);
    json_decref(args);
    return e;
}

/* --- writers --- */

struct writer {
    struct door *door;
    int roll;
    int64_t until;
    long done;
};

static void *write_until(void *arg)
{
    struct writer *writer = arg;
    while (clock_mono() < writer->until) {
        struct door_request request = {.run = adjust, .ctx = &writer->roll};
        if (door_run(writer->door, &request) != OK)
            give_up("door", &request.why);
        writer->done++;
    }
    return NULL;
}

/* Acknowledged writes a second. */
static double rate_of(struct door *door, int count)
{
    pthread_t threads[MANY];
    struct writer writers[MANY];
    int64_t begin = clock_mono();
    for (int i = 0; i < count; i++) {
        writers[i] = (struct writer){.door = door, .roll = i + 1, .until = begin + ROUND_MS};
        pthread_create(&threads[i], NULL, write_until, &writers[i]);
    }
    long done = 0;
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        done += writers[i].done;
    }
    return (double)done * 1000 / (double)(clock_mono() - begin);
}

static double plain_rate(struct db *db)
{
    int64_t begin = clock_mono();
    struct why why = {0};
    long done = 0;
    for (int roll = 1; clock_mono() < begin + ROUND_MS; done++)
        if (db_begin(db) != OK || adjust(&roll, db, &why) != OK || db_commit(db, &why) != OK)
            give_up("plain", &why);
    return (double)done * 1000 / (double)(clock_mono() - begin);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *list)
{
    qsort(list, ROUNDS, sizeof *list, ascending);
    return list[ROUNDS / 2];
}

static bool judge(const char *what, double got, double bound)
{
    printf("%-44s %8.2f (at least %.2f)%s\n", what, got, bound, got < bound ? "  TOO LOW" : "");
    return got >= bound;
}

static bool writers(void)
{
    struct db *db = NULL, *own = NULL;
    struct door *door = NULL;
    struct why why = {0};
    double overhead[ROUNDS], gain[ROUNDS];
    if (db_open(path, DB_WRITE, &db, &why) || db_open(path, DB_WRITE, &own, &why) ||
        door_open(db, NULL, &door, &why))
        give_up("open", &why);
    for (int i = 0; i < ROUNDS; i++) { /* ratios of neighbours: the disk is not always as fast */
        double plain = plain_rate(own), one = rate_of(door, 1), many = rate_of(door, MANY);
        overhead[i] = one / plain;
        gain[i] = many / one;
        printf("writes/s: plain %.0f, one at the door %.0f, %d at the door %.0f\n", plain, one,
               MANY, many);
    }
    db_close(own);
    door_close(door);
    bool good = judge("one at the door : plain transaction", median(overhead), 0.9);
    return judge("16 at the door : one at the door", median(gain), 4.0) && good;
}

/* --- lists --- */

static void fill(void)
{
    struct db *db = NULL;
    struct why why = {0};
    if (migrate_open(path, &db, &why) || db_begin(db))
        give_up("open", &why);
    for (int i = 0; i < ROLLS; i += BOX) {
        char color[8], name[32];
        snprintf(color, sizeof color, "#%06X", i * 1234 & 0xFFFFFF);
        snprintf(name, sizeof name, "PLA Matte %d", i % 40);
        json_t *ret = NULL;
        json_t *args = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:s, s:i}", "brand",
                                 "Bambu Lab", "product_name", name, "material_type", "PLA",
                                 "color_hex", color, "initial_weight_grams", 1000000, "quantity",
                                 BOX, "notes", "bought at the fair", "location", "shelf 2",
                                 "purchase_date", "2026-01-02", "cost_usd", 1999);
        if (spools_create(db, args, &ret, &why))
            give_up("create", &why);
        json_decref(args);
        json_decref(ret);
    }
    if (db_commit(db, &why))
        give_up("commit", &why);
    db_close(db);
}

/* Megabytes of JSON a second, the best of all rounds: what the machine can do. */
static double text_rate(struct db *db, size_t *ret_size)
{
    double best = 0;
    for (int i = 0; i < ROUNDS; i++) {
        struct why why = {0};
        auto_list list = {0};
        double begin = cpu_ms();
        db_begin(db);
        if (spools_list(db, NULL, &list, &why))
            give_up("list", &why);
        db_rollback(db);
        double rate = (double)list.body.len / 1000 / (cpu_ms() - begin);
        best = rate > best ? rate : best;
        *ret_size = list.body.len;
    }
    return best;
}

static double tree_rate(struct db *db)
{
    double best = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double begin = cpu_ms();
        db_begin(db);
        json_t *rows =
            db_rows(db, "SELECT * FROM spools ORDER BY spool_number", NULL, &spools_shape);
        char *text = json_dumps(rows, JSON_COMPACT | JSON_REAL_PRECISION(15));
        db_rollback(db);
        double rate = (double)strlen(text) / 1000 / (cpu_ms() - begin);
        best = rate > best ? rate : best;
        free(text);
        json_decref(rows);
    }
    return best;
}

/* The same rows stepped over and thrown away: what the database alone costs. */
static double step_ms(struct db *db)
{
    double best = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double begin = cpu_ms();
        db_begin(db);
        db_exec(db, "SELECT * FROM spools ORDER BY spool_number", NULL);
        db_rollback(db);
        double ms = (cpu_ms() - begin);
        best = ms < best ? ms : best;
    }
    return best;
}

static bool lists(void)
{
    struct db *db = NULL;
    struct why why = {0};
    size_t size = 0;
    if (db_open(path, DB_READ, &db, &why))
        give_up("open", &why);
    double text = text_rate(db, &size), tree = tree_rate(db), alone = step_ms(db);
    printf("%d rolls, %.1f MB: text %.1f MB/s, trees %.1f MB/s, rows alone %.0f ms\n", ROLLS,
           (double)size / 1e6, text, tree, alone);
    db_close(db);
    return judge("list of rolls, MB/s", text, 60);
}

int main(void)
{
    unlink(path);
    unlink(WORK_DIR "/bench.db-wal");
    unlink(WORK_DIR "/bench.db-shm");
    fill();
    bool good = lists();
    good = writers() && good;
    unlink(path);
    return good ? 0 : 1;
}
