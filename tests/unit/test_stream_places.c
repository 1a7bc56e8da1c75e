/* Places for streams: few, never all of them for one client, and free again when given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/stream_places.h"

static struct stream_places places;

static int enter(void **state)
{
    (void)state;
    places = (struct stream_places){0};
    stream_places_init(&places);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    stream_places_clear(&places);
    return 0;
}

static void a_key_has_its_share(void **state)
{
    (void)state;
    int first = stream_places_take(&places, 7, "10.0.0.1");
    assert_int_equal(first, 0);
    for (int i = 1; i < LIMIT_CLIENT_STREAMS; i++)
        assert_int_equal(stream_places_take(&places, 7, "10.0.0.2"), i);
    assert_int_equal(stream_places_take(&places, 7, "10.0.0.3"), STREAM_PLACES_OWN);
    assert_int_equal(stream_places_take(&places, 8, "10.0.0.1"), LIMIT_CLIENT_STREAMS);
    stream_places_give(&places, first);
    assert_int_equal(stream_places_take(&places, 7, "10.0.0.1"), first);
}

static void without_a_key_the_address_counts(void **state)
{
    (void)state;
    for (int i = 0; i < LIMIT_CLIENT_STREAMS; i++)
        assert_int_equal(stream_places_take(&places, 0, "10.0.0.1"), i);
    assert_int_equal(stream_places_take(&places, 0, "10.0.0.1"), STREAM_PLACES_OWN);
    assert_int_equal(stream_places_take(&places, 7, "10.0.0.1"), LIMIT_CLIENT_STREAMS);
    assert_int_equal(stream_places_take(&places, 0, "10.0.0.2"), LIMIT_CLIENT_STREAMS + 1);
}

static void all_places_are_few(void **state)
{
    (void)state;
    for (int i = 0; i < LIMIT_STREAMS; i++)
        assert_int_equal(stream_places_take(&places, 1 + i / 2, "10.0.0.1"), i);
    assert_int_equal(stream_places_take(&places, 99, "10.0.0.1"), STREAM_PLACES_FULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_has_its_share, enter, leave),
        cmocka_unit_test_setup_teardown(without_a_key_the_address_counts, enter, leave),
        cmocka_unit_test_setup_teardown(all_places_are_few, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
