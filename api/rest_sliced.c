#include <string.h>

#include "api/request.h"
#include "api/rest.h"
#include "api/upload.h"
#include "base/auto.h"
#include "base/limits.h"
#include "bridge/printer/sliced.h"
#include "store/jobs.h"
#include "store/tracks.h"

enum { PLATE_MOST = 10000 };

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field analyze_fields[] = {
    {NULL, "plate", K_INT, 0, 0, 1, PLATE_MOST, 0, NULL, "which one, where there are several"},
    {NULL, "layers", K_BOOL, 0, 0, 0, 0, 0, NULL, "also the length to the end of each layer"},
};
const struct body_table rest_sliced_analyze_query = {analyze_fields, LEN(analyze_fields)};
const struct body_table rest_sliced_attach_query = {analyze_fields, 1};

/* Codes of sliced_read tell what is wrong with the file; it is never our own fault. */
static enum err read_upload(struct request *request, struct reply *reply, int plate,
                            struct sliced *ret_sliced, struct why *why)
{
    struct upload upload = {.limit = LIMIT_UPLOAD_BYTES};
    enum err e = upload_take(request, reply, &upload, why);
    if (e == OK) {
        e = sliced_read(upload.path, plate, ret_sliced, why);
        if (e != OK && e != ERR_NOMEM && e != ERR_TOO_BIG)
            e = ERR_INVALID;
    }
    upload_drop(&upload);
    return e;
}

static int plate_of(const struct request *request)
{
    return (int)json_integer_value(json_object_get(request->args, "plate"));
}

enum err rest_sliced_analyze(struct request *request, struct reply *reply, struct why *why)
{
    struct sliced sliced;
    enum err e = read_upload(request, reply, plate_of(request), &sliced, why);
    if (e != OK)
        return e;
    json_t *shown = sliced_json(&sliced, json_is_true(json_object_get(request->args, "layers")));
    sliced_clear(&sliced);
    return shown ? reply_json(reply, 200, shown)
                 : why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
}

static enum err attach(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    const char *name = json_string_value(json_object_get(args, "job_id"));
    int64_t job = name ? jobs_find(db, name) : 0;
    struct tracks_wish wish;
    enum err e = tracks_sliced_wish(db, job, &wish, why);
    if (e == OK)
        e = tracks_sliced(db, job, json_object_get(args, "sliced"), why);
    return e == OK ? jobs_get(db, args, ret, why) : e;
}

static enum err look_up(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    struct tracks_wish wish;
    const char *name = json_string_value(json_object_get(args, "job_id"));
    enum err e = tracks_sliced_wish(db, name ? jobs_find(db, name) : 0, &wish, why);
    *ret = e == OK ? json_integer(wish.plate) : NULL;
    return e;
}

/* The plate of the query, else that of the print. */
enum err rest_sliced_attach(struct request *request, struct reply *reply, struct why *why)
{
    struct sliced sliced;
    json_auto_t *plate = NULL;
    enum err e = request_read(request, look_up, request->args, &plate, why);
    int wanted = plate_of(request) ? plate_of(request) : (int)json_integer_value(plate);
    if (e == OK)
        e = read_upload(request, reply, wanted, &sliced, why);
    if (e != OK)
        return e;
    json_auto_t *args = json_pack("{s:O, s:o}", "job_id", json_object_get(request->args, "job_id"),
                                  "sliced", sliced_record(&sliced));
    sliced_clear(&sliced);
    if (!args)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    return request_answer_write(request, reply, attach, args, 200, NULL, why);
}
