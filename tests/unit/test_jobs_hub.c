/* Prints that a client and the hub tell of: one print, and the first end stays. */
#include "shop_case.h"

#include "core/job.h"
#include "store/charging.h"
#include "store/jobs.h"
#include "store/tracks.h"

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
        json_auto_t *early = client_first ? shop_begin(&shop, NULL) : NULL;
        struct job job = followed(&shop);
        json_auto_t *made = shop_begin(&shop, NULL);
        json_auto_t *done =
            shop_end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":25000}");
        shop_used(&shop, 25000, 0, 0, 0);
        hub_ends(&shop, &job, JOB_COMPLETED);
        shop_used(&shop, 25000, 0, 0, 0);
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
    json_auto_t *made = shop_begin(&shop, NULL);
    json_auto_t *done = shop_end(&shop, made,
                                 "{\"status\":\"cancelled\",\"usage\":["
                                 "{\"slot\":{\"ams_unit_number\":1,\"slot_number\":1},"
                                 "\"grams\":6000}]}");
    struct why why;
    job.layer = 7;
    assert_int_equal(tracks_update(shop.db, shop.printer, &job, &why), OK);
    case_sound(shop.db);
    json_auto_t *open = only_job(&shop);
    assert_string_equal(case_text(open, "status"), "cancelled");
    assert_true(json_equal(json_object_get(open, "end_time"),
                           json_object_get(shop_job_of(done), "end_time")));
    hub_ends(&shop, &job, JOB_FAILED);
    json_auto_t *shown = only_job(&shop);
    assert_string_equal(case_text(shown, "status"), "cancelled");
    shop_used(&shop, 6000, 0, 0, 0);
    case_close(shop.db);
}

/* The hub was first: the client learns how it ended, and corrects by PATCH. */
static void an_end_of_the_hub_stays(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    struct job job = followed(&shop);
    json_auto_t *made = shop_begin(&shop, NULL);
    hub_ends(&shop, &job, JOB_COMPLETED);
    shop_used(&shop, 0, 0, 0, 0);
    case_refused(shop.db, jobs_client_end, ERR_CONFLICT, "job_already_ended",
                 shop_with_id(made, "{\"status\":\"cancelled\"}"));
    json_auto_t *told = shop_correct(&shop, made, "{\"actual_grams_used\":9000}");
    shop_used(&shop, 9000, 0, 0, 0);
    case_close(shop.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hub_and_client_tell_of_one_print),
        cmocka_unit_test(an_end_of_the_client_stays),
        cmocka_unit_test(an_end_of_the_hub_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
