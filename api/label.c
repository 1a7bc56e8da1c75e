#include "api/label.h"

#include <string.h>

#include "api/label_text.h"
#include "api/qr.h"
#include "base/auto.h"
#include "base/buf.h"
#include "core/color.h"

enum { CODE_LEAST = 12 }; /* side of a QR code that phones still read from a hand's distance */

struct size {
    double width, height;
};

static const struct size sizes[] = {{40, 30}, {50, 30}, {62, 29}, {74, 33}, {75, 55}};
const char *const label_sizes[] = {"40x30", "50x30", "62x29", "74x33", "75x55", NULL};

/* Measures of the makers' own sheets: US Letter for the first, A4 for the others. */
struct sheet {
    struct size page, label;
    double left, top, right_by, down_by; /* of the first label, and from one to the next */
    size_t columns, rows;
};

static const struct sheet sheets[] = {
    {{215.9, 279.4}, {66.675, 25.4}, 4.7625, 12.7, 69.85, 25.4, 3, 10},
    {{210, 297}, {63.5, 38.1}, 7.25, 15.15, 66, 38.1, 3, 7},
    {{210, 297}, {63.5, 33.9}, 7.25, 12.9, 66, 33.9, 3, 8},
    {{210, 297}, {99.1, 38.1}, 4.65, 15.15, 101.6, 38.1, 2, 7},
};
const char *const label_sheets[] = {"avery5160", "l7160", "l7159", "l7163", NULL};

static const struct size *find_size(const char *name)
{
    for (size_t i = 0; i < LEN(sizes); i++)
        if (strcmp(label_sizes[i], name) == 0)
            return &sizes[i];
    return NULL;
}

static const struct sheet *find_sheet(const char *name)
{
    for (size_t i = 0; name && i < LEN(sheets); i++)
        if (strcmp(label_sheets[i], name) == 0)
            return &sheets[i];
    return NULL;
}

/* --- one label, in a frame of its own that begins at 0, 0 --- */

struct frame {
    struct buf *out;
    const json_t *spool;
    double left, width; /* of the column of texts */
    double margin, height;
};

static const char *text_of(const json_t *spool, const char *key)
{
    const char *text = json_string_value(json_object_get(spool, key));
    return text ? text : "";
}

/* ${most}: its side with the quiet zone, which is white paper. */
static enum err draw_code(struct frame *frame, const char *code, double most, struct why *why)
{
    auto_qr qr = {0};
    enum err e = qr_make(code, &qr, why);
    if (e != OK)
        return e;
    double modules = qr.width + 2 * QR_QUIET, module = most / modules;
    if (module * qr.width < CODE_LEAST)
        return why_fail(why, ERR_INVALID, "label_too_small", "size",
                        "the QR code would be smaller than %d mm; take a larger label", CODE_LEAST);
    buf_format(frame->out,
               "<path transform=\"translate(%.3f %.3f) scale(%.4f)\" "
               "shape-rendering=\"crispEdges\" d=\"",
               module * QR_QUIET, (frame->height - most) / 2 + module * QR_QUIET, module);
    qr_path(frame->out, &qr);
    buf_text(frame->out, "\"/>");
    return OK;
}

/* Fields of colour side by side. The border is dark on light colours and grey on dark ones, so that
 * white, black and clear can be told from the paper. */
static void draw_colors(const struct frame *frame, double top, double height)
{
    const json_t *list = json_object_get(frame->spool, "color_hexes");
    size_t count = json_array_size(list) ? json_array_size(list) : 1;
    for (size_t i = 0; i < count; i++) {
        const char *hex = json_string_value(json_array_get(list, i));
        struct color color;
        hex = hex ? hex : text_of(frame->spool, "color_hex");
        if (!color_parse(hex, &color))
            continue;
        buf_format(frame->out,
                   "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
                   "fill=\"#%02X%02X%02X\"/>",
                   frame->left + frame->width * (double)i / (double)count, top,
                   frame->width / (double)count, height, color.r, color.g, color.b);
    }
    buf_format(
        frame->out,
        "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" rx=\"0.4\" fill=\"none\" "
        "stroke=\"#555\" stroke-width=\"0.25\"/>",
        frame->left, top, frame->width, height);
}

/* What must be whole gets smaller where it is too wide, anything else is cut. */
enum fit { FIT_CUT, FIT_WHOLE };

static void draw_line(const struct frame *frame, double base, double size, bool bold, enum fit fit,
                      const char *text)
{
    double width = label_text_width(text, bold);
    if (fit == FIT_WHOLE && width * size > frame->width)
        size = frame->width / width;
    buf_format(frame->out, "<text x=\"%.2f\" y=\"%.2f\" font-size=\"%.2f\"%s>", frame->left, base,
               size, bold ? " font-weight=\"bold\"" : "");
    label_text_add(frame->out, text, fit == FIT_WHOLE ? width + 1 : frame->width / size, bold);
    buf_text(frame->out, "</text>");
}

/* Places are shares of the label's height, sizes of that or of the column's width. */
static void draw_texts(const struct frame *frame)
{
    auto_buf number = {0}, facts = {0};
    double inner = frame->height - 2 * frame->margin, top = frame->margin;
    double unit = frame->width < inner ? frame->width : inner;
    const json_t *grams = json_object_get(frame->spool, "initial_weight_grams");
    buf_format(&number, "#%lld",
               (long long)json_integer_value(json_object_get(frame->spool, "spool_number")));
    buf_text(&facts, text_of(frame->spool, "material_type"));
    if (json_is_number(grams))
        buf_format(&facts, " \u00b7 %.10g g", json_number_value(grams));
    frame->out->failed = frame->out->failed || number.failed || facts.failed;
    draw_line(frame, top + inner * 0.25, inner * 0.32, true, FIT_WHOLE,
              number.data ? number.data : "");
    draw_line(frame, top + inner * 0.42, unit * 0.12, false, FIT_CUT,
              text_of(frame->spool, "brand"));
    draw_line(frame, top + inner * 0.58, unit * 0.13, true, FIT_CUT,
              text_of(frame->spool, "product_name"));
    draw_line(frame, top + inner * 0.74, unit * 0.12, false, FIT_WHOLE,
              facts.data ? facts.data : "");
    draw_colors(frame, top + inner * 0.82, inner * 0.18);
}

static enum err draw_label(struct buf *out, struct size size, const json_t *spool, const char *code,
                           struct why *why)
{
    double margin = size.height > 40 ? 2.5 : 1.5;
    double most =
        size.height - margin < size.width * 0.46 ? size.height - margin : size.width * 0.46;
    struct frame frame = {.out = out, .spool = spool, .margin = margin, .height = size.height};
    enum err e = draw_code(&frame, code, most, why);
    if (e != OK)
        return e;
    frame.left = most;
    frame.width = size.width - most - margin;
    draw_texts(&frame);
    return out->failed ? why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a label") : OK;
}

/* --- documents --- */

static void open_document(struct buf *out, struct size size)
{
    buf_format(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.4gmm\" height=\"%.4gmm\" "
               "viewBox=\"0 0 %.4g %.4g\" font-family=\"Helvetica, Arial, 'Liberation Sans', "
               "sans-serif\"><path fill=\"#fff\" d=\"M0 0h%.4gv%.4gh-%.4gz\"/>",
               size.width, size.height, size.width, size.height, size.width, size.height,
               size.width);
}

enum err label_one(struct buf *out, const json_t *spool, const char *code, const char *size,
                   struct why *why)
{
    const struct label_run run = {.size = size, .count = 1, .start_at = 1};
    label_page_open(out, &run);
    enum err e = label_page_add(out, &run, 0, spool, code, why);
    label_page_close(out);
    return e;
}

size_t label_places(const char *sheet)
{
    const struct sheet *found = find_sheet(sheet);
    return found ? found->columns * found->rows : 0;
}

static size_t places_of(const struct label_run *run)
{
    size_t places = label_places(run->sheet);
    return places ? places : 1;
}

/* Places that the first page leaves free. */
static size_t skipped(const struct label_run *run)
{
    return run->sheet ? run->start_at - 1 : 0;
}

size_t label_pages(const struct label_run *run)
{
    size_t places = places_of(run);
    return (run->count + skipped(run) + places - 1) / places;
}

void label_page_range(const struct label_run *run, size_t page, size_t *ret_from, size_t *ret_to)
{
    size_t places = places_of(run), first = (page - 1) * places, free = skipped(run);
    size_t end = first + places - free;
    *ret_from = first > free ? first - free : 0;
    *ret_to = end < run->count ? end : run->count;
}

void label_page_open(struct buf *out, const struct label_run *run)
{
    const struct sheet *sheet = find_sheet(run->sheet);
    const struct size *size = sheet ? &sheet->page : find_size(run->size);
    open_document(out, size ? *size : sizes[0]);
}

enum err label_page_add(struct buf *out, const struct label_run *run, size_t index,
                        const json_t *spool, const char *code, struct why *why)
{
    const struct sheet *sheet = find_sheet(run->sheet);
    const struct size *size = sheet ? &sheet->label : find_size(run->size);
    if (!size)
        return why_fail(why, ERR_INVALID, "not_allowed", "size", "there is no label of this size");
    size_t place = sheet ? (index + skipped(run)) % places_of(run) : 0;
    size_t row = sheet ? place / sheet->columns : 0, column = sheet ? place % sheet->columns : 0;
    buf_format(out, "<g transform=\"translate(%.4f %.4f)\">",
               sheet ? sheet->left + sheet->right_by * (double)column : 0,
               sheet ? sheet->top + sheet->down_by * (double)row : 0);
    enum err e = draw_label(out, *size, spool, code, why);
    buf_text(out, "</g>");
    return e;
}

void label_page_close(struct buf *out)
{
    buf_text(out, "</svg>\n");
}
