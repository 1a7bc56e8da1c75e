#include "bridge/fetch_offer.h"

#include <jansson.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"
#include "bridge/hub.h"
#include "bridge/printer/sliced.h"
#include "core/job.h"
#include "store/tracks.h"

enum { PLATES_MOST = 36, WRITES = 3 };

struct offer {
    struct hub *hub;
    int64_t job;
    struct tracks_wish wish;
    json_t *record;
};

static enum err run_wish(void *ctx, struct db *db, struct why *why)
{
    struct offer *offer = ctx;
    return tracks_sliced_wish(db, offer->job, &offer->wish, why);
}

static enum err run_keep(void *ctx, struct db *db, struct why *why)
{
    const struct offer *offer = ctx;
    struct tracks_wish wish;
    enum err e = tracks_sliced_wish(db, offer->job, &wish, why);
    if (e != OK || wish.known)
        return e;
    return tracks_sliced(db, offer->job, offer->record, why);
}

/* The door may be held for long by others; what was fetched is worth a second try. */
static enum err write_for(const struct offer *offer, hub_run *run, void *ctx, struct why *why)
{
    enum err e = ERR_BUSY;
    for (int i = 0; e == ERR_BUSY && i < WRITES && !hub_refuses(offer->hub); i++)
        e = hub_write(offer->hub, clock_now(), run, ctx, why);
    return e;
}

/* Several plates, and nobody said which one: the only one with as many layers. */
static enum err read_by_layers(const struct offer *offer, const char *local, struct sliced *ret,
                               struct why *why)
{
    int found = 0, fitting = 0;
    for (int plate = 1; plate <= PLATES_MOST && offer->wish.total_layers; plate++) {
        struct sliced one;
        if (sliced_read(local, plate, &one, NULL) != OK)
            continue;
        fitting += one.total_layers == offer->wish.total_layers;
        if (one.total_layers == offer->wish.total_layers)
            found = plate;
        sliced_clear(&one);
    }
    if (fitting != 1)
        return why_fail(why, ERR_INVALID, "plate_ambiguous", "", "which plate it is is not known");
    return sliced_read(local, found, ret, why);
}

static int filaments_needed(const struct sliced *sliced)
{
    int most = 0;
    for (int i = 0; i < sliced->filament_count; i++)
        if (sliced->filaments[i].used && sliced->filaments[i].index > most)
            most = sliced->filaments[i].index;
    return most;
}

static enum err check(const struct offer *offer, const struct sliced *sliced, int64_t printer,
                      struct why *why)
{
    struct job job;
    int layers = offer->wish.total_layers;
    if (layers && sliced->total_layers && layers != sliced->total_layers)
        return why_fail(why, ERR_INVALID, "other_layers", "",
                        "the file has %d layers, the print %d", sliced->total_layers, layers);
    bool mapped = hub_job(offer->hub, printer, &job) && job.row == offer->job &&
                  job.mapping_source == MAPPING_COMMAND && job.mapping_count;
    if (mapped && filaments_needed(sliced) > job.mapping_count)
        return why_fail(why, ERR_INVALID, "other_filaments", "",
                        "the file needs filament %d, the print has %d", filaments_needed(sliced),
                        job.mapping_count);
    return OK;
}

enum err fetch_offer(struct hub *hub, int64_t printer, int64_t job, const char *local, bool proved,
                     struct why *why)
{
    struct offer offer = {.hub = hub, .job = job};
    struct sliced sliced;
    enum err e = write_for(&offer, run_wish, &offer, why);
    if (e != OK)
        return e;
    e = sliced_read(local, offer.wish.plate, &sliced, why);
    if (e != OK && strcmp(why->code, "plate_ambiguous") == 0)
        e = read_by_layers(&offer, local, &sliced, why);
    if (e != OK)
        return e;
    e = proved ? OK : check(&offer, &sliced, printer, why);
    if (e == OK)
        offer.record = sliced_record(&sliced);
    sliced_clear(&sliced);
    if (e == OK && !offer.record)
        e = why_fail(why, ERR_NOMEM, "no_memory", "", "out of memory");
    if (e == OK)
        e = write_for(&offer, run_keep, &offer, why);
    json_decref(offer.record);
    return e;
}
