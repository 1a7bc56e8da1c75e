#include "bridge/homeassistant/entities.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

static enum entity_part part_of(const char *word)
{
    if (strcmp(word, "color") == 0)
        return ENTITY_COLOR;
    return strcmp(word, "material") == 0 ? ENTITY_MATERIAL : ENTITY_WHOLE;
}

enum err entities_add(struct entities *entities, const char *id, const char *printer,
                      struct slot_address at, const char *part, struct why *why)
{
    if (entities->count == LIMIT_ENTITIES)
        return why_fail(why, ERR_TOO_BIG, "too_many_entities", id, "at most %d entities",
                        LIMIT_ENTITIES);
    struct entity *list = reallocarray(entities->list, entities->count + 1, sizeof *list);
    if (!list)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    entities->list = list;
    struct entity *entity = &list[entities->count];
    *entity = (struct entity){strdup(id), strdup(printer), at, part_of(part)};
    entities->count++;
    if (entity->id && entity->printer)
        return OK;
    return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
}

void entities_clear(struct entities *entities)
{
    for (size_t i = 0; i < entities->count; i++) {
        free(entities->list[i].id);
        free(entities->list[i].printer);
    }
    free(entities->list);
    *entities = (struct entities){0};
}

const struct entity *entities_find(const struct entities *entities, const char *id)
{
    for (size_t i = 0; entities && i < entities->count; i++)
        if (text_equal_nocase(entities->list[i].id, id))
            return &entities->list[i];
    return NULL;
}
