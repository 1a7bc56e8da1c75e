#include "bridge/notify/notice.h"

#include <stddef.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "core/alert.h"

enum { ID_LEN = 36 };

static const char trial_title[] = "filamentd";
static const char trial_text[] = "This is a test. Alerts will arrive here.";

static const char *text_of(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static int kind_of(const char *slug)
{
    for (int i = 0; slug && alert_slugs[i]; i++)
        if (strcmp(alert_slugs[i], slug) == 0)
            return i;
    return -1;
}

/* "A3 of Shelf: Slot changed" where it is about a place, else "Shelf: Print finished". */
static void make_title(struct buf *out, const json_t *row, int kind)
{
    const char *label = text_of(row, "label"), *printer = text_of(row, "printer");
    if (kind < 0) {
        buf_text(out, trial_title);
        return;
    }
    if (label && printer)
        buf_format(out, "%s of %s: ", label, printer);
    else if (printer)
        buf_format(out, "%s: ", printer);
    buf_text(out, alert_title((enum alert_kind)kind));
}

/* A question waits for an answer: that is worth an interruption. */
static const char *level_of(const json_t *row, int kind)
{
    if (kind < 0)
        return "active";
    return json_is_string(json_object_get(row, "question_id")) ? "time-sensitive"
                                                               : alert_level((enum alert_kind)kind);
}

/* By what it is about, so that the next one of a slot or roll takes its place. */
static void make_tag(struct buf *out, const json_t *row, int kind)
{
    static const char *const subjects[] = {"ams_slot_id", "spool_id", "job_id",
                                           "printer_id",  "alert_id", "delivery_id"};
    const char *product = text_of(json_object_get(row, "data"), "filament_id");
    const char *id = kind == ALERT_LOW_PRODUCT ? product : NULL;
    for (size_t i = 0; !id && i < LEN(subjects); i++) {
        const char *found = text_of(row, subjects[i]);
        if (found && strlen(found) <= ID_LEN)
            id = found;
    }
    buf_format(out, "%s-%s", kind < 0 ? "test" : alert_slugs[kind], id ? id : "");
}

static json_t *candidate_action(const json_t *candidate)
{
    auto_buf title = {0};
    buf_format(&title, "%s %s", text_of(candidate, "brand"), text_of(candidate, "product_name"));
    json_t *number = json_object_get(candidate, "spool_number");
    if (json_is_integer(number))
        buf_format(&title, " (%d)", (int)json_integer_value(number));
    return title.failed ? NULL
                        : json_pack("{s:s, s:O, s:O, s:s}", "answer", "candidate", "choice",
                                    json_object_get(candidate, "choice"), "spool_id",
                                    json_object_get(candidate, "spool_id"), "title", title.data);
}

/* What a slot holds may be right although it looks different; then the answer is a confirmation. */
static json_t *make_actions(const json_t *row)
{
    json_t *actions = json_array();
    const char *question = text_of(row, "question");
    size_t i;
    const json_t *candidate;
    json_array_foreach (json_object_get(row, "candidates"), i, candidate)
        json_array_append_new(actions, candidate_action(candidate));
    if (question && strcmp(question, "which_spool") != 0)
        json_array_append_new(
            actions, json_pack("{s:s, s:s}", "answer", "confirm", "title", "It is what it says"));
    if (question)
        json_array_append_new(actions,
                              json_pack("{s:s, s:s}", "answer", "dismiss", "title", "Do not ask"));
    return actions;
}

json_t *notice_make(const json_t *row)
{
    static const char *const handed_on[] = {
        "severity",    "delivery_id",     "alert_id",    "printer_id", "printer",
        "ams_slot_id", "ams_unit_number", "slot_number", "label",      "spool_id",
        "job_id",      "question_id",     "data",        "created_at", "open_questions",
    };
    int kind = kind_of(text_of(row, "kind"));
    const char *text = text_of(row, "text");
    auto_buf title = {0}, tag = {0};
    make_title(&title, row, kind);
    make_tag(&tag, row, kind);
    if (title.failed || tag.failed)
        return NULL;
    json_t *notice =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "type", kind < 0 ? "test" : alert_slugs[kind],
                  "title", title.data, "message", text ? text : trial_text, "tag", tag.data,
                  "level", level_of(row, kind), "actions", make_actions(row));
    for (size_t i = 0; notice && i < LEN(handed_on); i++) {
        json_t *value = json_object_get(row, handed_on[i]);
        json_object_set(notice, handed_on[i], value ? value : json_null());
    }
    return notice;
}
