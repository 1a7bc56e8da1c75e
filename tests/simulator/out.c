#include "tests/simulator/out.h"

#include <stdlib.h>
#include <string.h>

#include "tests/simulator/render.h"

static bool chance(struct printer *printer, double share)
{
    return share > 0 && (double)(model_random(printer) % 1000000) < share * 1000000;
}

static bool lost(struct printer *printer)
{
    struct faults *faults = &printer->faults;
    if (faults->drop > 0) {
        faults->drop--;
        return true;
    }
    return chance(printer, faults->drop_share);
}

static bool twice(struct printer *printer)
{
    struct faults *faults = &printer->faults;
    if (faults->twice > 0) {
        faults->twice--;
        return true;
    }
    return chance(printer, faults->twice_share);
}

void out_bytes(struct sim *sim, struct printer *printer, const char *bytes, size_t len)
{
    if (printer->faults.off || sim->wall < printer->faults.silent_until || lost(printer))
        return;
    sim->sink.publish(sim->sink.ctx, printer, bytes, len, sim->wall);
    if (twice(printer))
        sim->sink.publish(sim->sink.ctx, printer, bytes, len, sim->wall);
}

void out_message(struct sim *sim, struct printer *printer, json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(8));
    json_decref(message);
    if (text)
        out_bytes(sim, printer, text, strlen(text));
    free(text);
}

static json_t *sequence(struct printer *printer)
{
    bool counts = printer->family->delta || printer->family->msg_zero;
    return counts ? json_sprintf("%llu", (unsigned long long)printer->sequence++)
                  : json_string("2021");
}

static void send(struct sim *sim, struct printer *printer, json_t *print, int msg)
{
    json_object_set_new(print, "command", json_string("push_status"));
    if (msg >= 0)
        json_object_set_new(print, "msg", json_integer(msg));
    json_object_set_new(print, "sequence_id", sequence(printer));
    out_message(sim, printer, json_pack("{s:o}", "print", print));
}

void out_full(struct sim *sim, struct printer *printer)
{
    json_t *print = render_print(printer);
    json_decref(printer->last);
    printer->last = json_copy(print);
    bool zero = printer->family->delta || printer->family->msg_zero;
    send(sim, printer, print, zero ? 0 : -1);
}

static void out_delta(struct sim *sim, struct printer *printer)
{
    json_t *print = render_print(printer);
    json_t *delta = render_delta(printer->last, print);
    json_decref(printer->last);
    printer->last = print;
    if (json_object_size(delta))
        send(sim, printer, delta, 1);
    else
        json_decref(delta);
}

void out_report(struct sim *sim, struct printer *printer)
{
    printer->changed = false;
    /* After a boot there is nothing to tell a difference from. */
    if (printer->family->delta && printer->last)
        out_delta(sim, printer);
    else
        out_full(sim, printer);
}

const char *out_answer(struct sim *sim, struct printer *printer, const json_t *request)
{
    const char *command = NULL, *sequence_id = "0";
    const char *key;
    json_t *body;
    json_object_foreach ((json_t *)(uintptr_t)request, key, body) {
        json_unpack(body, "{s?s, s?s}", "command", &command, "sequence_id", &sequence_id);
    }
    if (!command)
        return "nothing";
    if (!strcmp(command, "pushall"))
        out_full(sim, printer);
    else if (!strcmp(command, "get_version"))
        out_message(sim, printer, render_version(printer, sequence_id));
    else if (!strcmp(command, "start"))
        out_report(sim, printer);
    else
        return "other";
    return !strcmp(command, "start") ? "pushing.start" : command;
}
