#include "tests/simulator/sim.h"

#include <math.h>
#include <string.h>

#include "tests/simulator/command.h"
#include "tests/simulator/engine.h"
#include "tests/simulator/out.h"
#include "tests/simulator/render.h"
#include "tests/simulator/verbs.h"

void sim_init(struct sim *sim, uint64_t seed)
{
    memset(sim, 0, sizeof *sim);
    sim->seed = seed;
    sim->speed = 1;
}

void sim_close(struct sim *sim)
{
    for (int i = 0; i < sim->printer_count; i++)
        json_decref(sim->printers[i].last);
    sim->printer_count = 0;
}

struct printer *sim_printer(struct sim *sim, const char *name)
{
    for (int i = 0; i < sim->printer_count; i++) {
        if (!strcmp(sim->printers[i].name, name))
            return &sim->printers[i];
    }
    return sim_by_serial(sim, name);
}

struct printer *sim_by_serial(struct sim *sim, const char *serial)
{
    for (int i = 0; i < sim->printer_count; i++) {
        if (!strcmp(sim->printers[i].serial, serial))
            return &sim->printers[i];
    }
    return NULL;
}

static uint64_t seed_of(const struct sim *sim, const char *serial)
{
    uint64_t hash = sim->seed ^ 0xCBF29CE484222325U;
    for (const char *c = serial; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 0x100000001B3U;
    return hash;
}

struct printer *sim_add(struct sim *sim, const struct family *family, const char *name,
                        const char *serial)
{
    if (sim->printer_count == SIM_PRINTERS || sim_printer(sim, name) || sim_by_serial(sim, serial))
        return NULL;
    struct printer *printer = &sim->printers[sim->printer_count++];
    engine_init(printer, family, name, serial, seed_of(sim, serial));
    printer->now = sim_process_time(sim);
    printer->next_report = sim->wall + family->period_ms;
    return printer;
}

int64_t sim_process_time(const struct sim *sim)
{
    return sim->anchor_process + (int64_t)((double)(sim->wall - sim->anchor_wall) * sim->speed);
}

void sim_set_speed(struct sim *sim, double speed)
{
    sim->anchor_process = sim_process_time(sim);
    sim->anchor_wall = sim->wall;
    sim->speed = speed;
}

static int64_t wall_of(const struct sim *sim, int64_t process)
{
    if (process == INT64_MAX)
        return INT64_MAX;
    double ahead = (double)(process - sim->anchor_process) / sim->speed;
    int64_t at = sim->anchor_wall + (int64_t)ceil(ahead);
    return at < sim->wall ? sim->wall : at;
}

static int64_t next_of(const struct sim *sim, const struct printer *printer)
{
    if (printer->faults.off)
        return INT64_MAX;
    int64_t due = wall_of(sim, engine_due(printer));
    return due < printer->next_report ? due : printer->next_report;
}

int64_t sim_next(const struct sim *sim)
{
    int64_t next = INT64_MAX;
    for (int i = 0; i < sim->printer_count; i++) {
        int64_t at = next_of(sim, &sim->printers[i]);
        next = at < next ? at : next;
    }
    return next;
}

static void fire_triggers(struct sim *sim, struct printer *printer)
{
    for (int i = 0; i < TRIGGERS_MAX; i++) {
        struct trigger *trigger = &printer->triggers[i];
        if (!trigger->armed || !printer->job.active || printer->job.layer < trigger->layer)
            continue;
        char reply[REPLY_SIZE];
        trigger->armed = false;
        if (!verbs_run(sim, trigger->command, reply))
            fprintf(stderr, "at layer %d: %s\n", trigger->layer, reply);
    }
}

static void write_truth(struct sim *sim, const struct printer *printer)
{
    if (!sim->truth)
        return;
    json_t *truth = verbs_truth(printer);
    json_dumpf(truth, sim->truth, JSON_COMPACT | JSON_REAL_PRECISION(8));
    fputc('\n', sim->truth);
    fflush(sim->truth);
    json_decref(truth);
}

static void run_printer(struct sim *sim, struct printer *printer)
{
    printer->now = sim_process_time(sim);
    bool active = printer->job.active;
    uint64_t done = engine_run(printer);
    if (done & (uint64_t)1 << STEP_ECHO)
        out_message(sim, printer, render_project_file(printer));
    if (active && !printer->job.active)
        write_truth(sim, printer);
    fire_triggers(sim, printer);
    sim_flush(sim, printer);
}

void sim_flush(struct sim *sim, struct printer *printer)
{
    if (!printer->changed && sim->wall < printer->next_report)
        return;
    out_report(sim, printer);
    printer->next_report = sim->wall + printer->family->period_ms;
}

void sim_run(struct sim *sim, int64_t wall)
{
    for (int64_t next = sim_next(sim); next <= wall; next = sim_next(sim)) {
        sim->wall = next > sim->wall ? next : sim->wall;
        for (int i = 0; i < sim->printer_count; i++) {
            if (next_of(sim, &sim->printers[i]) <= sim->wall)
                run_printer(sim, &sim->printers[i]);
        }
    }
    sim->wall = wall > sim->wall ? wall : sim->wall;
}
