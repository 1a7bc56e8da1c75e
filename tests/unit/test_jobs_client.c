/* Prints as clients tell them. Every gram below is summed by hand beside its case. */
#include "store_case.h"

#include "core/job.h"
#include "store/charging.h"
#include "store/jobs.h"
#include "store/jobs_client.h"
#include "store/printers.h"
#include "store/settings.h"
#include "store/slots.h"
#include "store/spools.h"
#include "store/tracks.h"

static const char one_file[] = "benchy.gcode.3mf";

struct shop {
    struct db *db;
    int64_t printer;
    char rolls[4][ID_SIZE]; /* in the slots 1 to 3 of unit 1; the last lies on the shelf */
};

static enum err start(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    bool made;
    return jobs_client_start(db, args, ret, &made, why);
}

static void add_roll(struct shop *shop, int n)
{
    json_auto_t *made =
        case_ok(shop->db, spools_create,
                json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}", "brand", "Acme", "product_name",
                          "Basic", "material_type", "PLA", "color_hex", "#FF8800",
                          "initial_weight_grams", 1000000, "cost_usd", 2000));
    snprintf(shop->rolls[n], ID_SIZE, "%s", case_text(made, "spool_id"));
}

static struct shop shop_open(void)
{
    struct shop shop = {.db = case_open()};
    json_auto_t *printer =
        case_ok(shop.db, printers_create,
                json_pack("{s:s, s:s}", "printer_id", "shelf", "source", "homeassistant"));
    shop.printer = printers_find(shop.db, "shelf");
    for (int n = 0; n < 4; n++)
        add_roll(&shop, n);
    for (int n = 0; n < 3; n++) {
        json_auto_t *slot =
            case_ok(shop.db, slots_assign,
                    json_pack("{s:s, s:i, s:i, s:s}", "printer_id", "shelf", "ams_unit_number", 1,
                              "slot_number", n + 1, "spool_id", shop.rolls[n]));
    }
    case_later(shop.db, 60000);
    return shop;
}

/* Milligrams that are gone from a roll by what is shown of it, which is the ledger's sum. */
static int used_mg(const struct shop *shop, int n)
{
    json_auto_t *roll =
        case_ok(shop->db, spools_get, json_pack("{s:s}", "spool_id", shop->rolls[n]));
    double left = case_number(roll, "current_weight_grams");
    return (int)((1000.0 - left) * 1000 + 0.5);
}

static void used(const struct shop *shop, int first, int second, int third, int shelf)
{
    const int wanted[] = {first, second, third, shelf};
    for (int n = 0; n < 4; n++)
        if (used_mg(shop, n) != wanted[n])
            fail_msg("roll %d lost %d mg, wanted %d", n, used_mg(shop, n), wanted[n]);
}

/* ${filaments}: text of a list, weights in milligrams; NULL: none. */
static json_t *begin(const struct shop *shop, const char *filaments)
{
    json_t *list = filaments ? json_loads(filaments, 0, NULL) : json_array();
    assert_non_null(list);
    json_t *made = case_ok(shop->db, start,
                           json_pack("{s:s, s:s, s:o}", "printer_id", "shelf", "gcode_file_name",
                                     one_file, "filaments", list));
    case_later(shop->db, 600000);
    return made;
}

static json_t *with_id(const json_t *started, const char *members)
{
    json_t *args = json_loads(members, 0, NULL);
    assert_non_null(args);
    json_object_set(args, "job_id", json_object_get(started, "job_id"));
    return args;
}

static json_t *end(const struct shop *shop, const json_t *started, const char *members)
{
    return case_ok(shop->db, jobs_client_end, with_id(started, members));
}

static json_t *correct(const struct shop *shop, const json_t *started, const char *members)
{
    return case_ok(shop->db, jobs_client_correct, with_id(started, members));
}

static const json_t *job_of(const json_t *answer)
{
    return json_object_get(answer, "job");
}

static const char two_filaments[] =
    "[{\"ams_unit_number\":1,\"slot_number\":1,\"estimated_grams\":10000},"
    "{\"ams_unit_number\":1,\"slot_number\":2,\"estimated_grams\":20000}]";

static void a_start_is_told_once(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, two_filaments);
    assert_string_equal(case_text(made, "status"), "printing");
    assert_int_equal(case_number(job_of(made), "total_estimated_grams"), 30);
    json_auto_t *again = begin(&shop, NULL);
    assert_string_equal(case_text(again, "job_id"), case_text(made, "job_id"));
    json_auto_t *path =
        case_ok(shop.db, start,
                json_pack("{s:s, s:s, s:s}", "printer_id", "SHELF", "gcode_file_name",
                          "/sdcard/benchy.gcode.3mf", "external_id", "ha-7"));
    assert_string_equal(case_text(path, "job_id"), case_text(made, "job_id"));
    json_auto_t *by_id = case_ok(
        shop.db, start, json_pack("{s:s, s:s}", "printer_id", "shelf", "external_id", "ha-7"));
    assert_string_equal(case_text(by_id, "job_id"), case_text(made, "job_id"));
    case_refused(shop.db, start, ERR_CONFLICT, "printer_busy",
                 json_pack("{s:s, s:s}", "printer_id", "shelf", "external_id", "ha-8"));
    used(&shop, 0, 0, 0, 0);
    case_close(shop.db);
}

static void a_start_is_refused(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    case_refused(shop.db, start, ERR_NOT_FOUND, "printer_not_found",
                 json_pack("{s:s, s:s}", "printer_id", "other", "gcode_file_name", one_file));
    case_refused(shop.db, start, ERR_INVALID, "in_future",
                 json_pack("{s:s, s:s, s:I}", "printer_id", "shelf", "gcode_file_name", one_file,
                           "start_time", (json_int_t)(db_now(shop.db) + 3600000)));
    case_refused(shop.db, start, ERR_INVALID, "no_such_slot",
                 json_pack("{s:s, s:[{s:i, s:i}]}", "printer_id", "shelf", "filaments",
                           "ams_unit_number", 9, "slot_number", 1));
    json_auto_t *made = begin(&shop, NULL);
    json_auto_t *busy =
        json_pack("{s:s, s:s}", "printer_id", "shelf", "gcode_file_name", "other.3mf");
    struct why why;
    json_auto_t *other = NULL;
    bool fresh;
    assert_int_equal(jobs_client_start(shop.db, busy, &other, &fresh, &why), ERR_CONFLICT);
    assert_string_equal(why.code, "printer_busy");
    assert_string_equal(case_text(other, "job_id"), case_text(made, "job_id"));
    case_close(shop.db);
}

/* 100 g over estimates of 10 g and 20 g: 33.333 g and 66.667 g, which are 100 g. */
static void a_sum_is_split_by_the_estimates(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, two_filaments);
    static const char told[] = "{\"status\":\"completed\",\"actual_grams_used\":100000}";
    json_auto_t *done = end(&shop, made, told);
    used(&shop, 33333, 66667, 0, 0);
    assert_string_equal(case_text(done, "status"), "completed");
    assert_int_equal(json_array_size(json_object_get(done, "usage")), 2);
    assert_int_equal(case_number(job_of(done), "total_actual_grams"), 100);
    assert_int_equal(case_number(job_of(done), "open_grams"), 0);
    for (int i = 0; i < 3; i++) {
        json_auto_t *again = end(&shop, made, told);
        assert_true(json_equal(json_object_get(again, "usage"), json_object_get(done, "usage")));
    }
    used(&shop, 33333, 66667, 0, 0);
    case_refused(shop.db, jobs_client_end, ERR_CONFLICT, "job_already_ended",
                 with_id(made, "{\"status\":\"failed\"}"));
    case_close(shop.db);
}

/* 0.010 g over 0.001 g three times: 3.33 -> 3, 6.67 -> 7, 10: parts of 3, 4 and 3 mg. */
static void the_last_milligram_is_split_too(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made =
        begin(&shop, "[{\"ams_unit_number\":1,\"slot_number\":1,\"estimated_grams\":1},"
                     "{\"ams_unit_number\":1,\"slot_number\":2,\"estimated_grams\":1},"
                     "{\"ams_unit_number\":1,\"slot_number\":3,\"estimated_grams\":1}]");
    json_auto_t *done = end(&shop, made, "{\"status\":\"failed\",\"actual_grams_used\":10}");
    used(&shop, 3, 4, 3, 0);
    case_close(shop.db);
}

/* It did not complete, and nobody says how much: open, with what was foreseen. Figures that come
 * later are booked, and taken back again. */
static void without_figures_it_stays_open(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, two_filaments);
    json_auto_t *done = end(&shop, made, "{\"status\":\"cancelled\"}");
    used(&shop, 0, 0, 0, 0);
    assert_true(json_is_null(json_object_get(job_of(done), "total_actual_grams")));
    assert_true(json_is_false(json_object_get(job_of(done), "cost_complete")));
    json_auto_t *told = case_ok(shop.db, charging_explain, with_id(made, "{}"));
    const json_t *charges = json_object_get(told, "charges");
    assert_int_equal(json_array_size(charges), 2);
    const json_t *first = json_array_get(charges, 0);
    assert_true(json_is_null(json_object_get(first, "grams")));
    assert_string_equal(case_text(first, "source"), "open");
    assert_true(json_is_string(json_object_get(first, "spool_id")));
    double foreseen = case_number(json_object_get(first, "said"), "estimate");
    assert_true(foreseen > 0);
    case_near(json_object_get(first, "bounds"), "high_grams", foreseen, 0);
    json_auto_t *same = correct(&shop, made, "{\"status\":\"failed\"}");
    json_auto_t *again = case_ok(shop.db, charging_explain, with_id(made, "{}"));
    assert_int_equal(json_array_size(json_object_get(again, "charges")), 2);
    json_auto_t *rebooked = case_ok(shop.db, charging_rebook, with_id(made, "{}"));
    used(&shop, 0, 0, 0, 0);
    json_auto_t *known = correct(&shop, made, "{\"actual_grams_used\":30000}");
    used(&shop, 10000, 20000, 0, 0);
    assert_int_equal(json_array_size(json_object_get(job_of(known), "usage")), 2);
    json_auto_t *unknown = correct(&shop, made, "{\"actual_grams_used\":null}");
    used(&shop, 0, 0, 0, 0);
    assert_true(json_is_null(json_object_get(job_of(unknown), "total_actual_grams")));
    case_close(shop.db);
}

static void nothing_told_at_all_is_open_too(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, NULL);
    json_auto_t *done = end(&shop, made, "{\"status\":\"completed\"}");
    const json_t *segments = json_object_get(job_of(done), "segments");
    assert_int_equal(json_array_size(segments), 1);
    assert_true(json_is_null(json_object_get(json_array_get(segments, 0), "grams")));
    json_auto_t *known = correct(
        &shop, made,
        "{\"usage\":[{\"slot\":{\"ams_unit_number\":1,\"slot_number\":3},\"grams\":4000}]}");
    used(&shop, 0, 0, 4000, 0);
    case_close(shop.db);
}

static void a_sum_goes_to_the_one_known_slot(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, "[{\"ams_unit_number\":1,\"slot_number\":2}]");
    json_auto_t *done = end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":12345}");
    used(&shop, 0, 12345, 0, 0);
    case_close(shop.db);
}

/* Nothing tells which of three rolls it was: 12.345 g are known, the roll is not. */
static void a_sum_without_a_slot_is_open(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, NULL);
    json_auto_t *done = end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":12345}");
    used(&shop, 0, 0, 0, 0);
    case_near(job_of(done), "open_grams", 12.345, 1e-9);
    case_near(job_of(done), "total_actual_grams", 12.345, 1e-9);
    assert_true(json_is_false(json_object_get(job_of(done), "cost_complete")));
    case_close(shop.db);
}

/* 5 g of the roll on the shelf, 7.5 g of slot 2, 1 g of slot 1: 13.5 g. */
static void usage_is_booked_as_told(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, two_filaments);
    json_auto_t *args =
        with_id(made, "{\"status\":\"cancelled\",\"usage\":["
                      "{\"slot\":{\"ams_unit_number\":1,\"slot_number\":2},\"grams\":7500},"
                      "{\"slot\":{\"ams_unit_number\":1,\"slot_number\":1},\"grams\":1000}]}");
    json_array_append_new(json_object_get(args, "usage"),
                          json_pack("{s:s, s:i}", "spool_id", shop.rolls[3], "grams", 5000));
    json_auto_t *done = case_ok(shop.db, jobs_client_end, json_incref(args));
    used(&shop, 1000, 7500, 0, 5000);
    case_near(job_of(done), "total_actual_grams", 13.5, 1e-9);
    json_auto_t *again = case_ok(shop.db, jobs_client_end, json_incref(args));
    used(&shop, 1000, 7500, 0, 5000);
    case_close(shop.db);
}

/* Two entries of one slot are two parts of one filament: 2 g + 3 g. */
static void usage_may_name_a_slot_twice(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, two_filaments);
    json_auto_t *done =
        end(&shop, made,
            "{\"status\":\"completed\",\"usage\":["
            "{\"slot\":{\"ams_unit_number\":1,\"slot_number\":1},\"grams\":2000},"
            "{\"slot\":{\"ams_unit_number\":1,\"slot_number\":1},\"grams\":3000}]}");
    used(&shop, 5000, 0, 0, 0);
    case_close(shop.db);
}

static void estimates_count_without_figures(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, two_filaments);
    json_auto_t *done = end(&shop, made, "{\"status\":\"completed\"}");
    used(&shop, 10000, 20000, 0, 0);
    case_close(shop.db);
}

static void an_end_is_refused(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, two_filaments);
    json_auto_t *early = with_id(made, "{\"status\":\"completed\"}");
    json_object_set_new(early, "end_time", json_integer(case_start));
    case_refused(shop.db, jobs_client_end, ERR_INVALID, "end_before_start", json_incref(early));
    json_object_set_new(early, "end_time", json_integer(db_now(shop.db) + 3600000));
    case_refused(shop.db, jobs_client_end, ERR_INVALID, "in_future", json_incref(early));
    case_refused(shop.db, jobs_client_end, ERR_NOT_FOUND, "job_not_found",
                 json_pack("{s:s, s:s}", "job_id", "none", "status", "completed"));
    case_refused(shop.db, jobs_client_end, ERR_NOT_FOUND, "spool_not_found",
                 with_id(made, "{\"status\":\"completed\",\"usage\":[{\"spool_id\":\"none\","
                               "\"grams\":1}]}"));
    used(&shop, 0, 0, 0, 0);
    case_close(shop.db);
}

/* A roll that was assigned in the middle of the print gets what came from its slot. */
static void the_roll_at_the_start_counts(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, "[{\"ams_unit_number\":2,\"slot_number\":1}]");
    json_auto_t *done = end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":4000}");
    case_near(job_of(done), "open_grams", 4, 1e-9);
    json_auto_t *later =
        case_ok(shop.db, slots_assign,
                json_pack("{s:s, s:i, s:i, s:s}", "printer_id", "shelf", "ams_unit_number", 2,
                          "slot_number", 1, "spool_id", shop.rolls[3]));
    used(&shop, 0, 0, 0, 4000);
    case_close(shop.db);
}

/* --- corrections --- */

/* 100 g become 90 g: 30 g and 60 g. Then 8 g of roll 3 alone, then as the estimates say again. */
static void figures_are_replaced(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, two_filaments);
    json_auto_t *done = end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":100000}");
    json_auto_t *less = correct(&shop, made, "{\"actual_grams_used\":90000,\"note\":\"scale\"}");
    used(&shop, 30000, 60000, 0, 0);
    case_near(job_of(less), "total_actual_grams", 90, 1e-9);
    json_auto_t *told = correct(
        &shop, made,
        "{\"usage\":[{\"slot\":{\"ams_unit_number\":1,\"slot_number\":3},\"grams\":8000}]}");
    used(&shop, 0, 0, 8000, 0);
    case_near(job_of(told), "total_actual_grams", 8, 1e-9);
    json_auto_t *again = correct(
        &shop, made,
        "{\"usage\":[{\"slot\":{\"ams_unit_number\":1,\"slot_number\":3},\"grams\":8000}]}");
    assert_true(json_equal(json_object_get(told, "usage"), json_object_get(again, "usage")));
    json_auto_t *computed = correct(&shop, made, "{\"actual_grams_used\":null}");
    used(&shop, 10000, 20000, 0, 0);
    case_close(shop.db);
}

static void the_end_is_corrected(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, two_filaments);
    case_refused(shop.db, jobs_client_correct, ERR_CONFLICT, "job_active",
                 with_id(made, "{\"status\":\"failed\"}"));
    case_refused(shop.db, jobs_client_correct, ERR_CONFLICT, "job_active",
                 with_id(made, "{\"actual_grams_used\":1}"));
    json_auto_t *named = correct(&shop, made, "{\"name\":\"Boat\"}");
    assert_string_equal(case_text(job_of(named), "name"), "Boat");
    json_auto_t *done = end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":30000}");
    json_auto_t *failed = correct(&shop, made, "{\"status\":\"failed\"}");
    assert_string_equal(case_text(failed, "status"), "failed");
    used(&shop, 10000, 20000, 0, 0);
    assert_int_equal(json_array_size(json_object_get(failed, "usage")), 2);
    case_close(shop.db);
}

static void names_are_erased_and_grams_stay(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = begin(&shop, two_filaments);
    case_refused(shop.db, jobs_erase_names, ERR_CONFLICT, "job_active", with_id(made, "{}"));
    json_auto_t *done = end(&shop, made, "{\"status\":\"completed\"}");
    json_auto_t *erased = case_ok(shop.db, jobs_erase_names, with_id(made, "{}"));
    assert_true(json_is_null(json_object_get(erased, "gcode_file_name")));
    used(&shop, 10000, 20000, 0, 0);
    case_close(shop.db);
}

static int64_t erase_old(struct shop *shop)
{
    struct why why;
    int64_t count = -1;
    assert_int_equal(jobs_erase_old_names(shop->db, &count, &why), OK);
    return count;
}

static void names_are_erased_by_age(void **state)
{
    (void)state;
    static const int64_t day = 86400000;
    struct shop shop = shop_open();
    json_auto_t *done = begin(&shop, two_filaments);
    json_decref(end(&shop, done, "{\"status\":\"completed\"}"));
    json_auto_t *goes_on = begin(&shop, NULL);
    struct why why;
    json_auto_t *preset = json_pack("{s:i}", "privacy.keep_names_days", 0);
    assert_int_equal(settings_configure(shop.db, preset, &why), OK);
    case_later(shop.db, 400 * day);
    assert_int_equal(erase_old(&shop), 0);
    json_auto_t *chosen =
        case_ok(shop.db, settings_update, json_pack("{s:i}", "privacy.keep_names_days", 401));
    assert_int_equal(erase_old(&shop), 0);
    case_later(shop.db, day);
    assert_int_equal(erase_old(&shop), 1);
    assert_int_equal(erase_old(&shop), 0);
    json_auto_t *erased = case_ok(shop.db, jobs_get, with_id(done, "{}"));
    assert_true(json_is_null(json_object_get(erased, "gcode_file_name")));
    json_auto_t *kept = case_ok(shop.db, jobs_get, with_id(goes_on, "{}"));
    assert_false(json_is_null(json_object_get(kept, "gcode_file_name")));
    used(&shop, 10000, 20000, 0, 0);
    case_close(shop.db);
}

/* --- beside the hub --- */

/* A print that the hub follows: from slot 1 of unit 1, ten layers. */
static struct job followed(const struct shop *shop)
{
    struct job job;
    memset(&job, 0, sizeof job);
    job.status = JOB_PRINTING;
    job.start_seen = 1;
    job.started_at = db_now(shop->db);
    snprintf(job.file, sizeof job.file, "%s", one_file);
    job.layer = 5;
    job.total_layers = 10;
    job.percent = job.end_percent = -1;
    job.source = (struct slot_address){1, 1};
    job.from_at = job.started_at;
    job.mapping_source = MAPPING_COMMAND;
    job.mapping_count = 1;
    job.mapping[0] = job.source;
    struct why why;
    assert_int_equal(tracks_start(shop->db, shop->printer, &job, "mqtt", &job.row, &why), OK);
    const struct job_part nothing = {0};
    assert_int_equal(tracks_feed(shop->db, shop->printer, &job, &nothing, NULL, NULL, &why), OK);
    case_later(shop->db, 60000);
    return job;
}

static void hub_ends(const struct shop *shop, struct job *job, enum job_status status)
{
    struct why why;
    job->status = status;
    job->ended_at = db_now(shop->db);
    job->layer = job->total_layers;
    const struct job_part last = {.at = job->source,
                                  .to_layer = job->layer,
                                  .from_percent = -1,
                                  .to_percent = -1,
                                  .from_at = job->from_at,
                                  .to_at = job->ended_at};
    assert_int_equal(tracks_end(shop->db, shop->printer, job, &last, NULL, &why), OK);
    assert_int_equal(charging_book(shop->db, job->row, &why), OK);
    case_sound(shop->db);
}

static json_t *only_job(const struct shop *shop)
{
    json_auto_t *rows = case_rows(shop->db, jobs_list, json_object());
    assert_int_equal(json_array_size(rows), 1);
    return json_incref(json_array_get(rows, 0));
}

/* The hub sees a start that a client tells too, and the other way round: one print. */
static void hub_and_client_tell_of_one_print(void **state)
{
    (void)state;
    for (int client_first = 0; client_first < 2; client_first++) {
        struct shop shop = shop_open();
        json_auto_t *early = client_first ? begin(&shop, NULL) : NULL;
        struct job job = followed(&shop);
        json_auto_t *made = begin(&shop, NULL);
        json_auto_t *done =
            end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":25000}");
        used(&shop, 25000, 0, 0, 0);
        hub_ends(&shop, &job, JOB_COMPLETED);
        used(&shop, 25000, 0, 0, 0);
        json_auto_t *shown = only_job(&shop);
        assert_string_equal(case_text(shown, "status"), "completed");
        case_near(shown, "total_actual_grams", 25, 1e-9);
        case_close(shop.db);
    }
}

/* The client cancelled; what the hub still hears opens nothing and calls it nothing else. */
static void an_end_of_the_client_stays(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    struct job job = followed(&shop);
    json_auto_t *made = begin(&shop, NULL);
    json_auto_t *done = end(&shop, made,
                            "{\"status\":\"cancelled\",\"usage\":["
                            "{\"slot\":{\"ams_unit_number\":1,\"slot_number\":1},"
                            "\"grams\":6000}]}");
    struct why why;
    job.layer = 7;
    assert_int_equal(tracks_update(shop.db, shop.printer, &job, &why), OK);
    case_sound(shop.db);
    json_auto_t *open = only_job(&shop);
    assert_string_equal(case_text(open, "status"), "cancelled");
    assert_true(
        json_equal(json_object_get(open, "end_time"), json_object_get(job_of(done), "end_time")));
    hub_ends(&shop, &job, JOB_FAILED);
    json_auto_t *shown = only_job(&shop);
    assert_string_equal(case_text(shown, "status"), "cancelled");
    used(&shop, 6000, 0, 0, 0);
    case_close(shop.db);
}

/* The hub was first: the client learns how it ended, and corrects by PATCH. */
static void an_end_of_the_hub_stays(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    struct job job = followed(&shop);
    json_auto_t *made = begin(&shop, NULL);
    hub_ends(&shop, &job, JOB_COMPLETED);
    used(&shop, 0, 0, 0, 0);
    case_refused(shop.db, jobs_client_end, ERR_CONFLICT, "job_already_ended",
                 with_id(made, "{\"status\":\"cancelled\"}"));
    json_auto_t *told = correct(&shop, made, "{\"actual_grams_used\":9000}");
    used(&shop, 9000, 0, 0, 0);
    case_close(shop.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_is_told_once),
        cmocka_unit_test(a_start_is_refused),
        cmocka_unit_test(a_sum_is_split_by_the_estimates),
        cmocka_unit_test(the_last_milligram_is_split_too),
        cmocka_unit_test(without_figures_it_stays_open),
        cmocka_unit_test(nothing_told_at_all_is_open_too),
        cmocka_unit_test(a_sum_goes_to_the_one_known_slot),
        cmocka_unit_test(a_sum_without_a_slot_is_open),
        cmocka_unit_test(usage_is_booked_as_told),
        cmocka_unit_test(usage_may_name_a_slot_twice),
        cmocka_unit_test(estimates_count_without_figures),
        cmocka_unit_test(an_end_is_refused),
        cmocka_unit_test(the_roll_at_the_start_counts),
        cmocka_unit_test(figures_are_replaced),
        cmocka_unit_test(the_end_is_corrected),
        cmocka_unit_test(names_are_erased_and_grams_stay),
        cmocka_unit_test(names_are_erased_by_age),
        cmocka_unit_test(hub_and_client_tell_of_one_print),
        cmocka_unit_test(an_end_of_the_client_stays),
        cmocka_unit_test(an_end_of_the_hub_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
