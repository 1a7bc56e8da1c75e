/*
 * A growing byte buffer with a limit and a sticky failure: append freely, look once at the end.
 * Owner: whoever declared it; buf_clear releases. Always NUL-terminated once anything was added.
 * Thread: one at a time. Lock: none.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data;
    size_t len, size;
    size_t limit; /* 0: no limit but memory */
    bool failed;  /* out of memory or over the limit: everything later is ignored */
};

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_text(struct buf *b, const char *text);
void buf_char(struct buf *b, char c);
void buf_int(struct buf *b, int64_t value);
void buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Put ${len} bytes before all that is there. */
void buf_before(struct buf *b, const void *bytes, size_t len);
/* Make room at once for ${more} bytes that are known to come. */
void buf_room(struct buf *b, size_t more);

/* Append ${len} bytes of UTF-8 as a JSON string with its quotes; bad bytes become U+FFFD. */
void buf_json(struct buf *b, const char *text, size_t len);

/* Empty it but keep the memory. */
void buf_reset(struct buf *b);
void buf_clear(struct buf *b);

/* Hand the bytes to the caller, who frees them; NULL after a failure. */
char *buf_take(struct buf *b, size_t *ret_len);

#define auto_buf __attribute__((cleanup(buf_clear))) struct buf

#endif
