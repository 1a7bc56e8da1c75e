#include "tests/simulator/plan.h"

#include <math.h>
#include <string.h>

enum { START_MS = 240000 };

static const double diameter_mm = 1.75;

static bool used(const struct plan *plan, int filament)
{
    return plan->filaments[filament].grams > 0;
}

static int used_count(const struct plan *plan)
{
    int count = 0;
    for (int f = 0; f < plan->filament_count; f++)
        count += used(plan, f);
    return count;
}

/* The filaments one after the other, each for an equal run of layers. */
static int equal_parts(const struct plan *plan, int layer)
{
    int count = used_count(plan);
    int turn = count ? (layer - 1) * count / plan->layers : 0;
    for (int f = 0; f < plan->filament_count; f++) {
        if (used(plan, f) && turn-- == 0)
            return f;
    }
    return 0;
}

static int last_change(const struct plan *plan, int layer)
{
    int filament = plan->changes[0].filament;
    for (int i = 0; i < plan->change_count; i++) {
        if (plan->changes[i].layer <= layer)
            filament = plan->changes[i].filament;
    }
    return filament;
}

int plan_order(const struct plan *plan, int layer, int ret_order[PLAN_FILAMENTS])
{
    int count = 0;
    if (!plan->every_layer) {
        ret_order[0] = plan->change_count ? last_change(plan, layer) : equal_parts(plan, layer);
        return 1;
    }
    for (int i = 0; i < plan->filament_count; i++) {
        int f = layer % 2 ? i : plan->filament_count - 1 - i;
        if (used(plan, f))
            ret_order[count++] = f;
    }
    return count;
}

static bool in_layer(const struct plan *plan, int filament, int layer)
{
    int order[PLAN_FILAMENTS];
    int count = plan_order(plan, layer, order);
    for (int i = 0; i < count; i++) {
        if (order[i] == filament)
            return true;
    }
    return false;
}

double plan_mm(const struct plan *plan, int filament, int layer)
{
    if (!used(plan, filament) || !in_layer(plan, filament, layer))
        return 0;
    int layers = 0;
    for (int i = 1; i <= plan->layers; i++)
        layers += in_layer(plan, filament, i);
    double total = plan->filaments[filament].grams * plan_mm_per_gram(&plan->filaments[filament]);
    return total / layers;
}

double plan_mm_per_gram(const struct plan_filament *filament)
{
    double area = M_PI * diameter_mm * diameter_mm / 4;
    return 1000 / (area * filament->density);
}

int plan_percent(const struct plan *plan, int layer)
{
    double all = START_MS + (double)plan->layers * plan->layer_ms;
    return (int)(100 * (START_MS + (double)(layer - 1) * plan->layer_ms) / all);
}

int plan_minutes_left(const struct plan *plan, int layer)
{
    return (int)((double)(plan->layers - layer + 1) * plan->layer_ms / 60000);
}
