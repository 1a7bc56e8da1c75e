/*
 * The dialects: one row for each printer family, saying how it speaks. Everything that differs
 * between families is data here; nothing else in the simulator asks for a model by name.
 * Owner: static rows. Thread: any. Lock: none.
 * Facts: published protocol notes and telemetry in the open source trackers and slicers.
 */
#ifndef TESTS_SIMULATOR_FAMILY_H
#define TESTS_SIMULATOR_FAMILY_H

#include <stdbool.h>

enum unit_kind { UNIT_AMS, UNIT_LITE, UNIT_AMS_2_PRO, UNIT_HT, UNIT_A2L };

/* How a slot without a roll looks in tray[]. */
enum bare_form {
    BARE_ID,      /* {"id":"1"} */
    BARE_ZERO,    /* {"id":"1","state":0} */
    BARE_SETTLED, /* state 8, or 10 where a profile is remembered */
    BARE_MOVING,  /* {"id":"1","state":26} */
    BARE_STALE,   /* the former roll's whole object: only the exist bit tells */
};

struct family {
    const char *slug, *product, *model_id; /* model_id: as in the sliced file and in SSDP */
    const char *prefix;                    /* of serial numbers */
    const char *firmware, *board;
    enum unit_kind unit; /* what hangs on it where the script says no more */
    enum bare_form bare;
    int period_ms; /* between two reports while active */
    int nozzles;
    int idle_stage;    /* stg_cur when nothing runs */
    int cancel_late_s; /* the cancel code follows FAILED so much later; 0: in the same frame */
    bool delta;        /* changed keys with msg 1; the whole only after pushall */
    bool msg_zero;     /* whole reports carry msg 0 */
    bool device;       /* device.extruder, mapping, cfg, fun: newer firmware */
    bool local_tray;   /* tray_now is the slot inside its unit */
    bool vt_tray, vir_slot;
    bool tray_state;   /* tray[].state and ams[].info are sent */
    bool clears_file;  /* gcode_file becomes "" and print_type idle at the end */
    bool resets_total; /* total_layer_num becomes 0 at the end */
    bool stale_run;    /* the first RUNNING frame still shows the former job's layer */
    bool skips_prepare;
};

/* NULL where no family has that slug. */
const struct family *family_find(const char *slug);

#endif
