#include "core/share.h"

int64_t share_until(int64_t mg, int64_t at, int64_t total)
{
    if (total <= 0 || at <= 0 || mg <= 0)
        return 0;
    if (at >= total)
        return mg;
    /* Weights and lengths of one plate leave room: 10 kg in mg times 100 km in 1e-8 mm would not,
     * so lengths are brought below 2^38 first. */
    while (total >= INT64_C(1) << 38) {
        total >>= 1;
        at >>= 1;
    }
    return (mg * at + total / 2) / total;
}
