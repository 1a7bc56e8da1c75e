#include "store/charging_inside.h"

static json_t *mg_or_null(int64_t mg)
{
    return mg >= 0 ? json_integer(mg) : json_null();
}

static json_t *number_or_null(int number)
{
    return number >= 0 ? json_integer(number) : json_null();
}

json_t *charging_part_evidence(const struct charge *charge, int to_layer)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:o, s:o}", "rule", trace_rule_slug(charge->rule),
                     "source", charge_source_slug(charge->source), "from_layer", charge->from_layer,
                     "to_layer", to_layer, "low_mg", mg_or_null(charge->low_mg), "high_mg",
                     mg_or_null(charge->high_mg));
}

static json_t *said(const struct charge_sum *sum)
{
    json_t *list = json_object();
    for (int i = CHARGE_USER; i < CHARGE_OPEN; i++)
        json_object_set_new(list, charge_source_slug((enum charge_source)i),
                            mg_or_null(sum->said_mg[i]));
    return list;
}

static int64_t slicer_mg(const struct charging_case *c, int filament)
{
    for (size_t i = 0; i < c->filament_count; i++)
        if (c->filaments[i].filament == filament)
            return c->filaments[i].used_mg;
    return charge_unknown;
}

json_t *charging_sum_evidence(const struct charging_case *c, const struct charge_sum *sum)
{
    return json_pack("{s:s, s:o, s:o, s:b, s:o, s:o, s:i, s:i}", "basis",
                     charge_source_slug(sum->source), "said_mg", said(sum), "slicer_mg",
                     mg_or_null(slicer_mg(c, sum->filament)), "whole", c->whole, "layer",
                     number_or_null(c->end_layer), "percent", number_or_null(c->end_percent),
                     "total_layers", c->total_layers, "filaments", (int)c->filament_count);
}
