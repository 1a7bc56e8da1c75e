#include "core/match.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/profile.h"
#include "core/tray.h"
#include "core/variety.h"

const char *match_evidence_slug(enum evidence evidence)
{
    static const char *const slugs[EVIDENCE_COUNT] = {
        [EVIDENCE_NONE] = "none",       [EVIDENCE_TRAY_UUID] = "tray_uuid",
        [EVIDENCE_TAG_UID] = "tag_uid", [EVIDENCE_LEARNED] = "learned",
        [EVIDENCE_PROFILE] = "profile", [EVIDENCE_MATERIAL] = "material",
        [EVIDENCE_HISTORY] = "history", [EVIDENCE_SIMILAR] = "similar",
    };

    return (unsigned)evidence < LEN(slugs) ? slugs[evidence] : "none";
}

const char *match_slug(enum slot_match match)
{
    static const char *const slugs[] = {"ok", "mismatch", "unassigned", "empty", "unknown"};

    return (unsigned)match < LEN(slugs) ? slugs[match] : "unknown";
}

void match_fingerprint(const struct tray *tray, char ret_text[FINGERPRINT_SIZE])
{
    struct look look;

    look_of(tray, &look);
    look_fingerprint(&look, ret_text);
}

/* Tags of zeros are written where there is none. */
static bool is_tag(const char *tag)
{
    return strspn(tag, "0") != strlen(tag);
}

static bool has_tag(const struct roll *roll, const char *tag_uid)
{
    for (size_t i = 0; i < LEN(roll->tag_uids); i++)
        if (text_equal_nocase(roll->tag_uids[i], tag_uid))
            return true;
    return false;
}

enum slot_match match_tags(const struct look *look, const struct roll *roll)
{
    bool both_sides = is_tag(roll->tag_uids[0]) && is_tag(roll->tag_uids[1]);

    if (is_tag(look->tray_uuid) && is_tag(roll->tray_uuid))
        return text_equal_nocase(look->tray_uuid, roll->tray_uuid) ? MATCH_OK : MATCH_MISMATCH;
    if (!is_tag(look->tag_uid))
        return MATCH_UNKNOWN;
    if (has_tag(roll, look->tag_uid))
        return MATCH_OK;
    return both_sides ? MATCH_MISMATCH : MATCH_UNKNOWN;
}

static void roll_variety(const struct roll *roll, struct variety *ret_variety)
{
    const struct profile *profile = profile_find(roll->profile);

    *ret_variety = (struct variety){0};
    variety_add(ret_variety, roll->material);
    variety_add(ret_variety, roll->product);
    if (profile && !profile_generic(profile)) {
        variety_add(ret_variety, profile->material);
        variety_add(ret_variety, profile->product);
    }
}

/* "Bambu", "BambuLab" and "Bambu Lab" are one maker. */
static bool maker_same(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, " -");
        b += strspn(b, " -");
        if (*a == '\0' || *b == '\0')
            return true;
        if ((*a | 0x20) != (*b | 0x20))
            return false;
    }
}

static const struct profile *special(const char *id)
{
    const struct profile *profile = profile_find(id);

    return profile && !profile_generic(profile) ? profile : NULL;
}

/* The printer names a maker's own product: is it this roll's? */
static bool product_same(const struct look *look, const struct roll *roll)
{
    const struct profile *profile = special(look->profile);

    if (look->profile[0] != '\0' && text_equal_nocase(look->profile, roll->profile))
        return true;
    return profile && roll->profile[0] == '\0' && roll->brand[0] != '\0' &&
           maker_same(profile->vendor, roll->brand) &&
           text_equal_nocase(profile->product, roll->product);
}

static bool other_product(const struct look *look, const struct roll *roll)
{
    const struct profile *shown = special(look->profile), *own = special(roll->profile);

    if (!shown)
        return false;
    if (own)
        return shown != own;
    return roll->brand[0] != '\0' && !maker_same(shown->vendor, roll->brand);
}

static bool material_same(const struct look *look, const struct roll *roll)
{
    struct variety shown, own;

    look_variety(look, &shown);
    roll_variety(roll, &own);
    if (shown.polymer == 0 && own.polymer == 0)
        return look->material[0] != '\0' && text_equal_nocase(look->material, roll->material);
    return variety_same(&shown, &own);
}

static bool material_clash(const struct look *look, const struct roll *roll)
{
    struct variety shown, own;

    look_variety(look, &shown);
    roll_variety(roll, &own);
    return variety_clash(&shown, &own);
}

static bool material_related(const struct look *look, const struct roll *roll)
{
    struct variety shown, own;

    look_variety(look, &shown);
    roll_variety(roll, &own);
    return shown.polymer != 0 && shown.polymer == own.polymer && shown.filling == own.filling;
}

/* Colours that either side does not tell are a candidate at best. */
static int distance_of(const struct look *look, const struct roll *roll)
{
    if (look->colors.count == 0 || roll->colors.count == 0)
        return RULE_COLOR_CANDIDATE;
    return color_sets_distance(&look->colors, &roll->colors);
}

static void set(struct candidate *candidate, enum evidence evidence, int score)
{
    candidate->evidence = evidence;
    candidate->score = score;
}

/* Another product of the same plastic can only be offered. */
static void weigh_related(const struct look *look, const struct roll *roll, bool same_color,
                          struct candidate *ret)
{
    if (material_related(look, roll))
        set(ret, EVIDENCE_SIMILAR, same_color ? RULE_SCORE_FAMILY : RULE_SCORE_FAMILY_NEAR);
}

/* Most rolls differ in colour, which is quicker to see than what their names mean. */
static void weigh_look(const struct look *look, const struct roll *roll, struct candidate *ret)
{
    if (ret->distance > RULE_COLOR_CANDIDATE)
        return;
    bool same_color = ret->distance <= RULE_COLOR_SAME, product = product_same(look, roll);
    bool material = !other_product(look, roll) && material_same(look, roll);
    if (product && same_color)
        set(ret, EVIDENCE_PROFILE, RULE_SCORE_PROFILE);
    else if (material && same_color)
        set(ret, EVIDENCE_MATERIAL, RULE_SCORE_MATERIAL);
    else if (product || material)
        set(ret, EVIDENCE_SIMILAR, RULE_SCORE_NEAR);
    else
        weigh_related(look, roll, same_color, ret);
}

/* A roll that carries a tag shows it in every slot that reads tags. */
static void weigh_missing_tag(const struct look *look, const struct match_context *context,
                              const struct roll *roll, struct candidate *ret)
{
    bool readable = context->at.unit != UNIT_EXTERNAL;

    if (readable && is_tag(roll->tray_uuid) && !look_tagged(look) &&
        ret->score > RULE_SCORE_UNREAD_TAG)
        ret->score -= RULE_SCORE_UNREAD_TAG;
}

static void weigh_history(const struct look *look, const struct match_context *context,
                          const struct roll *roll, struct candidate *ret)
{
    if (context->left != roll->id)
        return;
    if (context->left_same && ret->score < RULE_SCORE_HISTORY)
        set(ret, EVIDENCE_HISTORY, RULE_SCORE_HISTORY);
    else if (ret->score == 0 && !look_described(look))
        set(ret, EVIDENCE_HISTORY, RULE_SCORE_LAST_HERE);
}

void match_weigh(const struct look *look, const struct match_context *context,
                 const struct roll *roll, struct candidate *ret)
{
    enum slot_match tags = match_tags(look, roll);

    memset(ret, 0, sizeof *ret);
    ret->roll = roll->id;
    ret->distance = distance_of(look, roll);
    if (tags == MATCH_MISMATCH)
        return;
    if (tags == MATCH_OK && is_tag(look->tray_uuid) && is_tag(roll->tray_uuid)) {
        set(ret, EVIDENCE_TRAY_UUID, RULE_SCORE_TRAY_UUID);
    } else if (tags == MATCH_OK) {
        set(ret, EVIDENCE_TAG_UID, RULE_SCORE_TAG_UID);
    } else if (context->learned == roll->id) {
        set(ret, EVIDENCE_LEARNED, RULE_SCORE_LEARNED);
    } else {
        weigh_look(look, roll, ret);
        weigh_missing_tag(look, context, roll, ret);
        weigh_history(look, context, roll, ret);
    }
    if (tags != MATCH_OK && context->not_roll == roll->id && ret->score > RULE_SCORE_LAST_HERE)
        set(ret, EVIDENCE_HISTORY, RULE_SCORE_LAST_HERE);
}

bool match_fits(const struct look *look, const struct roll *roll)
{
    static const struct match_context nowhere = {.at = {UNIT_EXTERNAL, 1}};
    struct candidate candidate;

    match_weigh(look, &nowhere, roll, &candidate);
    return candidate.score >= RULE_SCORE_THRESHOLD;
}

bool match_disagrees(const struct look *look, const struct roll *roll)
{
    enum slot_match tags = match_tags(look, roll);

    if (tags != MATCH_UNKNOWN)
        return tags == MATCH_MISMATCH;
    if (material_clash(look, roll))
        return true;
    return distance_of(look, roll) > RULE_COLOR_CANDIDATE;
}
