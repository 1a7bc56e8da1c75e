#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "tests/simulator/engine.h"
#include "tests/simulator/feed.h"
#include "tests/simulator/hand.h"
#include "tests/simulator/roll.h"
#include "tests/simulator/verbs.h"

static bool fails(char *reply, const char *text)
{
    text_copy(reply, REPLY_SIZE, text);
    return false;
}

static struct slot *slot_of(struct printer *printer, const struct command *command, int *ret_place,
                            char *reply)
{
    *ret_place = model_place(printer, command_word(command, 2));
    if (*ret_place >= 0)
        return model_slot(printer, *ret_place);
    fails(reply, "no such slot: say 1/3, 128/1, 16/2, ext or ext2");
    return NULL;
}

bool verbs_unit(struct sim *sim, struct printer *printer, const struct command *command,
                char *reply)
{
    static const struct {
        const char *slug;
        enum unit_kind kind;
        int id;
    } kinds[] = {{"ams", UNIT_AMS, 0},
                 {"lite", UNIT_LITE, 0},
                 {"ams2pro", UNIT_AMS_2_PRO, 0},
                 {"ht", UNIT_HT, 128},
                 {"a2l", UNIT_A2L, 16}};
    (void)sim;
    for (size_t i = 0; i < LEN(kinds); i++) {
        if (strcmp(kinds[i].slug, command_word(command, 2)))
            continue;
        int id = (int)command_number(command, "id", kinds[i].id);
        int extruder = !strcmp(command_text(command, "nozzle", "right"), "left");
        return model_add_unit(printer, kinds[i].kind, id, extruder) ||
               fails(reply, "that unit id is taken, or there are too many units");
    }
    return fails(reply, "unit kinds: ams lite ams2pro ht a2l");
}

bool verbs_load(struct sim *sim, struct printer *printer, const struct command *command,
                char *reply)
{
    int place;
    struct roll roll;
    if (!slot_of(printer, command, &place, reply) || !roll_parse(sim, command, &roll, reply))
        return false;
    hand_load(printer, place, &roll, command_flag(command, "known"));
    return true;
}

bool verbs_unload(struct sim *sim, struct printer *printer, const struct command *command,
                  char *reply)
{
    int place;
    const struct slot *slot = slot_of(printer, command, &place, reply);
    if (!slot)
        return false;
    roll_returned(sim, &slot->roll);
    hand_unload(printer, place);
    return true;
}

bool verbs_set(struct sim *sim, struct printer *printer, const struct command *command, char *reply)
{
    int place;
    struct roll roll;
    const struct slot *slot = slot_of(printer, command, &place, reply);
    if (!slot || !roll_parse(sim, command, &roll, reply))
        return false;
    if (!slot->present && !model_is_external(place))
        return fails(reply, "nothing is in that slot");
    hand_describe(printer, place, &roll);
    return true;
}

bool verbs_blank(struct sim *sim, struct printer *printer, const struct command *command,
                 char *reply)
{
    int place;
    (void)sim;
    if (!slot_of(printer, command, &place, reply))
        return false;
    hand_blank(printer, place);
    return true;
}

bool verbs_runout(struct sim *sim, struct printer *printer, const struct command *command,
                  char *reply)
{
    int place;
    (void)sim;
    if (!slot_of(printer, command, &place, reply))
        return false;
    feed_runout(printer, place);
    return true;
}

bool verbs_swap(struct sim *sim, struct printer *printer, const struct command *command,
                char *reply)
{
    int place;
    struct roll roll;
    if (!slot_of(printer, command, &place, reply) || !roll_parse(sim, command, &roll, reply))
        return false;
    if (!printer->job.active)
        return fails(reply, "nothing is printing: use unload and load");
    engine_swap(printer, place, &roll);
    return true;
}
