#include "bridge/curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "base/auto.h"

static const char library_name[] = "libcurl.so.4";

static struct curl table;
static bool loaded;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ISO C knows no way from an object pointer to a function pointer but its bytes. */
static bool find(void *library, const char *name, void *ret_function)
{
    void *symbol = dlsym(library, name);
    memcpy(ret_function, &symbol, sizeof symbol);
    return symbol;
}

static bool find_all(void *library)
{
    const struct {
        const char *name;
        void *function;
    } rows[] = {
        {"curl_easy_init", &table.easy_init},
        {"curl_easy_cleanup", &table.easy_cleanup},
        {"curl_easy_setopt", &table.easy_setopt},
        {"curl_easy_perform", &table.easy_perform},
        {"curl_easy_getinfo", &table.easy_getinfo},
        {"curl_easy_reset", &table.easy_reset},
        {"curl_easy_strerror", &table.easy_strerror},
        {"curl_slist_append", &table.slist_append},
        {"curl_slist_free_all", &table.slist_free_all},
        {"curl_url", &table.url},
        {"curl_url_set", &table.url_set},
        {"curl_url_cleanup", &table.url_cleanup},
    };
    bool found = true;
    for (size_t i = 0; i < LEN(rows); i++)
        found = found && find(library, rows[i].name, rows[i].function);
    return found;
}

/* With the lock held. The library is never closed: it leaves state of OpenSSL behind. */
static enum err load(struct why *why)
{
    __typeof__(curl_global_init) *start = NULL;
    void *library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return why_fail(why, ERR_IO, "no_libcurl", "", "%s is not installed", library_name);
    loaded = find(library, "curl_global_init", &start) && find_all(library) &&
             start(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!loaded)
        dlclose(library);
    return loaded
               ? OK
               : why_fail(why, ERR_IO, "no_libcurl", "", "%s is too old or broken", library_name);
}

enum err curl_load(const struct curl **ret_curl, struct why *why)
{
    pthread_mutex_lock(&lock);
    enum err e = loaded ? OK : load(why);
    pthread_mutex_unlock(&lock);
    *ret_curl = e == OK ? &table : NULL;
    return e;
}

bool curl_hold(const struct curl *curl, CURL *handle, const struct curl_guard *guard)
{
    __typeof__(curl->easy_setopt) set = curl->easy_setopt;
    return !set(handle, CURLOPT_PROXY, "") && !set(handle, CURLOPT_FOLLOWLOCATION, 0L) &&
           !set(handle, CURLOPT_NOSIGNAL, 1L) &&
           !set(handle, CURLOPT_PROTOCOLS_STR, guard->protocols) &&
           (!guard->ca_file || !set(handle, CURLOPT_CAINFO, guard->ca_file)) &&
           !set(handle, CURLOPT_CONNECTTIMEOUT_MS, guard->connect_ms) &&
           !set(handle, CURLOPT_TIMEOUT_MS, guard->most_ms) &&
           !set(handle, CURLOPT_WRITEFUNCTION, guard->take) &&
           !set(handle, CURLOPT_WRITEDATA, guard->take_ctx) &&
           !set(handle, CURLOPT_NOPROGRESS, 0L) &&
           !set(handle, CURLOPT_XFERINFOFUNCTION, guard->go_on) &&
           !set(handle, CURLOPT_XFERINFODATA, guard->go_on_ctx) &&
           !set(handle, CURLOPT_ERRORBUFFER, guard->detail);
}
