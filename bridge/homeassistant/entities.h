/*
 * Which slot a Home Assistant entity is, as the configuration says: lines
 * `entity_id = printer/unit/slot`, or with /color or /material behind where colour and material are
 * entities of their own.
 * Owner: whoever made it; constant once filled. Thread: any. Lock: none.
 */
#ifndef BRIDGE_HOMEASSISTANT_ENTITIES_H
#define BRIDGE_HOMEASSISTANT_ENTITIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "core/address.h"

enum entity_part { ENTITY_WHOLE, ENTITY_COLOR, ENTITY_MATERIAL };

struct entity {
    char *id, *printer;
    struct slot_address at;
    enum entity_part part;
};

struct entities {
    struct entity *list;
    size_t count;
};

/* ${part}: "", "color" or "material". */
enum err entities_add(struct entities *entities, const char *id, const char *printer,
                      struct slot_address at, const char *part, struct why *why);
void entities_clear(struct entities *entities);

/* NULL where no line names it. Case does not matter, as in Home Assistant. */
const struct entity *entities_find(const struct entities *entities, const char *id);

#endif
