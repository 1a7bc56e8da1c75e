#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/questions.h"
#include "store/slots.h"

#define REST_SLOT "/api/ams_slots/{printer_id}/{ams_unit_number}/{slot_number}"

static const struct route_subject slot = {slots_expected, "slot", "ams_slot_id"};
static const struct route_subject stay = {slots_stay, "slot_history", "history_id"};
static const struct route_subject question = {questions_get, "question", "question_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/ams_slots", SCOPE_READ, NULL, NULL, 0, NULL, rest_slots_list, "listSlots",
     "All slots of all printers.", .answer = {200, LIST, &slots_shape}},
    {GET, "/api/ams_slots/{printer_id}", SCOPE_READ, NULL, NULL, 0, NULL, rest_slots_list,
     "listPrinterSlots", "The slots of one printer.", .answer = {200, LIST, &slots_shape}},
    {GET, REST_SLOT, SCOPE_READ, NULL, NULL, STORED, &slot, rest_slots_get, "getSlot", "One slot.",
     .answer = {200, ONE, &slots_shape}},
    {POST, REST_SLOT "/assign", SCOPE_SLOTS_WRITE, &rest_slots_assign_body, NULL, WRITE | CONFLICT,
     &slot, rest_slots_assign, "assignSlot", "Say which roll is in a slot.",
     .answer = {200, ONE, &slots_shape_assigned}},
    {POST, REST_SLOT "/unassign", SCOPE_SLOTS_WRITE, &rest_slots_unassign_body, NULL, LENIENT,
     &slot, rest_slots_unassign, "unassignSlot", "Say that a slot is empty.",
     .answer = {200, ONE, &slots_shape_assigned}},
    {GET, REST_SLOT "/history", SCOPE_READ, NULL, &rest_slots_slot_history_query, 0, NULL,
     rest_slots_slot_history, "listSlotHistory", "Which rolls were in a slot, newest first.",
     .answer = {200, LIST, &slots_history_shape}},
    {GET, REST_SLOT "/candidates", SCOPE_READ, NULL, NULL, COMPUTED, NULL, rest_slots_candidates,
     "listSlotCandidates", "Rolls that fit what the slot reports, ranked, with reasons.",
     .answer = {200, LIST, &slots_shape_candidate}},
    {GET, "/api/slot_history", SCOPE_READ, NULL, &rest_slots_history_query, NAMES, NULL,
     rest_slots_history, "listAllSlotHistory", "Which rolls were where, newest first.",
     .answer = {200, LIST, &slots_history_shape}},
    {GET, "/api/slot_history/{history_id}", SCOPE_READ, NULL, NULL, 0, &stay, rest_slots_stay,
     "getSlotHistory", "One stay of a roll in a slot.", .answer = {200, ONE, &slots_history_shape}},
    {PATCH, "/api/slot_history/{history_id}", SCOPE_SLOTS_WRITE, &rest_slots_correct_body, NULL,
     WRITE | CONFLICT, &stay, rest_slots_correct, "correctSlotHistory",
     "Correct who was where; charges follow.", .answer = {200, ONE, &slots_history_shape}},
    {GET, "/api/questions", SCOPE_READ, NULL, &rest_questions_list_query, 0, NULL,
     rest_questions_list, "listQuestions", "What waits for an answer.",
     .answer = {200, LIST, &questions_shape}},
    {GET, "/api/questions/{question_id}", SCOPE_READ, NULL, NULL, STORED, &question,
     rest_questions_get, "getQuestion", "One question with its candidates.",
     .answer = {200, ONE, &questions_shape}},
    {POST, "/api/questions/{question_id}/answer", SCOPE_SLOTS_WRITE, &rest_questions_answer_body,
     NULL, WRITE | CONFLICT, &question, rest_questions_answer, "answerQuestion",
     "Answer it: a roll, a new roll, or dismiss it.", .answer = {200, ONE, &questions_shape}},
};
const struct route_table routes_slots = {rows, LEN(rows)};
