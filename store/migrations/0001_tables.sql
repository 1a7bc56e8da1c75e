-- The base tables: singular, normalised, integers. Weights are milligrams, money is cents, times are
-- milliseconds since 1970 (UTC), colours are '#RRGGBB'. What clients see are the views of 0003.

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
CREATE UNIQUE INDEX vendor_name ON vendor (lower(name));
CREATE INDEX vendor_external ON vendor (external_id) WHERE external_id IS NOT NULL;

-- A product, once; rolls of it many times.
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
CREATE INDEX filament_product ON filament (vendor, lower(name), lower(material));
CREATE INDEX filament_material ON filament (material);
CREATE UNIQUE INDEX filament_barcode ON filament (barcode) WHERE barcode IS NOT NULL;
CREATE INDEX filament_external ON filament (external_id) WHERE external_id IS NOT NULL;

-- A roll. used_mg is the sum of its rows in usage, kept by a trigger; the balance is initial_mg -
-- used_mg and may be negative, what is shown is not.
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
CREATE INDEX spool_filament ON spool (filament);
CREATE INDEX spool_location ON spool (location) WHERE location IS NOT NULL;
CREATE UNIQUE INDEX spool_tray_uuid ON spool (tray_uuid)
    WHERE tray_uuid IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX spool_tag_uid_1 ON spool (tag_uid_1) WHERE tag_uid_1 IS NOT NULL;
CREATE INDEX spool_tag_uid_2 ON spool (tag_uid_2) WHERE tag_uid_2 IS NOT NULL;
CREATE INDEX spool_external ON spool (external_id) WHERE external_id IS NOT NULL;

-- state is the durable part of what the printer last told (JSON of core/printer.h).
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
) STRICT;
CREATE UNIQUE INDEX printer_name ON printer (lower(public_id));
CREATE UNIQUE INDEX printer_serial ON printer (lower(serial))
    WHERE serial IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE printer_alias (
    alias TEXT NOT NULL PRIMARY KEY CHECK (alias = lower(alias)),
    printer INTEGER NOT NULL REFERENCES printer (id) ON DELETE CASCADE,
    shown TEXT NOT NULL
) STRICT;
CREATE INDEX printer_alias_printer ON printer_alias (printer);

-- A place for a roll and what the printer reports of it. unit and slot as in core/address.h.
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

-- Who was where, from when to when, why. spool NULL: the slot was emptied. fingerprint is what the
-- slot showed then (core/look.h); '' where it described nothing.
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
CREATE UNIQUE INDEX slot_assignment_open_slot ON slot_assignment (slot) WHERE unassigned_at IS NULL;
CREATE UNIQUE INDEX slot_assignment_open_spool ON slot_assignment (spool)
    WHERE unassigned_at IS NULL AND spool IS NOT NULL;
CREATE INDEX slot_assignment_slot ON slot_assignment (slot, assigned_at);
CREATE INDEX slot_assignment_spool ON slot_assignment (spool, assigned_at);
CREATE INDEX slot_assignment_runout ON slot_assignment (slot, runout_at) WHERE runout_at IS NOT NULL;
CREATE INDEX slot_assignment_time ON slot_assignment (assigned_at);

-- A print. state is the durable part of its lifecycle (JSON of core/job.h), sliced what the sliced
-- file says (JSON).
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
    updated_at INTEGER NOT NULL,
    CHECK (ended_at >= started_at),
    CHECK ((status IN ('printing', 'paused')) = (ended_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX job_active ON job (printer) WHERE ended_at IS NULL;
CREATE INDEX job_printer ON job (printer, started_at);
CREATE INDEX job_started ON job (started_at);
CREATE INDEX job_identity ON job (printer, identity);
CREATE INDEX job_external ON job (external_id) WHERE external_id IS NOT NULL;

-- What the slicer asked for, for each filament of a job (idx counts from 1), and what it came to.
-- used_mg is NULL until the job was charged; low_mg and high_mg are its bounds where it stopped
-- early. curve is the cumulative share by layer (JSON).
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
CREATE INDEX job_filament_slot ON job_filament (slot) WHERE slot IS NOT NULL;

-- Which slot fed which filament from which layer to which, and its grams. spool NULL with mg > 0 is
-- an open charge: the grams are known, the roll is not.
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
CREATE INDEX job_segment_slot ON job_segment (slot) WHERE slot IS NOT NULL;
CREATE INDEX job_segment_spool ON job_segment (spool) WHERE spool IS NOT NULL;
CREATE INDEX job_segment_open ON job_segment (job) WHERE spool IS NULL AND mg > 0;

-- The ledger, append-only. mg > 0 was consumed. A correction is a reversing row and a new row, each
-- with a higher revision. price_cents for price_mg grams is what the roll cost when it was booked.
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
    created_at INTEGER NOT NULL,
    CHECK ((job IS NULL) = (filament IS NULL) AND (job IS NULL) = (segment IS NULL))
) STRICT;
CREATE UNIQUE INDEX usage_once ON usage (job, filament, segment, revision) WHERE job IS NOT NULL;
CREATE UNIQUE INDEX usage_reverses ON usage (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX usage_spool ON usage (spool, at);
CREATE INDEX usage_at ON usage (at);
CREATE INDEX usage_slot ON usage (slot) WHERE slot IS NOT NULL;

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
CREATE UNIQUE INDEX question_open_slot ON question (slot) WHERE state = 'open' AND slot IS NOT NULL;
CREATE INDEX question_slot ON question (slot);
CREATE INDEX question_state ON question (state, opened_at);

-- Answers remembered for what a slot reported.
CREATE TABLE learned (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    spool INTEGER NOT NULL REFERENCES spool (id) ON DELETE CASCADE,
    learned_at INTEGER NOT NULL
) STRICT;
CREATE INDEX learned_spool ON learned (spool);

-- cause: what must not be told twice while it lasts.
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
CREATE UNIQUE INDEX alert_cause ON alert (cause) WHERE ended_at IS NULL;
CREATE INDEX alert_told ON alert (cause);
CREATE INDEX alert_opened ON alert (opened_at);
CREATE INDEX alert_question ON alert (question) WHERE question IS NOT NULL;
CREATE INDEX alert_job ON alert (job) WHERE job IS NOT NULL;
CREATE INDEX alert_spool ON alert (spool) WHERE spool IS NOT NULL;
CREATE INDEX alert_printer ON alert (printer) WHERE printer IS NOT NULL;

-- A phone or browser that alerts are pushed to. installation: what it calls itself, so that it may
-- register as often as it likes; address: what its channel has to know of it. gone_at: its push
-- service knows it no longer, or its key is not valid any more; until it registers again.
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
-- One place has one device: a token that moved to another installation leaves the old one.
CREATE UNIQUE INDEX device_place ON device (coalesce(json_extract(address, '$.token'), json_extract(address, '$.endpoint')));

-- Live Activities of a device: kind start without a job is its token to start some with, with a job a start
-- that was sent; update is one that the app keeps. sent: what it was last told to show. gone_at: its token is
-- good for nothing any more.
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
CREATE UNIQUE INDEX activity_once ON activity (device, kind, coalesce(job, 0));
CREATE INDEX activity_job ON activity (job);

-- Ways on which alerts leave. ready: configured, since the daemon's last start.
CREATE TABLE channel (
    name TEXT NOT NULL PRIMARY KEY,
    ready INTEGER NOT NULL CHECK (ready IN (0, 1)),
    last_ok_at INTEGER,
    failing_since INTEGER,
    error TEXT,
    CHECK ((failing_since IS NULL) = (error IS NULL))
) STRICT;

-- One alert on its way to one place, made in the transaction of the alert. alert NULL: a trial.
-- due_at: not before then, for quiet hours.
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
CREATE UNIQUE INDEX delivery_once ON delivery (alert, channel, coalesce(device, 0));
CREATE INDEX delivery_lane ON delivery (channel, device, id) WHERE state = 'waiting';
CREATE INDEX delivery_device ON delivery (device) WHERE device IS NOT NULL;

-- hash: SHA-256 of the whole key, hex. The key itself is never stored.
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

-- Codes that pair a device and wait for it; one that was used, expired or guessed at is deleted.
CREATE TABLE pair_code (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    name TEXT, -- of the key to be; NULL: as the device calls itself
    scopes TEXT NOT NULL CHECK (json_valid(scopes)),
    wrong_tries INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Who this installation is to clients that look for it: made once, and the same wherever it moves.
CREATE TABLE instance (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    public_id TEXT NOT NULL,
    day TEXT -- up to which the feed tells what dates alone change
) STRICT;
INSERT INTO instance (id, public_id)
SELECT 1, substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-a' || substr(h, 18, 3)
    || '-' || substr(h, 21, 12)
FROM (SELECT lower(hex(randomblob(16))) AS h);

-- Values are JSON. chosen (set through the API) wins over configured (file or built in).
CREATE TABLE setting (
    key TEXT NOT NULL PRIMARY KEY,
    configured TEXT CHECK (configured IS NULL OR json_valid(configured)),
    chosen TEXT CHECK (chosen IS NULL OR json_valid(chosen)),
    updated_at INTEGER NOT NULL
) STRICT;

-- material '' is the threshold of all others.
CREATE TABLE threshold (
    material TEXT NOT NULL PRIMARY KEY,
    configured_mg INTEGER CHECK (configured_mg >= 0),
    chosen_mg INTEGER CHECK (chosen_mg >= 0),
    updated_at INTEGER NOT NULL
) STRICT;

-- Facts of a material: the program's own, and the user's, which win.
CREATE TABLE material (
    name TEXT NOT NULL PRIMARY KEY,
    density REAL CHECK (density > 0),
    dry_days INTEGER CHECK (dry_days > 0),
    chosen_density REAL CHECK (chosen_density > 0),
    chosen_dry_days INTEGER CHECK (chosen_dry_days > 0),
    updated_at INTEGER NOT NULL
) STRICT;

-- The feed: one current row for each entity, in one global sequence, whose newest row is never
-- dropped, so that no place is given twice. born: its place when it began to be, for those who have
-- not seen it yet; NULL: here.
CREATE TABLE change (
    seq INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    public_id TEXT NOT NULL,
    op TEXT NOT NULL CHECK (op = 'insert' OR op = 'update' OR op = 'delete'),
    at INTEGER NOT NULL,
    born INTEGER CHECK (born < seq)
) STRICT;
CREATE UNIQUE INDEX change_entity ON change (entity, public_id);
CREATE INDEX change_tombstone ON change (at) WHERE op = 'delete';

-- The newest place that each kind of thing has had, whether or not its row is still there: one page
-- for all, where an index of (entity, seq) writes two at each change.
CREATE TABLE change_newest (
    entity TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO change_newest (entity, seq) VALUES ('spool', 0), ('slot', 0), ('slot_history', 0),
    ('printer', 0), ('print_job', 0), ('usage_event', 0), ('question', 0), ('alert', 0),
    ('vendor', 0), ('filament', 0), ('material', 0), ('threshold', 0), ('setting', 0),
    ('api_key', 0), ('device', 0);

-- The newest tombstone that was dropped: who has not come that far has missed it.
CREATE TABLE change_dropped (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    seq INTEGER NOT NULL
) STRICT;

-- Answers kept for repeated requests. principal: who asked (row of api_key, 0: nobody).
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
CREATE INDEX idempotency_age ON idempotency (created_at);

-- What came from outside, and what was made of it. identity: the same fact from one source once.
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
CREATE UNIQUE INDEX source_event_identity ON source_event (source, identity)
    WHERE identity IS NOT NULL;
CREATE INDEX source_event_received ON source_event (received_at);
CREATE INDEX source_event_printer ON source_event (printer, received_at);
