/*
 * What the files of transfer.h share among themselves. Nobody else includes this, but for the test
 * that no column is forgotten.
 * Owner: tables are constant; a run belongs to its import. Thread: the connection's. Lock: none.
 */
#ifndef STORE_TRANSFER_INSIDE_H
#define STORE_TRANSFER_INSIDE_H

#include <stdint.h>

#include "core/field.h"
#include "store/transfer.h"

struct buf;

/* --- tables --- */

/* Flags of fields beside FIELD_...; `wire` is the column of the base table. */
enum {
    TRANSFER_FIXED = 1 << 16, /* never changed where the row exists */
    TRANSFER_STAMP = 1 << 17, /* no difference by itself, but written with the rest */
    TRANSFER_TRAIL = 1 << 18, /* see trail.h: rows of job_layer belong to it */
};

enum {
    TRANSFER_LEDGER = 1 << 0, /* append-only */
    TRANSFER_LIVE = 1 << 1,   /* what is here is newer than any file */
    TRANSFER_BULK = 1 << 2,   /* parts of prints, by the ten thousand: see transfer_bulk_begin */
};

struct transfer_entity {
    const char *table;
    const char *order;   /* column; "id": exported in pages */
    const char *only;    /* condition on x of the exported rows; NULL: all */
    const char *find[2]; /* statements for the row id of what a row of the file names */
    unsigned flags;
    struct field_shape shape; /* view: NULL; its fields */
    const char *name;         /* key in the document */
};

enum { TRANSFER_STOCK = 6, TRANSFER_PRINTS = 10 };
extern const struct transfer_entity transfer_stock[TRANSFER_STOCK];
extern const struct transfer_entity transfer_prints[TRANSFER_PRINTS];
/* All of them, in the order of the document; NULL behind the last. */
const struct transfer_entity *transfer_entity_at(size_t index);

/* Table that ${field} refers to, by public ids; NULL: none. ${ret_entity}: its key in the
 * document. */
const char *transfer_refers(const struct field *field, const char **ret_entity);
/* The field with the public id of the row itself; NULL: it has none. */
const struct field *transfer_own_id(const struct transfer_entity *entity);

/* --- statements --- */

void transfer_sql_select(const struct transfer_entity *entity, struct buf *sql);
/* For the arguments that are there, under the names of the fields; :row is the row id. */
void transfer_sql_insert(const struct transfer_entity *entity, const json_t *args, struct buf *sql);
void transfer_sql_update(const struct transfer_entity *entity, const json_t *args, struct buf *sql);
/* 1 where the row is already as ${args} say. */
void transfer_sql_same(const struct transfer_entity *entity, const json_t *args, struct buf *sql);

/* --- files --- */

enum { TRANSFER_SECTIONS = 32, TRANSFER_NAME = 48 };

struct transfer_file {
    FILE *file;
    int64_t line; /* of the next byte, from 1 */
    bool peeked;  /* that byte was read already: ahead */
    int ahead;
};

/* A member of the document. */
struct transfer_section {
    char name[TRANSFER_NAME];
    char value[TRANSFER_NAME]; /* the JSON of a short scalar; "" : a list */
    long at;
    int64_t line;
};

/* The next byte that is no white space, left unread; EOF at the end. */
int transfer_file_peek(struct transfer_file *file);
int transfer_file_byte(struct transfer_file *file);
long transfer_file_place(const struct transfer_file *file); /* of the next byte, for seek */
void transfer_file_seek(struct transfer_file *file, long at, int64_t line);
/* The members of the object that begins here. */
enum err transfer_file_index(struct transfer_file *file,
                             struct transfer_section sections[TRANSFER_SECTIONS], size_t *ret_count,
                             struct why *why);
/* The next object of the list that began with ${first}; NULL at its end, OK. ${ret_line}: where it
 * begins. */
enum err transfer_file_row(struct transfer_file *file, bool first, json_t **ret_row,
                           int64_t *ret_line, struct why *why);
/* The next record of a CSV as an array of texts; NULL at the end, OK. ${separator}: a comma, a
 * semicolon or a tab. */
enum err transfer_file_record(struct transfer_file *file, int separator, json_t **ret_cells,
                              int64_t *ret_line, struct why *why);

/* --- one import --- */

enum transfer_result {
    TRANSFER_CREATED,
    TRANSFER_UPDATED,
    TRANSFER_SKIPPED,
    TRANSFER_UNCHANGED,
    TRANSFER_RESULTS,
};

struct transfer_run {
    struct db *db;
    const struct transfer_wish *wish;
    json_t *report;
    json_t *places;     /* "entity/id of the file" -> row id here, where the ids differ */
    json_t *skipped;    /* "entity/id" -> true: rows that refer to it are left out as well */
    json_t *made;       /* ids of rolls that are new here -> true */
    int64_t top_number; /* of the rolls of the file */
    bool faulty;        /* a problem forbids the whole import */
    int64_t before;     /* newest row of the table before a bulk */
    json_t *prints;     /* row ids of those whose parts were updated in it */
};

/* Where in the file something is. */
struct transfer_where {
    const char *entity;
    size_t index;
    int64_t line;
};

json_t *transfer_report_new(const struct transfer_wish *wish, const char *source);
void transfer_count(struct transfer_run *run, const char *entity, enum transfer_result result);
/* ${field}: "" where none is at fault. Of very many problems the first ones are kept. */
void transfer_problem(struct transfer_run *run, const struct transfer_where *where,
                      const char *field, const char *code, const char *text);
/* The same, and nothing will be imported. */
void transfer_fault(struct transfer_run *run, const struct transfer_where *where, const char *field,
                    const char *code, const char *text);
enum err transfer_verdict(struct transfer_run *run, struct why *why);

/* One row of the document on its way. */
struct transfer_row {
    struct transfer_run *run;
    const struct transfer_entity *entity;
    struct transfer_where where;
    json_t *row;   /* of the file */
    json_t *args;  /* its values as SQL wants them, under the names of the fields */
    bool left_out; /* it refers to a row that was left out */
};
/* Only look which numbers rolls have in the file. */
void transfer_row_survey(struct transfer_row *row);
/* Check it, find out whether it is here, write what is to be written, and count it. */
void transfer_row_pass(struct transfer_row *row);
/* The ledger stamps its rolls as it grows: a new one is stamped as it was. */
void transfer_row_restamp(struct transfer_row *row);

/* Around all rows of a TRANSFER_BULK entity: what the triggers of its table would do for each row
 * is done at the end for all. transfer_bulk_end follows also after a failure. */
void transfer_bulk_begin(struct transfer_run *run, const struct transfer_entity *entity);
void transfer_bulk_end(struct transfer_run *run, const struct transfer_entity *entity);

/* One roll of a foreign file. */
struct transfer_roll {
    json_t *body;     /* as POST /api/spools takes it, but for its weight now */
    json_t *facts;    /* arguments that are no part of such a body: first_used_at and the like */
    int64_t used_mg;  /* what it lost before it came here: one row of the ledger */
    int64_t used_at;  /* ms, of that row; 0: now */
    const char *note; /* of that row */
    bool archived;
    int64_t known; /* row id of the roll here; 0: a new one */
    struct transfer_where where;
};
/* ${ret_spool}: its row id, 0 where it was left out. */
enum err transfer_spool(struct transfer_run *run, const struct transfer_roll *roll,
                        int64_t *ret_spool, struct why *why);

/* The formats. The file stands at its beginning. */
enum err transfer_import_document(struct transfer_run *run, struct transfer_file *file,
                                  struct why *why);
enum err transfer_import_spoolman(struct transfer_run *run, struct transfer_file *file,
                                  struct why *why);
enum err transfer_import_sheet(struct transfer_run *run, struct transfer_file *file,
                               struct why *why);

#endif
