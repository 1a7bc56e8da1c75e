#include "api/auth.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/auto.h"
#include "base/text.h"

static const struct {
    unsigned bit;
    const char *name;
} scopes[] = {
    {SCOPE_READ, "read"},
    {SCOPE_SPOOLS_WRITE, "spools:write"},
    {SCOPE_SLOTS_WRITE, "slots:write"},
    {SCOPE_JOBS_WRITE, "jobs:write"},
    {SCOPE_DEVICES, "devices"},
    {SCOPE_WEBHOOK, "webhook"},
    {SCOPE_METRICS, "metrics"},
    {SCOPE_ADMIN, "admin"},
};

void auth_init(struct auth *auth)
{
    memset(auth, 0, sizeof *auth);
    pthread_mutex_init(&auth->lock, NULL);
}

void auth_clear(struct auth *auth)
{
    pthread_mutex_destroy(&auth->lock);
}

static bool printable(const char *text)
{
    for (; *text; text++)
        if (*text < 0x21 || *text > 0x7E)
            return false;
    return true;
}

static enum auth_given take_key(const char *text, char ret_key[AUTH_KEY_SIZE])
{
    size_t len = strlen(text);
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    bool good = len && text_copy_len(ret_key, AUTH_KEY_SIZE, text, len) && printable(ret_key);
    return good ? AUTH_KEY : AUTH_MALFORMED;
}

static enum auth_given take_bearer(const char *text, char ret_key[AUTH_KEY_SIZE])
{
    static const char scheme[] = "bearer";
    size_t len = sizeof scheme - 1;
    text += strspn(text, " \t");
    if (strncasecmp(text, scheme, len) != 0 || (text[len] != ' ' && text[len] != '\t'))
        return AUTH_MALFORMED;
    text += len;
    return take_key(text + strspn(text, " \t"), ret_key);
}

enum auth_given auth_key(const char *x_api_key, const char *authorization,
                         char ret_key[AUTH_KEY_SIZE])
{
    char other[AUTH_KEY_SIZE];
    ret_key[0] = '\0';
    if (!x_api_key && !authorization)
        return AUTH_NONE;
    if (!x_api_key)
        return take_bearer(authorization, ret_key);
    enum auth_given given = take_key(x_api_key + strspn(x_api_key, " \t"), ret_key);
    if (!authorization || given != AUTH_KEY)
        return given;
    bool same = take_bearer(authorization, other) == AUTH_KEY && !strcmp(other, ret_key);
    return same ? AUTH_KEY : AUTH_MALFORMED;
}

unsigned auth_scopes(const json_t *names)
{
    unsigned bits = 0;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        for (size_t k = 0; name && k < LEN(scopes); k++)
            bits |= strcmp(scopes[k].name, name) ? 0 : scopes[k].bit;
    }
    return bits;
}

const char *auth_scope_name(unsigned scope)
{
    for (size_t i = 0; i < LEN(scopes); i++)
        if (scopes[i].bit & scope)
            return scopes[i].name;
    return "admin";
}

static void forgive(struct auth_address *entry, int64_t now)
{
    double passed = now > entry->at ? (double)(now - entry->at) / 1000.0 : 0;
    entry->failures = fmax(0, entry->failures - passed * AUTH_PER_SECOND);
    entry->at = now;
}

/* The entry of ${address}; with ${make}, that of the least guilty is taken over. */
static struct auth_address *entry_of(struct auth *auth, const char *address, bool make, int64_t now)
{
    struct auth_address *least = &auth->addresses[0];
    for (size_t i = 0; i < AUTH_ADDRESSES; i++) {
        struct auth_address *entry = &auth->addresses[i];
        forgive(entry, now);
        if (!strcmp(entry->address, address))
            return entry;
        if (entry->failures < least->failures)
            least = entry;
    }
    if (!make || !text_copy(least->address, sizeof least->address, address))
        return NULL;
    least->failures = 0;
    return least;
}

int auth_blocked(struct auth *auth, const char *address, int64_t now)
{
    pthread_mutex_lock(&auth->lock);
    const struct auth_address *entry = entry_of(auth, address, false, now);
    double over = entry ? entry->failures - AUTH_BURST : -1;
    pthread_mutex_unlock(&auth->lock);
    return over >= 0 ? (int)(over / AUTH_PER_SECOND) + 1 : 0;
}

static void add_failures(struct auth *auth, const char *address, int count, int64_t now)
{
    pthread_mutex_lock(&auth->lock);
    struct auth_address *entry = entry_of(auth, address, true, now);
    if (entry)
        entry->failures = fmin(entry->failures + count, AUTH_BURST + count);
    pthread_mutex_unlock(&auth->lock);
}

void auth_failed(struct auth *auth, const char *address, int64_t now)
{
    add_failures(auth, address, 1, now);
}

void auth_failed_pairing(struct auth *auth, const char *address, int64_t now)
{
    add_failures(auth, address, AUTH_PAIRING, now);
}

bool auth_note_use(struct auth *auth, int64_t key)
{
    pthread_mutex_lock(&auth->lock);
    bool room = auth->touch_count < AUTH_TOUCHES;
    for (size_t i = 0; i < auth->touch_count; i++)
        room = room && auth->touches[i] != key;
    if (room)
        auth->touches[auth->touch_count++] = key;
    pthread_mutex_unlock(&auth->lock);
    return room;
}

size_t auth_take_uses(struct auth *auth, int64_t ret_keys[AUTH_TOUCHES])
{
    pthread_mutex_lock(&auth->lock);
    size_t count = auth->touch_count;
    memcpy(ret_keys, auth->touches, count * sizeof *ret_keys);
    auth->touch_count = 0;
    pthread_mutex_unlock(&auth->lock);
    return count;
}
