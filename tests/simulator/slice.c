#include "tests/simulator/slice.h"

#include <openssl/evp.h>
#include <string.h>
#include <zip.h>

#include "base/text.h"

enum { FIXED_TIME = 1767225600 }; /* 2026-01-01: the same plan gives the same bytes */

static void md5_hex(const void *bytes, size_t len, char ret_hex[SLICE_MD5_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (!EVP_Digest(bytes, len, digest, &size, EVP_md5(), NULL))
        size = 0;
    text_hex(ret_hex, digest, size);
    text_upper(ret_hex);
}

static void metadata(struct buf *out, const char *key, const char *value)
{
    buf_format(out, "    <metadata key=\"%s\" value=\"%s\"/>\n", key, value);
}

static void xml_filament(struct buf *out, const struct plan *plan, int f, double mm)
{
    const struct plan_filament *filament = &plan->filaments[f];
    buf_format(out,
               "    <filament id=\"%d\" tray_info_idx=\"%s\" type=\"%s\" color=\"#%s\" "
               "used_m=\"%.2f\" used_g=\"%.2f\" group_id=\"0\" nozzle_diameter=\"0.40\" "
               "volume_type=\"Standard\"/>\n",
               f + 1, filament->profile, filament->material, filament->color, mm / 1000,
               mm / plan_mm_per_gram(filament));
}

static void slice_info(struct buf *out, const struct plan *plan, const char *model_id,
                       const struct slice_sums *sums)
{
    double grams = 0;
    for (int f = 0; f < plan->filament_count; f++)
        grams += sums->mm[f] / plan_mm_per_gram(&plan->filaments[f]);
    buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<config>\n  <header>\n"
                  "    <header_item key=\"X-BBL-Client-Type\" value=\"slicer\"/>\n"
                  "    <header_item key=\"X-BBL-Client-Version\" value=\"02.04.00.70\"/>\n"
                  "  </header>\n  <plate>\n");
    buf_format(out, "    <metadata key=\"index\" value=\"%d\"/>\n", plan->plate);
    metadata(out, "printer_model_id", model_id);
    metadata(out, "nozzle_diameters", "0.4");
    buf_format(out, "    <metadata key=\"prediction\" value=\"%d\"/>\n",
               240 + plan->layers * plan->layer_ms / 1000);
    buf_format(out, "    <metadata key=\"weight\" value=\"%.2f\"/>\n", grams);
    metadata(out, "first_layer_time", "71,958466");
    metadata(out, "outside", "false");
    buf_text(out, "    <object identify_id=\"69\" name=\"simulated\" skipped=\"false\"/>\n");
    for (int f = 0; f < plan->filament_count; f++) {
        if (plan->filaments[f].grams > 0)
            xml_filament(out, plan, f, sums->mm[f]);
    }
    buf_text(out, "  </plate>\n</config>\n");
}

static void list(struct buf *out, const struct plan *plan, const char *name,
                 void (*item)(struct buf *, const struct plan_filament *))
{
    buf_format(out, "%s\"%s\":[", out->len > 1 ? "," : "", name);
    for (int f = 0; f < plan->filament_count; f++) {
        buf_text(out, f ? ",\"" : "\"");
        item(out, &plan->filaments[f]);
        buf_char(out, '"');
    }
    buf_char(out, ']');
}

static void density(struct buf *out, const struct plan_filament *filament)
{
    buf_format(out, "%.2f", filament->density);
}

static void diameter(struct buf *out, const struct plan_filament *filament)
{
    (void)filament;
    buf_text(out, "1.75");
}

static void profile(struct buf *out, const struct plan_filament *filament)
{
    buf_text(out, filament->profile);
}

static void color(struct buf *out, const struct plan_filament *filament)
{
    buf_format(out, "#%s", filament->color);
}

static void material(struct buf *out, const struct plan_filament *filament)
{
    buf_text(out, filament->material);
}

static void project_settings(struct buf *out, const struct plan *plan)
{
    buf_char(out, '{');
    list(out, plan, "filament_density", density);
    list(out, plan, "filament_diameter", diameter);
    list(out, plan, "filament_ids", profile);
    list(out, plan, "filament_colour", color);
    list(out, plan, "filament_type", material);
    buf_text(out, "}\n");
}

/* libzip reads the bytes on closing: they must outlive the archive. */
static bool add(zip_t *zip, const char *name, const void *bytes, size_t len)
{
    zip_source_t *source = zip_source_buffer(zip, bytes, len, 0);
    if (!source)
        return false;
    zip_int64_t at = zip_file_add(zip, name, source, ZIP_FL_OVERWRITE);
    if (at < 0) {
        zip_source_free(source);
        return false;
    }
    return zip_file_set_mtime(zip, (zip_uint64_t)at, FIXED_TIME, 0) == 0;
}

static const char types[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    "<Default Extension=\"model\" ContentType=\"application/vnd.ms-package.3dmanufacturing-"
    "3dmodel+xml\"/><Default Extension=\"gcode\" ContentType=\"text/x.gcode\"/></Types>\n";
static const char model[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<model unit=\"millimeter\" xmlns=\"http://schemas.microsoft.com/3dmanufacturing/core/2015/"
    "02\"><resources/><build/></model>\n";

static bool write_archive(const char *path, int plate, const struct buf *gcode,
                          const struct buf *info, const struct buf *settings)
{
    char name[64], md5_name[80], md5[SLICE_MD5_SIZE];
    snprintf(name, sizeof name, "Metadata/plate_%d.gcode", plate);
    snprintf(md5_name, sizeof md5_name, "%s.md5", name);
    md5_hex(gcode->data, gcode->len, md5);
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    if (!zip)
        return false;
    bool good = add(zip, "[Content_Types].xml", types, sizeof types - 1) &&
                add(zip, "3D/3dmodel.model", model, sizeof model - 1) &&
                add(zip, name, gcode->data, gcode->len) && add(zip, md5_name, md5, 32) &&
                add(zip, "Metadata/slice_info.config", info->data, info->len) &&
                add(zip, "Metadata/project_settings.config", settings->data, settings->len);
    if (good && zip_close(zip) == 0)
        return true;
    zip_discard(zip);
    return false;
}

static bool md5_of_file(const char *path, char ret_md5[SLICE_MD5_SIZE])
{
    auto_buf bytes = {0};
    char chunk[4096];
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    for (size_t got; (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buf_add(&bytes, chunk, got);
    fclose(file);
    md5_hex(bytes.data, bytes.len, ret_md5);
    return !bytes.failed;
}

enum err slice_write(const struct plan *plan, const char *model_id, const char *path,
                     char ret_md5[SLICE_MD5_SIZE], struct why *why)
{
    auto_buf gcode = {0}, info = {0}, settings = {0};
    struct slice_sums sums;
    slice_gcode(plan, &gcode, &sums);
    slice_info(&info, plan, model_id, &sums);
    project_settings(&settings, plan);
    if (gcode.failed || info.failed || settings.failed)
        return why_fail(why, ERR_NOMEM, "no_memory", "", "no memory for the sliced file");
    if (!write_archive(path, plan->plate, &gcode, &info, &settings) || !md5_of_file(path, ret_md5))
        return why_fail(why, ERR_IO, "write_failed", "", "cannot write %s", path);
    return OK;
}
