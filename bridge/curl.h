/*
 * libcurl, loaded when it is first needed: with all that it brings it takes several megabytes,
 * which a daemon that fetches and sends nothing need not hold. Once loaded it stays.
 * Owner: the table is static. Thread: any. Lock: its own.
 */
#ifndef BRIDGE_CURL_H
#define BRIDGE_CURL_H

#include <curl/curl.h>
#include <stdbool.h>

#include "base/err.h"

/* The functions of libcurl that are used here, under their names without the leading "curl_". */
struct curl {
    __typeof__(curl_easy_init) *easy_init;
    __typeof__(curl_easy_cleanup) *easy_cleanup;
    __typeof__(curl_easy_setopt) *easy_setopt;
    __typeof__(curl_easy_perform) *easy_perform;
    __typeof__(curl_easy_getinfo) *easy_getinfo;
    __typeof__(curl_easy_reset) *easy_reset;
    __typeof__(curl_easy_strerror) *easy_strerror;
    __typeof__(curl_slist_append) *slist_append;
    __typeof__(curl_slist_free_all) *slist_free_all;
    __typeof__(curl_url) *url;
    __typeof__(curl_url_set) *url_set;
    __typeof__(curl_url_cleanup) *url_cleanup;
};

/* Load and start libcurl, the first time. ERR_IO where it is not installed; asked again,
 * it is tried again. */
enum err curl_load(const struct curl **ret_curl, struct why *why);

/* What every transfer is held to. Beside it: no proxy of the environment, which would see the
 * secrets; no redirect, which would take them elsewhere; no signals. */
struct curl_guard {
    const char *protocols;    /* such as "http,https" */
    const char *ca_file;      /* in place of the system's; NULL: as it is set */
    long connect_ms, most_ms; /* most_ms: of all; 0: as long as it moves */
    curl_write_callback take;
    void *take_ctx;
    curl_xferinfo_callback go_on;
    void *go_on_ctx;
    char *detail; /* CURL_ERROR_SIZE, for what went wrong */
};

/* ${handle} keeps the pointers until it is reset. False: memory ran out. */
bool curl_hold(const struct curl *curl, CURL *handle, const struct curl_guard *guard);

#endif
