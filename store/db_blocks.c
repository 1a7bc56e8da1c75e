#include "store/db_blocks.h"

#include <malloc.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>

/* Kinds of blocks by size, in steps; larger ones are not kept. At most 0.6 MB. */
enum { STEP = 64, KINDS = 18, KEPT = 56 };

struct block {
    struct block *next;
};

struct kind {
    struct block *first;
    int count;
};

struct db_blocks {
    struct kind kinds[KINDS];
};

static _Thread_local struct db_blocks *used;

/* The store's kind of blocks of ${size} bytes; NULL: none. */
static struct kind *kind_of(size_t size)
{
    size_t at = size / STEP;
    return used && at && at < KINDS ? &used->kinds[at] : NULL;
}

static void *give(int size)
{
    size_t whole = ((size_t)size + STEP - 1) / STEP * STEP;
    struct kind *kind = kind_of(whole);
    struct block *block = kind ? kind->first : NULL;
    if (!block)
        return malloc(kind ? whole : (size_t)size);
    kind->first = block->next;
    kind->count--;
    return block;
}

static void take(void *memory)
{
    struct block *block = memory;
    struct kind *kind = kind_of(malloc_usable_size(memory));
    if (!kind || kind->count == KEPT) {
        free(memory);
        return;
    }
    block->next = kind->first;
    kind->first = block;
    kind->count++;
}

static void *resize(void *memory, int size)
{
    return realloc(memory, (size_t)size);
}

static int size_of(void *memory)
{
    return (int)malloc_usable_size(memory);
}

static int round_up(int size)
{
    return (size + 7) & ~7;
}

static int start(void *ctx)
{
    (void)ctx;
    return SQLITE_OK;
}

static void stop(void *ctx)
{
    (void)ctx;
}

void db_blocks_configure(void)
{
    static const struct sqlite3_mem_methods methods = {give,     take,  resize, size_of,
                                                       round_up, start, stop,   NULL};
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

struct db_blocks *db_blocks_new(void)
{
    return calloc(1, sizeof(struct db_blocks));
}

void db_blocks_free(struct db_blocks *blocks)
{
    if (used == blocks)
        used = NULL;
    for (size_t i = 0; blocks && i < KINDS; i++)
        for (struct block *block = blocks->kinds[i].first, *next; block; block = next) {
            next = block->next;
            free(block);
        }
    free(blocks);
}

void db_blocks_use(struct db_blocks *blocks)
{
    used = blocks;
}
