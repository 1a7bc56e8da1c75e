/* Any bytes as a body of POST and PUT: either arguments or at least one named fault. */
#include <assert.h>
#include <stdint.h>

#include "api/guard.h"
#include "api/rest.h"
#include "core/body.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const struct body_table *table, enum body_mode mode, json_t *body)
{
    struct why why = {0};
    json_t *args = json_object(), *errors = json_array();
    enum err e = body_check(table, mode, body, NULL, args, errors, &why);
    assert(e == OK || e == ERR_INVALID);
    assert((e == OK) == (why.code[0] == '\0'));
    assert(e != OK || json_array_size(errors) == 0);
    json_decref(args);
    json_decref(errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct why why;
    json_t *body = NULL;
    if (guard_json((const char *)bytes, size, &body, &why) != REFUSE_NOTHING)
        return 0;
    check(&rest_spools_fields_create, BODY_CREATE, body);
    check(&rest_spools_fields_update, BODY_MERGE, body);
    check(&rest_slots_assign_body, BODY_CREATE, body);
    json_decref(body);
    return 0;
}
