-- Every broken invariant as a row: rule, entity, the id a client knows, and what is wrong. Empty in
-- a healthy database.

CREATE VIEW violations AS
SELECT 'cached_sum' AS rule, 'spool' AS entity, s.public_id AS id,
    'cached ' || s.used_mg || ' mg, ledger '
        || (SELECT coalesce(sum(u.mg), 0) FROM usage u WHERE u.spool = s.id) || ' mg' AS detail
FROM spool s
WHERE s.used_mg <> (SELECT coalesce(sum(u.mg), 0) FROM usage u WHERE u.spool = s.id)
UNION ALL
SELECT 'two_rolls_in_slot', 'slot', max(sl.public_id), count(*) || ' open assignments'
FROM slot_assignment a JOIN slot sl ON sl.id = a.slot
WHERE a.unassigned_at IS NULL GROUP BY a.slot HAVING count(*) > 1
UNION ALL
SELECT 'roll_in_two_slots', 'spool', max(s.public_id), count(*) || ' open assignments'
FROM slot_assignment a JOIN spool s ON s.id = a.spool
WHERE a.unassigned_at IS NULL GROUP BY a.spool HAVING count(*) > 1
UNION ALL
SELECT 'unusable_roll_loaded', 'spool', s.public_id, 'deleted or archived, and in a slot'
FROM slot_assignment a JOIN spool s ON s.id = a.spool
WHERE a.unassigned_at IS NULL AND (s.deleted_at IS NOT NULL OR s.archived_at IS NOT NULL)
UNION ALL
SELECT 'slot_overlap', 'slot_history', b.public_id, 'begins before ' || a.public_id || ' ended'
FROM slot_assignment a JOIN slot_assignment b ON b.slot = a.slot AND b.id <> a.id
WHERE b.assigned_at > a.assigned_at
    AND (a.unassigned_at IS NULL OR b.assigned_at < a.unassigned_at)
UNION ALL
SELECT 'roll_overlap', 'slot_history', b.public_id,
    'the roll is still in the slot of ' || a.public_id
FROM slot_assignment a JOIN slot_assignment b ON b.spool = a.spool AND b.id <> a.id
WHERE b.assigned_at > a.assigned_at
    AND (a.unassigned_at IS NULL OR b.assigned_at < a.unassigned_at)
UNION ALL
SELECT 'assignment_order', 'slot_history', a.public_id, 'ends before it begins'
FROM slot_assignment a WHERE a.unassigned_at < a.assigned_at
UNION ALL
SELECT 'match_of_empty_slot', 'slot', sl.public_id,
    'match is ' || sl.match || ' and no roll is assigned'
FROM slot sl
WHERE sl.match IN ('ok', 'mismatch') AND NOT EXISTS (SELECT 1 FROM slot_assignment a
    WHERE a.slot = sl.id AND a.unassigned_at IS NULL AND a.spool IS NOT NULL)
UNION ALL
SELECT 'match_of_loaded_slot', 'slot', sl.public_id, 'match is unassigned and a roll is assigned'
FROM slot sl
WHERE sl.match = 'unassigned' AND EXISTS (SELECT 1 FROM slot_assignment a
    WHERE a.slot = sl.id AND a.unassigned_at IS NULL AND a.spool IS NOT NULL)
UNION ALL
SELECT 'two_active_jobs', 'printer', max(p.public_id), count(*) || ' jobs are active'
FROM job j JOIN printer p ON p.id = j.printer
WHERE j.ended_at IS NULL GROUP BY j.printer HAVING count(*) > 1
UNION ALL
SELECT 'job_end', 'print_job', j.public_id, 'status ' || j.status || ' does not fit its end'
FROM job j WHERE (j.status IN ('printing', 'paused')) <> (j.ended_at IS NULL)
    OR j.ended_at < j.started_at
UNION ALL
SELECT 'feeds_overlap', 'print_job', j.public_id, 'feed ' || b.id || ' begins before feed ' || a.id
    || ' ended'
FROM job_feed a JOIN job_feed b ON b.job = a.job AND b.id <> a.id JOIN job j ON j.id = a.job
WHERE (a.from_at < b.from_at OR a.from_at = b.from_at AND a.id < b.id)
    AND (a.to_at IS NULL OR b.from_at < a.to_at)
UNION ALL
SELECT 'parts_of_filament', 'print_job', j.public_id, 'filament ' || jf.idx || ': parts '
    || (SELECT coalesce(sum(g.mg), 0) FROM job_segment g
        WHERE g.job = jf.job AND g.filament = jf.idx) || ' mg, whole ' || jf.used_mg || ' mg'
FROM job_filament jf JOIN job j ON j.id = jf.job
WHERE jf.used_mg IS NOT NULL AND jf.used_mg <> (SELECT coalesce(sum(g.mg), 0)
    FROM job_segment g WHERE g.job = jf.job AND g.filament = jf.idx)
UNION ALL
SELECT 'segment_without_filament', 'print_job', j.public_id, 'filament ' || g.filament
FROM job_segment g JOIN job j ON j.id = g.job
WHERE NOT EXISTS (SELECT 1 FROM job_filament jf WHERE jf.job = g.job AND jf.idx = g.filament)
UNION ALL
SELECT 'segment_booking', 'print_job', j.public_id, 'filament ' || g.filament || ' segment '
    || g.segment || ' is ' || coalesce(g.mg, 0) || ' mg, the ledger has ' || (SELECT
        coalesce(sum(u.mg), 0) FROM usage u WHERE u.job = g.job AND u.filament = g.filament
            AND u.segment = g.segment) || ' mg'
FROM job_segment g JOIN job j ON j.id = g.job
WHERE j.ended_at IS NOT NULL
    AND CASE WHEN g.spool IS NULL THEN 0 ELSE coalesce(g.mg, 0) END
        <> (SELECT coalesce(sum(CASE WHEN g.spool IS NULL OR u.spool = g.spool THEN u.mg ELSE 0 END),
            0) FROM usage u WHERE u.job = g.job AND u.filament = g.filament
                AND u.segment = g.segment)
UNION ALL
SELECT 'usage_without_segment', 'usage_event', u.public_id, 'its job has no such segment'
FROM usage u
WHERE u.job IS NOT NULL AND NOT EXISTS (SELECT 1 FROM job_segment g WHERE g.job = u.job
    AND g.filament = u.filament AND g.segment = u.segment)
UNION ALL
SELECT 'reversal', 'usage_event', u.public_id, 'is not the opposite of ' || r.public_id
FROM usage u JOIN usage r ON r.id = u.reverses
WHERE u.mg <> -r.mg OR u.spool <> r.spool OR u.job IS NOT r.job OR r.reverses IS NOT NULL
UNION ALL
SELECT 'two_standing_charges', 'print_job', j.public_id, 'filament ' || u.filament || ' segment '
    || u.segment || ': ' || count(*) || ' rows stand'
FROM usage u JOIN job j ON j.id = u.job
WHERE u.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM usage r WHERE r.reverses = u.id)
GROUP BY u.job, u.filament, u.segment HAVING count(*) > 1
UNION ALL
SELECT 'negative_charge', 'usage_event', u.public_id, u.mg || ' mg of a print'
FROM usage u WHERE u.kind = 'print' AND u.reverses IS NULL AND u.mg < 0
UNION ALL
SELECT 'negative_weight', 'spool', s.public_id, 'initial ' || s.initial_mg || ' mg'
FROM spool s WHERE s.initial_mg < 0
UNION ALL
SELECT 'question_state', 'question', q.public_id, 'state ' || q.state || ' does not fit its end'
FROM question q WHERE (q.state = 'open') <> (q.closed_at IS NULL)
UNION ALL
SELECT 'two_open_questions', 'slot', max(sl.public_id), count(*) || ' questions are open'
FROM question q JOIN slot sl ON sl.id = q.slot
WHERE q.state = 'open' GROUP BY q.slot HAVING count(*) > 1
UNION ALL
SELECT 'alert_of_closed_question', 'alert', a.public_id, 'is open, its question is not'
FROM alert a JOIN question q ON q.id = a.question
WHERE a.ended_at IS NULL AND q.state <> 'open'
UNION ALL
SELECT 'alert_end', 'alert', a.public_id, 'ends before it was opened'
FROM alert a WHERE a.ended_at < a.opened_at
UNION ALL
SELECT 'orphan', 'spool', s.public_id, 'its product is missing'
FROM spool s WHERE NOT EXISTS (SELECT 1 FROM filament f WHERE f.id = s.filament)
UNION ALL
SELECT 'orphan', 'filament', f.public_id, 'its vendor is missing'
FROM filament f WHERE NOT EXISTS (SELECT 1 FROM vendor v WHERE v.id = f.vendor)
UNION ALL
SELECT 'orphan', 'slot', sl.public_id, 'its printer is missing'
FROM slot sl WHERE NOT EXISTS (SELECT 1 FROM printer p WHERE p.id = sl.printer)
UNION ALL
SELECT 'orphan', 'slot_history', a.public_id, 'its slot or roll is missing'
FROM slot_assignment a
WHERE NOT EXISTS (SELECT 1 FROM slot sl WHERE sl.id = a.slot)
    OR a.spool IS NOT NULL AND NOT EXISTS (SELECT 1 FROM spool s WHERE s.id = a.spool)
UNION ALL
SELECT 'orphan', 'usage_event', u.public_id, 'its roll or job is missing'
FROM usage u
WHERE NOT EXISTS (SELECT 1 FROM spool s WHERE s.id = u.spool)
    OR u.job IS NOT NULL AND NOT EXISTS (SELECT 1 FROM job j WHERE j.id = u.job)
UNION ALL
SELECT 'orphan', 'learned', l.fingerprint, 'its roll is missing'
FROM learned l WHERE NOT EXISTS (SELECT 1 FROM spool s WHERE s.id = l.spool
    AND s.deleted_at IS NULL)
UNION ALL
SELECT 'not_in_feed', 'spool', s.public_id, 'the change feed does not know it'
FROM spool s WHERE s.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM change c
    WHERE c.entity = 'spool' AND c.public_id = s.public_id AND c.op <> 'delete')
UNION ALL
SELECT 'deleted_in_feed', 'spool', s.public_id, 'the change feed tells of it as if it were there'
FROM spool s WHERE s.deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM change c
    WHERE c.entity = 'spool' AND c.public_id = s.public_id AND c.op <> 'delete')
UNION ALL
SELECT 'not_in_feed', 'slot', sl.public_id, 'the change feed does not know it'
FROM slot sl WHERE NOT EXISTS (SELECT 1 FROM change c
    WHERE c.entity = 'slot' AND c.public_id = sl.public_id)
UNION ALL
SELECT 'not_in_feed', 'usage_event', u.public_id, 'the change feed does not know it'
FROM usage u WHERE NOT EXISTS (SELECT 1 FROM change c
    WHERE c.entity = 'usage_event' AND c.public_id = u.public_id)
UNION ALL
SELECT 'not_in_feed', 'print_job', j.public_id, 'the change feed does not know it'
FROM job j WHERE NOT EXISTS (SELECT 1 FROM change c
    WHERE c.entity = 'print_job' AND c.public_id = j.public_id)
UNION ALL
SELECT 'place_in_feed', c.entity, c.public_id, 'its place would be given again'
FROM change c WHERE NOT EXISTS (SELECT 1 FROM change_newest n
    WHERE n.entity = c.entity AND n.seq >= c.seq)
UNION ALL
SELECT 'waits_for_nobody', 'delivery', d.public_id, 'its device is not sent to on this channel'
FROM delivery d JOIN device v ON v.id = d.device WHERE d.state = 'waiting'
AND (v.enabled = 0 OR v.gone_at IS NOT NULL OR v.channel <> d.channel)
UNION ALL
SELECT 'search', 'spool', t.public_id, 'is not found by its own words'
FROM spool t LEFT JOIN spool_search x ON x.rowid = t.id LEFT JOIN spool_words w ON w.id = t.id
WHERE x.words IS NOT w.words
UNION ALL
SELECT 'search', 'spool', 'row ' || x.rowid, 'is found and does not exist'
FROM spool_search x WHERE NOT EXISTS (SELECT 1 FROM spool t WHERE t.id = x.rowid)
UNION ALL
SELECT 'search', 'filament', t.public_id, 'is not found by its own words'
FROM filament t LEFT JOIN filament_search x ON x.rowid = t.id LEFT JOIN filament_words w ON w.id = t.id
WHERE x.words IS NOT w.words
UNION ALL
SELECT 'search', 'filament', 'row ' || x.rowid, 'is found and does not exist'
FROM filament_search x WHERE NOT EXISTS (SELECT 1 FROM filament t WHERE t.id = x.rowid)
UNION ALL
SELECT 'search', 'vendor', t.public_id, 'is not found by its own words'
FROM vendor t LEFT JOIN vendor_search x ON x.rowid = t.id LEFT JOIN vendor_words w ON w.id = t.id
WHERE x.words IS NOT w.words
UNION ALL
SELECT 'search', 'vendor', 'row ' || x.rowid, 'is found and does not exist'
FROM vendor_search x WHERE NOT EXISTS (SELECT 1 FROM vendor t WHERE t.id = x.rowid)
UNION ALL
SELECT 'search', 'print_job', t.public_id, 'is not found by its own words'
FROM job t LEFT JOIN job_search x ON x.rowid = t.id LEFT JOIN job_words w ON w.id = t.id
WHERE x.words IS NOT w.words
UNION ALL
SELECT 'search', 'print_job', 'row ' || x.rowid, 'is found and does not exist'
FROM job_search x WHERE NOT EXISTS (SELECT 1 FROM job t WHERE t.id = x.rowid);
