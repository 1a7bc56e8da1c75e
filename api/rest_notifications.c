#include "api/request.h"
#include "api/rest.h"
#include "base/auto.h"
#include "base/limits.h"
#include "store/deliveries.h"
#include "store/list.h"

enum { ID_MAX = 64 };

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field list_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
    {NULL, "state", K_TEXT, 0, 0, 0, 0, 0, deliveries_states, "only these"},
    {NULL, "channel", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only on this channel"},
    {NULL, "alert_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only of this alert"},
    {NULL, "device_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only to this device"},
};
const struct body_table rest_notifications_list_query = {list_fields, LEN(list_fields)};

static const struct field test_fields[] = {
    {.name = "channel", .kind = K_TEXT, .min = 1, .max = ID_MAX, .doc = "absent: all of them"},
    {.name = "device_id", .kind = K_TEXT, .min = 1, .max = ID_MAX, .doc = "only to this device"},
};
const struct body_table rest_notifications_test_body = {test_fields, LEN(test_fields)};

static const struct field tried_fields[] = {
    {.name = "deliveries",
     .kind = K_LIST,
     .doc = "What is being sent; ask again for what became of it",
     .of = &deliveries_shape},
};
const struct field_shape rest_notifications_tried = {NULL, tried_fields, LEN(tried_fields),
                                                     "TestDeliveries"};

enum err rest_notifications_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, deliveries_list, why);
}

enum err rest_notifications_get(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, deliveries_get, why);
}

enum err rest_notifications_channels(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, deliveries_channel_list, why);
}

enum err rest_notifications_test(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, deliveries_try, 202, why);
}
