#include "api/pair.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "api/lan.h"
#include "api/state.h"
#include "api/tls.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/sha256.h"
#include "base/text.h"

enum { HOST_SIZE = 256, MOST_IPV4 = 3 };

static bool is_any(const char *host)
{
    return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "[::]") == 0;
}

static bool is_loopback(const char *host)
{
    return text_starts(host, "127.") || strcmp(host, "[::1]") == 0 ||
           text_equal_nocase(host, "localhost");
}

bool pair_is_lan(const char *host)
{
    return !is_loopback(host);
}

static void add_url(json_t *urls, const char *host, int port)
{
    char url[HOST_SIZE + 32];
    snprintf(url, sizeof url, "https://%s:%d", host, port);
    for (size_t i = 0; i < json_array_size(urls); i++)
        if (strcmp(json_string_value(json_array_get(urls, i)), url) == 0)
            return;
    if (json_array_size(urls) < PAIR_URLS)
        json_array_append_new(urls, json_string(url));
}

static void add_addresses(json_t *urls, int family, int port, size_t most)
{
    char list[PAIR_URLS][LAN_TEXT_SIZE], host[LAN_TEXT_SIZE + 2];
    size_t count = lan_addresses(family, list, most);
    for (size_t i = 0; i < count; i++) {
        snprintf(host, sizeof host, family == AF_INET6 ? "[%s]" : "%s", list[i]);
        add_url(urls, host, port);
    }
}

/* An address first, which needs no mDNS; the name where the address will have changed. */
static void add_all(json_t *urls, int port)
{
    char name[LAN_TEXT_SIZE + 16];
    add_addresses(urls, AF_INET, port, MOST_IPV4);
    if (json_array_size(urls) && lan_local_name(name))
        add_url(urls, name, port);
    add_addresses(urls, AF_INET6, port, PAIR_URLS);
}

json_t *pair_urls(const struct pair_endpoint *list, size_t count)
{
    json_t *urls = json_array();
    for (size_t i = 0; i < count; i++) {
        if (is_any(list[i].host))
            add_all(urls, list[i].port);
        else if (pair_is_lan(list[i].host))
            add_url(urls, list[i].host, list[i].port);
    }
    bool alone = json_array_size(urls) == 0;
    for (size_t i = 0; alone && i < count; i++)
        add_url(urls, is_any(list[i].host) ? "127.0.0.1" : list[i].host, list[i].port);
    return urls;
}

void pair_fingerprint(const char *pin, char ret_fingerprint[PAIR_FINGERPRINT_SIZE])
{
    uint8_t digest[SHA256_SIZE];
    size_t len = 0;
    ret_fingerprint[0] = '\0';
    if (text_unhex(digest, sizeof digest, pin, &len) && len == sizeof digest)
        text_base64url(ret_fingerprint, digest, sizeof digest);
}

/* As in the fragment of a URL, where & and = part the values. */
static void add_escaped(struct buf *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._~:/";
    for (; *text; text++) {
        if (strchr(plain, *text))
            buf_char(out, *text);
        else
            buf_format(out, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

void pair_link(const json_t *urls, const char *fingerprint, const char *code, struct buf *out)
{
    buf_format(out, "%s/pair#v=1", json_string_value(json_array_get(urls, 0)));
    for (size_t i = 0; i < json_array_size(urls); i++) {
        buf_text(out, "&u=");
        add_escaped(out, json_string_value(json_array_get(urls, i)));
    }
    buf_format(out, "&fp=%s&c=%s", fingerprint, code);
}

static size_t endpoints(const struct api *api, bool tls, struct pair_endpoint list[API_LISTENERS])
{
    size_t count = 0;
    for (size_t i = 0; i < api->listener_count; i++)
        if (api->listeners[i].tls == tls)
            list[count++] = (struct pair_endpoint){api->listeners[i].host, api->listeners[i].port};
    return count;
}

enum err pair_server(const struct api *api, json_t **ret, struct why *why)
{
    struct pair_endpoint list[API_LISTENERS] = {0};
    char pin[TLS_PIN_SIZE], fingerprint[PAIR_FINGERPRINT_SIZE];
    size_t count = endpoints(api, true, list);
    if (!count || !api->tls)
        return why_fail(why, ERR_CONFLICT, "no_https", "",
                        "pairing needs an HTTPS listener: set https_listen in [server]");
    tls_pin(api->tls, pin);
    pair_fingerprint(pin, fingerprint);
    *ret = json_pack("{s:o, s:s}", "urls", pair_urls(list, count), "fingerprint", fingerprint);
    return *ret ? OK : why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
}

bool pair_base_url(const struct api *api, char *ret_url, size_t size)
{
    struct pair_endpoint list[API_LISTENERS] = {0};
    if (api->context.external_url)
        return text_copy(ret_url, size, api->context.external_url);
    bool tls = endpoints(api, true, list) > 0;
    json_auto_t *urls = pair_urls(list, endpoints(api, tls, list));
    const char *url = json_string_value(json_array_get(urls, 0));
    if (!url)
        return false;
    const char *rest = url + strlen("https");
    return snprintf(ret_url, size, "http%s%s", tls ? "s" : "", rest) < (int)size;
}
