#include "bridge/notify/payload.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "bridge/notify/channel.h"

static const char ellipsis[] = "\xe2\x80\xa6";

json_t *payload_make(const struct channel_job *job)
{
    static const char *const names[] = {
        "type",        "delivery_id",     "alert_id",    "printer_id", "printer",
        "ams_slot_id", "ams_unit_number", "slot_number", "label",      "spool_id",
        "job_id",      "question_id",     "created_at",  "data",
    };
    json_t *payload = json_pack("{s:s}", "url", job->settings->base_url);
    for (size_t i = 0; payload && i < LEN(names); i++) {
        json_t *value = json_object_get(job->notice, names[i]);
        if (value && !json_is_null(value))
            json_object_set(payload, names[i], value);
    }
    return payload;
}

json_t *payload_text(const char *text, size_t most)
{
    auto_buf cut = {0};
    size_t at = most - strlen(ellipsis);
    if (strlen(text) <= most)
        return json_string(text);
    while (at && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    buf_add(&cut, text, at);
    buf_text(&cut, ellipsis);
    return cut.failed ? NULL : json_string(cut.data);
}

void payload_write(json_t *moved_payload, size_t most, struct buf *ret_body)
{
    static const char *const spare[] = {"data", "printer", "url"};
    json_auto_t *payload = moved_payload;
    char *text auto_free = payload ? json_dumps(payload, CHANNEL_DUMP) : NULL;
    for (size_t i = 0; text && strlen(text) > most && i < LEN(spare); i++) {
        json_object_del(payload, spare[i]);
        free(text);
        text = json_dumps(payload, CHANNEL_DUMP);
    }
    if (text && strlen(text) <= most)
        buf_text(ret_body, text);
    else
        ret_body->failed = true;
}
