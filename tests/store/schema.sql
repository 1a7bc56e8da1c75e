CREATE INDEX activity_job ON activity (job);

CREATE UNIQUE INDEX activity_once ON activity (device, kind, coalesce(job, 0));

CREATE UNIQUE INDEX alert_cause ON alert (cause) WHERE ended_at IS NULL;

CREATE INDEX alert_job ON alert (job) WHERE job IS NOT NULL;

CREATE INDEX alert_opened ON alert (opened_at);

CREATE INDEX alert_printer ON alert (printer) WHERE printer IS NOT NULL;

CREATE INDEX alert_question ON alert (question) WHERE question IS NOT NULL;

CREATE INDEX alert_spool ON alert (spool) WHERE spool IS NOT NULL;

CREATE INDEX alert_told ON alert (cause);

CREATE UNIQUE INDEX change_entity ON change (entity, public_id);

CREATE INDEX change_tombstone ON change (at) WHERE op = 'delete';

CREATE INDEX delivery_device ON delivery (device) WHERE device IS NOT NULL;

CREATE INDEX delivery_lane ON delivery (channel, device, id) WHERE state = 'waiting';

CREATE UNIQUE INDEX delivery_once ON delivery (alert, channel, coalesce(device, 0));

CREATE UNIQUE INDEX device_place ON device (coalesce(json_extract(address, '$.token'), json_extract(address, '$.endpoint')));

CREATE UNIQUE INDEX filament_barcode ON filament (barcode) WHERE barcode IS NOT NULL;

CREATE INDEX filament_external ON filament (external_id) WHERE external_id IS NOT NULL;

CREATE INDEX filament_material ON filament (material);

CREATE INDEX filament_product ON filament (vendor, lower(name), lower(material));

CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE UNIQUE INDEX job_active ON job (printer) WHERE ended_at IS NULL;

CREATE INDEX job_external ON job (external_id) WHERE external_id IS NOT NULL;

CREATE INDEX job_feed_job ON job_feed (job, id);

CREATE UNIQUE INDEX job_feed_open ON job_feed (job) WHERE to_at IS NULL;

CREATE INDEX job_feed_ran_out ON job_feed (job) WHERE ran_out_at IS NOT NULL;

CREATE INDEX job_feed_slot ON job_feed (slot);

CREATE INDEX job_filament_slot ON job_filament (slot) WHERE slot IS NOT NULL;

CREATE INDEX job_identity ON job (printer, identity);

CREATE INDEX job_printer ON job (printer, started_at);

CREATE INDEX job_segment_open ON job_segment (job) WHERE spool IS NULL AND mg > 0;

CREATE INDEX job_segment_slot ON job_segment (slot) WHERE slot IS NOT NULL;

CREATE INDEX job_segment_spool ON job_segment (spool) WHERE spool IS NOT NULL;

CREATE INDEX job_started ON job (started_at);

CREATE INDEX learned_spool ON learned (spool);

CREATE INDEX printer_alias_printer ON printer_alias (printer);

CREATE UNIQUE INDEX printer_name ON printer (lower(public_id));

CREATE UNIQUE INDEX printer_serial ON printer (lower(serial))
    WHERE serial IS NOT NULL AND deleted_at IS NULL;

CREATE UNIQUE INDEX question_open_slot ON question (slot) WHERE state = 'open' AND slot IS NOT NULL;

CREATE INDEX question_slot ON question (slot);

CREATE INDEX question_state ON question (state, opened_at);

CREATE UNIQUE INDEX slot_assignment_open_slot ON slot_assignment (slot) WHERE unassigned_at IS NULL;

CREATE UNIQUE INDEX slot_assignment_open_spool ON slot_assignment (spool)
    WHERE unassigned_at IS NULL AND spool IS NOT NULL;

CREATE INDEX slot_assignment_runout ON slot_assignment (slot, runout_at) WHERE runout_at IS NOT NULL;

CREATE INDEX slot_assignment_slot ON slot_assignment (slot, assigned_at);

CREATE INDEX slot_assignment_spool ON slot_assignment (spool, assigned_at);

CREATE INDEX slot_assignment_time ON slot_assignment (assigned_at);

CREATE UNIQUE INDEX source_event_identity ON source_event (source, identity)
    WHERE identity IS NOT NULL;

CREATE INDEX source_event_printer ON source_event (printer, received_at);

CREATE INDEX source_event_received ON source_event (received_at);

CREATE INDEX spool_external ON spool (external_id) WHERE external_id IS NOT NULL;

CREATE INDEX spool_filament ON spool (filament);

CREATE INDEX spool_location ON spool (location) WHERE location IS NOT NULL;

CREATE INDEX spool_tag_uid_1 ON spool (tag_uid_1) WHERE tag_uid_1 IS NOT NULL;

CREATE INDEX spool_tag_uid_2 ON spool (tag_uid_2) WHERE tag_uid_2 IS NOT NULL;

CREATE UNIQUE INDEX spool_tray_uuid ON spool (tray_uuid)
    WHERE tray_uuid IS NOT NULL AND deleted_at IS NULL;

CREATE INDEX usage_at ON usage (at);

CREATE UNIQUE INDEX usage_once ON usage (job, filament, segment, revision) WHERE job IS NOT NULL;

CREATE UNIQUE INDEX usage_reverses ON usage (reverses) WHERE reverses IS NOT NULL;

CREATE INDEX usage_slot ON usage (slot) WHERE slot IS NOT NULL;

CREATE INDEX usage_spool ON usage (spool, at);

CREATE INDEX usage_weighed ON usage (weighed) WHERE weighed IS NOT NULL;

CREATE INDEX vendor_external ON vendor (external_id) WHERE external_id IS NOT NULL;

CREATE UNIQUE INDEX vendor_name ON vendor (lower(name));

CREATE TABLE activity (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    device INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    job INTEGER REFERENCES job (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('start', 'update')),
    token TEXT NOT NULL,
    sent TEXT CHECK (sent IS NULL OR json_valid(sent)),
    sent_at INTEGER,
    ended_at INTEGER,
    gone_at INTEGER,
    registered_at INTEGER NOT NULL,
    CHECK (kind = 'start' OR job IS NOT NULL),
    CHECK ((sent IS NULL) = (sent_at IS NULL))
) STRICT;

CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL DEFAULT 'info' CHECK (severity IN ('info', 'warning', 'critical')),
    cause TEXT NOT NULL,
    text TEXT NOT NULL,
    data TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data)),
    printer INTEGER REFERENCES printer (id),
    slot INTEGER REFERENCES slot (id),
    spool INTEGER REFERENCES spool (id),
    job INTEGER REFERENCES job (id),
    question INTEGER REFERENCES question (id),
    opened_at INTEGER NOT NULL,
    acked_at INTEGER,
    ended_at INTEGER,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE alert_look (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    due INTEGER NOT NULL CHECK (due IN (0, 1))
) STRICT;

CREATE TABLE api_key (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    scopes TEXT NOT NULL CHECK (json_valid(scopes)),
    device_name TEXT, -- of a key that pairing made; NULL: made by hand
    platform TEXT,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE change (
    seq INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    public_id TEXT NOT NULL,
    op TEXT NOT NULL CHECK (op = 'insert' OR op = 'update' OR op = 'delete'),
    at INTEGER NOT NULL,
    born INTEGER CHECK (born < seq)
) STRICT;

CREATE TABLE change_dropped (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE change_newest (
    entity TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE channel (
    name TEXT NOT NULL PRIMARY KEY,
    ready INTEGER NOT NULL CHECK (ready IN (0, 1)),
    last_ok_at INTEGER,
    failing_since INTEGER,
    error TEXT,
    CHECK ((failing_since IS NULL) = (error IS NULL))
) STRICT;

CREATE TABLE delivery (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    alert INTEGER REFERENCES alert (id) ON DELETE CASCADE,
    channel TEXT NOT NULL REFERENCES channel (name),
    device INTEGER REFERENCES device (id) ON DELETE CASCADE,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    error TEXT,
    due_at INTEGER NOT NULL,
    tried_at INTEGER,
    ended_at INTEGER,
    created_at INTEGER NOT NULL,
    CHECK ((state = 'waiting') = (ended_at IS NULL))
) STRICT;

CREATE TABLE device (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    installation TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    app_version TEXT,
    locale TEXT,
    channel TEXT NOT NULL CHECK (channel IN ('apns', 'webpush')),
    address TEXT NOT NULL CHECK (json_valid(address)),
    preferences TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(preferences)),
    api_key INTEGER REFERENCES api_key (id),
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    last_seen_at INTEGER NOT NULL,
    last_ok_at INTEGER,
    gone_at INTEGER,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE filament (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    vendor INTEGER NOT NULL REFERENCES vendor (id),
    name TEXT NOT NULL,
    material TEXT NOT NULL CHECK (material <> ''),
    color TEXT,
    alpha INTEGER NOT NULL DEFAULT 255 CHECK (alpha BETWEEN 0 AND 255),
    colors TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(colors)),
    color_direction TEXT CHECK (color_direction IN ('coaxial', 'longitudinal')),
    profile TEXT,
    density REAL CHECK (density > 0),
    diameter REAL NOT NULL DEFAULT 1.75 CHECK (diameter > 0),
    net_mg INTEGER CHECK (net_mg >= 0),
    tare_mg INTEGER CHECK (tare_mg >= 0),
    price_cents INTEGER CHECK (price_cents >= 0),
    nozzle_min INTEGER,
    nozzle_max INTEGER,
    bed_min INTEGER,
    bed_max INTEGER,
    drying TEXT,
    article_number TEXT,
    reorder_url TEXT,
    barcode TEXT,
    comment TEXT,
    external_id TEXT,
    extra TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(extra)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (nozzle_min <= nozzle_max),
    CHECK (bed_min <= bed_max)
) STRICT;

CREATE VIRTUAL TABLE filament_search USING fts5(words, tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE 'filament_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'filament_search_content'(id INTEGER PRIMARY KEY, c0);

CREATE TABLE 'filament_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'filament_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);

CREATE TABLE 'filament_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE idempotency (
    principal INTEGER NOT NULL,
    key TEXT NOT NULL,
    route TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    status INTEGER,
    headers TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(headers)),
    body TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE instance (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    public_id TEXT NOT NULL,
    day TEXT -- up to which the feed tells what dates alone change
) STRICT;

CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    printer INTEGER NOT NULL REFERENCES printer (id),
    identity TEXT,
    kind TEXT NOT NULL DEFAULT 'print' CHECK (kind IN ('print', 'utility')),
    status TEXT NOT NULL CHECK (status IN ('printing', 'paused', 'completed', 'failed', 'cancelled',
        'unknown')),
    file_name TEXT,
    name TEXT,
    plate INTEGER,
    task_id TEXT,
    subtask_id TEXT,
    external_id TEXT,
    start_seen INTEGER NOT NULL DEFAULT 1 CHECK (start_seen IN (0, 1)),
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    error_code INTEGER,
    progress_percent INTEGER CHECK (progress_percent BETWEEN 0 AND 100),
    layer INTEGER,
    total_layers INTEGER,
    estimated_mg INTEGER CHECK (estimated_mg >= 0),
    reported_mg INTEGER CHECK (reported_mg >= 0),
    actual_mg INTEGER CHECK (actual_mg >= 0),
    source TEXT NOT NULL CHECK (source IN ('mqtt', 'homeassistant', 'api', 'import')),
    mapping_source TEXT,
    sliced_state TEXT,
    sliced_reason TEXT,
    sliced TEXT CHECK (sliced IS NULL OR json_valid(sliced)),
    state TEXT CHECK (state IS NULL OR json_valid(state)),
    note TEXT,
    names_erased_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, end_percent INTEGER CHECK (end_percent BETWEEN 0 AND 100), layer_times TEXT,
    CHECK (ended_at >= started_at),
    CHECK ((status IN ('printing', 'paused')) = (ended_at IS NULL))
) STRICT;

CREATE TABLE job_feed (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    slot INTEGER NOT NULL REFERENCES slot (id),
    from_layer INTEGER NOT NULL CHECK (from_layer >= 0),
    from_percent INTEGER CHECK (from_percent BETWEEN 0 AND 100),
    from_at INTEGER NOT NULL,
    to_layer INTEGER CHECK (to_layer >= from_layer),
    to_at INTEGER CHECK (to_at >= from_at)
, from_tag TEXT, from_remain INTEGER CHECK (from_remain BETWEEN 0 AND 100), from_weight_g INTEGER CHECK (from_weight_g > 0), to_tag TEXT, to_remain INTEGER CHECK (to_remain BETWEEN 0 AND 100), to_weight_g INTEGER CHECK (to_weight_g > 0), spool INTEGER REFERENCES spool (id), ran_out_at INTEGER, emptied_at INTEGER) STRICT;

CREATE TABLE job_filament (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    idx INTEGER NOT NULL CHECK (idx > 0),
    material TEXT,
    color TEXT,
    alpha INTEGER,
    profile TEXT,
    name TEXT,
    estimated_mg INTEGER CHECK (estimated_mg >= 0),
    used_mg INTEGER CHECK (used_mg >= 0),
    low_mg INTEGER CHECK (low_mg >= 0),
    high_mg INTEGER CHECK (high_mg >= 0),
    slot INTEGER REFERENCES slot (id),
    mapping_source TEXT,
    source TEXT,
    curve TEXT CHECK (curve IS NULL OR json_valid(curve)),
    evidence TEXT CHECK (evidence IS NULL OR json_valid(evidence)),
    UNIQUE (job, idx)
) STRICT;

CREATE TABLE job_layer (
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    layer INTEGER NOT NULL CHECK (layer >= 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (job, layer)
) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE job_search USING fts5(words, tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE 'job_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'job_search_content'(id INTEGER PRIMARY KEY, c0);

CREATE TABLE 'job_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'job_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);

CREATE TABLE 'job_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE job_segment (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    filament INTEGER NOT NULL CHECK (filament > 0),
    segment INTEGER NOT NULL CHECK (segment >= 0),
    slot INTEGER REFERENCES slot (id),
    spool INTEGER REFERENCES spool (id),
    from_layer INTEGER,
    to_layer INTEGER,
    from_at INTEGER,
    to_at INTEGER,
    mg INTEGER CHECK (mg >= 0),
    source TEXT,
    estimate INTEGER NOT NULL DEFAULT 0 CHECK (estimate IN (0, 1)),
    evidence TEXT CHECK (evidence IS NULL OR json_valid(evidence)),
    UNIQUE (job, filament, segment)
) STRICT;

CREATE TABLE learned (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    spool INTEGER NOT NULL REFERENCES spool (id) ON DELETE CASCADE,
    learned_at INTEGER NOT NULL
) STRICT;

CREATE TABLE material (
    name TEXT NOT NULL PRIMARY KEY,
    density REAL CHECK (density > 0),
    dry_days INTEGER CHECK (dry_days > 0),
    chosen_density REAL CHECK (chosen_density > 0),
    chosen_dry_days INTEGER CHECK (chosen_dry_days > 0),
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE pair_code (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    name TEXT, -- of the key to be; NULL: as the device calls itself
    scopes TEXT NOT NULL CHECK (json_valid(scopes)),
    wrong_tries INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE printer (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('mqtt', 'homeassistant')),
    serial TEXT,
    host TEXT,
    port INTEGER CHECK (port BETWEEN 1 AND 65535),
    access_code TEXT,
    pin_sha256 TEXT,
    model TEXT,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    nozzles INTEGER NOT NULL DEFAULT 1 CHECK (nozzles IN (1, 2)),
    state TEXT CHECK (state IS NULL OR json_valid(state)),
    state_at INTEGER,
    deleted_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
, ftps_port INTEGER CHECK (ftps_port BETWEEN 1 AND 65535), fetch_sliced_file INTEGER CHECK (fetch_sliced_file IN (0, 1)), fetch_plain_data INTEGER CHECK (fetch_plain_data IN (0, 1))) STRICT;

CREATE TABLE printer_alias (
    alias TEXT NOT NULL PRIMARY KEY CHECK (alias = lower(alias)),
    printer INTEGER NOT NULL REFERENCES printer (id) ON DELETE CASCADE,
    shown TEXT NOT NULL
) STRICT;

CREATE TABLE question (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'closed')),
    slot INTEGER REFERENCES slot (id),
    job INTEGER REFERENCES job (id),
    reason TEXT,
    candidates TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(candidates)),
    reported TEXT CHECK (reported IS NULL OR json_valid(reported)),
    spool INTEGER REFERENCES spool (id),
    close_reason TEXT,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    updated_at INTEGER NOT NULL,
    CHECK ((state = 'open') = (closed_at IS NULL))
) STRICT;

CREATE TABLE setting (
    key TEXT NOT NULL PRIMARY KEY,
    configured TEXT CHECK (configured IS NULL OR json_valid(configured)),
    chosen TEXT CHECK (chosen IS NULL OR json_valid(chosen)),
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE slot (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    printer INTEGER NOT NULL REFERENCES printer (id),
    unit INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    label TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'unknown' CHECK (state IN ('empty', 'present', 'reading', 'unknown')),
    color TEXT,
    alpha INTEGER CHECK (alpha BETWEEN 0 AND 255),
    colors TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(colors)),
    material TEXT,
    profile TEXT,
    name TEXT,
    tag_uid TEXT,
    tray_uuid TEXT,
    remain_percent INTEGER CHECK (remain_percent BETWEEN 0 AND 100),
    source TEXT,
    reported_at INTEGER,
    match TEXT NOT NULL DEFAULT 'unknown'
        CHECK (match IN ('ok', 'mismatch', 'unassigned', 'empty', 'unknown')),
    active INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (printer, unit, slot)
) STRICT;

CREATE TABLE slot_assignment (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    slot INTEGER NOT NULL REFERENCES slot (id),
    spool INTEGER REFERENCES spool (id),
    assigned_at INTEGER NOT NULL,
    unassigned_at INTEGER,
    event_type TEXT NOT NULL CHECK (event_type IN ('manual', 'ha_color_change',
        'ha_material_change', 'mqtt_color_change', 'mqtt_material_change', 'rfid', 'nfc', 'qr',
        'runout', 'auto_matched', 'auto_moved', 'unload', 'import')),
    reason TEXT,
    source TEXT NOT NULL,
    by_user INTEGER NOT NULL DEFAULT 0 CHECK (by_user IN (0, 1)),
    confidence INTEGER CHECK (confidence BETWEEN 0 AND 1000),
    fingerprint TEXT NOT NULL DEFAULT '',
    mismatch_asked INTEGER NOT NULL DEFAULT 0 CHECK (mismatch_asked IN (0, 1)),
    runout_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (unassigned_at >= assigned_at)
) STRICT;

CREATE TABLE source_event (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    printer INTEGER REFERENCES printer (id),
    kind TEXT NOT NULL,
    identity TEXT,
    occurred_at INTEGER,
    received_at INTEGER NOT NULL,
    body TEXT CHECK (body IS NULL OR json_valid(body)),
    action TEXT,
    reason TEXT
) STRICT;

CREATE TABLE spool (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    number INTEGER NOT NULL UNIQUE CHECK (number > 0),
    filament INTEGER NOT NULL REFERENCES filament (id),
    initial_mg INTEGER NOT NULL CHECK (initial_mg >= 0),
    used_mg INTEGER NOT NULL DEFAULT 0,
    tare_mg INTEGER CHECK (tare_mg >= 0),
    price_cents INTEGER CHECK (price_cents >= 0),
    threshold_mg INTEGER CHECK (threshold_mg >= 0),
    purchase_date TEXT,
    opened_at INTEGER,
    dried_at INTEGER,
    first_used_at INTEGER,
    last_used_at INTEGER,
    lot TEXT,
    location TEXT,
    notes TEXT,
    draft INTEGER NOT NULL DEFAULT 0 CHECK (draft IN (0, 1)),
    tray_uuid TEXT,
    tag_uid_1 TEXT,
    tag_uid_2 TEXT,
    external_id TEXT,
    extra TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(extra)),
    archived_at INTEGER,
    deleted_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE VIRTUAL TABLE spool_search USING fts5(words, tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE 'spool_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'spool_search_content'(id INTEGER PRIMARY KEY, c0);

CREATE TABLE 'spool_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'spool_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);

CREATE TABLE 'spool_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE threshold (
    material TEXT NOT NULL PRIMARY KEY,
    configured_mg INTEGER CHECK (configured_mg >= 0),
    chosen_mg INTEGER CHECK (chosen_mg >= 0),
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE usage (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    spool INTEGER NOT NULL REFERENCES spool (id),
    job INTEGER REFERENCES job (id),
    slot INTEGER REFERENCES slot (id),
    filament INTEGER,
    segment INTEGER,
    revision INTEGER NOT NULL DEFAULT 0 CHECK (revision >= 0),
    mg INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'print' OR kind = 'manual_adjustment' OR kind = 'waste'
        OR kind = 'correction' OR kind = 'runout'),
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    estimate INTEGER NOT NULL DEFAULT 0 CHECK (estimate IN (0, 1)),
    price_cents INTEGER CHECK (price_cents >= 0),
    price_mg INTEGER CHECK (price_mg > 0),
    reverses INTEGER REFERENCES usage (id),
    note TEXT,
    evidence TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(evidence)),
    created_at INTEGER NOT NULL, weighed INTEGER REFERENCES job (id),
    CHECK ((job IS NULL) = (filament IS NULL) AND (job IS NULL) = (segment IS NULL))
) STRICT;

CREATE TABLE vendor (
    id INTEGER PRIMARY KEY,
    public_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL CHECK (name <> ''),
    tare_mg INTEGER CHECK (tare_mg >= 0),
    comment TEXT,
    external_id TEXT,
    extra TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(extra)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE VIRTUAL TABLE vendor_search USING fts5(words, tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE 'vendor_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'vendor_search_content'(id INTEGER PRIMARY KEY, c0);

CREATE TABLE 'vendor_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'vendor_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);

CREATE TABLE 'vendor_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TRIGGER alert_inserted AFTER INSERT ON alert BEGIN
    SELECT tell_change('alert', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER alert_look_edited AFTER UPDATE OF filament, initial_mg, threshold_mg, purchase_date, opened_at,
    dried_at, draft, archived_at, deleted_at ON spool BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

CREATE TRIGGER alert_look_filament_deleted AFTER DELETE ON filament BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

CREATE TRIGGER alert_look_filament_updated AFTER UPDATE OF material ON filament BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

CREATE TRIGGER alert_look_material_inserted AFTER INSERT ON material BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

CREATE TRIGGER alert_look_material_updated AFTER UPDATE ON material BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

CREATE TRIGGER alert_look_spool_deleted AFTER DELETE ON spool BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

CREATE TRIGGER alert_look_spool_inserted AFTER INSERT ON spool BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

CREATE TRIGGER alert_look_threshold_inserted AFTER INSERT ON threshold BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

CREATE TRIGGER alert_look_threshold_updated AFTER UPDATE ON threshold BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

CREATE TRIGGER alert_look_used AFTER UPDATE OF used_mg ON spool
WHEN min(OLD.initial_mg - OLD.used_mg, NEW.initial_mg - NEW.used_mg) <= 50000
    + max(100000, coalesce(NEW.threshold_mg, 0),
        (SELECT coalesce(max(max(coalesce(chosen_mg, 0), coalesce(configured_mg, 0))), 0)
            FROM threshold WHERE rowid > 0)) BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

CREATE TRIGGER alert_of_question AFTER UPDATE OF state ON question WHEN NEW.state <> 'open' BEGIN
    UPDATE alert SET ended_at = NEW.updated_at, updated_at = NEW.updated_at
        WHERE question = NEW.id AND ended_at IS NULL;
END;

CREATE TRIGGER alert_of_stay AFTER UPDATE OF unassigned_at ON slot_assignment
    WHEN NEW.unassigned_at IS NOT NULL BEGIN
    UPDATE alert SET ended_at = NEW.updated_at, updated_at = NEW.updated_at
        WHERE cause = 'slot_changed:' || NEW.public_id AND ended_at IS NULL;
END;

CREATE TRIGGER alert_updated AFTER UPDATE ON alert BEGIN
    SELECT tell_change('alert', NEW.public_id, 'update', NEW.updated_at);
END;

CREATE TRIGGER api_key_inserted AFTER INSERT ON api_key BEGIN
    SELECT tell_change('api_key', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER api_key_updated AFTER UPDATE OF name, scopes, expires_at, revoked_at ON api_key BEGIN
    SELECT tell_change('api_key', NEW.public_id, 'update', NEW.updated_at);
END;

CREATE TRIGGER changed_told INSTEAD OF INSERT ON changed BEGIN
    SELECT tell_change(NEW.entity, NEW.public_id, NEW.op, NEW.at);
END;

CREATE TRIGGER device_deleted AFTER DELETE ON device BEGIN
    SELECT tell_change('device', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
END;

CREATE TRIGGER device_inserted AFTER INSERT ON device BEGIN
    SELECT tell_change('device', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER device_updated AFTER UPDATE OF name, platform, app_version, locale, channel, address, preferences,
    api_key, enabled, gone_at, last_error ON device BEGIN
    SELECT tell_change('device', NEW.public_id, 'update', NEW.updated_at);
END;

CREATE TRIGGER filament_deleted AFTER DELETE ON filament BEGIN
    SELECT tell_change('filament', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'vendor', public_id, 'update', CAST(strftime('%s', 'now') AS INTEGER) * 1000 FROM vendor WHERE id = OLD.vendor;
END;

CREATE TRIGGER filament_inserted AFTER INSERT ON filament BEGIN
    SELECT tell_change('filament', NEW.public_id, 'insert', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'vendor', public_id, 'update', NEW.updated_at FROM vendor WHERE id = NEW.vendor;
END;

CREATE TRIGGER filament_search_delete AFTER DELETE ON filament BEGIN
    DELETE FROM filament_search WHERE rowid = OLD.id;
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

CREATE TRIGGER filament_updated AFTER UPDATE ON filament BEGIN
    SELECT tell_change('filament', NEW.public_id, 'update', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE filament = NEW.id AND deleted_at IS NULL ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot', slot.public_id, 'update', NEW.updated_at FROM slot
        JOIN slot_assignment a ON a.slot = slot.id AND a.unassigned_at IS NULL
        JOIN spool ON spool.id = a.spool WHERE spool.filament = NEW.id ORDER BY slot.id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'vendor', public_id, 'update', NEW.updated_at FROM vendor WHERE OLD.vendor <> NEW.vendor
            AND id IN (OLD.vendor, NEW.vendor) ORDER BY id;
END;

CREATE TRIGGER job_deleted AFTER DELETE ON job BEGIN
    SELECT tell_change('print_job', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
END;

CREATE TRIGGER job_feed_split AFTER INSERT ON slot_assignment
WHEN EXISTS (SELECT 1 FROM job_feed f JOIN job j ON j.id = f.job
    WHERE f.slot = NEW.slot AND f.to_at IS NULL AND j.ended_at IS NULL
        AND f.from_at < NEW.created_at) BEGIN
    UPDATE job_feed
    SET to_layer = max(from_layer, coalesce((SELECT layer FROM job WHERE id = job_feed.job), 0)),
        to_at = NEW.created_at
    WHERE slot = NEW.slot AND to_at IS NULL;
    INSERT INTO job_feed (job, slot, from_layer, from_at)
        SELECT job, slot, to_layer, to_at FROM job_feed
        WHERE slot = NEW.slot AND to_at = NEW.created_at ORDER BY id DESC LIMIT 1;
END;

CREATE TRIGGER job_filament_deleted AFTER DELETE ON job_filament BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', updated_at FROM job WHERE id = OLD.job ORDER BY id;
END;

CREATE TRIGGER job_filament_inserted AFTER INSERT ON job_filament BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', updated_at FROM job WHERE id = NEW.job ORDER BY id;
END;

CREATE TRIGGER job_filament_updated AFTER UPDATE ON job_filament BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', updated_at FROM job WHERE id = NEW.job ORDER BY id;
END;

CREATE TRIGGER job_inserted AFTER INSERT ON job BEGIN
    SELECT tell_change('print_job', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER job_search_delete AFTER DELETE ON job BEGIN
    DELETE FROM job_search WHERE rowid = OLD.id;
END;

CREATE TRIGGER job_search_insert AFTER INSERT ON job BEGIN
    INSERT INTO job_search (rowid, words) SELECT id, words FROM job_words WHERE id = NEW.id;
END;

CREATE TRIGGER job_search_update AFTER UPDATE OF name, file_name ON job
WHEN OLD.name IS NOT NEW.name OR OLD.file_name IS NOT NEW.file_name BEGIN
    UPDATE job_search SET words = (SELECT words FROM job_words WHERE id = NEW.id)
        WHERE rowid = NEW.id;
END;

CREATE TRIGGER job_segment_deleted AFTER DELETE ON job_segment BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', updated_at FROM job WHERE id = OLD.job ORDER BY id;
END;

CREATE TRIGGER job_segment_inserted AFTER INSERT ON job_segment BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', updated_at FROM job WHERE id = NEW.job ORDER BY id;
END;

CREATE TRIGGER job_segment_updated AFTER UPDATE ON job_segment BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', updated_at FROM job WHERE id = NEW.job ORDER BY id;
END;

CREATE TRIGGER job_updated AFTER UPDATE OF printer, status, file_name, name, external_id, start_seen, started_at,
    ended_at, error_code, progress_percent, layer, total_layers, estimated_mg, reported_mg,
    actual_mg, source, mapping_source, sliced_state, sliced_reason, note, updated_at ON job BEGIN
    SELECT tell_change('print_job', NEW.public_id, 'update', NEW.updated_at);
END;

CREATE TRIGGER material_inserted AFTER INSERT ON material BEGIN
    SELECT tell_change('material', NEW.name, 'insert', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE deleted_at IS NULL
            AND filament IN (SELECT id FROM filament WHERE material = NEW.name) ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'filament', public_id, 'update', NEW.updated_at FROM filament WHERE material = NEW.name ORDER BY id;
END;

CREATE TRIGGER material_updated AFTER UPDATE ON material BEGIN
    SELECT tell_change('material', NEW.name, 'update', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE deleted_at IS NULL
            AND filament IN (SELECT id FROM filament WHERE material = NEW.name) ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'filament', public_id, 'update', NEW.updated_at FROM filament WHERE material = NEW.name ORDER BY id;
END;

CREATE TRIGGER printer_alias_deleted AFTER DELETE ON printer_alias BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'printer', public_id, 'update', updated_at FROM printer WHERE id = OLD.printer ORDER BY id;
END;

CREATE TRIGGER printer_alias_inserted AFTER INSERT ON printer_alias BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'printer', public_id, 'update', updated_at FROM printer WHERE id = NEW.printer ORDER BY id;
END;

CREATE TRIGGER printer_hidden AFTER UPDATE OF deleted_at, public_id ON printer
    WHEN OLD.deleted_at IS NOT NEW.deleted_at OR OLD.public_id <> NEW.public_id BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot', public_id, CASE WHEN NEW.deleted_at IS NULL THEN 'update' ELSE 'delete' END, NEW.updated_at FROM slot WHERE printer = NEW.id ORDER BY id;
END;

CREATE TRIGGER printer_inserted AFTER INSERT ON printer BEGIN
    SELECT tell_change('printer', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER printer_updated AFTER UPDATE OF public_id, name, source, serial, host, port, access_code,
    pin_sha256, model, enabled, nozzles, deleted_at, updated_at ON printer BEGIN
    SELECT tell_change('printer', NEW.public_id, CASE WHEN NEW.deleted_at IS NULL THEN 'update' ELSE 'delete' END, NEW.updated_at);
END;

CREATE TRIGGER question_inserted AFTER INSERT ON question BEGIN
    SELECT tell_change('question', NEW.public_id, 'insert', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot', public_id, 'update', NEW.updated_at FROM slot WHERE id = NEW.slot ORDER BY id;
END;

CREATE TRIGGER question_updated AFTER UPDATE ON question BEGIN
    SELECT tell_change('question', NEW.public_id, 'update', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot', public_id, 'update', NEW.updated_at FROM slot WHERE id = NEW.slot ORDER BY id;
END;

CREATE TRIGGER setting_inserted AFTER INSERT ON setting BEGIN
    SELECT tell_change('setting', NEW.key, 'insert', NEW.updated_at);
END;

CREATE TRIGGER setting_updated AFTER UPDATE ON setting BEGIN
    SELECT tell_change('setting', NEW.key, 'update', NEW.updated_at);
END;

CREATE TRIGGER slot_assignment_deleted AFTER DELETE ON slot_assignment BEGIN
    SELECT tell_change('slot_history', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot', public_id, 'update', CAST(strftime('%s', 'now') AS INTEGER) * 1000 FROM slot WHERE id = OLD.slot;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', CAST(strftime('%s', 'now') AS INTEGER) * 1000 FROM spool
            WHERE id = OLD.spool AND deleted_at IS NULL;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', CAST(strftime('%s', 'now') AS INTEGER) * 1000 FROM job WHERE ended_at IS NULL
            AND id IN (SELECT job FROM job_filament WHERE slot IN (OLD.slot)) ORDER BY id;
END;

CREATE TRIGGER slot_assignment_inserted AFTER INSERT ON slot_assignment BEGIN
    SELECT tell_change('slot_history', NEW.public_id, 'insert', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot', public_id, 'update', NEW.updated_at FROM slot WHERE id IN (NEW.slot) ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE id IN (NEW.spool) AND deleted_at IS NULL ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', NEW.updated_at FROM job WHERE ended_at IS NULL
            AND id IN (SELECT job FROM job_filament WHERE slot IN (NEW.slot)) ORDER BY id;
END;

CREATE TRIGGER slot_assignment_updated AFTER UPDATE ON slot_assignment BEGIN
    SELECT tell_change('slot_history', NEW.public_id, 'update', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot', public_id, 'update', NEW.updated_at FROM slot WHERE id IN (OLD.slot, NEW.slot) ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE id IN (OLD.spool, NEW.spool) AND deleted_at IS NULL ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', NEW.updated_at FROM job WHERE ended_at IS NULL
            AND id IN (SELECT job FROM job_filament WHERE slot IN (OLD.slot, NEW.slot)) ORDER BY id;
END;

CREATE TRIGGER slot_deleted AFTER DELETE ON slot BEGIN
    SELECT tell_change('slot', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
END;

CREATE TRIGGER slot_inserted AFTER INSERT ON slot BEGIN
    SELECT tell_change('slot', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER slot_moved AFTER UPDATE OF printer ON slot WHEN OLD.printer <> NEW.printer BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot_history', public_id, 'update', NEW.updated_at FROM slot_assignment WHERE slot = NEW.id ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'question', public_id, 'update', NEW.updated_at FROM question WHERE slot = NEW.id ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE deleted_at IS NULL
            AND id IN (SELECT spool FROM slot_assignment WHERE slot = NEW.id AND unassigned_at IS NULL) ORDER BY id;
END;

CREATE TRIGGER slot_updated AFTER UPDATE ON slot BEGIN
    SELECT tell_change('slot', NEW.public_id, 'update', NEW.updated_at);
END;

CREATE TRIGGER spool_deleted AFTER DELETE ON spool BEGIN
    SELECT tell_change('spool', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'filament', public_id, 'update', CAST(strftime('%s', 'now') AS INTEGER) * 1000 FROM filament WHERE id = OLD.filament ORDER BY id;
END;

CREATE TRIGGER spool_inserted AFTER INSERT ON spool BEGIN
    SELECT tell_change('spool', NEW.public_id, 'insert', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'filament', public_id, 'update', NEW.updated_at FROM filament WHERE id = NEW.filament ORDER BY id;
END;

CREATE TRIGGER spool_search_delete AFTER DELETE ON spool BEGIN
    DELETE FROM spool_search WHERE rowid = OLD.id;
END;

CREATE TRIGGER spool_search_insert AFTER INSERT ON spool BEGIN
    INSERT INTO spool_search (rowid, words) SELECT id, words FROM spool_words WHERE id = NEW.id;
END;

CREATE TRIGGER spool_search_update AFTER UPDATE OF filament, number, lot, location, external_id,
    notes, deleted_at ON spool BEGIN
    DELETE FROM spool_search WHERE rowid = NEW.id;
    INSERT INTO spool_search (rowid, words) SELECT id, words FROM spool_words WHERE id = NEW.id;
END;

CREATE TRIGGER spool_updated AFTER UPDATE ON spool BEGIN
    SELECT tell_change('spool', NEW.public_id, CASE WHEN NEW.deleted_at IS NULL THEN 'update' ELSE 'delete' END, NEW.updated_at);
    SELECT tell_change('filament', (SELECT public_id FROM filament WHERE id = NEW.filament), 'update', NEW.updated_at);
END;

CREATE TRIGGER spool_updated_in_slot AFTER UPDATE ON spool
WHEN EXISTS (SELECT 1 FROM slot_assignment WHERE spool = NEW.id AND unassigned_at IS NULL) BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot', public_id, 'update', NEW.updated_at FROM slot WHERE id IN (SELECT slot FROM slot_assignment
            WHERE spool = NEW.id AND unassigned_at IS NULL) ORDER BY id;
END;

CREATE TRIGGER spool_updated_of_other AFTER UPDATE OF filament ON spool
WHEN OLD.filament <> NEW.filament BEGIN
    SELECT tell_change('filament', (SELECT public_id FROM filament WHERE id = OLD.filament), 'update', NEW.updated_at);
END;

CREATE TRIGGER threshold_inserted AFTER INSERT ON threshold BEGIN
    SELECT tell_change('threshold', CASE NEW.material WHEN '' THEN 'global' ELSE NEW.material END, 'insert', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE threshold_mg IS NULL AND deleted_at IS NULL
            AND (NEW.material = '' OR filament IN (SELECT id FROM filament
                WHERE material = NEW.material)) ORDER BY id;
END;

CREATE TRIGGER threshold_updated AFTER UPDATE ON threshold BEGIN
    SELECT tell_change('threshold', CASE NEW.material WHEN '' THEN 'global' ELSE NEW.material END, 'update', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE threshold_mg IS NULL AND deleted_at IS NULL
            AND (NEW.material = '' OR filament IN (SELECT id FROM filament
                WHERE material = NEW.material)) ORDER BY id;
END;

CREATE TRIGGER usage_fixed BEFORE UPDATE OF id, public_id, spool, job, filament, segment, revision,
    mg, kind, at, price_cents, price_mg, reverses ON usage BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;

CREATE TRIGGER usage_inserted AFTER INSERT ON usage BEGIN
    SELECT tell_change('usage_event', NEW.public_id, 'insert', NEW.created_at);
END;

CREATE TRIGGER usage_inserted_of_job AFTER INSERT ON usage WHEN NEW.job IS NOT NULL BEGIN
    SELECT tell_change('print_job', (SELECT public_id FROM job WHERE id = NEW.job), 'update', NEW.created_at);
END;

CREATE TRIGGER usage_inserted_reversal AFTER INSERT ON usage WHEN NEW.reverses IS NOT NULL BEGIN
    SELECT tell_change('usage_event', (SELECT public_id FROM usage WHERE id = NEW.reverses), 'update', NEW.created_at);
END;

CREATE TRIGGER usage_kept BEFORE DELETE ON usage BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;

CREATE TRIGGER usage_sum AFTER INSERT ON usage BEGIN
    UPDATE spool
    SET used_mg = used_mg + NEW.mg,
        first_used_at = CASE WHEN NEW.kind = 'print'
            THEN min(coalesce(first_used_at, NEW.at), NEW.at) ELSE first_used_at END,
        last_used_at = CASE WHEN NEW.kind = 'print'
            THEN max(coalesce(last_used_at, NEW.at), NEW.at) ELSE last_used_at END,
        updated_at = NEW.created_at
    WHERE id = NEW.spool;
END;

CREATE TRIGGER usage_updated AFTER UPDATE ON usage BEGIN
    SELECT tell_change('usage_event', NEW.public_id, 'update', NEW.created_at);
END;

CREATE TRIGGER vendor_deleted AFTER DELETE ON vendor BEGIN
    SELECT tell_change('vendor', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
END;

CREATE TRIGGER vendor_inserted AFTER INSERT ON vendor BEGIN
    SELECT tell_change('vendor', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER vendor_search_delete AFTER DELETE ON vendor BEGIN
    DELETE FROM vendor_search WHERE rowid = OLD.id;
END;

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

CREATE TRIGGER vendor_updated AFTER UPDATE ON vendor BEGIN
    SELECT tell_change('vendor', NEW.public_id, 'update', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'filament', public_id, 'update', NEW.updated_at FROM filament WHERE vendor = NEW.id ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE filament IN (SELECT id FROM filament WHERE vendor = NEW.id)
            AND deleted_at IS NULL ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot', slot.public_id, 'update', NEW.updated_at FROM slot
        JOIN slot_assignment a ON a.slot = slot.id AND a.unassigned_at IS NULL
        JOIN spool ON spool.id = a.spool WHERE spool.filament IN (SELECT id FROM filament WHERE vendor = NEW.id)
        ORDER BY slot.id;
END;

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

CREATE VIEW changed AS SELECT entity, public_id, op, at FROM change;

CREATE VIEW channels AS
SELECT
    c.name AS channel,
    c.ready AS ready,
    (SELECT count(*) FROM delivery d WHERE d.channel = c.name AND d.state = 'waiting') AS waiting,
    strftime('%Y-%m-%dT%H:%M:%SZ', c.last_ok_at / 1000, 'unixepoch') AS last_ok_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', c.failing_since / 1000, 'unixepoch') AS failing_since,
    c.error AS error
FROM channel c;

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

CREATE VIEW filament_words AS
SELECT
    f.id AS id,
    v.name || ' ' || f.name || ' ' || f.material || ' ' || coalesce(f.color, '') || ' ' || f.colors
        || ' ' || coalesce(f.profile, '') || ' ' || coalesce(f.article_number, '') || ' '
        || coalesce(f.barcode, '') || ' ' || coalesce(f.external_id, '') || ' '
        || coalesce(f.comment, '') AS words
FROM filament f
JOIN vendor v ON v.id = f.vendor;

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

CREATE VIEW job_words AS
SELECT j.id AS id, coalesce(j.name, '') || ' ' || coalesce(j.file_name, '') AS words FROM job j;

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

CREATE VIEW settings AS
SELECT
    t.key AS key,
    coalesce(t.chosen, t.configured) AS value,
    t.configured AS default_value,
    CASE WHEN t.chosen IS NULL THEN 'default' ELSE 'api' END AS origin
FROM setting t;

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

CREATE VIEW thresholds AS
SELECT
    CASE t.material WHEN '' THEN 'global' ELSE t.material END AS threshold_id,
    nullif(t.material, '') AS material,
    coalesce(t.chosen_mg, t.configured_mg) / 1000.0 AS threshold_grams,
    t.configured_mg / 1000.0 AS default_grams,
    CASE WHEN t.chosen_mg IS NULL THEN 'default' ELSE 'api' END AS origin
FROM threshold t
WHERE coalesce(t.chosen_mg, t.configured_mg) IS NOT NULL;

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

CREATE VIEW vendor_words AS SELECT v.id AS id, v.name AS words FROM vendor v;

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

