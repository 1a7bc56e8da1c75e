#include <math.h>
#include <string.h>

#include "tests/simulator/slice.h"

enum { MOVES = 4 };

static const double diameter_mm = 1.75;

struct writer {
    struct buf *out;
    const struct plan *plan;
    struct slice_sums *sums;
    int filament; /* in the nozzle; -1: none yet */
};

/* E as the text has it: five decimals. The sums count what a reader will read. */
static double rounded(double mm)
{
    return round(mm * 100000) / 100000;
}

static void extrude(struct writer *w, double x, double y, double mm)
{
    double e = rounded(mm);
    buf_format(w->out, "G1 X%.3f Y%.3f E%.5f\n", x, y, e);
    w->sums->mm[w->filament] += e;
}

static void write_flush(struct writer *w, int next)
{
    double flush = rounded(w->plan->flush_mm);
    double rest = fmin(flush, w->plan->nozzle_mm);
    if (flush <= 0 || w->filament < 0)
        return;
    buf_format(w->out, "; FLUSH_START\nG1 E%.5f F300\nG1 E-2 F1800\nG1 E2 F300\n; FLUSH_END\n",
               flush);
    w->sums->mm[w->filament] += rest;
    w->sums->mm[next] += flush - rest;
}

static void change(struct writer *w, int filament)
{
    if (w->filament == filament)
        return;
    buf_format(w->out, "M620 S%dA\nG1 E-2 F1800\nT%d\n", filament, filament);
    write_flush(w, filament);
    buf_format(w->out, "M621 S%dA\n", filament);
    w->filament = filament;
}

static void write_percent(struct writer *w, int layer)
{
    buf_format(w->out, "M73 P%d R%d\n", plan_percent(w->plan, layer),
               plan_minutes_left(w->plan, layer));
}

static void write_part(struct writer *w, int filament, int layer)
{
    double mm = plan_mm(w->plan, filament, layer) / MOVES;
    change(w, filament);
    buf_text(w->out, "G1 E.8 F1800\n");
    extrude(w, 110, 110, mm);
    extrude(w, 120, 110, mm);
    buf_text(w->out, "    "); /* lines may be indented */
    extrude(w, 120, 120, mm);
    extrude(w, 110, 120, mm);
    buf_text(w->out, "G1 X110 Y110 F30000\n");
}

static void write_layer(struct writer *w, int layer)
{
    int order[PLAN_FILAMENTS];
    int count = plan_order(w->plan, layer, order);
    buf_format(w->out, "; CHANGE_LAYER\n; Z_HEIGHT: %.2f\n; LAYER_HEIGHT: 0.2\nG1 E-.8 F1800\n",
               layer * 0.2);
    buf_format(w->out,
               "; layer num/total_layer_count: %d/%d\n; update layer progress\nM73 L%d\n"
               "M991 S0 P%d ;notify layer change\n",
               layer, w->plan->layers, layer, layer - 1);
    write_percent(w, layer);
    for (int i = 0; i < count; i++)
        write_part(w, order[i], layer);
}

/* The purge by E alone is real on the printer and never counted by a slicer. */
static void write_start(struct writer *w)
{
    int order[PLAN_FILAMENTS];
    plan_order(w->plan, 1, order);
    buf_text(w->out, "; MACHINE_START_GCODE\nM83\nG28\nM73 P0 R9\n");
    change(w, order[0]);
    buf_text(w->out, "G1 E50 F200\n");
    if (w->plan->start_mm > 0)
        extrude(w, 40, 1, w->plan->start_mm);
}

static void write_body(struct writer *w)
{
    write_start(w);
    for (int layer = 1; layer <= w->plan->layers; layer++)
        write_layer(w, layer);
    buf_text(w->out,
             "; MACHINE_END_GCODE\nM620 S255\nG1 E-15 F1800\nT255\nM621 S255\nM73 P100 R0\n");
}

/* One figure for each used filament, in the order of `; filament:`. */
static void write_totals(struct buf *out, const struct plan *plan, const struct slice_sums *sums,
                         const char *name, double (*figure)(const struct plan_filament *, double))
{
    const char *comma = "";
    buf_format(out, "; %s : ", name);
    for (int f = 0; f < plan->filament_count; f++) {
        if (plan->filaments[f].grams <= 0)
            continue;
        buf_format(out, "%s%.2f", comma, figure(&plan->filaments[f], sums->mm[f]));
        comma = ",";
    }
    buf_char(out, '\n');
}

static double in_mm(const struct plan_filament *filament, double mm)
{
    (void)filament;
    return mm;
}

static double in_mm3(const struct plan_filament *filament, double mm)
{
    (void)filament;
    return mm * M_PI * diameter_mm * diameter_mm / 4;
}

static double in_grams(const struct plan_filament *filament, double mm)
{
    return mm / plan_mm_per_gram(filament);
}

static void write_lists(struct buf *out, const struct plan *plan)
{
    buf_text(out, "; filament_density: ");
    for (int f = 0; f < plan->filament_count; f++)
        buf_format(out, "%s%.2f", f ? "," : "", plan->filaments[f].density);
    buf_text(out, "\n; filament_diameter: ");
    for (int f = 0; f < plan->filament_count; f++)
        buf_format(out, "%s%.2f", f ? "," : "", diameter_mm);
    buf_format(out, "\n; max_z_height: %.2f\n; filament: ", plan->layers * 0.2);
    const char *comma = "";
    for (int f = 0; f < plan->filament_count; f++) {
        if (plan->filaments[f].grams <= 0)
            continue;
        buf_format(out, "%s%d", comma, f + 1);
        comma = ",";
    }
    buf_char(out, '\n');
}

static void write_head(struct buf *out, const struct plan *plan, const struct slice_sums *sums)
{
    buf_text(out, "; HEADER_BLOCK_START\n; BambuStudio 02.04.00.70\n");
    buf_format(out, "; total layer number: %d\n", plan->layers);
    write_totals(out, plan, sums, "total filament length [mm]", in_mm);
    write_totals(out, plan, sums, "total filament volume [cm^3]", in_mm3);
    write_totals(out, plan, sums, "total filament weight [g]", in_grams);
    write_lists(out, plan);
    buf_text(out, "; HEADER_BLOCK_END\n\n; CONFIG_BLOCK_START\n");
    /* Templates stand in one line of the settings: a reader must not take them for commands. */
    buf_text(out, "; change_filament_gcode = M620 S[next]A\\n; FLUSH_START\\nG1 E50\\n"
                  "; FLUSH_END\\nT[next]\\nM621 S[next]A\\n\n");
    buf_format(out, "; nozzle_volume = %.0f\n; layer_height = 0.2\n; CONFIG_BLOCK_END\n\n",
               plan->nozzle_mm * M_PI * diameter_mm * diameter_mm / 4);
}

void slice_gcode(const struct plan *plan, struct buf *ret_gcode, struct slice_sums *ret_sums)
{
    auto_buf body = {0};
    memset(ret_sums, 0, sizeof *ret_sums);
    struct writer writer = {.out = &body, .plan = plan, .sums = ret_sums, .filament = -1};
    write_body(&writer);
    write_head(ret_gcode, plan, ret_sums);
    buf_add(ret_gcode, body.data, body.len);
}
