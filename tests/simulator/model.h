/*
 * A simulated printer as a value: what is physically there (units, slots, rolls, the job) and what
 * its firmware shows of it. The engine changes it, render makes its messages.
 * Owner: struct sim holds all printers in place. Thread: one. Lock: none.
 *
 * A place is a slot as newer firmware counts it: (unit id << 8) | slot.
 */
#ifndef TESTS_SIMULATOR_MODEL_H
#define TESTS_SIMULATOR_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/simulator/family.h"
#include "tests/simulator/plan.h"

enum {
    PLACE_NONE = 0xFFFF,
    PLACE_NONE_LEFT = 0xFEFF,
    PLACE_EXTERNAL = 0xFF00, /* right, or the only one */
    PLACE_EXTERNAL_LEFT = 0xFE00,
    UNITS_MAX = 8,
    SLOTS_MAX = 4,
    STEPS_MAX = 256,
    NAME_SIZE = 192,
    ID_SIZE = 24,
};

struct roll {
    char label[40];                            /* its name in the script; "" without */
    char profile[16], material[24], brand[40]; /* brand: tray_sub_brands */
    char color_code[12], color[10];            /* color: RRGGBBAA */
    char colors[4][10];                        /* of a multi-colour roll, else only the first */
    int color_count;
    char tag_uid[17], tray_uuid[33]; /* "" without RFID */
    int weight_g, nozzle_min, nozzle_max;
    double grams, full_grams; /* left on it; full_grams 0: endless */
};

struct slot {
    struct roll roll; /* after removal what the firmware remembers of it */
    bool present;     /* something is in it */
    bool known;       /* the firmware shows what it is */
    bool blank;       /* reset on the screen: a roll nobody described */
    bool reading;     /* its RFID tag is being read */
    bool ever;        /* it held a roll since the start */
    int loads;        /* rolls that were put in so far: tells one roll from the next */
    int64_t next_at;  /* process time of its next step of being recognised; 0: none */
};

struct unit {
    int id, slot_count, extruder; /* extruder: 0 right or only, 1 left */
    enum unit_kind kind;
    int humidity;
    struct slot slots[SLOTS_MAX];
};

enum step_kind {
    STEP_ECHO,     /* the project_file reply */
    STEP_IDENTITY, /* names, ids and print_type of the new job */
    STEP_STATE,    /* arg: enum gcode_state */
    STEP_PREPARED, /* arg: gcode_file_prepare_percent */
    STEP_PROGRESS, /* layer and percent leave the former job's values; mapping appears */
    STEP_STAGE,    /* arg: stg_cur */
    STEP_AMS,      /* arg: ams_status */
    STEP_TARGET,   /* arg: place */
    STEP_SNOW,     /* arg: place; newer firmware shows it before tray_now */
    STEP_NOW,      /* arg: place */
    STEP_BEFORE,   /* arg: place */
    STEP_SENSOR,   /* arg: filament at the toolhead, 0 or 1 */
    STEP_LAYER,    /* arg: layer */
    STEP_FEED,     /* arg: filament */
    STEP_EXTRUDE,  /* arg: filament; its share of the layer is gone after this */
    STEP_ERROR,    /* arg: print_error */
    STEP_RESET,    /* layer and percent go to 0, as after a cancel */
    STEP_TAKE,     /* arg: place; the roll is pulled out */
    STEP_PUT,      /* arg: place; the pending roll goes in */
    STEP_HOLD,     /* wait for resume */
    STEP_BOOT,     /* after a reboot: nothing is known of the job */
    STEP_FINISH,   /* the job ends well */
    STEP_END_TYPE, /* print_type goes idle */
};

struct step {
    enum step_kind kind;
    int delay_ms, arg;
};

enum gcode_state {
    GCODE_NONE,
    GCODE_INIT,
    GCODE_IDLE,
    GCODE_PREPARE,
    GCODE_RUNNING,
    GCODE_PAUSE,
    GCODE_FINISH,
    GCODE_FAILED
};

enum job_source { FROM_CLOUD, FROM_LAN, FROM_SCREEN, FROM_CALIBRATION };

/* What one roll gave to a job. */
struct fed {
    int place, loads; /* which slot, and its how-manieth roll */
    char label[40], color[10], tray_uuid[33];
    double grams;
};

enum { FED_MAX = 64 };

struct job {
    bool active, refused, never_starts;
    enum job_source source;
    struct plan plan;
    int map[PLAN_FILAMENTS]; /* place by filament as the slicer sent it; PLACE_NONE: unused */
    int now[PLAN_FILAMENTS]; /* place by filament after refills */
    int layer, filament;
    char task_id[ID_SIZE], subtask_id[ID_SIZE], md5[33];
    struct fed fed[FED_MAX]; /* what every roll really gave */
    int fed_count;
};

/* What the firmware says of the job and the feeding; stays as it is where the real one is stale. */
struct shown {
    enum gcode_state state;
    int percent, minutes, layer, total, prepared, stage, plate, ams_status, sensor;
    char file[NAME_SIZE + 8], name[NAME_SIZE];
    char task_id[ID_SIZE], subtask_id[ID_SIZE];
    const char *print_type;
    uint32_t error;
    int now, target, before;       /* places of the tray_... texts */
    int snow[2], spre[2], star[2]; /* by extruder */
    int extruder;                  /* the active one */
    int mapping[PLAN_FILAMENTS], mapping_count;
};

struct trigger {
    bool armed;
    int layer;
    char command[512];
};

struct faults {
    int drop, twice;                /* so many of the next messages */
    double drop_share, twice_share; /* of all messages, 0..1 */
    int64_t silent_until;           /* wall time */
    bool off;                       /* powered off */
    bool dying;                     /* every exist bit reads zero */
};

enum { TRIGGERS_MAX = 16, MEMBERS_MAX = 4 };

struct printer {
    const struct family *family;
    char name[40], serial[32];
    char broker[64]; /* HOST:PORT; "": the program's own */
    struct unit units[UNITS_MAX];
    int unit_count;
    struct slot external[2]; /* 0 right or only, 1 left */
    bool backup;             /* the AMS goes on with an equal roll when one runs out */
    bool powered_on;         /* power_on_flag */
    int ams_version;
    struct job job;
    struct shown shown;
    struct roll pending; /* goes in with STEP_PUT */
    struct step steps[STEPS_MAX];
    int step_count;
    int64_t now;         /* process time of what happens at the moment */
    int64_t due;         /* process time of steps[0]; INT64_MAX: none or held */
    int64_t next_report; /* wall time */
    bool changed;        /* something worth a report of its own happened */
    json_t *last;        /* delta dialects: the whole report as last told */
    uint64_t random, sequence, jobs;
    struct faults faults;
    struct trigger triggers[TRIGGERS_MAX];
};

/* The slot of a place; NULL where the printer has none. */
struct slot *model_slot(struct printer *printer, int place);
const struct unit *model_unit(const struct printer *printer, int place);
int model_extruder(const struct printer *printer, int place);
bool model_is_external(int place);
bool model_is_none(int place);

/* "1/3" (AMS 1, slot 3), "128/1", "16/2", "ext", "ext2" to a place; -1 where there is none. */
int model_place(const struct printer *printer, const char *text);
/* The inverse, in the numbering that the daemon's REST interface uses. */
void model_place_address(const struct printer *printer, int place, int *ret_unit, int *ret_slot);

/* Bits of the units and of the filled, shown and reading slots. */
unsigned model_unit_bits(const struct printer *printer);
enum slot_bit { BIT_PRESENT, BIT_KNOWN, BIT_READING };
unsigned model_slot_bits(const struct printer *printer, enum slot_bit bit);

/* Add a unit of ${kind}; false where there is no room or its id is taken. */
bool model_add_unit(struct printer *printer, enum unit_kind kind, int id, int extruder);

bool model_same_roll(const struct roll *a, const struct roll *b); /* profile and colour equal */

uint64_t model_random(struct printer *printer);

#endif
