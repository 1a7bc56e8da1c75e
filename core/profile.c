#include "core/profile.h"

#include <string.h>

#include "base/auto.h"

/* Sorted by id. Density in mg/cm3; nozzle and bed in degC; the last column: a support material. */
static const struct profile profiles[] = {
    {"BFLSBS99", "Generic", "SBS", "SBS", 1020, 215, 250, 70, false},
    {"GFA00", "Bambu Lab", "PLA Basic", "PLA", 1260, 190, 240, 55, false},
    {"GFA01", "Bambu Lab", "PLA Matte", "PLA", 1320, 190, 240, 55, false},
    {"GFA02", "Bambu Lab", "PLA Metal", "PLA", 1250, 190, 240, 55, false},
    {"GFA05", "Bambu Lab", "PLA Silk", "PLA", 1320, 190, 240, 55, false},
    {"GFA06", "Bambu Lab", "PLA Silk+", "PLA", 1270, 190, 240, 55, false},
    {"GFA07", "Bambu Lab", "PLA Marble", "PLA", 1220, 190, 240, 55, false},
    {"GFA08", "Bambu Lab", "PLA Sparkle", "PLA", 1260, 190, 240, 55, false},
    {"GFA09", "Bambu Lab", "PLA Tough", "PLA", 1260, 190, 240, 55, false},
    {"GFA10", "Bambu Lab", "PLA Tough+", "PLA", 1210, 220, 250, 55, false},
    {"GFA11", "Bambu Lab", "PLA Aero", "PLA-AERO", 1210, 210, 260, 55, false},
    {"GFA12", "Bambu Lab", "PLA Glow", "PLA", 1260, 190, 240, 55, false},
    {"GFA13", "Bambu Lab", "PLA Dynamic", "PLA", 1260, 190, 240, 55, false},
    {"GFA15", "Bambu Lab", "PLA Galaxy", "PLA", 1190, 190, 240, 55, false},
    {"GFA16", "Bambu Lab", "PLA Wood", "PLA", 1210, 190, 240, 55, false},
    {"GFA17", "Bambu Lab", "PLA Translucent", "PLA", 1220, 190, 240, 55, false},
    {"GFA18", "Bambu Lab", "PLA Lite", "PLA", 1400, 190, 240, 55, false},
    {"GFA50", "Bambu Lab", "PLA-CF", "PLA-CF", 1220, 210, 250, 55, false},
    {"GFB00", "Bambu Lab", "ABS", "ABS", 1040, 240, 280, 90, false},
    {"GFB01", "Bambu Lab", "ASA", "ASA", 1050, 240, 280, 100, false},
    {"GFB02", "Bambu Lab", "ASA-Aero", "ASA-AERO", 990, 240, 280, 90, false},
    {"GFB50", "Bambu Lab", "ABS-GF", "ABS-GF", 1080, 240, 280, 90, false},
    {"GFB51", "Bambu Lab", "ASA-CF", "ASA-CF", 1020, 250, 280, 100, false},
    {"GFB60", "Polymaker", "PolyLite ABS", "ABS", 1030, 240, 280, 90, false},
    {"GFB61", "Polymaker", "PolyLite ASA", "ASA", 1020, 240, 280, 100, false},
    {"GFB98", "Generic", "ASA", "ASA", 1040, 240, 280, 100, false},
    {"GFB99", "Generic", "ABS", "ABS", 1040, 240, 280, 90, false},
    {"GFC00", "Bambu Lab", "PC", "PC", 1040, 260, 290, 110, false},
    {"GFC01", "Bambu Lab", "PC FR", "PC", 1190, 260, 290, 110, false},
    {"GFC99", "Generic", "PC", "PC", 1040, 260, 290, 110, false},
    {"GFG00", "Bambu Lab", "PETG Basic", "PETG", 1250, 230, 270, 70, false},
    {"GFG01", "Bambu Lab", "PETG Translucent", "PETG", 1250, 230, 270, 70, false},
    {"GFG02", "Bambu Lab", "PETG HF", "PETG", 1280, 230, 270, 70, false},
    {"GFG50", "Bambu Lab", "PETG-CF", "PETG-CF", 1250, 240, 270, 70, false},
    {"GFG60", "Polymaker", "PolyLite PETG", "PETG", 1270, 220, 260, 70, false},
    {"GFG96", "Generic", "PETG HF", "PETG", 1280, 220, 270, 70, false},
    {"GFG97", "Generic", "PCTG", "PCTG", 1290, 240, 270, 70, false},
    {"GFG98", "Generic", "PETG-CF", "PETG-CF", 1250, 240, 270, 70, false},
    {"GFG99", "Generic", "PETG", "PETG", 1270, 220, 270, 70, false},
    {"GFL00", "Polymaker", "PolyLite PLA", "PLA", 1240, 190, 240, 55, false},
    {"GFL01", "Polymaker", "PolyTerra PLA", "PLA", 1310, 190, 240, 55, false},
    {"GFL03", "eSUN", "PLA+", "PLA", 1250, 190, 240, 55, false},
    {"GFL04", "Overture", "PLA", "PLA", 1200, 190, 240, 55, false},
    {"GFL05", "Overture", "Matte PLA", "PLA", 1220, 190, 240, 55, false},
    {"GFL06", "Polymaker", "Fiberon PETG-ESD", "PETG", 1240, 250, 290, 60, false},
    {"GFL50", "Polymaker", "Fiberon PA6-CF", "PA6-CF", 1170, 280, 300, 40, false},
    {"GFL51", "Polymaker", "Fiberon PA6-GF", "PA-GF", 1200, 280, 300, 40, false},
    {"GFL52", "Polymaker", "Fiberon PA12-CF", "PA-CF", 1060, 260, 300, 40, false},
    {"GFL53", "Polymaker", "Fiberon PA612-CF", "PA", 1060, 260, 300, 100, false},
    {"GFL54", "Polymaker", "Fiberon PET-CF", "PET-CF", 1340, 270, 300, 70, false},
    {"GFL55", "Polymaker", "Fiberon PETG-rCF", "PETG-CF", 1300, 240, 270, 70, false},
    {"GFL95", "Generic", "PLA High Speed", "PLA", 1240, 190, 240, 55, false},
    {"GFL96", "Generic", "PLA Silk", "PLA", 1240, 190, 240, 55, false},
    {"GFL98", "Generic", "PLA-CF", "PLA-CF", 1240, 190, 240, 55, false},
    {"GFL99", "Generic", "PLA", "PLA", 1240, 190, 240, 55, false},
    {"GFLSBS99", "Generic", "SBS", "SBS", 1020, 215, 250, 70, false},
    {"GFN03", "Bambu Lab", "PA-CF", "PA-CF", 1090, 260, 300, 100, false},
    {"GFN04", "Bambu Lab", "PAHT-CF", "PA-CF", 1060, 260, 300, 100, false},
    {"GFN05", "Bambu Lab", "PA6-CF", "PA6-CF", 1100, 260, 300, 100, false},
    {"GFN06", "Bambu Lab", "PPA-CF", "PPA-CF", 1170, 280, 320, 100, false},
    {"GFN08", "Bambu Lab", "PA6-GF", "PA-GF", 1140, 260, 300, 100, false},
    {"GFN96", "Generic", "PPA-GF", "PPA-GF", 1170, 280, 320, 100, false},
    {"GFN97", "Generic", "PPA-CF", "PPA-CF", 1170, 280, 320, 100, false},
    {"GFN98", "Generic", "PA-CF", "PA-CF", 1040, 260, 300, 100, false},
    {"GFN99", "Generic", "PA", "PA", 1040, 240, 280, 100, false},
    {"GFNMK00", "Numakers", "PLA+", "PLA", 1240, 200, 255, 55, false},
    {"GFOT001", "Overture", "PLA Pro", "PLA", 1270, 190, 220, 55, false},
    {"GFP95", "Generic", "PP-GF", "PP-GF", 1050, 220, 250, 55, false},
    {"GFP96", "Generic", "PP-CF", "PP-CF", 1010, 220, 250, 55, false},
    {"GFP97", "Generic", "PP", "PP", 930, 220, 250, 55, false},
    {"GFP98", "Generic", "PE-CF", "PE-CF", 950, 175, 220, 55, false},
    {"GFP99", "Generic", "PE", "PE", 950, 175, 220, 55, false},
    {"GFPM001", "Polymaker", "Panchroma PLA", "PLA", 1320, 190, 240, 55, false},
    {"GFPM002", "Polymaker", "Panchroma PLA Matte", "PLA", 1310, 190, 240, 55, false},
    {"GFPM003", "Polymaker", "Panchroma PLA Marble", "PLA", 1310, 190, 240, 55, false},
    {"GFPM004", "Polymaker", "Panchroma PLA Silk", "PLA", 1310, 190, 240, 55, false},
    {"GFPM005", "Polymaker", "Panchroma PLA Satin", "PLA", 1240, 190, 240, 55, false},
    {"GFPM006", "Polymaker", "Panchroma PLA Translucent", "PLA", 1170, 190, 240, 55, false},
    {"GFPM007", "Polymaker", "Panchroma PLA Galaxy", "PLA", 1170, 190, 240, 55, false},
    {"GFPM008", "Polymaker", "Panchroma PLA Celestial", "PLA", 1170, 190, 240, 55, false},
    {"GFPM009", "Polymaker", "Panchroma PLA Starlight", "PLA", 1170, 190, 240, 55, false},
    {"GFPM010", "Polymaker", "Panchroma PLA Glow", "PLA", 1170, 190, 240, 55, false},
    {"GFPM011", "Polymaker", "Panchroma PLA Luminous", "PLA", 1170, 190, 240, 55, false},
    {"GFPM012", "Polymaker", "Panchroma PLA Metallic", "PLA", 1170, 190, 240, 55, false},
    {"GFPM013", "Polymaker", "Panchroma PLA Neon", "PLA", 1170, 190, 240, 55, false},
    {"GFPM014", "Polymaker", "Panchroma PLA UV Shift", "PLA", 1170, 190, 240, 55, false},
    {"GFPM015", "Polymaker", "Panchroma PLA Temp Shift", "PLA", 1170, 190, 240, 55, false},
    {"GFPM016", "Polymaker", "Panchroma CoPE", "PLA", 1290, 190, 240, 55, false},
    {"GFPM017", "Polymaker", "HT-PLA", "PLA", 1280, 210, 230, 55, false},
    {"GFPM018", "Polymaker", "HT-PLA-GF", "PLA", 1340, 210, 230, 55, false},
    {"GFPM019", "Polymaker", "PolyLite PLA Pro", "PLA", 1220, 190, 220, 55, false},
    {"GFR00", "FusRock", "ABS-GF", "ABS-GF", 1080, 240, 280, 105, false},
    {"GFR98", "Generic", "PHA", "PHA", 1240, 190, 240, 55, false},
    {"GFR99", "Generic", "EVA", "EVA", 940, 175, 220, 55, false},
    {"GFS00", "Bambu Lab", "Support W", "PLA", 1300, 190, 240, 55, true},
    {"GFS01", "Bambu Lab", "Support G", "PA", 1220, 260, 300, 100, true},
    {"GFS02", "Bambu Lab", "Support For PLA", "PLA", 1300, 190, 240, 55, true},
    {"GFS03", "Bambu Lab", "Support For PA/PET", "PA", 1220, 260, 300, 100, true},
    {"GFS04", "Bambu Lab", "PVA", "PVA", 1270, 210, 250, 55, true},
    {"GFS05", "Bambu Lab", "Support For PLA/PETG", "PLA", 1190, 190, 240, 60, true},
    {"GFS06", "Bambu Lab", "Support for ABS", "ABS", 1160, 240, 270, 90, true},
    {"GFS97", "Generic", "BVOH", "BVOH", 1130, 190, 240, 55, true},
    {"GFS98", "Generic", "HIPS", "HIPS", 1060, 220, 270, 90, true},
    {"GFS99", "Generic", "PVA", "PVA", 1240, 190, 240, 55, true},
    {"GFSNL02", "SUNLU", "PLA Matte", "PLA", 1300, 205, 245, 55, false},
    {"GFSNL03", "SUNLU", "PLA+", "PLA", 1230, 190, 240, 55, false},
    {"GFSNL04", "SUNLU", "PLA+ 2.0", "PLA", 1210, 190, 240, 55, false},
    {"GFSNL05", "SUNLU", "Silk PLA+", "PLA", 1250, 190, 240, 55, false},
    {"GFSNL06", "SUNLU", "PLA Marble", "PLA", 1250, 190, 260, 55, false},
    {"GFSNL07", "SUNLU", "Wood PLA", "PLA", 1100, 195, 260, 55, false},
    {"GFSNL08", "SUNLU", "PETG", "PETG", 1270, 230, 280, 60, false},
    {"GFT01", "Bambu Lab", "PET-CF", "PET-CF", 1290, 260, 290, 100, false},
    {"GFT02", "Bambu Lab", "PPS-CF", "PPS-CF", 1260, 310, 340, 110, false},
    {"GFT97", "Generic", "PPS", "PPS", 1360, 300, 340, 110, false},
    {"GFT98", "Generic", "PPS-CF", "PPS-CF", 1260, 310, 340, 110, false},
    {"GFU00", "Bambu Lab", "TPU 95A HF", "TPU", 1220, 200, 250, 35, false},
    {"GFU01", "Bambu Lab", "TPU 95A", "TPU", 1220, 200, 250, 35, false},
    {"GFU02", "Bambu Lab", "TPU for AMS", "TPU-AMS", 1260, 220, 240, 35, false},
    {"GFU03", "Bambu Lab", "TPU 90A", "TPU", 1240, 200, 240, 35, false},
    {"GFU04", "Bambu Lab", "TPU 85A", "TPU", 1180, 200, 240, 35, false},
    {"GFU98", "Generic", "TPU for AMS", "TPU-AMS", 1260, 200, 250, 35, false},
    {"GFU99", "Generic", "TPU", "TPU", 1240, 200, 250, 35, false},
};

const struct profile *profile_at(size_t index)
{
    return index < LEN(profiles) ? &profiles[index] : NULL;
}

const struct profile *profile_find(const char *id)
{
    size_t low = 0, high = LEN(profiles);

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(id, profiles[middle].id);
        if (order == 0)
            return &profiles[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

bool profile_generic(const struct profile *profile)
{
    return strcmp(profile->vendor, "Generic") == 0;
}
