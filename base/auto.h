/*
 * Scope cleanup: a variable declared with one of these is released when its scope ends, on every
 * path. `take` moves the value out. Ladders of `goto` are not used in this project.
 * Thread: any.
 */
#ifndef BASE_AUTO_H
#define BASE_AUTO_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void auto_free_at(void *slot)
{
    void **at = slot;
    free(*at);
}

static inline void auto_file_at(FILE **at)
{
    if (*at)
        fclose(*at);
}

static inline void auto_fd_at(const int *at)
{
    if (*at >= 0)
        close(*at);
}

#define auto_free __attribute__((cleanup(auto_free_at)))
#define auto_file __attribute__((cleanup(auto_file_at))) FILE
#define auto_fd   __attribute__((cleanup(auto_fd_at))) int

/* Move a pointer out of an auto variable: the scope then frees nothing. */
static inline void *take(void *slot)
{
    void **at = slot;
    void *value = *at;
    *at = NULL;
    return value;
}

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
