#include <math.h>
#include <string.h>

#include "core/charge.h"
#include "core/rules.h"
#include "core/tray.h"

int64_t charge_even_length(int layers)
{
    return layers > 0 ? (int64_t)layers * 1000 : 0;
}

size_t charge_even(const struct charge_filament *filaments, size_t filament_count, int layers,
                   struct curve_point *ret_points, size_t most)
{
    size_t count = 0;

    if (layers <= 0 || filament_count > most / (size_t)layers)
        return 0;
    for (int layer = 1; layer <= layers; layer++)
        for (size_t i = 0; i < filament_count; i++)
            ret_points[count++] = (struct curve_point){.layer = layer,
                                                       .percent = -1,
                                                       .filament = (int16_t)filaments[i].filament,
                                                       .used = charge_even_length(layer)};
    return count;
}

static bool readable(const struct tray *tray)
{
    return tray->state == SLOT_PRESENT && tray->tray_uuid[0] != '\0' && tray->weight_g > 0 &&
           tray->remain_percent >= 0 && tray->remain_percent <= 100;
}

int64_t charge_remain(const struct tray *before, const struct tray *after)
{
    if (!readable(before) || !readable(after) || strcmp(before->tray_uuid, after->tray_uuid) != 0 ||
        before->weight_g != after->weight_g)
        return charge_unknown;
    int64_t percent = before->remain_percent - after->remain_percent;
    return percent >= 0 ? percent * before->weight_g * 10 : charge_unknown;
}

int64_t charge_cost(int64_t mg, int64_t price_cents, int64_t price_mg)
{
    return price_mg > 0 ? llround((double)mg * (double)price_cents / (double)price_mg) : 0;
}

bool charge_calibration(int64_t true_mg, int64_t booked_mg, int *ret_permille)
{
    if (booked_mg < RULE_CALIBRATION_FROM_MG || true_mg <= 0)
        return false;
    double more = 1000.0 * ((double)true_mg / (double)booked_mg - 1);
    if (more > RULE_CALIBRATION_PERMILLE)
        more = RULE_CALIBRATION_PERMILLE;
    if (more < -RULE_CALIBRATION_PERMILLE)
        more = -RULE_CALIBRATION_PERMILLE;
    *ret_permille = (int)lround(more);
    return true;
}
