#include "core/version.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/extruder.h"
#include "core/field.h"
#include "core/unit.h"

struct module {
    char name[32], sn[32], sw_ver[24], hw_ver[24], product_name[64], project_name[32];
};

static const struct field fields[] = {
    FIELD(NULL, "name", K_TEXT, struct module, name, 0, 0),
    FIELD(NULL, "sn", K_TEXT, struct module, sn, 0, 0),
    FIELD(NULL, "sw_ver", K_TEXT, struct module, sw_ver, 0, 0),
    FIELD(NULL, "hw_ver", K_TEXT, struct module, hw_ver, 0, 0),
    FIELD(NULL, "product_name", K_TEXT, struct module, product_name, 0, 0),
    FIELD(NULL, "project_name", K_TEXT, struct module, project_name, 0, 0),
};

struct family {
    const char *prefix;
    enum unit_type type;
};

static const struct family families[] = {
    {"ams/", UNIT_TYPE_AMS},
    {"ams_f1/", UNIT_TYPE_AMS_LITE},
    {"n3f/", UNIT_TYPE_AMS_2_PRO},
    {"n3s/", UNIT_TYPE_AMS_HT},
};

void version_set_model(struct printer *printer, enum model model, enum model_trust trust)
{
    if (model == MODEL_UNKNOWN || (int32_t)trust < printer->model_trust)
        return;
    printer->model = model;
    printer->model_trust = (int32_t)trust;
    extruder_count_nozzles(printer);
}

/* Incomplete replies name a module with an empty serial number. */
static void keep_text(char *to, size_t size, const char *from)
{
    if (*from)
        text_copy(to, size, from);
}

static void take_unit(struct printer *printer, const struct module *module)
{
    for (size_t i = 0; i < LEN(families); i++) {
        int64_t id = -1;
        if (!text_starts(module->name, families[i].prefix) ||
            !text_to_int(module->name + strlen(families[i].prefix), &id) || id < 0 || id > 255)
            continue;
        bool ht = families[i].type == UNIT_TYPE_AMS_HT && id == UNIT_A2L_LITE;
        int number = address_from_ams(ht ? UNIT_HT_FIRST : (int)id, 0).unit;
        struct unit *unit = unit_at(printer, number);
        if (!unit)
            return;
        unit->type = number == UNIT_A2L_LITE ? UNIT_TYPE_A2L_LITE : families[i].type;
        keep_text(unit->serial, sizeof unit->serial, module->sn);
        keep_text(unit->firmware, sizeof unit->firmware, module->sw_ver);
    }
}

/* Boards of older firmware tell the model in other words. */
static enum model model_by_board(const struct module *module)
{
    enum model model = model_from_code(module->project_name);
    if (model == MODEL_UNKNOWN && strcmp(module->hw_ver, "AP02") == 0)
        return MODEL_X1E;
    if (model == MODEL_UNKNOWN && strcmp(module->name, "ap") == 0 &&
        strcmp(module->hw_ver, "AP05") == 0 && !*module->project_name)
        return MODEL_X1C;
    return model;
}

static void take_module(struct printer *printer, const struct module *module)
{
    if (strcmp(module->name, "ota") == 0) {
        version_set_model(printer, model_from_name(module->product_name), TRUST_PRODUCT);
        keep_text(printer->firmware, sizeof printer->firmware, module->sw_ver);
        keep_text(printer->serial, sizeof printer->serial, module->sn);
    }
    version_set_model(printer, model_by_board(module), TRUST_BOARD);
    take_unit(printer, module);
}

unsigned version_take(struct printer *printer, const json_t *info)
{
    size_t index;
    json_t *object;
    const json_t *list = json_object_get(info, "module");
    unsigned bad = list && !json_is_array(list) && !json_is_null(list);
    json_array_foreach (list, index, object) {
        struct module module;
        memset(&module, 0, sizeof module);
        bad += !json_is_object(object);
        bad += field_load_wire(fields, LEN(fields), &module, object);
        take_module(printer, &module);
    }
    return bad;
}
