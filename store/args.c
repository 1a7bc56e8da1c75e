#include "store/args.h"

bool args_has(const json_t *args, const char *key)
{
    return json_object_get(args, key) != NULL;
}

bool args_given(const json_t *args, const char *key)
{
    const json_t *value = json_object_get(args, key);
    return value && !json_is_null(value);
}

bool args_true(const json_t *args, const char *key)
{
    return json_is_true(json_object_get(args, key));
}

const char *args_text(const json_t *args, const char *key)
{
    return json_string_value(json_object_get(args, key));
}

int64_t args_int(const json_t *args, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(args, key);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

json_t *args_copy(const json_t *args)
{
    json_t *copy = json_object();
    if (!copy || !args || json_object_update(copy, (json_t *)(uintptr_t)args) == 0)
        return copy;
    json_decref(copy);
    return NULL;
}

void args_take(json_t *to, const char *as, const json_t *from, const char *key)
{
    json_t *value = json_object_get(from, key);
    if (value)
        json_object_set(to, as, value);
}
