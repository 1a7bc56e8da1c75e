#include "api/stream_ticket.h"

#include "api/request.h"
#include "api/state.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/keys.h"

bool stream_ticket_given(const struct request *request, char ret_ticket[TICKET_SIZE])
{
    if (!(request->route->flags & ROUTE_STREAM) || request->method != METHOD_GET)
        return false;
    json_auto_t *query = route_query(request->call->query);
    const char *ticket = json_string_value(json_object_get(query, "token"));
    return ticket && text_copy(ret_ticket, TICKET_SIZE, ticket);
}

enum err stream_ticket_use(struct request *request, const char *ticket, struct why *why)
{
    int64_t key;
    if (!ticket_take(&request->api->tickets, ticket, clock_mono(), &key))
        return why_fail(why, ERR_DENIED, "invalid_token", NULL,
                        "the token is unknown, was used, or is too old");
    enum err e = request_reader(request, why);
    return e == OK ? keys_still(request->db, key, &request->principal, why) : e;
}
