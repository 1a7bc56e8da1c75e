#include "bridge/printer/slice_info.h"

#include <expat.h>
#include <malloc.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"

enum { CHUNK = 16 * 1024, DOCUMENT_MOST = 8 * 1024 * 1024, DEPTH_MOST = 16 };

struct reading {
    XML_Parser parser;
    struct slice_info *info;
    struct slice_plate *plate; /* the open one, NULL outside */
    int depth;
    const char *fault; /* set once; stops the parser */
};

static void stop(struct reading *r, const char *fault)
{
    if (!r->fault)
        r->fault = fault;
    XML_StopParser(r->parser, XML_FALSE);
}

static const double grams_most = 1e5, metres_most = 1e4; /* of one plate */

/* ---- memory: expat keeps every name and holds the whole of a tag ---- */

static const size_t memory_most = 2 * 1024 * 1024; /* a parser takes 50 KiB for a real document */
static _Thread_local size_t taken;                 /* expat's callbacks have no context */

static void *take_memory(void *old, size_t size)
{
    size_t before = malloc_usable_size(old);
    if (size > memory_most || taken - before + size > memory_most)
        return NULL;
    void *memory = realloc(old, size);
    if (memory)
        taken += malloc_usable_size(memory) - before;
    return memory;
}

static void *take_new(size_t size)
{
    return take_memory(NULL, size);
}

static void give_back(void *memory)
{
    taken -= malloc_usable_size(memory);
    free(memory);
}

static XML_Parser new_parser(void)
{
    static const XML_Memory_Handling_Suite suite = {take_new, take_memory, give_back};
    taken = 0;
    return XML_ParserCreate_MM(NULL, &suite, NULL);
}

/* ---- the document ---- */

static const char *attribute(const XML_Char **list, const char *name)
{
    for (; list[0]; list += 2)
        if (strcmp(list[0], name) == 0)
            return list[1];
    return "";
}

/* A number with point or comma as decimal sign: slicers write the one of their locale. -1: none, or
 * above ${most}. */
static double number_of(const char *text, double most)
{
    char copy[40];
    double value;
    if (!text_copy(copy, sizeof copy, text))
        return -1;
    for (char *c = copy; *c; c++)
        if (*c == ',')
            *c = '.';
    text_trim(copy);
    return text_to_double(copy, &value) && value >= 0 && value <= most ? value : -1;
}

static int whole_of(const char *text, int most)
{
    return (int)number_of(text, most);
}

static void read_nozzles(struct slice_plate *plate, const char *text)
{
    plate->nozzle_count = 0;
    for (; *text && plate->nozzle_count < SLICE_FILAMENTS; text++)
        if (*text >= '1' && *text <= '9')
            plate->nozzle_of[plate->nozzle_count++] = *text - '0';
}

static void on_metadata(struct slice_plate *plate, const char *key, const char *value)
{
    if (strcmp(key, "index") == 0) {
        int index = whole_of(value, 100000);
        plate->index = index > 0 ? index : 0;
    } else if (strcmp(key, "printer_model_id") == 0) {
        text_copy(plate->printer_model, sizeof plate->printer_model, value);
    } else if (strcmp(key, "prediction") == 0) {
        plate->prediction_s = whole_of(value, 100000000);
    } else if (strcmp(key, "weight") == 0) {
        plate->weight_g = number_of(value, grams_most);
    } else if (strcmp(key, "filament_maps") == 0) {
        read_nozzles(plate, value);
    }
}

static void on_filament(struct reading *r, const XML_Char **list)
{
    int id = whole_of(attribute(list, "id"), SLICE_FILAMENTS);
    struct slice_plate *plate = r->plate;
    if (id < 1 || plate->filament_count == SLICE_FILAMENTS) {
        stop(r, "a filament has no usable id");
        return;
    }
    struct slice_filament *filament = &plate->filaments[plate->filament_count++];
    filament->id = id;
    text_copy(filament->profile, sizeof filament->profile, attribute(list, "tray_info_idx"));
    text_copy(filament->material, sizeof filament->material, attribute(list, "type"));
    text_copy(filament->color, sizeof filament->color, attribute(list, "color"));
    filament->used_m = number_of(attribute(list, "used_m"), metres_most);
    filament->used_g = number_of(attribute(list, "used_g"), grams_most);
}

static void open_plate(struct reading *r)
{
    struct slice_info *info = r->info;
    if (info->count == SLICE_PLATES) {
        stop(r, "it has too many plates");
        return;
    }
    size_t size = sizeof *info->plates * ((size_t)info->count + 1);
    struct slice_plate *plates = realloc(info->plates, size);
    if (!plates) {
        stop(r, "memory ran out");
        return;
    }
    info->plates = plates;
    r->plate = &plates[info->count++];
    memset(r->plate, 0, sizeof *r->plate);
    r->plate->prediction_s = -1;
    r->plate->weight_g = -1;
}

static void XMLCALL on_open(void *ctx, const XML_Char *name, const XML_Char **list)
{
    struct reading *r = ctx;
    if (++r->depth > DEPTH_MOST)
        stop(r, "it is nested too deeply");
    else if (strcmp(name, "plate") == 0)
        open_plate(r);
    else if (r->plate && strcmp(name, "metadata") == 0)
        on_metadata(r->plate, attribute(list, "key"), attribute(list, "value"));
    else if (r->plate && strcmp(name, "filament") == 0)
        on_filament(r, list);
}

static void XMLCALL on_close(void *ctx, const XML_Char *name)
{
    struct reading *r = ctx;
    r->depth--;
    if (strcmp(name, "plate") == 0)
        r->plate = NULL;
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public_id, int internal)
{
    (void)name;
    (void)system;
    (void)public_id;
    (void)internal;
    stop(ctx, "it has a document type, which a slicer never writes");
}

static const char *fault_of(const struct reading *r)
{
    enum XML_Error code = XML_GetErrorCode(r->parser);
    if (r->fault)
        return r->fault;
    return code == XML_ERROR_NO_MEMORY ? "its tags or names are larger than a slicer's"
                                       : XML_ErrorString(code);
}

static const char *pump(struct reading *r, int (*read)(void *ctx, char *bytes, int size), void *ctx)
{
    char chunk[CHUNK];
    int got, total = 0;
    do {
        got = read(ctx, chunk, CHUNK);
        if (got < 0)
            return "it cannot be read";
        total += got;
        if (total > DOCUMENT_MOST)
            return "it is too large";
        if (XML_Parse(r->parser, chunk, got, got == 0) != XML_STATUS_OK)
            return fault_of(r);
    } while (got > 0);
    return NULL;
}

enum err slice_info_read(int (*read)(void *ctx, char *bytes, int size), void *ctx,
                         struct slice_info *ret_info, struct why *why)
{
    struct slice_info info = {0};
    struct reading r = {.parser = new_parser(), .info = &info};
    if (!r.parser)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_open, on_close);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    const char *fault = pump(&r, read, ctx);
    XML_ParserFree(r.parser);
    if (fault) {
        slice_info_clear(&info);
        return why_fail(why, ERR_INVALID, "bad_slice_info", "slice_info.config",
                        "The slice_info.config of the archive is damaged: %s.", fault);
    }
    *ret_info = info;
    return OK;
}

void slice_info_clear(struct slice_info *info)
{
    free(info->plates);
    *info = (struct slice_info){0};
}
