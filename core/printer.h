/*
 * The state of one printer, folded from its own messages: full and delta reports, get_version
 * replies, the echo of project_file, and partial updates of other sources. Pure: the same messages
 * at the same times give the same bytes.
 *
 * Owner: the caller; a plain value of fixed size without pointers, copied by assignment.
 * Thread: one at a time for each value. Lock: none. Times are milliseconds since 1970 UTC of the
 * host's clock; clocks of printers are never used.
 *
 * Everything before `live` is durable: dumped after a message and loaded into a fresh value, the
 * following messages give the same result. A report that changes telemetry only leaves it equal.
 * Of live itself the dump holds when the printer was last heard, and no more.
 * Source of protocol facts: captured reports of every family; quirks are named at their tests.
 */
#ifndef CORE_PRINTER_H
#define CORE_PRINTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/model.h"
#include "core/tray.h"

enum {
    PRINTER_UNITS_MAX = 20,   /* 8 AMS, the A2L's Lite, 8 AMS HT, spare */
    PRINTER_SLOTS_MAX = 48,   /* 8 * 4 + 4 + 8 + 2 external, rounded up */
    PRINTER_NOZZLES_MAX = 2,  /* extruders that feed filament */
    PRINTER_HMS_MAX = 16,     /* messages of the health system kept at once */
    PRINTER_MAPPING_MAX = 32, /* filaments of a job */
    PRINTER_TEXT = 808,       /* a file or job name: LIMIT_NAME characters in UTF-8 */
};

enum source { SOURCE_NONE, SOURCE_MQTT, SOURCE_HOMEASSISTANT };

enum gcode_state {
    GCODE_UNKNOWN, /* never told, or a word that we do not know */
    GCODE_INIT,
    GCODE_OFFLINE,
    GCODE_IDLE,
    GCODE_PREPARE,
    GCODE_SLICING,
    GCODE_RUNNING,
    GCODE_PAUSE,
    GCODE_FINISH,
    GCODE_FAILED, /* failed or cancelled */
};

enum unit_type {
    UNIT_TYPE_UNKNOWN,
    UNIT_TYPE_AMS,
    UNIT_TYPE_AMS_LITE,
    UNIT_TYPE_AMS_2_PRO,
    UNIT_TYPE_AMS_HT,
    UNIT_TYPE_A2L_LITE,
};

struct unit {
    int32_t number; /* as slot_address.unit */
    enum unit_type type;
    int32_t attached; /* 1: the printer sees it now */
    int32_t extruder; /* that it feeds: 0 main or right, 1 left; -1 unknown or switched */
    char serial[32];
    char firmware[24];
};

struct slot {
    struct slot_address at;
    enum source source;   /* of the last change of reported */
    int32_t exists;       /* the exist bit or its substitute: -1 unknown, 0, 1 */
    int32_t reading;      /* 1: the tag reader is busy with it */
    int32_t hint;         /* tray.state of the wire, -1 absent */
    int32_t settling;     /* 1: reported still has to settle */
    int64_t changed_at;   /* last change of reported that tells rolls apart; 0 never */
    int64_t told_at;      /* when what Home Assistant told last of it happened; 0 never */
    struct tray raw;      /* merged wire data, also what an emptied slot still claims */
    struct tray reported; /* the latest truth: state and, where filled, its data */
    struct tray settled;  /* what counted last; SLOT_UNSEEN until the first settling */
};

struct extruder {
    int32_t known; /* 1: snow was reported */
    int32_t snow;  /* (unit << 8) | slot, see address_from_snow */
};

/* An error code with its life: what decides later between cancelled and failed. */
struct latch {
    int64_t code;  /* the last code that was not zero; 0: none yet */
    int64_t since; /* when it came */
    int64_t until; /* when it went; 0: still there (or never came) */
};

struct hms {
    uint32_t attr, code;
};

/* What telemetry says about the job; ids "" where the printer says "" or "0". */
struct print_identity {
    char task_id[40], subtask_id[40], project_id[40], profile_id[40], job_id[40];
    char gcode_file[PRINTER_TEXT]; /* "" after the job on A1 and P1 */
    char subtask_name[PRINTER_TEXT];
    char print_type[16]; /* cloud, local, idle, system, "" */
    int64_t gcode_start; /* X1's own epoch seconds, to tell jobs apart only; 0 none */
    int32_t plate;       /* plate_idx; 0 unknown */
    int32_t reserved;
};

/* Filament (index, 0-based) to slot. Raw numbers of the wire; read them with printer_mapped. */
struct mapping {
    int32_t known; /* 1: the message had the array */
    int32_t count;
    int32_t list[PRINTER_MAPPING_MAX];
};

struct pair_mapping {
    int32_t known;
    int32_t count;
    int32_t ams_id[PRINTER_MAPPING_MAX], slot_id[PRINTER_MAPPING_MAX];
};

/* The last print command that the printer echoed: sent once, lost when nobody listens. */
struct print_command {
    int64_t at;      /* when it was heard; 0: never */
    int64_t number;  /* counts the commands heard, so that two equal ones differ */
    int32_t refused; /* 1: result was fail */
    int32_t plain;   /* 1: command gcode_file (a bare gcode file), 0: project_file */
    int32_t use_ams; /* -1 not said, 0, 1 */
    int32_t plate;   /* plate_idx, else the number in param; 0 unknown */
    int32_t has_url; /* 1: a download address was given (an https one is a secret, not kept) */
    int32_t reserved;
    char task_id[40], subtask_id[40], project_id[40], profile_id[40], job_id[40];
    char title[PRINTER_TEXT];         /* subtask_name: may differ from the reports' */
    char file[PRINTER_TEXT];          /* file, else the path of an ftp or file url */
    char param[PRINTER_TEXT];         /* "Metadata/plate_1.gcode" */
    char md5[40];                     /* upper case */
    struct mapping ams_mapping;       /* global tray numbers; -1 (or 255) unused or external */
    struct pair_mapping ams_mapping2; /* wins where it is known */
};

/* Numbers that move all the time and decide nothing on their own. */
struct live_unit {
    int32_t humidity_level; /* 1 wet .. 5 dry; 0 unknown */
    int32_t humidity;       /* percent; -1 unknown */
    double temperature;     /* degC; NAN not told */
    int32_t dry_minutes;    /* left; 0: not drying */
    int32_t drying;         /* phase, 0 off */
};

struct live {
    int64_t message_at;      /* last message of the printer; 0 none since start */
    int32_t percent;         /* 0..100 by time, -1 unknown */
    int32_t minutes;         /* remaining, -1 unknown */
    int32_t prepare_percent; /* download before the print, -1 unknown */
    int32_t stage;           /* stg_cur; -1 or 255 idle */
    int32_t ams_status;      /* main << 8 | sub */
    int32_t speed_level;     /* 1 silent .. 4 ludicrous; A1: 253 between; 0 unknown */
    int32_t wifi_dbm;        /* 0 unknown or wired */
    int32_t percent_told;    /* 1: the last message carried the percentage */
    double nozzle, nozzle_target, bed, bed_target, chamber; /* degC; NAN not told */
    struct live_unit units[PRINTER_UNITS_MAX];              /* beside printer.units */
};

struct told_print;
struct told_slot;

struct printer {
    /* What it is. */
    enum model model;
    int32_t model_trust; /* how well it is known: rank of its source */
    int32_t nozzles;     /* 1 or 2; 0 until known */
    int32_t new_style;   /* 1: vir_slot, fun or cfg were seen: tray_now is local to its unit */
    int32_t vir_slots;   /* 1: vir_slot describes the external spools, vt_tray is ignored */
    char firmware[24];
    char serial[32]; /* of the ota module, or as the caller set it */

    /* Switches of the printer. -1: not told. */
    int32_t power_on_read;  /* ams.power_on_flag */
    int32_t remain_enabled; /* the remaining-filament estimate */
    int32_t refill_enabled; /* AMS backup */

    /* Units and slots, each sorted by address. */
    int32_t unit_count, slot_count;
    struct unit units[PRINTER_UNITS_MAX];
    struct slot slots[PRINTER_SLOTS_MAX];
    int64_t ams_bits, tray_bits; /* exist bits as last believed; -1: never told */
    int64_t hold_since;          /* a power-off like frame waits for its confirmation; 0: none */
    int64_t hold_seen;           /* last message while it waits */

    /* Which slot feeds. */
    struct extruder extruders[PRINTER_NOZZLES_MAX];
    int32_t extruder_count;               /* entries of device.extruder; 0: old style */
    int32_t active;                       /* extruder in use */
    int32_t tray_now, tray_tar, tray_pre; /* as on the wire; -1 never told */
    struct slot_address feeding;          /* none: nothing loaded, changing, or not knowable */

    /* The print. */
    enum gcode_state gcode_state;
    int32_t layer, total_layers; /* -1 unknown; may still be the former job's */
    int32_t skipped_objects;     /* left out by the user */
    int64_t state_at;            /* last change of gcode_state; 0 never */
    struct print_identity identity;
    struct mapping mapping; /* (unit << 8) | slot, stale after its job */
    int64_t mapping_at;     /* last change of mapping */
    struct print_command command;
    int64_t stop_reply_at; /* last successful reply to a stop command; 0 never */
    int64_t refused_at;    /* a command of a third party was refused, and none accepted since; 0 */
    int64_t print_error;   /* as reported now; 0 none */
    int64_t err_code;      /* low 32 bits of err or err2 of newer models; 0 none */
    struct latch error;    /* print_error, else err_code */
    struct latch cancel;   /* the one of them, or of hms, that says "cancelled by the user" */
    int32_t hms_count;
    int32_t told;        /* 1: gcode_state is the word of Home Assistant, not of the printer */
    int64_t told_at;     /* when what Home Assistant told last of a print happened; 0 never */
    int32_t told_cancel; /* 1: it says that the print was cancelled; until the next one starts */
    int32_t reserved;
    struct hms hms[PRINTER_HMS_MAX];

    struct live live;
};

void printer_init(struct printer *printer);

/* What is known from elsewhere: the configured serial and model. Reports outrank both. */
void printer_describe(struct printer *printer, const char *serial, enum model model);

/* Fold one message in. Returns how many of its fields were unreadable and skipped. */
unsigned printer_apply(struct printer *printer, const json_t *message, int64_t now);

/* Fold in what another source says about one slot; blanks in ${tray} mean blank, state decides.
 * The caller drops it while the printer's own link is live. */
void printer_apply_slot(struct printer *printer, struct slot_address at, const struct tray *tray,
                        enum source source, int64_t now);

/* Fold in what Home Assistant says of the print, or of a slot (core/told.h). False: it is older
 * than what it said before, or says nothing, and nothing is changed. The same condition as
 * printer_apply_slot. */
bool printer_apply_told(struct printer *printer, const struct told_print *told, int64_t now);
bool printer_apply_told_slot(struct printer *printer, const struct told_slot *told, int64_t now);
/* For the files that fold: the print is in ${state} from now on. */
void printer_enter_state(struct printer *printer, enum gcode_state state, int64_t now);
/* Was its own link heard of late? Then other sources are not asked. */
bool printer_speaks(const struct printer *printer, int64_t now);

/* Next time at which printer_tick changes something; INT64_MAX: nothing waits. */
int64_t printer_deadline(const struct printer *printer);
void printer_tick(struct printer *printer, int64_t now);

json_t *printer_dump(const struct printer *printer); /* durable part; the caller owns it */
/* False: not a dump of ours; ${printer} is then as after printer_init. */
bool printer_load(struct printer *printer, const json_t *dump);
bool printer_durable_equal(const struct printer *a, const struct printer *b);

/* NULL where the printer has no such slot (yet). */
const struct slot *printer_slot(const struct printer *printer, struct slot_address at);
const struct unit *printer_unit(const struct printer *printer, int number);

/* Slot of filament ${index} (0-based) by the print command, or by telemetry's mapping. */
struct slot_address printer_commanded(const struct printer *printer, int index);
struct slot_address printer_mapped(const struct printer *printer, int index);

/* The printer refuses commands of others (LAN mode with authorisation). Reading goes on. */
bool printer_commands_refused(const struct printer *printer);
/* An error code that means "stopped by the user", not a fault. */
bool printer_code_is_cancel(int64_t code);
/* It pauses because the roll that feeds ran out (codes 07xx-8011 and 18xx-8011). */
bool printer_ran_out(const struct printer *printer);
/* A running, preparing or paused print. */
bool printer_printing(enum gcode_state state);

const char *printer_state_slug(enum gcode_state state); /* lower case; "" unknown */
const char *unit_type_slug(enum unit_type type);        /* "ams_ht"; "" unknown */

#endif
