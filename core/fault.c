#include "core/fault.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/field.h"

enum {
    REFUSED_FIRST = 84033543, /* command not authorised */
    REFUSED_LAST = 84033548,
    REFUSED_AGAIN_MS = 3600000, /* the time is written anew at most that often */
    VENDOR_FIRST = 20000,       /* sequence ids of the vendor's slicer, which may always write */
    VENDOR_LAST = 29999,
};

/* The whole code in one of both words, or split over their outer halves. */
static int64_t hms_cancel(struct hms hms)
{
    int64_t split = (hms.attr & 0xFFFF0000) | (hms.code & 0xFFFF);
    const int64_t forms[] = {hms.attr, hms.code, split};
    for (size_t i = 0; i < LEN(forms); i++) {
        if (printer_code_is_cancel(forms[i]))
            return forms[i];
    }
    return 0;
}

static void latch(struct latch *latch, int64_t code, int64_t now)
{
    bool there = latch->code && !latch->until;
    if (code && (!there || latch->code != code))
        *latch = (struct latch){code, now, 0};
    else if (!code && there)
        latch->until = now;
}

struct wide_hms {
    int64_t attr, code;
};

static const struct field hms_fields[] = {
    FIELD("attr", "attr", K_INT, struct wide_hms, attr, 0, 4294967295.0),
    FIELD("code", "code", K_INT, struct wide_hms, code, 0, 4294967295.0),
};

static unsigned take_hms(struct printer *printer, const json_t *list)
{
    size_t index;
    json_t *value;
    unsigned bad = 0;
    if (!list || json_is_null(list))
        return 0;
    if (!json_is_array(list))
        return 1;
    memset(printer->hms, 0, sizeof printer->hms);
    printer->hms_count = 0;
    json_array_foreach (list, index, value) {
        struct wide_hms wide = {-1, -1};
        bad += field_load_wire(hms_fields, LEN(hms_fields), &wide, value);
        if (wide.attr < 0 || wide.code < 0 || printer->hms_count == PRINTER_HMS_MAX)
            continue;
        printer->hms[printer->hms_count++] = (struct hms){(uint32_t)wide.attr, (uint32_t)wide.code};
    }
    return bad;
}

static const struct field error_fields[] = {
    FIELD("print_error", "print_error", K_INT, struct printer, print_error, -2147483648.0,
          4294967295.0),
    FIELD("err", "err_code", K_BITS, struct printer, err_code, 0, 0),
};
static const struct field error2_field =
    FIELD("err_code", "err_code", K_BITS, struct printer, err_code, 0, 0);

static int64_t cancel_code(const struct printer *printer)
{
    if (printer_code_is_cancel(printer->print_error))
        return printer->print_error;
    if (printer_code_is_cancel(printer->err_code))
        return printer->err_code;
    int64_t code = 0;
    for (int i = 0; i < printer->hms_count && !code; i++)
        code = hms_cancel(printer->hms[i]);
    return code;
}

unsigned fault_take(struct printer *printer, const json_t *print, int64_t now)
{
    unsigned bad = field_load_wire(error_fields, LEN(error_fields), printer, print);
    const json_t *err2 = json_object_get(json_object_get(print, "err2"), "err_code");
    bad += field_take(&error2_field, printer, err2) == FIELD_BAD;
    bad += take_hms(printer, json_object_get(print, "hms"));
    printer->print_error &= 0xFFFFFFFF;
    printer->err_code &= 0xFFFFFFFF;
    latch(&printer->error, printer->print_error ? printer->print_error : printer->err_code, now);
    latch(&printer->cancel, cancel_code(printer), now);
    return bad;
}

bool fault_reply_failed(const json_t *reply)
{
    const char *result = json_string_value(json_object_get(reply, "result"));
    return result && text_starts(result, "fail");
}

static bool number_of(const json_t *object, const char *key, int64_t *ret_number)
{
    static const struct field field = {.name = "number", .kind = K_INT, .size = sizeof(int64_t)};
    *ret_number = 0;
    return field_take(&field, ret_number, json_object_get(object, key)) == FIELD_TAKEN;
}

static bool refused_code(const json_t *reply, const char *key)
{
    int64_t code = 0;
    return number_of(reply, key, &code) && code >= REFUSED_FIRST && code <= REFUSED_LAST;
}

static bool refused(const json_t *reply)
{
    char reason[128] = "";
    const char *text = json_string_value(json_object_get(reply, "reason"));
    if (text && text_copy(reason, sizeof reason, text))
        text_lower(reason);
    return refused_code(reply, "err_code") || refused_code(reply, "errno") ||
           strstr(reason, "verify failed") != NULL;
}

/* Somebody who is neither the cloud nor the vendor's slicer was obeyed: writing is open to all. */
static bool accepted_from_others(const json_t *reply, const char *command)
{
    int64_t sequence = 0;
    const char *result = json_string_value(json_object_get(reply, "result"));
    bool reading = text_starts(command, "get_") || text_ends_nocase(command, "_get");
    return !reading && result && text_equal_nocase(result, "success") &&
           number_of(reply, "sequence_id", &sequence) && sequence != 0 &&
           (sequence < VENDOR_FIRST || sequence > VENDOR_LAST);
}

void fault_take_reply(struct printer *printer, const json_t *reply, int64_t now)
{
    const char *command = json_string_value(json_object_get(reply, "command"));
    if (!command)
        return;
    bool stale = !printer->refused_at || now - printer->refused_at >= REFUSED_AGAIN_MS ||
                 now < printer->refused_at;
    if (refused(reply)) {
        if (stale)
            printer->refused_at = now;
        return;
    }
    if (accepted_from_others(reply, command))
        printer->refused_at = 0;
    if (strcmp(command, "stop") == 0 && !fault_reply_failed(reply))
        printer->stop_reply_at = now;
}
