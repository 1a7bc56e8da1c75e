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
