/*
 * Every limit on what the outside world can make us hold, in one place. Too big is an error with a
 * name, never a truncation.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
    LIMIT_REPORT_BYTES = 1024 * 1024,       /* one MQTT message of a printer */
    LIMIT_BODY_BYTES = 64 * 1024,           /* one REST or webhook body */
    LIMIT_UPLOAD_BYTES = 256 * 1024 * 1024, /* a sliced file */
    LIMIT_IMPORT_BYTES = 64 * 1024 * 1024,  /* an export of ours or of another program */
    LIMIT_JSON_DEPTH = 32,
    LIMIT_HEAD_BYTES = 16 * 1024,
    LIMIT_IDEMPOTENCY_KEY = 255,  /* characters */
    LIMIT_KEPT_BYTES = 64 * 1024, /* an answer kept for a repetition that changes nothing */

    LIMIT_NAME = 200,     /* brand, product name, location, file name: characters of UTF-8 text */
    LIMIT_NOTES = 4000,   /* free text */
    LIMIT_GRAMS = 100000, /* of anything */
    LIMIT_PRINTER_ID = 64,
    LIMIT_ALIASES = 8,

    LIMIT_PAGE = 1000,          /* rows of one page of a list when a limit is asked for */
    LIMIT_QUANTITY = 50,        /* rolls made by one POST */
    LIMIT_LABELS = 1000,        /* labels of one POST */
    LIMIT_STREAMS = 8,          /* SSE streams at once */
    LIMIT_CLIENT_STREAMS = 4,   /* of which one client has so many at most */
    LIMIT_GROUP = 64,           /* plans in one COMMIT */
    LIMIT_GROUP_MS = 20,        /* and how long it is open for those who come */
    LIMIT_SOURCE_EVENTS = 2000, /* webhooks and polls kept for diagnosis */
    LIMIT_ENTITIES = 1000,      /* lines of [homeassistant.entities] */
    LIMIT_DOOR_MS = 5000,       /* longest wait of a writer at the door */
};

#endif
