-- A print's note is shown, and its cost is not complete while the grams of a part are unknown.
DROP VIEW print_jobs;
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
            FROM job_filament jf LEFT JOIN slot sl ON sl.id = jf.slot
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
