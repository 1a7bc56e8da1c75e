-- What clients see: documented columns first, in the documented order, ours after. Nested values are
-- JSON text, times are RFC 3339 UTC, weights are grams, money is in currency units. No function of
-- our own is used, so that the plain sqlite3 shell shows the same.

CREATE VIEW spools AS
SELECT
    s.public_id AS spool_id,
    v.name AS brand,
    f.name AS product_name,
    f.material AS material_type,
    f.color AS color_hex,
    s.initial_mg / 1000.0 AS initial_weight_grams,
    max(0, s.initial_mg - s.used_mg) / 1000.0 AS current_weight_grams,
    s.purchase_date AS purchase_date,
    coalesce(s.price_cents, f.price_cents) / 100.0 AS cost_usd,
    f.nozzle_min AS nozzle_temp_min_c,
    f.nozzle_max AS nozzle_temp_max_c,
    f.bed_min AS bed_temp_min_c,
    f.bed_max AS bed_temp_max_c,
    f.drying AS drying_requirements,
    s.notes AS notes,
    strftime('%Y-%m-%dT%H:%M:%SZ', s.created_at / 1000, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', s.updated_at / 1000, 'unixepoch') AS updated_at,
    s.number AS spool_number,
    f.alpha AS color_alpha,
    f.colors AS color_hexes,
    CASE WHEN s.initial_mg > 0
        THEN CAST(round(100.0 * max(0, s.initial_mg - s.used_mg) / s.initial_mg) AS INTEGER)
        END AS remaining_percent,
    coalesce(s.tare_mg, f.tare_mg, v.tare_mg) / 1000.0 AS spool_weight_grams,
    coalesce(f.density, m.chosen_density, m.density) AS density_g_cm3,
    f.diameter AS diameter_mm,
    s.lot AS lot,
    s.location AS location,
    s.archived_at IS NULL AND max(0, s.initial_mg - s.used_mg)
        <= coalesce(s.threshold_mg, tm.chosen_mg, tm.configured_mg, tg.chosen_mg, tg.configured_mg,
            100000) AS low,
    coalesce(s.threshold_mg, tm.chosen_mg, tm.configured_mg, tg.chosen_mg, tg.configured_mg, 100000)
        / 1000.0 AS threshold_grams,
    strftime('%Y-%m-%dT%H:%M:%SZ', s.opened_at / 1000, 'unixepoch') AS opened_at,
    date((coalesce(s.dried_at / 86400000, s.opened_at / 86400000, julianday(s.purchase_date) - 2440587.5)
        + coalesce(m.chosen_dry_days, m.dry_days)) * 86400, 'unixepoch') AS dry_by,
    coalesce(coalesce(s.dried_at / 86400000, s.opened_at / 86400000, julianday(s.purchase_date) - 2440587.5)
        + coalesce(m.chosen_dry_days, m.dry_days) <= julianday('now') - 2440588.5, 0) AS expired,
    s.draft AS draft,
    strftime('%Y-%m-%dT%H:%M:%SZ', s.archived_at / 1000, 'unixepoch') AS archived_at,
    s.tray_uuid AS tray_uuid,
    CASE WHEN s.tag_uid_1 IS NULL THEN '[]'
        WHEN s.tag_uid_2 IS NULL THEN json_array(s.tag_uid_1)
        ELSE json_array(s.tag_uid_1, s.tag_uid_2) END AS tag_uids,
    f.profile AS profile,
    CASE WHEN sl.id IS NOT NULL THEN json_object('printer_id', p.public_id,
        'ams_unit_number', sl.unit, 'slot_number', sl.slot) END AS loaded_in,
    strftime('%Y-%m-%dT%H:%M:%SZ', s.last_used_at / 1000, 'unixepoch') AS last_used_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', s.first_used_at / 1000, 'unixepoch') AS first_used_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', s.dried_at / 1000, 'unixepoch') AS dried_at,
    f.public_id AS filament_id,
    f.color_direction AS multi_color_direction,
    f.article_number AS article_number,
    s.external_id AS external_id,
    s.extra AS extra
FROM spool s
JOIN filament f ON f.id = s.filament
JOIN vendor v ON v.id = f.vendor
LEFT JOIN material m ON m.name = f.material
LEFT JOIN threshold tm ON tm.material = f.material
LEFT JOIN threshold tg ON tg.material = ''
LEFT JOIN slot_assignment a ON a.spool = s.id AND a.unassigned_at IS NULL
LEFT JOIN slot sl ON sl.id = a.slot
LEFT JOIN printer p ON p.id = sl.printer
WHERE s.deleted_at IS NULL;

CREATE VIEW ams_slots AS
SELECT
    sl.public_id AS ams_slot_id,
    p.public_id AS printer_id,
    sl.unit AS ams_unit_number,
    sl.slot AS slot_number,
    s.public_id AS spool_id,
    sl.color AS current_ha_color,
    sl.material AS current_ha_material,
    strftime('%Y-%m-%dT%H:%M:%SZ', sl.updated_at / 1000, 'unixepoch') AS last_updated,
    sl.label AS label,
    CASE WHEN s.id IS NOT NULL THEN json_object('spool_id', s.public_id, 'spool_number', s.number,
        'brand', v.name, 'product_name', f.name, 'material_type', f.material,
        'color_hex', f.color, 'color_alpha', f.alpha, 'color_hexes', json(f.colors),
        'current_weight_grams', max(0, s.initial_mg - s.used_mg) / 1000.0,
        'remaining_percent', CASE WHEN s.initial_mg > 0 THEN CAST(round(100.0
            * max(0, s.initial_mg - s.used_mg) / s.initial_mg) AS INTEGER) END,
        'draft', json(CASE s.draft WHEN 1 THEN 'true' ELSE 'false' END)) END AS spool,
    json_object('color', sl.color, 'alpha', sl.alpha, 'colors', json(sl.colors),
        'material', sl.material, 'profile', sl.profile, 'name', sl.name, 'tag_uid', sl.tag_uid,
        'tray_uuid', sl.tray_uuid, 'remain_percent', sl.remain_percent, 'state', sl.state,
        'source', sl.source,
        'at', strftime('%Y-%m-%dT%H:%M:%SZ', sl.reported_at / 1000, 'unixepoch')) AS reported,
    sl.match AS match,
    sl.active AS active,
    q.public_id AS open_question_id
FROM slot sl
JOIN printer p ON p.id = sl.printer AND p.deleted_at IS NULL
LEFT JOIN slot_assignment a ON a.slot = sl.id AND a.unassigned_at IS NULL
LEFT JOIN spool s ON s.id = a.spool
LEFT JOIN filament f ON f.id = s.filament
LEFT JOIN vendor v ON v.id = f.vendor
LEFT JOIN question q ON q.slot = sl.id AND q.state = 'open';

CREATE VIEW slot_history AS
SELECT
    a.public_id AS history_id,
    sl.public_id AS ams_slot_id,
    s.public_id AS spool_id,
    strftime('%Y-%m-%dT%H:%M:%SZ', a.assigned_at / 1000, 'unixepoch') AS assigned_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', a.unassigned_at / 1000, 'unixepoch') AS unassigned_at,
    a.event_type AS event_type,
    p.public_id AS printer_id,
    sl.unit AS ams_unit_number,
    sl.slot AS slot_number,
    a.reason AS reason,
    a.source AS source,
    a.confidence / 1000.0 AS confidence
FROM slot_assignment a
JOIN slot sl ON sl.id = a.slot
JOIN printer p ON p.id = sl.printer
LEFT JOIN spool s ON s.id = a.spool;

CREATE VIEW usage_events AS
SELECT
    u.public_id AS event_id,
    j.public_id AS job_id,
    s.public_id AS spool_id,
    sl.public_id AS ams_slot_id,
    u.mg / 1000.0 AS grams_used,
    strftime('%Y-%m-%dT%H:%M:%SZ', u.at / 1000, 'unixepoch') AS timestamp,
    u.kind AS event_type,
    u.source AS source,
    u.estimate AS estimate,
    round(u.mg * 1.0 * u.price_cents / u.price_mg) / 100.0 AS cost_usd,
    u.filament AS filament_index,
    u.segment AS segment,
    u.revision AS revision,
    r.public_id AS reverses,
    undone.public_id AS reversed_by,
    u.note AS note
FROM usage u
JOIN spool s ON s.id = u.spool
LEFT JOIN job j ON j.id = u.job
LEFT JOIN slot sl ON sl.id = u.slot
LEFT JOIN usage r ON r.id = u.reverses
LEFT JOIN usage undone ON undone.reverses = u.id;

CREATE VIEW print_jobs AS
SELECT
    j.public_id AS job_id,
    p.public_id AS printer_id,
    j.file_name AS gcode_file_name,
    strftime('%Y-%m-%dT%H:%M:%SZ', j.started_at / 1000, 'unixepoch') AS start_time,
    strftime('%Y-%m-%dT%H:%M:%SZ', j.ended_at / 1000, 'unixepoch') AS end_time,
    j.status AS status,
    j.estimated_mg / 1000.0 AS total_estimated_grams,
    CASE WHEN j.ended_at IS NOT NULL
        THEN coalesce(j.reported_mg, j.actual_mg) / 1000.0 END AS total_actual_grams,
    (SELECT round(sum(u.mg * 1.0 * u.price_cents / u.price_mg)) / 100.0
        FROM usage u WHERE u.job = j.id) AS cost_usd,
    strftime('%Y-%m-%dT%H:%M:%SZ', j.created_at / 1000, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', j.updated_at / 1000, 'unixepoch') AS updated_at,
    j.name AS name,
    j.start_seen AS start_seen,
    j.progress_percent AS progress_percent,
    j.layer AS layer,
    j.total_layers AS total_layers,
    (SELECT json_group_array(json_object('index', x.idx, 'material', x.material,
        'color_hex', x.color, 'profile', x.profile, 'estimated_grams', x.estimated_mg / 1000.0,
        'used_grams', x.used_mg / 1000.0,
        'slot', CASE WHEN x.unit IS NOT NULL THEN json_object('ams_unit_number', x.unit,
            'slot_number', x.slot) END,
        'spool_id', x.spool_id))
        FROM (SELECT jf.idx, jf.material, jf.color, jf.profile, jf.estimated_mg, jf.used_mg,
                sl.unit, sl.slot, coalesce(
                    (SELECT sp.public_id FROM job_segment g JOIN spool sp ON sp.id = g.spool
                        WHERE g.job = jf.job AND g.filament = jf.idx
                        ORDER BY g.segment DESC LIMIT 1),
                    CASE WHEN j.ended_at IS NULL THEN
                        (SELECT sp.public_id FROM slot_assignment a JOIN spool sp ON sp.id = a.spool
                            WHERE a.slot = jf.slot AND a.unassigned_at IS NULL) END) AS spool_id
            FROM job_filament jf LEFT JOIN slot sl ON sl.id = coalesce(jf.slot,
                (SELECT g.slot FROM job_segment g WHERE g.job = jf.job AND g.filament = jf.idx
                    ORDER BY g.segment LIMIT 1))
            WHERE jf.job = j.id ORDER BY jf.idx) x) AS filaments,
    (SELECT json_group_array(json_object('index', x.filament,
        'slot', CASE WHEN x.unit IS NOT NULL THEN json_object('ams_unit_number', x.unit,
            'slot_number', x.slot) END,
        'spool_id', x.spool_id, 'from_layer', x.from_layer, 'to_layer', x.to_layer,
        'grams', x.mg / 1000.0))
        FROM (SELECT g.filament, sl.unit, sl.slot, sp.public_id AS spool_id, g.from_layer,
                g.to_layer, g.mg
            FROM job_segment g LEFT JOIN slot sl ON sl.id = g.slot
            LEFT JOIN spool sp ON sp.id = g.spool
            WHERE g.job = j.id ORDER BY g.filament, g.segment) x) AS segments,
    (SELECT json_group_array(json_object('event_id', x.public_id, 'spool_id', x.spool_id,
        'ams_slot_id', x.slot_id, 'grams_used', x.mg / 1000.0, 'event_type', x.kind,
        'index', x.filament, 'segment', x.segment, 'revision', x.revision))
        FROM (SELECT u.public_id, sp.public_id AS spool_id, sl.public_id AS slot_id, u.mg, u.kind,
                u.filament, u.segment, u.revision
            FROM usage u JOIN spool sp ON sp.id = u.spool LEFT JOIN slot sl ON sl.id = u.slot
            WHERE u.job = j.id ORDER BY u.filament, u.segment, u.revision) x) AS usage,
    (SELECT coalesce(sum(g.mg), 0) / 1000.0 FROM job_segment g
        WHERE g.job = j.id AND g.spool IS NULL AND g.mg > 0) AS open_grams,
    NOT EXISTS (SELECT 1 FROM job_segment g WHERE g.job = j.id AND g.spool IS NULL AND g.mg > 0)
        AND NOT EXISTS (SELECT 1 FROM job_segment g WHERE g.job = j.id AND g.mg IS NULL)
        AND NOT EXISTS (SELECT 1 FROM usage u WHERE u.job = j.id AND u.price_cents IS NULL)
        AS cost_complete,
    j.source AS source,
    json_object('external_id', j.external_id, 'task_id', j.task_id, 'subtask_id', j.subtask_id)
        AS external_ids,
    CASE WHEN j.sliced_state IS NOT NULL
        THEN json_object('state', j.sliced_state, 'reason', j.sliced_reason) END AS sliced_file,
    j.note AS note
FROM job j
JOIN printer p ON p.id = j.printer;

CREATE VIEW printers AS
SELECT
    p.public_id AS printer_id,
    p.name AS name,
    (SELECT json_group_array(x.shown) FROM
        (SELECT shown FROM printer_alias WHERE printer = p.id ORDER BY alias) x) AS aliases,
    p.source AS source,
    p.serial AS serial,
    p.host AS host,
    p.port AS port,
    p.model AS model,
    p.enabled AS enabled,
    p.access_code IS NOT NULL AS has_access_code,
    p.pin_sha256 AS pin_sha256,
    strftime('%Y-%m-%dT%H:%M:%SZ', p.created_at / 1000, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', p.updated_at / 1000, 'unixepoch') AS updated_at,
    p.ftps_port AS ftps_port,
    p.fetch_sliced_file AS fetch_sliced_file,
    p.fetch_plain_data AS fetch_plain_data
FROM printer p
WHERE p.deleted_at IS NULL;

CREATE VIEW vendors AS
SELECT
    v.public_id AS vendor_id,
    v.name AS name,
    v.tare_mg / 1000.0 AS spool_weight_grams,
    v.comment AS notes,
    v.external_id AS external_id,
    v.extra AS extra,
    (SELECT count(*) FROM filament f WHERE f.vendor = v.id) AS filaments,
    strftime('%Y-%m-%dT%H:%M:%SZ', v.created_at / 1000, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', v.updated_at / 1000, 'unixepoch') AS updated_at
FROM vendor v;

CREATE VIEW filaments AS
SELECT
    f.public_id AS filament_id,
    v.public_id AS vendor_id,
    v.name AS brand,
    f.name AS product_name,
    f.material AS material_type,
    f.color AS color_hex,
    f.alpha AS color_alpha,
    f.colors AS color_hexes,
    f.color_direction AS multi_color_direction,
    f.profile AS profile,
    coalesce(f.density, m.chosen_density, m.density) AS density_g_cm3,
    f.diameter AS diameter_mm,
    f.net_mg / 1000.0 AS net_weight_grams,
    coalesce(f.tare_mg, v.tare_mg) / 1000.0 AS spool_weight_grams,
    f.price_cents / 100.0 AS cost_usd,
    f.nozzle_min AS nozzle_temp_min_c,
    f.nozzle_max AS nozzle_temp_max_c,
    f.bed_min AS bed_temp_min_c,
    f.bed_max AS bed_temp_max_c,
    f.drying AS drying_requirements,
    f.article_number AS article_number,
    f.barcode AS barcode,
    f.reorder_url AS reorder_url,
    f.comment AS notes,
    f.external_id AS external_id,
    f.extra AS extra,
    (SELECT count(*) FROM spool s WHERE s.filament = f.id AND s.deleted_at IS NULL
        AND s.archived_at IS NULL) AS rolls,
    (SELECT coalesce(sum(max(0, s.initial_mg - s.used_mg)), 0) / 1000.0 FROM spool s
        WHERE s.filament = f.id AND s.deleted_at IS NULL AND s.archived_at IS NULL)
        AS remaining_grams,
    strftime('%Y-%m-%dT%H:%M:%SZ', f.created_at / 1000, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', f.updated_at / 1000, 'unixepoch') AS updated_at
FROM filament f
JOIN vendor v ON v.id = f.vendor
LEFT JOIN material m ON m.name = f.material;

-- What there is of each product, of rolls in use. It counts for warnings where it has rolls whose
-- weights are all known, and not only drafts, which are guesses until they are confirmed.
CREATE VIEW filament_stock AS
SELECT x.*, x.counts AND x.remaining_mg <= x.threshold_mg AS low
FROM (SELECT
    f.public_id AS filament_id,
    v.name AS brand,
    f.name AS product_name,
    f.material AS material_type,
    f.color AS color_hex,
    f.article_number AS article_number,
    f.reorder_url AS reorder_url,
    (SELECT count(*) FROM spool s WHERE s.filament = f.id AND s.deleted_at IS NULL
        AND s.archived_at IS NULL) AS rolls,
    (SELECT coalesce(sum(max(0, s.initial_mg - s.used_mg)), 0) FROM spool s
        WHERE s.filament = f.id AND s.deleted_at IS NULL AND s.archived_at IS NULL)
        AS remaining_mg,
    coalesce(tm.chosen_mg, tm.configured_mg, tg.chosen_mg, tg.configured_mg, 100000)
        AS threshold_mg,
    EXISTS (SELECT 1 FROM spool s WHERE s.filament = f.id AND s.deleted_at IS NULL
        AND s.archived_at IS NULL AND s.draft = 0)
        AND NOT EXISTS (SELECT 1 FROM spool s WHERE s.filament = f.id AND s.deleted_at IS NULL
        AND s.archived_at IS NULL AND s.initial_mg = 0) AS counts
    FROM filament f
    JOIN vendor v ON v.id = f.vendor
    LEFT JOIN threshold tm ON tm.material = f.material
    LEFT JOIN threshold tg ON tg.material = '') x;

CREATE VIEW questions AS
SELECT
    q.public_id AS question_id,
    q.kind AS kind,
    q.state AS state,
    p.public_id AS printer_id,
    sl.unit AS ams_unit_number,
    sl.slot AS slot_number,
    sl.public_id AS ams_slot_id,
    sl.label AS label,
    j.public_id AS job_id,
    q.reason AS reason,
    q.candidates AS candidates,
    q.reported AS reported,
    s.public_id AS spool_id,
    strftime('%Y-%m-%dT%H:%M:%SZ', q.opened_at / 1000, 'unixepoch') AS opened_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', q.closed_at / 1000, 'unixepoch') AS closed_at,
    q.close_reason AS close_reason
FROM question q
LEFT JOIN slot sl ON sl.id = q.slot
LEFT JOIN printer p ON p.id = sl.printer
LEFT JOIN job j ON j.id = q.job
LEFT JOIN spool s ON s.id = q.spool;

CREATE VIEW alerts AS
SELECT
    a.public_id AS alert_id,
    a.kind AS kind,
    a.severity AS severity,
    a.text AS text,
    a.data AS data,
    p.public_id AS printer_id,
    sl.public_id AS ams_slot_id,
    s.public_id AS spool_id,
    j.public_id AS job_id,
    q.public_id AS question_id,
    strftime('%Y-%m-%dT%H:%M:%SZ', a.opened_at / 1000, 'unixepoch') AS opened_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', a.acked_at / 1000, 'unixepoch') AS acked_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', a.ended_at / 1000, 'unixepoch') AS ended_at
FROM alert a
LEFT JOIN printer p ON p.id = a.printer
LEFT JOIN slot sl ON sl.id = a.slot
LEFT JOIN spool s ON s.id = a.spool
LEFT JOIN job j ON j.id = a.job
LEFT JOIN question q ON q.id = a.question;

CREATE VIEW deliveries AS
SELECT
    d.public_id AS delivery_id,
    d.channel AS channel,
    v.public_id AS device_id,
    a.public_id AS alert_id,
    coalesce(a.kind, 'test') AS kind,
    d.state AS state,
    d.attempts AS attempts,
    d.error AS error,
    strftime('%Y-%m-%dT%H:%M:%SZ', d.created_at / 1000, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', d.due_at / 1000, 'unixepoch') AS due_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', d.tried_at / 1000, 'unixepoch') AS tried_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', d.ended_at / 1000, 'unixepoch') AS ended_at
FROM delivery d
LEFT JOIN alert a ON a.id = d.alert
LEFT JOIN device v ON v.id = d.device;

-- Without the address: who has that can write to the device.
CREATE VIEW devices AS
SELECT
    d.public_id AS device_id,
    d.installation AS installation_id,
    d.name AS name,
    d.platform AS platform,
    d.app_version AS app_version,
    d.locale AS locale,
    d.channel AS channel,
    json_extract(d.address, '$.environment') AS environment,
    d.preferences AS preferences,
    d.enabled AS enabled,
    k.public_id AS key_id,
    strftime('%Y-%m-%dT%H:%M:%SZ', d.last_seen_at / 1000, 'unixepoch') AS last_seen_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', d.last_ok_at / 1000, 'unixepoch') AS last_ok_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', d.gone_at / 1000, 'unixepoch') AS gone_at,
    d.last_error AS last_error,
    strftime('%Y-%m-%dT%H:%M:%SZ', d.created_at / 1000, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', d.updated_at / 1000, 'unixepoch') AS updated_at
FROM device d
LEFT JOIN api_key k ON k.id = d.api_key;

-- Without the token, and without what starts some.
CREATE VIEW activities AS
SELECT
    a.public_id AS activity_id,
    d.public_id AS device_id,
    j.public_id AS job_id,
    strftime('%Y-%m-%dT%H:%M:%SZ', a.registered_at / 1000, 'unixepoch') AS registered_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', a.sent_at / 1000, 'unixepoch') AS last_sent_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', a.ended_at / 1000, 'unixepoch') AS ended_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', a.gone_at / 1000, 'unixepoch') AS gone_at
FROM activity a
JOIN device d ON d.id = a.device
JOIN job j ON j.id = a.job
WHERE a.kind = 'update';

CREATE VIEW channels AS
SELECT
    c.name AS channel,
    c.ready AS ready,
    (SELECT count(*) FROM delivery d WHERE d.channel = c.name AND d.state = 'waiting') AS waiting,
    strftime('%Y-%m-%dT%H:%M:%SZ', c.last_ok_at / 1000, 'unixepoch') AS last_ok_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', c.failing_since / 1000, 'unixepoch') AS failing_since,
    c.error AS error
FROM channel c;

-- What came from Home Assistant, for diagnosis.
CREATE VIEW source_events AS
SELECT
    printf('%012d', e.id) AS source_event_id,
    e.source AS source,
    p.public_id AS printer_id,
    e.kind AS kind,
    strftime('%Y-%m-%dT%H:%M:%SZ', e.occurred_at / 1000, 'unixepoch') AS occurred_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', e.received_at / 1000, 'unixepoch') AS received_at,
    e.body AS body,
    e.action AS action,
    e.reason AS reason
FROM source_event e
LEFT JOIN printer p ON p.id = e.printer;

CREATE VIEW api_keys AS
SELECT
    k.public_id AS key_id,
    k.name AS name,
    k.prefix AS prefix,
    k.scopes AS scopes,
    k.device_name AS device_name,
    k.platform AS platform,
    strftime('%Y-%m-%dT%H:%M:%SZ', k.created_at / 1000, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', k.expires_at / 1000, 'unixepoch') AS expires_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', k.last_used_at / 1000, 'unixepoch') AS last_used_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', k.revoked_at / 1000, 'unixepoch') AS revoked_at
FROM api_key k;

CREATE VIEW thresholds AS
SELECT
    CASE t.material WHEN '' THEN 'global' ELSE t.material END AS threshold_id,
    nullif(t.material, '') AS material,
    coalesce(t.chosen_mg, t.configured_mg) / 1000.0 AS threshold_grams,
    t.configured_mg / 1000.0 AS default_grams,
    CASE WHEN t.chosen_mg IS NULL THEN 'default' ELSE 'api' END AS origin
FROM threshold t
WHERE coalesce(t.chosen_mg, t.configured_mg) IS NOT NULL;

CREATE VIEW materials AS
SELECT
    m.name AS material_type,
    coalesce(m.chosen_density, m.density) AS density_g_cm3,
    coalesce(m.chosen_dry_days, m.dry_days) AS dry_days,
    m.density AS default_density_g_cm3,
    m.dry_days AS default_dry_days,
    CASE WHEN coalesce(m.chosen_density, m.chosen_dry_days) IS NULL THEN 'default' ELSE 'api' END
        AS origin
FROM material m;

CREATE VIEW settings AS
SELECT
    t.key AS key,
    coalesce(t.chosen, t.configured) AS value,
    t.configured AS default_value,
    CASE WHEN t.chosen IS NULL THEN 'default' ELSE 'api' END AS origin
FROM setting t;

-- What a search looks in: all words of a row that people know it by, in full-text indexes that the
-- triggers keep. Letters are compared without case and accents, of any script.
CREATE VIEW spool_words AS
SELECT
    s.id AS id,
    '#' || s.number || ' ' || v.name || ' ' || f.name || ' ' || f.material || ' '
        || coalesce(f.color, '') || ' ' || f.colors || ' ' || coalesce(f.profile, '') || ' '
        || coalesce(f.article_number, '') || ' ' || coalesce(f.barcode, '') || ' '
        || coalesce(s.lot, '') || ' ' || coalesce(s.location, '') || ' '
        || coalesce(s.external_id, '') || ' ' || coalesce(s.notes, '') AS words
FROM spool s
JOIN filament f ON f.id = s.filament
JOIN vendor v ON v.id = f.vendor
WHERE s.deleted_at IS NULL;

CREATE VIEW filament_words AS
SELECT
    f.id AS id,
    v.name || ' ' || f.name || ' ' || f.material || ' ' || coalesce(f.color, '') || ' ' || f.colors
        || ' ' || coalesce(f.profile, '') || ' ' || coalesce(f.article_number, '') || ' '
        || coalesce(f.barcode, '') || ' ' || coalesce(f.external_id, '') || ' '
        || coalesce(f.comment, '') AS words
FROM filament f
JOIN vendor v ON v.id = f.vendor;

CREATE VIEW vendor_words AS SELECT v.id AS id, v.name AS words FROM vendor v;

CREATE VIEW job_words AS
SELECT j.id AS id, coalesce(j.name, '') || ' ' || coalesce(j.file_name, '') AS words FROM job j;

CREATE VIRTUAL TABLE spool_search USING fts5(words, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE filament_search USING fts5(words, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE vendor_search USING fts5(words, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE job_search USING fts5(words, tokenize = 'unicode61 remove_diacritics 2');

CREATE TRIGGER vendor_search_insert AFTER INSERT ON vendor BEGIN
    INSERT INTO vendor_search (rowid, words) SELECT id, words FROM vendor_words WHERE id = NEW.id;
END;
CREATE TRIGGER vendor_search_update AFTER UPDATE OF name ON vendor BEGIN
    UPDATE vendor_search SET words = (SELECT words FROM vendor_words WHERE id = NEW.id)
        WHERE rowid = NEW.id;
    UPDATE filament_search SET words = (SELECT words FROM filament_words w
        WHERE w.id = filament_search.rowid)
        WHERE rowid IN (SELECT id FROM filament WHERE vendor = NEW.id);
    UPDATE spool_search SET words = (SELECT words FROM spool_words w
        WHERE w.id = spool_search.rowid)
        WHERE rowid IN (SELECT s.id FROM spool s JOIN filament f ON f.id = s.filament
            WHERE f.vendor = NEW.id AND s.deleted_at IS NULL);
END;
CREATE TRIGGER vendor_search_delete AFTER DELETE ON vendor BEGIN
    DELETE FROM vendor_search WHERE rowid = OLD.id;
END;

CREATE TRIGGER filament_search_insert AFTER INSERT ON filament BEGIN
    INSERT INTO filament_search (rowid, words)
        SELECT id, words FROM filament_words WHERE id = NEW.id;
END;
CREATE TRIGGER filament_search_update AFTER UPDATE OF vendor, name, material, color, colors, profile,
    article_number, barcode, external_id, comment ON filament BEGIN
    UPDATE filament_search SET words = (SELECT words FROM filament_words WHERE id = NEW.id)
        WHERE rowid = NEW.id;
    UPDATE spool_search SET words = (SELECT words FROM spool_words w
        WHERE w.id = spool_search.rowid)
        WHERE rowid IN (SELECT id FROM spool WHERE filament = NEW.id AND deleted_at IS NULL);
END;
CREATE TRIGGER filament_search_delete AFTER DELETE ON filament BEGIN
    DELETE FROM filament_search WHERE rowid = OLD.id;
END;

CREATE TRIGGER spool_search_insert AFTER INSERT ON spool BEGIN
    INSERT INTO spool_search (rowid, words) SELECT id, words FROM spool_words WHERE id = NEW.id;
END;
CREATE TRIGGER spool_search_update AFTER UPDATE OF filament, number, lot, location, external_id,
    notes, deleted_at ON spool BEGIN
    DELETE FROM spool_search WHERE rowid = NEW.id;
    INSERT INTO spool_search (rowid, words) SELECT id, words FROM spool_words WHERE id = NEW.id;
END;
CREATE TRIGGER spool_search_delete AFTER DELETE ON spool BEGIN
    DELETE FROM spool_search WHERE rowid = OLD.id;
END;

CREATE TRIGGER job_search_insert AFTER INSERT ON job BEGIN
    INSERT INTO job_search (rowid, words) SELECT id, words FROM job_words WHERE id = NEW.id;
END;
CREATE TRIGGER job_search_update AFTER UPDATE OF name, file_name ON job
WHEN OLD.name IS NOT NEW.name OR OLD.file_name IS NOT NEW.file_name BEGIN
    UPDATE job_search SET words = (SELECT words FROM job_words WHERE id = NEW.id)
        WHERE rowid = NEW.id;
END;
CREATE TRIGGER job_search_delete AFTER DELETE ON job BEGIN
    DELETE FROM job_search WHERE rowid = OLD.id;
END;
