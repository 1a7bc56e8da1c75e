#include "api/reply.h"
#include "api/request.h"
#include "api/rest.h"
#include "base/auto.h"
#include "store/scan.h"

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field scan_fields[] = {
    {NULL, "payload", K_ANY, 0, 0, 0, 0, FIELD_REQUIRED, NULL,
     "what was read: the text of a code, the object of a tag, or its bytes in hex or base64"},
};
const struct body_table rest_scan_body = {scan_fields, LEN(scan_fields)};

enum err rest_scan(struct request *request, struct reply *reply, struct why *why)
{
    json_t *found = NULL;
    enum err e = scan_read(request->db, request->args, &found, why);
    return e ? e : reply_json(reply, 200, found);
}
