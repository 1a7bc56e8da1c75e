/*
 * What Home Assistant tells of a print or of a slot, by webhook or poll: read leniently from a JSON
 * body into a plain value. The status words are those of the ha-bambulab integration
 * (print_status, bambu_lab_event) and of the documented webhook bodies.
 *
 * Pure. Owner: plain values of fixed size. Thread: any. Lock: none. Times are ms since 1970 UTC.
 */
#ifndef CORE_TOLD_H
#define CORE_TOLD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/address.h"
#include "core/printer.h"
#include "core/tray.h"

enum { TOLD_SLOTS_MAX = 48, TOLD_ENTITY_SIZE = 256, TOLD_PRINTER_SIZE = 96 };

enum told_status {
    TOLD_NOTHING, /* offline, unavailable, unknown: no transition */
    TOLD_PREPARE,
    TOLD_PRINTING,
    TOLD_PAUSED,
    TOLD_COMPLETED,
    TOLD_FAILED,
    TOLD_CANCELLED, /* sticky against a later TOLD_FAILED */
    TOLD_IDLE,      /* an end of unknown outcome, once it lasts */
};

/* A slot that a print uses, and what the slicer estimates for it. */
struct told_weight {
    struct slot_address at;
    int64_t mg; /* -1: only that it is used */
};

struct told_print {
    char printer[TOLD_PRINTER_SIZE]; /* id, serial or alias */
    enum told_status status;
    char word[64];           /* the word that status was read from, for explanations */
    char file[PRINTER_TEXT]; /* "" not told */
    char name[PRINTER_TEXT];
    int64_t occurred_at;         /* 0: not told */
    int64_t started_at;          /* 0: not told */
    int32_t percent;             /* -1 */
    int64_t weight_mg;           /* of the whole print; -1 */
    struct slot_address feeding; /* none: not told */
    struct told_weight weights[TOLD_SLOTS_MAX];
    int32_t weight_count;
    unsigned skipped; /* fields that were there and could not be read */
};

struct told_slot {
    char printer[TOLD_PRINTER_SIZE];
    char entity[TOLD_ENTITY_SIZE]; /* "" not told */
    struct slot_address at;        /* none: to be found by the entity */
    bool silent;                   /* unavailable or nothing at all: it clears nothing */
    int64_t occurred_at;
    struct tray tray; /* state EMPTY, PRESENT or UNKNOWN; remain_percent stays a hint */
    unsigned skipped;
};

/* ERR_INVALID names the field that is missing or cannot be read; everything else that cannot be
 * read is skipped and counted. */
enum err told_read_print(const json_t *body, struct told_print *ret_print, struct why *why);
enum err told_read_slot(const json_t *body, struct told_slot *ret_slot, struct why *why);

/* Of a status or event word in any case; false: nobody knows it. */
bool told_status_of(const char *word, enum told_status *ret_status);
const char *told_status_slug(enum told_status status);

/* "AMS 1 Tray 3", "AMS 128 Tray 1", "External Spool", "External Spool 2"; none for others. */
struct slot_address told_slot_of_name(const char *name);
/* Printer's AMS id and tray index as ha-bambulab's active tray names them; none: no such slot. */
struct slot_address told_slot_of_index(int64_t ams_index, int64_t tray_index);

#endif
