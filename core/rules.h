/*
 * Every number that the rules use: times, tolerances, scores. Nothing in core decides by a number
 * that is not here.
 * Thread: any; constants.
 */
#ifndef CORE_RULES_H
#define CORE_RULES_H

enum {
    /* A changed slot counts after this long without a further change. */
    RULE_SETTLE_MQTT_MS = 5000,
    RULE_SETTLE_HOME_ASSISTANT_MS = 8000,
    /* "All slots empty" as of a power-off counts after this long, if the printer goes on talking:
     * a silence of the second length in between starts the wait again. */
    RULE_HOLD_MS = 30000,
    RULE_HOLD_GAP_MS = 30000,
    /* FAILED becomes failed or cancelled this long after it was seen; errors from before count. */
    RULE_END_REASON_MS = 10000,
    RULE_END_ERROR_BEFORE_MS = 5000,
    /* An open job on a printer that idles without identity ends after this long. */
    RULE_IDLE_END_MS = 60000,
    /* Home Assistant shows idle for seconds at the end of a print and after blips: there it takes
     * this long, and the outcome stays unknown. */
    RULE_TOLD_IDLE_END_MS = 120000,
    /* What Home Assistant says counts once the printer itself has been silent for so long: its
     * link is probed after 60 s of silence, and dropped 30 s later. */
    RULE_SPEAKS_MS = 100000,
    /* The print command is heard seconds before its job starts; a job takes a late identity for
     * so long after its start. */
    RULE_COMMAND_BEFORE_MS = 600000,
    RULE_JOB_YOUNG_MS = 300000,

    /* Colour distances, in hundredths of CIEDE2000. */
    RULE_COLOR_SAME = 500,
    RULE_COLOR_CANDIDATE = 1200,
    RULE_COLOR_PARTIAL = 800, /* one side names fewer colours: a candidate at best */
    RULE_COLOR_FAR = 10000,   /* not comparable, such as clear and red */

    /* Confidence of evidence, in thousandths. */
    RULE_SCORE_TRAY_UUID = 1000,
    RULE_SCORE_TAG_UID = 950,
    RULE_SCORE_LEARNED = 900,
    RULE_SCORE_PROFILE = 850,     /* profile and colour */
    RULE_SCORE_MATERIAL = 750,    /* material and colour */
    RULE_SCORE_HISTORY = 650,     /* left this slot looking exactly so */
    RULE_SCORE_NEAR = 500,        /* the same material, a similar colour */
    RULE_SCORE_FAMILY = 400,      /* another variant or maker, the same colour */
    RULE_SCORE_FAMILY_NEAR = 350, /* the same, a similar colour */
    RULE_SCORE_LAST_HERE = 300,   /* left this slot, and nothing is known of what is in it now */
    RULE_SCORE_UNREAD_TAG = 50,   /* taken off: this roll has a tag and the slot shows none */
    RULE_SCORE_THRESHOLD = 600,   /* a unique match from here on assigns */
    RULE_SCORE_MARGIN = 50,       /* closer than this to the best: a twin */
    RULE_CALIBRATION_FROM_MG = 100000, /* judged by that much booked, at least */
    RULE_CALIBRATION_PERMILLE = 100,   /* and suggested up to that much, either way */
    RULE_CANDIDATES = 8,               /* that many are offered in a question */

    /* Suggestions: thousandths by how a roll fits, and what is taken off. */
    RULE_SUGGEST_REST = 1000,
    RULE_SUGGEST_WHOLE = 900,
    RULE_SUGGEST_PAIR = 600,
    RULE_SUGGEST_SHORT = 500,          /* times the part that it could give */
    RULE_SUGGEST_DAMP_PERCENT = 30,    /* it should be dried first */
    RULE_SUGGEST_SHADE_PERCENT = 20,   /* similar, not the same colour */
    RULE_SUGGEST_DRY_AIR_PERCENT = 40, /* humidity in an AMS up to which it counts as dry */

    /* A low roll, or product, is so until it has this much more than its threshold. */
    RULE_LOW_MARGIN_MG = 10000,
    /* An end or a runout is told when it is no older: an import brings years of them. */
    RULE_NEWS_MS = 86400000,
    /* What could not be sent for so long is no news any more; what was sent is kept for so long. */
    RULE_DELIVERY_MS = 259200000,
    RULE_DELIVERY_KEPT_MS = 1209600000,
    /* A Live Activity is told no more often than this while its print goes on as before, and in
     * steps of this much; it counts as stale, and is dismissed after the end, so much later. */
    RULE_ACTIVITY_MS = 5000,
    RULE_ACTIVITY_PERCENT = 5,
    RULE_ACTIVITY_STALE_S = 14400,
    RULE_ACTIVITY_SHOWN_S = 3600,
    /* A button of a notification works for so long. */
    RULE_ACTION_S = 172800,
    /* A use per day is foreseen from a history of this many days on. */
    RULE_FORECAST_LEAST_DAYS = 7,
};

#endif
