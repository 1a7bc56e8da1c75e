#include "bridge/notify/attempt.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "bridge/notify/action.h"
#include "bridge/notify/notice.h"
#include "bridge/notify/post.h"
#include "core/rules.h"
#include "store/args.h"

enum { STATUS_ILL = 500 }; /* of HTTP, and from there on */

static enum err sign_actions(const struct secret *secret, json_t *notice, int64_t now,
                             struct why *why)
{
    const char *question = json_string_value(json_object_get(notice, "question_id"));
    char token[ACTION_SIZE];
    enum err e = OK;
    size_t i;
    json_t *row;
    json_array_foreach (json_object_get(notice, "actions"), i, row) {
        struct action action = {.until = now / 1000 + RULE_ACTION_S,
                                .choice = (int)args_int(row, "choice", 0)};
        const char *answer = json_string_value(json_object_get(row, "answer"));
        while (strcmp(action_answers[action.answer], answer) != 0)
            action.answer++;
        snprintf(action.question, sizeof action.question, "%s", question ? question : "");
        e = e ? e : action_make(secret, &action, token, why);
        if (e == OK)
            json_object_set_new(row, "token", json_string(token));
    }
    return e;
}

static void post_once(const struct attempt_means *means, const struct channel_job *job,
                      struct attempt *ret_attempt)
{
    struct post post = {0};
    struct post_answer answer = {0};
    const struct channel *channel = means->channel;
    *ret_attempt = (struct attempt){.verdict = CHANNEL_WRONG};
    if (channel->write(job, &post, &ret_attempt->reason) == OK &&
        post_send(means->line, &post, &answer, &ret_attempt->reason) == OK) {
        ret_attempt->verdict = channel_judge(channel, job, &answer, &ret_attempt->reason);
        ret_attempt->wait_s = answer.retry_after_s;
        ret_attempt->reached = answer.reached;
        ret_attempt->ill = !answer.reached || answer.status >= STATUS_ILL;
    }
    post_answer_clear(&answer);
    post_clear(&post);
}

/* A channel asks for each of the two ways to do better once. */
static void post_all(const struct attempt_means *means, struct channel_job *job,
                     struct attempt *ret_attempt)
{
    bool again = true;
    while (again) {
        post_once(means, job, ret_attempt);
        bool elsewhere = ret_attempt->verdict == CHANNEL_ELSEWHERE && !job->elsewhere;
        bool renewed = ret_attempt->verdict == CHANNEL_RENEWED && !job->renewed;
        again = elsewhere || renewed;
        job->elsewhere |= elsewhere;
        job->renewed |= renewed;
    }
    ret_attempt->moved = job->elsewhere && ret_attempt->verdict == CHANNEL_SENT;
}

void attempt_activity(const struct attempt_means *means, const json_t *activity,
                      const json_t *device, struct attempt *ret_attempt)
{
    struct channel_job job = {.settings = means->settings,
                              .activity = activity,
                              .device = device,
                              .now = clock_now(),
                              .tokens = means->tokens};
    post_all(means, &job, ret_attempt);
}

void attempt_send(const struct attempt_means *means, const json_t *row, const json_t *device,
                  const char *home_url, struct attempt *ret_attempt)
{
    int64_t now = clock_now();
    json_auto_t *notice = notice_make(row);
    *ret_attempt = (struct attempt){.verdict = CHANNEL_FAILED};
    if (!notice) {
        *ret_attempt = (struct attempt){.verdict = CHANNEL_LATER, .ill = true};
        why_fail(&ret_attempt->reason, ERR_NOMEM, NULL, NULL, "out of memory");
    } else if (sign_actions(means->secret, notice, now, &ret_attempt->reason) == OK) {
        struct channel_job job = {.settings = means->settings,
                                  .notice = notice,
                                  .device = device,
                                  .home_url = home_url,
                                  .now = now,
                                  .tokens = means->tokens};
        post_all(means, &job, ret_attempt);
    }
}
