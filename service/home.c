#include "service/home.h"

#include "service/config.h"
#include "service/config_rules.h"

static void take_secrets(const struct config *config, struct home *home)
{
    static const char *const keys[HOME_SECRETS] = {"secret", "secret2"};
    size_t count = 0;
    for (size_t i = 0; i < HOME_SECRETS; i++) {
        const char *secret = config_text(config, "webhook", keys[i]);
        if (secret)
            home->secrets[count++] = secret;
    }
}

enum err home_fill(const struct config *config, struct home *ret_home, struct why *why)
{
    *ret_home = (struct home){0};
    take_secrets(config, ret_home);
    size_t at = 0;
    enum err e = OK;
    const struct config_value *value;
    while (e == OK && (value = config_each(config, "homeassistant.entities", "*", &at))) {
        struct config_slot slot;
        if (!config_rules_slot(value->text, &slot))
            continue; /* config_check refused it */
        const struct slot_address place = {(int16_t)slot.unit, (int16_t)slot.slot};
        e = entities_add(&ret_home->entities, value->name, slot.printer, place, slot.part, why);
    }
    return e;
}

void home_clear(struct home *home)
{
    entities_clear(&home->entities);
}
