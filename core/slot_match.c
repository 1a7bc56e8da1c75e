#include "core/match.h"
#include "core/tray.h"

static enum slot_match match_present(const struct tray *reported, const struct roll *assigned)
{
    struct look look;

    look_of(reported, &look);
    if (!look_described(&look))
        return MATCH_UNKNOWN;
    return match_disagrees(&look, assigned) ? MATCH_MISMATCH : MATCH_OK;
}

enum slot_match slot_match(const struct tray *reported, const struct roll *assigned)
{
    switch (reported->state) {
    case SLOT_EMPTY:
        return MATCH_EMPTY;
    case SLOT_UNKNOWN:
        return assigned ? MATCH_UNKNOWN : MATCH_UNASSIGNED;
    case SLOT_PRESENT:
        return assigned ? match_present(reported, assigned) : MATCH_UNASSIGNED;
    case SLOT_UNSEEN:
    case SLOT_READING:
        break;
    }
    return MATCH_UNKNOWN;
}
