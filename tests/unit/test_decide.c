#include "decide_rows.h"
#include "slot_text.h"

enum { ROLLS = 8 };

/* What the rows below produced, for the walk over all kinds at the end. */
static unsigned seen_kinds;
static bool seen_events[EVENT_COUNT], seen_questions[QUESTION_COUNT];
static bool seen_kept;

static void add(char *text, const char *what, const char *detail)
{
    size_t at = strlen(text);

    snprintf(text + at, WORDS_SIZE - at, "%s%s%s%s%s", at > 0 ? " " : "", what, *detail ? "(" : "",
             detail, *detail ? ")" : "");
}

static void describe_bit(const struct decision *d, unsigned bit, char detail[WORDS_SIZE])
{
    detail[0] = '\0';
    if (bit == DECIDE_END)
        snprintf(detail, WORDS_SIZE, "%s", decide_event_slug(d->end_event));
    else if (bit == DECIDE_ASSIGN)
        snprintf(detail, WORDS_SIZE, "%d %s", (int)d->roll, decide_event_slug(d->assign_event));
    else if (bit == DECIDE_DRAFT)
        snprintf(detail, WORDS_SIZE, "%s", decide_event_slug(d->assign_event));
    else if (bit == DECIDE_ASK)
        snprintf(detail, WORDS_SIZE, "%s", decide_question_slug(d->question));
    for (int i = 0; bit == DECIDE_ASK && i < d->candidates.count; i++) {
        size_t at = strlen(detail);
        snprintf(detail + at, WORDS_SIZE - at, " %d", (int)d->candidates.list[i].roll);
    }
}

/* Every assignment and end has its reason, every reason its cause. */
static void note(const struct decision *d)
{
    bool assigns = (d->kind & (DECIDE_ASSIGN | DECIDE_DRAFT)) != 0;

    seen_kinds |= d->kind;
    seen_kept |= d->kind == DECIDE_KEEP;
    seen_events[d->end_event] = seen_events[d->assign_event] = true;
    seen_questions[d->question] = true;
    assert_int_equal((d->kind & DECIDE_END) != 0, d->end_event != EVENT_NONE);
    assert_int_equal((d->kind & DECIDE_END) != 0, d->end_reason[0] != '\0');
    assert_int_equal(assigns, d->assign_event != EVENT_NONE);
    assert_int_equal(assigns, d->confidence > 0);
    assert_int_equal((d->kind & DECIDE_ASK) != 0, d->question != QUESTION_NONE);
    assert_int_equal(assigns || d->question != QUESTION_NONE, d->reason[0] != '\0');
}

static void text_of(const struct decision *d, char text[WORDS_SIZE])
{
    char detail[WORDS_SIZE];

    text[0] = '\0';
    for (unsigned bit = 1; bit <= DECIDE_ASK; bit <<= 1) {
        if (d->kind & bit) {
            describe_bit(d, bit, detail);
            add(text, decide_kind_slug(bit), detail);
        }
    }
    if (d->kind == DECIDE_KEEP)
        add(text, decide_kind_slug(0), "");
}

static enum question_kind question_of(const char *slug)
{
    for (int kind = QUESTION_NONE + 1; kind < QUESTION_COUNT; kind++)
        if (text_starts(decide_question_slug((enum question_kind)kind), slug))
            return (enum question_kind)kind;
    fail_msg("no question: %s", slug);
    return QUESTION_NONE;
}

static void set_facts(const struct row *row, struct slot_facts *ret)
{
    char value[WORDS_SIZE];
    struct tray print = tray_from(row->print[0] ? row->print : "unseen");
    int16_t external = (int16_t)number_of(row->facts, "external", 0);

    memset(ret, 0, sizeof *ret);
    ret->printer = TEST_PRINTER;
    ret->at = external > 0 ? (struct slot_address){UNIT_EXTERNAL, external} : test_slot;
    ret->assigned = number_of(row->facts, "assigned", 0);
    ret->learned = number_of(row->facts, "learned", 0);
    ret->left = number_of(row->facts, "left", 0);
    ret->by_user = flag_of(row->facts, "user");
    ret->mismatch_asked = flag_of(row->facts, "asked");
    ret->printing = flag_of(row->facts, "printing");
    ret->ran_out = flag_of(row->facts, "ran_out");
    ret->home_assistant = flag_of(row->facts, "ha");
    if (word_of(row->facts, "open", value))
        ret->open_question = question_of(value);
    match_fingerprint(&print, ret->assigned != 0 ? ret->assigned_print : ret->left_print);
}

static void decide(const struct row *row, struct decision *ret)
{
    struct roll rolls[ROLLS];
    struct tray before = tray_from(row->before), after = tray_from(row->after);
    struct slot_facts facts;

    set_facts(row, &facts);
    facts.rolls = rolls;
    facts.roll_count = rolls_from(row->rolls, rolls, LEN(rolls));
    slot_decide(&before, &after, &facts, ret);
    note(ret);
}

static void check(const struct row *rows, size_t count)
{
    struct decision decision;
    char text[WORDS_SIZE];

    for (size_t i = 0; i < count; i++) {
        decide(&rows[i], &decision);
        text_of(&decision, text);
        if (strcmp(text, rows[i].expected) != 0)
            fail_msg("%s: %s, expected %s", rows[i].rule, text, rows[i].expected);
    }
}

static void inserted(void **state)
{
    (void)state;
    check(insertions, LEN(insertions));
}

static void tagged(void **state)
{
    (void)state;
    check(tags, LEN(tags));
}

static void changed(void **state)
{
    (void)state;
    check(changes, LEN(changes));
}

static void unchanged(void **state)
{
    (void)state;
    check(standing, LEN(standing));
}

static void removed(void **state)
{
    (void)state;
    check(removals, LEN(removals));
    check(runouts, LEN(runouts));
}

static void outside(void **state)
{
    (void)state;
    check(externals, LEN(externals));
}

/* What the store does with a decision, as far as later decisions see it. */
static void execute(const struct decision *d, struct slot_facts *facts, struct roll *rolls)
{
    if (d->kind & DECIDE_FORGET)
        facts->learned = 0;
    if (d->kind & DECIDE_CLOSE)
        facts->open_question = QUESTION_NONE;
    if (d->kind & DECIDE_END) {
        facts->left = facts->assigned;
        memcpy(facts->left_print, facts->assigned_print, FINGERPRINT_SIZE);
        facts->assigned = 0;
        facts->by_user = facts->ran_out = false;
    }
    if (d->kind & (DECIDE_RUNOUT | DECIDE_RESUME))
        facts->ran_out = (d->kind & DECIDE_RUNOUT) != 0;
    if (d->kind & DECIDE_DRAFT) {
        rolls[facts->roll_count] = roll_from("id=50");
        memcpy(rolls[facts->roll_count].tray_uuid, d->draft.tray_uuid, LOOK_TAG_SIZE);
        memcpy(rolls[facts->roll_count++].tag_uids[0], d->draft.tag_uid, LOOK_TAG_SIZE);
    }
    if (d->kind & (DECIDE_ASSIGN | DECIDE_DRAFT)) {
        facts->assigned = d->kind & DECIDE_DRAFT ? 50 : d->roll;
        facts->by_user = facts->ran_out = facts->mismatch_asked = false;
    }
    if (d->kind & (DECIDE_ASSIGN | DECIDE_DRAFT | DECIDE_BASE))
        memcpy(facts->assigned_print, d->fingerprint, FINGERPRINT_SIZE);
    if (d->kind & DECIDE_ASK) {
        facts->open_question = d->question;
        facts->mismatch_asked |= d->question == QUESTION_MISMATCH;
    }
}

static void bind_tag(const struct tray *tray, int64_t id, struct roll *rolls, size_t count)
{
    struct look look;

    look_of(tray, &look);
    for (size_t i = 0; i < count; i++) {
        if (rolls[i].id == id) {
            memcpy(rolls[i].tray_uuid, look.tray_uuid, LOOK_TAG_SIZE);
            memcpy(rolls[i].tag_uids[1], look.tag_uid, LOOK_TAG_SIZE);
        }
    }
}

static void check_settled(const struct row *row)
{
    struct roll rolls[ROLLS + 1];
    struct tray before = tray_from(row->before), after = tray_from(row->after);
    struct slot_facts facts;
    struct decision first, again;
    char text[WORDS_SIZE];

    set_facts(row, &facts);
    facts.rolls = rolls;
    facts.roll_count = rolls_from(row->rolls, rolls, ROLLS);
    slot_decide(&before, &after, &facts, &first);
    execute(&first, &facts, rolls);
    if (first.kind & DECIDE_BIND)
        bind_tag(&after, facts.assigned, rolls, facts.roll_count);
    slot_decide(&after, &after, &facts, &again);
    text_of(&again, text);
    if (again.kind != DECIDE_KEEP)
        fail_msg("%s: decided again: %s", row->rule, text);
}

static void nothing_is_decided_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(all_rows); i++)
        for (size_t k = 0; k < all_rows[i].count; k++)
            check_settled(&all_rows[i].rows[k]);
}

/* A kind that nothing produces is a promise that nothing keeps. */
static void every_kind_is_produced(void **state)
{
    (void)state;
    assert_true(seen_kept);
    for (unsigned bit = 1; bit <= DECIDE_ASK; bit <<= 1)
        if (!(seen_kinds & bit))
            fail_msg("nothing produces the decision %s", decide_kind_slug(bit));
    for (int event = EVENT_NONE + 1; event < EVENT_COUNT; event++)
        if (seen_events[event] != decide_produces((enum event_type)event))
            fail_msg("event type %s", decide_event_slug((enum event_type)event));
    for (int kind = QUESTION_NONE + 1; kind < QUESTION_COUNT; kind++)
        if (!seen_questions[kind])
            fail_msg("nothing asks %s", decide_question_slug((enum question_kind)kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inserted),
        cmocka_unit_test(tagged),
        cmocka_unit_test(changed),
        cmocka_unit_test(unchanged),
        cmocka_unit_test(removed),
        cmocka_unit_test(outside),
        cmocka_unit_test(every_kind_is_produced),
        cmocka_unit_test(nothing_is_decided_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
