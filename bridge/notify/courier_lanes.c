#include "base/clock.h"
#include "base/id.h"
#include "bridge/notify/channel.h"
#include "bridge/notify/courier_inside.h"
#include "store/args.h"

int64_t courier_pause(int failures, bool reached, int told_s, uint32_t chance)
{
    int64_t pause = COURIER_FIRST_PAUSE_MS, most = reached ? COURIER_REFUSED_MS : COURIER_AWAY_MS;
    for (int i = 1; i < failures && pause < most; i++)
        pause *= 2;
    pause = pause < most ? pause : most;
    pause += (int64_t)(chance % 1000) * pause / 4000; /* so that not all come back at once */
    return pause > told_s * 1000L ? pause : told_s * 1000L;
}

/* The one that pauses; NULL: it does not. */
static struct lane *pausing(struct courier *courier, enum lane_kind kind, int64_t row)
{
    for (size_t i = 0; i < COURIER_LANES; i++) {
        struct lane *lane = &courier->lanes[i];
        if (lane->failures && lane->kind == kind && lane->row == row)
            return lane;
    }
    return NULL;
}

struct lane *courier_lane(struct courier *courier, enum lane_kind kind, int64_t row)
{
    struct lane *lane = pausing(courier, kind, row);
    if (lane)
        return lane;
    lane = &courier->lanes[0];
    for (size_t i = 0; i < COURIER_LANES; i++)
        if (!courier->lanes[i].failures)
            lane = &courier->lanes[i];
    *lane = (struct lane){.kind = kind, .row = row};
    return lane;
}

static bool holds_id(const json_t *rows, int64_t id)
{
    size_t i;
    const json_t *row;
    json_array_foreach (rows, i, row)
        if (args_int(row, "id", 0) == id)
            return true;
    return false;
}

void courier_forget(struct courier *courier, enum lane_kind kind, const json_t *rows)
{
    for (size_t i = 0; i < COURIER_LANES; i++) {
        struct lane *lane = &courier->lanes[i];
        if (lane->failures && lane->kind == kind && !holds_id(rows, lane->row))
            lane->failures = 0;
    }
}

void courier_pause_lane(struct lane *lane, const struct attempt *attempt)
{
    uint32_t chance;
    id_random(&chance, sizeof chance);
    lane->failures++;
    lane->until =
        clock_mono() + courier_pause(lane->failures, attempt->reached, attempt->wait_s, chance);
}

/* ---- servers ---- */

static bool has_server(const struct courier *courier, const json_t *device)
{
    return device && courier->options.channel->server;
}

static int64_t server_of(const struct courier *courier, const json_t *device)
{
    return courier->options.channel->server(json_object_get(device, "address"));
}

int64_t courier_closed_until(struct courier *courier, const json_t *device)
{
    if (!has_server(courier, device))
        return 0;
    const struct lane *server = pausing(courier, LANE_SERVER, server_of(courier, device));
    return server ? server->until : 0;
}

bool courier_blame(struct courier *courier, const json_t *device, bool ill,
                   const struct attempt *attempt)
{
    if (!has_server(courier, device))
        return false;
    int64_t row = server_of(courier, device);
    struct lane *server = pausing(courier, LANE_SERVER, row);
    if (ill)
        courier_pause_lane(courier_lane(courier, LANE_SERVER, row), attempt);
    else if (server)
        server->failures = 0;
    return ill;
}
