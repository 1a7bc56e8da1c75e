/* What tests of told changes need: a database whose feed is empty, and one who tells. */
#ifndef TESTS_UNIT_HEARD_CASE_H
#define TESTS_UNIT_HEARD_CASE_H

#include "store_case.h"

#include "store/db.h"
#include "store/migrate.h"

static inline struct db *heard_open(void)
{
    struct db *db = NULL;
    struct why why = {0};
    if (migrate_open(":memory:", &db, &why) != OK)
        fail_msg("%s", why.text);
    db_set_now(db, case_start);
    assert_int_equal(db_script(db, "DELETE FROM change"),
                     OK); /* of the materials, with their time */
    return db;
}

static inline void heard_begin(struct db *db)
{
    assert_int_equal(db_begin(db), OK);
}

static inline void heard_commit(struct db *db)
{
    struct why why = {0};
    if (db_commit(db, &why) != OK)
        fail_msg("%s: %s", why.code, why.text);
}

static inline void heard_tell(struct db *db, const char *entity, const char *id, const char *op)
{
    json_auto_t *args = json_pack("{s:s, s:s, s:s}", "entity", entity, "id", id, "op", op);
    db_exec(db, "SELECT tell_change(:entity, :id, :op, :now)", args);
    assert_int_equal(db_status(db, NULL), OK);
}

#endif
