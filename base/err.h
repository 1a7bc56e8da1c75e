/*
 * The error vocabulary: what went wrong, as a value, and for humans, as a text.
 * Owner: struct why belongs to the caller and is written only on failure.
 * Thread: any. Lock: none.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
    OK,
    ERR_INVALID,   /* the input breaks a rule that its sender can read about */
    ERR_NOT_FOUND, /* what was named does not exist */
    ERR_CONFLICT,  /* the state forbids it now */
    ERR_TOO_BIG,   /* beyond a limit of base/limits.h */
    ERR_DENIED,    /* not allowed for this caller, or not trusted */
    ERR_BUSY,      /* try again later: the door, a peer or a queue is full */
    ERR_IO,        /* the disk, the network or a foreign library failed */
    ERR_CORRUPT,   /* stored or received data contradicts itself */
    ERR_NOMEM,
};

/*
 * The human side of an error. `code` is stable snake_case for programs, `field` names the part of
 * the input at fault ("" when none does), `text` says what is wrong and how to mend it.
 */
struct why {
    char code[48];
    char field[96];
    char text[320];
};

/* Slug of ${e}, such as "not_found". Never NULL. */
const char *err_slug(enum err e);

/* Fill ${why} (which may be NULL) and return ${e}, so that a failure is one line at its place. */
enum err why_fail(struct why *why, enum err e, const char *code, const char *field,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
