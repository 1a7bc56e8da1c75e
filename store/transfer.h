/*
 * Everything that a user owns, out of one database and into another: the exported document, files
 * of other programs, and spreadsheets.
 *
 * The document is JSON: {"format": "filamentd-export", "version": 1, "vendors": [...], ...}, one
 * list for each base table, one row a line, in an order in which rows refer only to earlier ones,
 * by public ids. Weights are grams, money currency units, times RFC 3339 with milliseconds, those
 * of layers one text for each print: exact, so that an export that was imported into an empty
 * database is exported byte by byte the same. Without: secrets, keys, devices, alerts, questions,
 * and what printers tell again by themselves.
 *
 * Functions that are given a connection run inside the caller's transaction. Files are read and
 * written a row at a time: memory does not grow with them. Owner: files and reports are the
 * caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_TRANSFER_H
#define STORE_TRANSFER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

struct body_table;
struct db;
struct field_shape;

enum { TRANSFER_VERSION = 1 };

extern const struct field_shape transfer_document; /* of the export */
extern const struct field_shape transfer_report;   /* of an import */

enum err transfer_export(struct db *db, FILE *out, struct why *why);

extern const char *const transfer_sheets[]; /* what there is as a table: spools, usage, jobs */
/* RFC 4180. Texts that a spreadsheet would take for a formula get an apostrophe before them. */
enum err transfer_csv(struct db *db, const char *sheet, FILE *out, struct why *why);

enum transfer_conflict {
    TRANSFER_SKIP,   /* what is here stays */
    TRANSFER_UPDATE, /* the file wins, but for the ledger, which only grows */
    TRANSFER_FAIL,   /* nothing is imported */
};

struct transfer_wish {
    enum transfer_conflict on_conflict;
    bool dry_run;                          /* noted in the report; the caller rolls back */
    const struct body_table *spool_fields; /* what a roll of a foreign file may say */
};

/* ${file} (seekable, at its beginning) is known by its content: the document above, Spoolman's list
 * of spools, or a CSV of rolls. Importing a file again changes nothing. ${ret_report}: {dry_run,
 * source, counts, problems, renumbered}; it is there after a failure too, where it was begun. After
 * a failure the caller rolls everything back. */
enum err transfer_import(struct db *db, FILE *file, const struct transfer_wish *wish,
                         json_t **ret_report, struct why *why);

/* The same on a copy of ${database} that is made at ${scratch} and removed again: all that there is
 * to tell of the file, and nobody who writes waits for it. Outside of any transaction. */
enum err transfer_rehearse(const char *database, const char *scratch, FILE *file,
                           const struct transfer_wish *wish, json_t **ret_report, struct why *why);

/* The external_id of a roll that came from Spoolman is this and its number there. */
extern const char transfer_spoolman[];

#endif
