/* What the hub tells those who wait for news. */
#include "store_case.h"

#include "bridge/hub.h"
#include "store/settings.h"
#include "store/vendors.h"

static struct hub *hub_of(struct db **ret_db)
{
    struct why why = {0};
    struct hub *hub = NULL;
    assert_int_equal(migrate_open(":memory:", ret_db, &why), OK);
    assert_int_equal(hub_open(*ret_db, NULL, &hub, &why), OK);
    return hub;
}

static enum err look(void *ctx, struct db *db, struct why *why)
{
    json_auto_t *url = settings_get(db, "homeassistant.url");
    (void)ctx;
    return db_status(db, why);
}

static enum err change(void *ctx, struct db *db, struct why *why)
{
    json_auto_t *args = json_pack("{s:s}", "name", "Acme"), *row = NULL;
    (void)ctx;
    return vendors_create(db, args, &row, why);
}

static enum err give_up(void *ctx, struct db *db, struct why *why)
{
    enum err e = change(ctx, db, why);
    return e ? e : why_fail(why, ERR_CONFLICT, "no", NULL, "changed its mind");
}

static void only_a_change_wakes(void **state)
{
    (void)state;
    static const struct {
        hub_run *run;
        enum err result;
        bool wakes;
    } cases[] = {{look, OK, false}, {give_up, ERR_CONFLICT, false}, {change, OK, true}};
    struct why why = {0};
    struct db *db = NULL;
    struct hub *hub = hub_of(&db);
    for (size_t i = 0; i < LEN(cases); i++) {
        uint64_t before = hub_generation(hub);
        assert_int_equal(hub_write(hub, case_start, cases[i].run, NULL, &why), cases[i].result);
        assert_int_equal(hub_generation(hub) != before, cases[i].wakes);
        assert_int_equal(hub_wait(hub, before, 1) != before, cases[i].wakes);
    }
    hub_close(hub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_change_wakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
