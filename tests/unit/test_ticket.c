/* Tickets: good once, for a minute, and no more of them than there is room for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/ticket.h"

static struct tickets tickets;

static int enter(void **state)
{
    (void)state;
    ticket_init(&tickets);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    ticket_clear(&tickets);
    return 0;
}

static void a_ticket_is_good_once(void **state)
{
    (void)state;
    char ticket[TICKET_SIZE], other[TICKET_SIZE];
    int64_t key = 0;
    ticket_make(&tickets, 7, 1000, ticket);
    ticket_make(&tickets, 8, 1000, other);
    assert_string_not_equal(ticket, other);
    assert_false(ticket_take(&tickets, "fe_wrong", 1001, &key));
    assert_true(ticket_take(&tickets, ticket, 1001, &key));
    assert_int_equal(key, 7);
    assert_false(ticket_take(&tickets, ticket, 1001, &key));
    assert_true(ticket_take(&tickets, other, 1001, &key));
    assert_int_equal(key, 8);
}

static void a_ticket_is_good_for_a_minute(void **state)
{
    (void)state;
    char ticket[TICKET_SIZE];
    int64_t key = 0;
    ticket_make(&tickets, 7, 1000, ticket);
    assert_false(ticket_take(&tickets, ticket, 1000 + TICKET_MS, &key));
    assert_false(ticket_take(&tickets, ticket, 1001, &key));
}

static void the_oldest_makes_room(void **state)
{
    (void)state;
    char made[TICKET_MOST + 1][TICKET_SIZE];
    int64_t key = 0;
    for (int i = 0; i <= TICKET_MOST; i++)
        ticket_make(&tickets, i, 1000 + i, made[i]);
    assert_false(ticket_take(&tickets, made[0], 2000, &key));
    for (int i = 1; i <= TICKET_MOST; i++) {
        assert_true(ticket_take(&tickets, made[i], 2000, &key));
        assert_int_equal(key, i);
    }
}

static void nothing_readable_is_kept(void **state)
{
    (void)state;
    char ticket[TICKET_SIZE];
    ticket_make(&tickets, 7, 1000, ticket);
    assert_null(memmem(&tickets, sizeof tickets, ticket + 3, strlen(ticket + 3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_ticket_is_good_once, enter, leave),
        cmocka_unit_test_setup_teardown(a_ticket_is_good_for_a_minute, enter, leave),
        cmocka_unit_test_setup_teardown(the_oldest_makes_room, enter, leave),
        cmocka_unit_test_setup_teardown(nothing_readable_is_kept, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
