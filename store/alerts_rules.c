#include "store/alerts_inside.h"

#include "base/auto.h"
#include "base/buf.h"
#include "core/rules.h"
#include "store/args.h"

static double number(const json_t *row, const char *key)
{
    return json_number_value(json_object_get(row, key));
}

/* Of the rows of a rule those that make a difference: to open an alert, or to end one. A look for
 * the alert comes first where it is cheaper than what the rule asks. */
#define NEWS "SELECT r.* FROM ("
#define OF_RULE                                                                                    \
    ") r WHERE r.opens AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.cause = r.cause "             \
    "AND (:once OR a.ended_at IS NULL)) OR EXISTS (SELECT 1 FROM alert a "                         \
    "WHERE a.cause = r.cause AND a.ended_at IS NULL) AND NOT r.holds"

/* "Roll 12 (Acme PLA Basic) in A2 of Shelf" */
static void tell_roll(struct buf *text, const json_t *row)
{
    const char *place = args_text(row, "place");
    buf_format(text, "Roll %d (%s %s)", (int)args_int(row, "spool_number", 0),
               args_text(row, "brand"), args_text(row, "product_name"));
    if (place)
        buf_format(text, " in %s", place);
}

/* --- rolls: a draft is a guess of ours until it is confirmed, a roll of unknown weight is no low
 * roll, and what was put away worries nobody --- */

#define ROLL_COLUMNS                                                                               \
    "s.id AS spool, v.spool_number, v.spool_id, v.brand, v.product_name, v.material_type, "        \
    "v.color_hex, v.current_weight_grams AS remaining_grams, v.threshold_grams, v.dry_by, "        \
    "(s.initial_mg - s.used_mg) / 1000.0 AS balance_grams, "                                       \
    "(SELECT sl.label || ' of ' || p.name FROM slot_assignment a JOIN slot sl ON sl.id = a.slot "  \
    "JOIN printer p ON p.id = sl.printer WHERE a.spool = s.id AND a.unassigned_at IS NULL) "       \
    "AS place, "                                                                                   \
    "(SELECT a.slot FROM slot_assignment a WHERE a.spool = s.id AND a.unassigned_at IS NULL) "     \
    "AS slot_row "

#define TOUCHED_ROLLS                                                                              \
    " FROM change c JOIN spool s ON s.public_id = c.public_id "                                    \
    "JOIN spools v ON v.spool_id = s.public_id WHERE +c.entity = 'spool' AND c.seq > :since"

_Static_assert(RULE_LOW_MARGIN_MG < 50000, "the triggers of migration 0010 know of 50 g");

#define KNOWN_ROLL "s.draft = 0 AND s.initial_mg > 0 AND s.archived_at IS NULL"

/* The end of a coalesce, whose beginning may be a threshold of the thing's own. */
#define THRESHOLDS                                                                                 \
    "t.chosen_mg, t.configured_mg, (SELECT coalesce(g.chosen_mg, g.configured_mg) "                \
    "FROM threshold g WHERE g.material = ''), 100000)"

/* What the rules of rolls ask, a bit for each, at a fraction of the price: most rolls that changed
 * have no news, though an alert of theirs may stand for long. It says what the view says, straight
 * from the tables, and counts days without making text of them. */
static const char rolls_gate[] =
    "SELECT max((r.known AND r.left_mg <= r.threshold_mg + (r.told & 1) * :margin_mg) "
    "<> (r.told & 1)) + 2 * max((r.known AND r.left_mg < 0) <> (r.told >> 1 & 1)) "
    "+ 4 * max(r.dry <> (r.told >> 2)) "
    "FROM (SELECT " KNOWN_ROLL " AS known, s.initial_mg - s.used_mg AS left_mg, "
    "coalesce(s.threshold_mg, " THRESHOLDS " AS threshold_mg, "
    "s.archived_at IS NULL AND coalesce(coalesce(s.dried_at / 86400000, s.opened_at / 86400000, "
    "julianday(s.purchase_date) - julianday('1970-01-01')) "
    "+ coalesce(m.chosen_dry_days, m.dry_days) < :now / 86400000, 0) AS dry, "
    "coalesce((SELECT sum(CASE a.kind WHEN 'low_spool' THEN 1 WHEN 'weight_mismatch' THEN 2 "
    "WHEN 'dry_by_passed' THEN 4 END) FROM alert a WHERE a.spool = s.id "
    "AND a.ended_at IS NULL), 0) AS told "
    "FROM change c NOT INDEXED JOIN spool s ON s.public_id = c.public_id "
    "AND s.deleted_at IS NULL JOIN filament f ON f.id = s.filament "
    "LEFT JOIN material m ON m.name = f.material LEFT JOIN threshold t ON t.material = f.material "
    "WHERE c.seq > :since AND c.entity = 'spool' LIMIT -1) r";

static const char low_spool[] = NEWS
    "SELECT 'low_spool:' || s.public_id AS cause, " KNOWN_ROLL " AND v.low AS opens, " KNOWN_ROLL
    " AND max(0, s.initial_mg - s.used_mg) <= CAST(round(v.threshold_grams * 1000) AS INTEGER) "
    "+ :margin_mg AS holds, " ROLL_COLUMNS TOUCHED_ROLLS OF_RULE;

static void tell_low_spool(struct buf *text, const json_t *row)
{
    tell_roll(text, row);
    buf_format(text, " has %.1f g left", number(row, "remaining_grams"));
}

static const char weight_mismatch[] = NEWS
    "SELECT 'weight_mismatch:' || s.public_id AS cause, " KNOWN_ROLL
    " AND s.used_mg > s.initial_mg AS opens, " KNOWN_ROLL " AND s.used_mg > s.initial_mg AS holds, "
    "(SELECT u.job FROM usage u WHERE u.spool = s.id ORDER BY u.id DESC LIMIT 1) AS job, " //
    ROLL_COLUMNS TOUCHED_ROLLS OF_RULE;

static void tell_weight_mismatch(struct buf *text, const json_t *row)
{
    tell_roll(text, row);
    buf_format(text, " was charged %.1f g more than it had; weigh it",
               -number(row, "balance_grams"));
}

static const char dry_by_passed[] =
    NEWS "SELECT 'dry_by_passed:' || s.public_id AS cause, s.archived_at IS NULL "
         "AND coalesce(v.dry_by < date(:now / 1000, 'unixepoch'), 0) AS opens, "
         "s.archived_at IS NULL "
         "AND coalesce(v.dry_by < date(:now / 1000, 'unixepoch'), 0) AS holds, " //
    ROLL_COLUMNS TOUCHED_ROLLS OF_RULE;

static void tell_dry_by(struct buf *text, const json_t *row)
{
    tell_roll(text, row);
    buf_format(text, " was to be dried by %s", args_text(row, "dry_by"));
}

/* --- products --- */

/* LIMIT keeps the sums of a product apart from what is asked of them: else SQLite reckons them anew
 * wherever one of their names stands. */
#define PRODUCTS                                                                                   \
    "SELECT 'low_product:' || k.filament_id AS cause, "                                            \
    "k.counts AND k.remaining_mg <= k.threshold_mg AS opens, "                                     \
    "k.counts AND k.remaining_mg <= k.threshold_mg + :margin_mg AS holds, k.filament_id, "         \
    "k.brand, k.product_name, k.material_type, k.color_hex, k.article_number, k.reorder_url, "     \
    "k.rolls, k.remaining_mg / 1000.0 AS remaining_grams, "                                        \
    "k.threshold_mg / 1000.0 AS threshold_grams FROM (SELECT x.filament_id, x.brand, "             \
    "x.product_name, x.material_type, x.color_hex, x.article_number, x.reorder_url, x.rolls, "     \
    "x.remaining_mg, x.threshold_mg, x.counts FROM filament_stock x "
#define EACH_ONCE " LIMIT -1) k"

#define ROLLS_IN_USE                                                                               \
    "FROM spool s WHERE s.filament = k.id AND s.deleted_at IS NULL AND s.archived_at IS NULL"

/* The same of products: the rolls are summed where none is enough by itself. */
static const char products_gate[] =
    "SELECT max(k.told <> CASE WHEN EXISTS (SELECT 1 " ROLLS_IN_USE
    " AND s.initial_mg - s.used_mg > k.threshold_mg + :margin_mg) THEN 0 ELSE coalesce((SELECT "
    "sum(max(0, s.initial_mg - s.used_mg)) <= k.threshold_mg + k.told * :margin_mg "
    "AND min(s.draft) = 0 AND min(s.initial_mg) > 0 " ROLLS_IN_USE "), 0) END) "
    "FROM (SELECT f.id, "
    "coalesce(" THRESHOLDS " AS threshold_mg, EXISTS (SELECT 1 FROM alert a "
    "WHERE a.cause = 'low_product:' || c.public_id AND a.ended_at IS NULL) AS told "
    "FROM change c NOT INDEXED JOIN filament f ON f.public_id = c.public_id "
    "LEFT JOIN threshold t ON t.material = f.material "
    "WHERE c.seq > :since AND c.entity = 'filament' LIMIT -1) k";

static const char low_product[] = NEWS PRODUCTS
    "WHERE x.filament_id IN (SELECT c.public_id FROM change c WHERE +c.entity = 'filament' "
    "AND c.seq > :since) " EACH_ONCE OF_RULE;

/* A new threshold concerns all products, whether or not their rolls have thresholds of their own.
 */
static const char low_product_anew[] = NEWS PRODUCTS EACH_ONCE OF_RULE " /* scan */";

static void tell_low_product(struct buf *text, const json_t *row)
{
    int rolls = (int)args_int(row, "rolls", 0);
    buf_format(text, "%s %s: %.1f g left on %d roll%s", args_text(row, "brand"),
               args_text(row, "product_name"), number(row, "remaining_grams"), rolls,
               rolls == 1 ? "" : "s");
}

/* --- prints. Their texts hold no name of a file: names can be erased --- */

static const char print_end[] = NEWS
    "SELECT 'print_end:' || j.public_id AS cause, j.kind = 'print' "
    "AND j.ended_at >= :now - :news AND j.status IN ('completed', 'failed', 'cancelled') AS opens, "
    "1 AS holds, "
    "CASE j.status WHEN 'failed' THEN 1 WHEN 'cancelled' THEN 2 ELSE 0 END AS turn, "
    "j.id AS job, j.printer, p.name AS place, j.status, j.layer, j.total_layers, "
    "coalesce(j.reported_mg, j.actual_mg) / 1000.0 AS grams_used "
    "FROM change c JOIN job j ON j.public_id = c.public_id JOIN printer p ON p.id = j.printer "
    "WHERE +c.entity = 'print_job' AND c.seq > :since" OF_RULE;

static void tell_print_end(struct buf *text, const json_t *row)
{
    static const char *const ends[] = {"the print has finished", "the print has failed",
                                       "the print was cancelled"};
    size_t turn = (size_t)args_int(row, "turn", 0);
    buf_format(text, "%s: %s", args_text(row, "place"), ends[turn]);
    if (turn && json_is_integer(json_object_get(row, "layer")))
        buf_format(text, " at layer %d", (int)args_int(row, "layer", 0));
    if (json_is_number(json_object_get(row, "grams_used")))
        buf_format(text, "; %.1f g used", number(row, "grams_used"));
}

static const char open_charge[] =
    NEWS "SELECT 'open_charge:' || j.public_id AS cause, x.mg > 0 OR x.unknown > 0 AS opens, "
         "x.mg > 0 OR x.unknown > 0 AS holds, j.id AS job, j.printer, p.name AS place, "
         "x.mg / 1000.0 AS open_grams, x.unknown AS unknown_parts "
         "FROM (SELECT j.id, (SELECT coalesce(sum(g.mg), 0) FROM job_segment g WHERE g.job = j.id "
         "AND g.spool IS NULL) AS mg, (SELECT count(*) FROM job_segment g WHERE g.job = j.id "
         "AND g.mg IS NULL) AS unknown FROM change c JOIN job j ON j.public_id = c.public_id "
         "WHERE +c.entity = 'print_job' AND c.seq > :since AND j.ended_at IS NOT NULL) x "
         "JOIN job j ON j.id = x.id JOIN printer p ON p.id = j.printer" OF_RULE;

static void tell_open_charge(struct buf *text, const json_t *row)
{
    int unknown = (int)args_int(row, "unknown_parts", 0);
    buf_format(text, "%s: %.1f g of a print await their roll", args_text(row, "place"),
               number(row, "open_grams"));
    if (unknown)
        buf_format(text, "; of %d part%s nobody knows how much it used", unknown,
                   unknown == 1 ? "" : "s");
}

/* Alerts of a running print, which end with it: of the prints that changed, and of those whose
 * slots did. A printer's number makes a search by the index of active prints of what would else be
 * a walk over it. */
#define RUNNING_OR_CHANGED                                                                         \
    "j.id IN (SELECT n.id FROM job n WHERE n.printer > 0 AND n.ended_at IS NULL UNION "            \
    "SELECT n.id FROM change c JOIN job n ON n.public_id = c.public_id "                           \
    "WHERE +c.entity = 'print_job' AND c.seq > :since)"

#define SLOT_COLUMNS                                                                               \
    "sl.id AS slot_row, sl.label, sl.label || ' of ' || p.name AS place, "                         \
    "json_object('ams_unit_number', sl.unit, 'slot_number', sl.slot) AS slot "

/* A roll that was put in has the settle time to be recognised. */
static const char unassigned_in_use[] = NEWS
    "SELECT 'unassigned_in_use:' || j.public_id || ':' || sl.public_id AS cause, "
    "x.bare AND f.from_at <= :now - :settle AS opens, x.bare AS holds, j.id AS job, j.printer, "
    "j.layer, " SLOT_COLUMNS
    "FROM (SELECT f.id, f.to_at IS NULL AND j.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM "
    "slot_assignment a WHERE a.slot = f.slot AND a.unassigned_at IS NULL "
    "AND a.spool IS NOT NULL) AS bare FROM job j JOIN job_feed f ON f.job = j.id "
    "WHERE j.kind = 'print' AND " RUNNING_OR_CHANGED
    " AND f.id IN (SELECT max(l.id) FROM job_feed l WHERE l.job = j.id GROUP BY l.slot)) x "
    "JOIN job_feed f ON f.id = x.id JOIN job j ON j.id = f.job JOIN slot sl ON sl.id = f.slot "
    "JOIN printer p ON p.id = j.printer" OF_RULE;

static void tell_unassigned(struct buf *text, const json_t *row)
{
    buf_format(text, "%s feeds a print, and nobody knows which roll it is",
               args_text(row, "place"));
}

/* Told by the printer's code, which marks the feed, or by a slot that got empty, which marks the
 * assignment; both are one runout of the roll that was there. */
static const char runout[] = NEWS
    "SELECT 'runout:' || j.public_id || ':' || coalesce(a.public_id, sl.public_id) AS cause, "
    "max(x.at >= :now - :news) AS opens, min(x.dry AND j.ended_at IS NULL) AS holds, j.id AS job, "
    "j.printer, j.layer, "
    "j.total_layers, s.id AS spool, s.public_id AS spool_id, s.number AS spool_number, "
    "v.name AS brand, fl.name AS product_name, " SLOT_COLUMNS
    "FROM (SELECT f.job, f.slot, (SELECT a.id FROM slot_assignment a WHERE a.slot = f.slot "
    "AND a.assigned_at <= f.ran_out_at ORDER BY a.assigned_at DESC, a.id DESC LIMIT 1) AS stay, "
    "f.to_at IS NULL AS dry, f.ran_out_at AS at FROM job j JOIN job_feed f ON f.job = j.id "
    "WHERE f.ran_out_at IS NOT NULL AND " RUNNING_OR_CHANGED
    " UNION ALL SELECT j.id, a.slot, a.id, a.unassigned_at IS NULL AND NOT EXISTS (SELECT 1 "
    "FROM job_feed f WHERE f.job = j.id AND f.to_at IS NULL AND (f.slot <> a.slot "
    "OR f.from_at >= a.runout_at)), a.runout_at FROM job j JOIN slot sl ON sl.printer = j.printer "
    "JOIN slot_assignment a ON a.slot = sl.id AND a.runout_at >= j.started_at "
    "AND a.runout_at IS NOT NULL "
    "WHERE " RUNNING_OR_CHANGED " AND a.runout_at <= coalesce(j.ended_at, :now)) x "
    "CROSS JOIN job j JOIN slot sl ON sl.id = x.slot JOIN printer p ON p.id = j.printer "
    "LEFT JOIN slot_assignment a ON a.id = x.stay LEFT JOIN spool s ON s.id = a.spool "
    "LEFT JOIN filament fl ON fl.id = s.filament LEFT JOIN vendor v ON v.id = fl.vendor "
    "WHERE j.id = x.job GROUP BY 1" OF_RULE;

static void tell_runout(struct buf *text, const json_t *row)
{
    buf_format(text, "%s ran out", args_text(row, "place"));
    if (json_is_integer(json_object_get(row, "layer")))
        buf_format(text, " at layer %d", (int)args_int(row, "layer", 0));
    if (args_int(row, "spool", 0))
        buf_format(text, ": roll %d (%s %s)", (int)args_int(row, "spool_number", 0),
                   args_text(row, "brand"), args_text(row, "product_name"));
}

/* Opened while the print runs (store/forecasts.h); what was foreseen is over with it. */
static const char forecast_over[] = NEWS
    "SELECT a.cause, 0 AS opens, 0 AS holds FROM change c JOIN job j ON j.public_id = c.public_id "
    "JOIN alert a ON a.job = j.id AND a.kind = 'runout_forecast' AND a.ended_at IS NULL "
    "WHERE +c.entity = 'print_job' AND c.seq > :since AND j.ended_at IS NOT NULL" OF_RULE;

const struct alerts_rule alerts_rules[] = {
    {ALERT_LOW_SPOOL, ALERTS_ROLLS, low_spool, tell_low_spool, rolls_gate, 1},
    {ALERT_WEIGHT_MISMATCH, ALERTS_ROLLS, weight_mismatch, tell_weight_mismatch, rolls_gate, 2},
    {ALERT_DRY_BY_PASSED, ALERTS_ROLLS, dry_by_passed, tell_dry_by, rolls_gate, 4},
    {ALERT_LOW_PRODUCT, ALERTS_ROLLS, low_product, tell_low_product, products_gate, 1},
    {ALERT_LOW_PRODUCT, ALERTS_THRESHOLDS, low_product_anew, tell_low_product},
    {ALERT_RUNOUT, ALERTS_PRINTS | ALERTS_SLOTS, runout, tell_runout},
    {ALERT_UNASSIGNED_IN_USE, ALERTS_PRINTS | ALERTS_SLOTS, unassigned_in_use, tell_unassigned},
    {ALERT_RUNOUT_FORECAST, ALERTS_PRINTS, forecast_over, tell_runout},
    {ALERT_PRINT_FINISHED, ALERTS_PRINTS, print_end, tell_print_end},
    {ALERT_OPEN_CHARGE, ALERTS_PRINTS, open_charge, tell_open_charge},
};
const size_t alerts_rules_count = LEN(alerts_rules);
