/*
 * Load on the door: threads that each adjust one roll again and again, every adjustment with a
 * note of its own, so that afterwards the ledger can be compared with what was acknowledged.
 * Owner: the test. Thread: load_run starts its own and waits for them.
 */
#ifndef TESTS_DOOR_LOAD_H
#define TESTS_DOOR_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>

enum { LOAD_THREADS_MAX = 16, LOAD_EACH_MAX = 256 };

struct door;

struct load {
    struct door *door;
    int threads, each;
    int fail_every; /* every so-manyth request fails after its work; 0: none */
    int pipe;       /* where acknowledged numbers go, one int each; -1: nowhere */
    _Atomic bool acknowledged[LOAD_THREADS_MAX * LOAD_EACH_MAX];
    _Atomic bool refused[LOAD_THREADS_MAX * LOAD_EACH_MAX];
};

/* A database at ${path} with ${rolls} rolls; made by the current VFS. */
void load_prepare(const char *path, int rolls);
void load_copy(const char *from, const char *to); /* the file of a closed database */
/* Make a fresh folder below TMPDIR; the caller's to remove with load_remove. */
void load_folder(char *ret_path, int size);
void load_remove(const char *folder);

void load_open(const char *path, struct door **ret_door); /* fails the test */
void load_run(struct load *load);

/* Every acknowledged number is in the ledger, and with ${exactly} nothing else is; nothing is
 * broken. */
void load_check(const char *path, const struct load *load, bool exactly);

#endif
