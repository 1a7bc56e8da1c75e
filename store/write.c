#include "store/write.h"

#include "store/alerts.h"
#include "store/changes.h"
#include "store/db.h"

enum err write_follow(struct db *db, write_run *run, void *ctx, struct why *why)
{
    int64_t since = changes_newest(db);
    enum err e = run(ctx, db, why);
    return e ? e : alerts_follow(db, since, why);
}

struct call {
    write_verb *verb;
    const json_t *args;
    json_t **ret;
};

static enum err run_call(void *ctx, struct db *db, struct why *why)
{
    const struct call *call = ctx;
    return call->verb(db, call->args, call->ret, why);
}

enum err write_once(struct db *db, write_verb *verb, const json_t *args, json_t **ret,
                    struct why *why)
{
    struct call call = {verb, args, ret};
    enum err e = db_begin(db) == OK ? write_follow(db, run_call, &call, why) : db_status(db, why);
    if (e == OK)
        return db_commit(db, why);
    db_rollback(db);
    return e;
}
