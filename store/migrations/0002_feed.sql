-- The feed. Every trigger tells what changed for a client, by a function of the connection
-- (store/heard.h): it has its place at the end of the sequence and leaves the former one, so that
-- each entity has one row. Tombstones stay until they are too old to be asked for. Several rows are
-- told through `changed`, which keeps their order.
CREATE VIEW changed AS SELECT entity, public_id, op, at FROM change;

CREATE TRIGGER changed_told INSTEAD OF INSERT ON changed BEGIN
    SELECT tell_change(NEW.entity, NEW.public_id, NEW.op, NEW.at);
END;

-- The ledger: append-only, its sum kept on the roll.
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
CREATE TRIGGER usage_fixed BEFORE UPDATE OF id, public_id, spool, job, filament, segment, revision,
    mg, kind, at, price_cents, price_mg, reverses ON usage BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER usage_kept BEFORE DELETE ON usage BEGIN
    SELECT raise(ABORT, 'the ledger is append-only');
END;

-- Products
CREATE TRIGGER vendor_inserted AFTER INSERT ON vendor BEGIN
    SELECT tell_change('vendor', NEW.public_id, 'insert', NEW.updated_at);
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

CREATE TRIGGER vendor_deleted AFTER DELETE ON vendor BEGIN
    SELECT tell_change('vendor', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
END;

CREATE TRIGGER filament_inserted AFTER INSERT ON filament BEGIN
    SELECT tell_change('filament', NEW.public_id, 'insert', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'vendor', public_id, 'update', NEW.updated_at FROM vendor WHERE id = NEW.vendor;
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

CREATE TRIGGER filament_deleted AFTER DELETE ON filament BEGIN
    SELECT tell_change('filament', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'vendor', public_id, 'update', CAST(strftime('%s', 'now') AS INTEGER) * 1000 FROM vendor WHERE id = OLD.vendor;
END;

-- Rolls. A roll's weight and colour are in the summary of the slot that holds it, its count in its
-- product.
CREATE TRIGGER spool_inserted AFTER INSERT ON spool BEGIN
    SELECT tell_change('spool', NEW.public_id, 'insert', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'filament', public_id, 'update', NEW.updated_at FROM filament WHERE id = NEW.filament ORDER BY id;
END;

-- Each use of a roll comes through here.
CREATE TRIGGER spool_updated AFTER UPDATE ON spool BEGIN
    SELECT tell_change('spool', NEW.public_id, CASE WHEN NEW.deleted_at IS NULL THEN 'update' ELSE 'delete' END, NEW.updated_at);
    SELECT tell_change('filament', (SELECT public_id FROM filament WHERE id = NEW.filament), 'update', NEW.updated_at);
END;

CREATE TRIGGER spool_updated_of_other AFTER UPDATE OF filament ON spool
WHEN OLD.filament <> NEW.filament BEGIN
    SELECT tell_change('filament', (SELECT public_id FROM filament WHERE id = OLD.filament), 'update', NEW.updated_at);
END;

CREATE TRIGGER spool_updated_in_slot AFTER UPDATE ON spool
WHEN EXISTS (SELECT 1 FROM slot_assignment WHERE spool = NEW.id AND unassigned_at IS NULL) BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot', public_id, 'update', NEW.updated_at FROM slot WHERE id IN (SELECT slot FROM slot_assignment
            WHERE spool = NEW.id AND unassigned_at IS NULL) ORDER BY id;
END;

CREATE TRIGGER spool_deleted AFTER DELETE ON spool BEGIN
    SELECT tell_change('spool', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'filament', public_id, 'update', CAST(strftime('%s', 'now') AS INTEGER) * 1000 FROM filament WHERE id = OLD.filament ORDER BY id;
END;

-- Printers and slots. State that only the daemon reads (printer.state) is no change.
CREATE TRIGGER printer_inserted AFTER INSERT ON printer BEGIN
    SELECT tell_change('printer', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER printer_updated AFTER UPDATE OF public_id, name, source, serial, host, port, access_code,
    pin_sha256, model, enabled, nozzles, deleted_at, updated_at ON printer BEGIN
    SELECT tell_change('printer', NEW.public_id, CASE WHEN NEW.deleted_at IS NULL THEN 'update' ELSE 'delete' END, NEW.updated_at);
END;

CREATE TRIGGER printer_hidden AFTER UPDATE OF deleted_at, public_id ON printer
    WHEN OLD.deleted_at IS NOT NEW.deleted_at OR OLD.public_id <> NEW.public_id BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot', public_id, CASE WHEN NEW.deleted_at IS NULL THEN 'update' ELSE 'delete' END, NEW.updated_at FROM slot WHERE printer = NEW.id ORDER BY id;
END;

CREATE TRIGGER printer_alias_inserted AFTER INSERT ON printer_alias BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'printer', public_id, 'update', updated_at FROM printer WHERE id = NEW.printer ORDER BY id;
END;

CREATE TRIGGER printer_alias_deleted AFTER DELETE ON printer_alias BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'printer', public_id, 'update', updated_at FROM printer WHERE id = OLD.printer ORDER BY id;
END;

CREATE TRIGGER slot_inserted AFTER INSERT ON slot BEGIN
    SELECT tell_change('slot', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER slot_updated AFTER UPDATE ON slot BEGIN
    SELECT tell_change('slot', NEW.public_id, 'update', NEW.updated_at);
END;

-- Another printer's now: so is all that names its printer through it.
CREATE TRIGGER slot_moved AFTER UPDATE OF printer ON slot WHEN OLD.printer <> NEW.printer BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'slot_history', public_id, 'update', NEW.updated_at FROM slot_assignment WHERE slot = NEW.id ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'question', public_id, 'update', NEW.updated_at FROM question WHERE slot = NEW.id ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE deleted_at IS NULL
            AND id IN (SELECT spool FROM slot_assignment WHERE slot = NEW.id AND unassigned_at IS NULL) ORDER BY id;
END;

CREATE TRIGGER slot_deleted AFTER DELETE ON slot BEGIN
    SELECT tell_change('slot', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
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

-- Prints
CREATE TRIGGER job_inserted AFTER INSERT ON job BEGIN
    SELECT tell_change('print_job', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER job_updated AFTER UPDATE OF printer, status, file_name, name, external_id, start_seen, started_at,
    ended_at, error_code, progress_percent, layer, total_layers, estimated_mg, reported_mg,
    actual_mg, source, mapping_source, sliced_state, sliced_reason, note, updated_at ON job BEGIN
    SELECT tell_change('print_job', NEW.public_id, 'update', NEW.updated_at);
END;

CREATE TRIGGER job_deleted AFTER DELETE ON job BEGIN
    SELECT tell_change('print_job', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
END;

CREATE TRIGGER job_filament_inserted AFTER INSERT ON job_filament BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', updated_at FROM job WHERE id = NEW.job ORDER BY id;
END;

CREATE TRIGGER job_filament_updated AFTER UPDATE ON job_filament BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', updated_at FROM job WHERE id = NEW.job ORDER BY id;
END;

CREATE TRIGGER job_filament_deleted AFTER DELETE ON job_filament BEGIN
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

CREATE TRIGGER job_segment_deleted AFTER DELETE ON job_segment BEGIN
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'print_job', public_id, 'update', updated_at FROM job WHERE id = OLD.job ORDER BY id;
END;

CREATE TRIGGER usage_inserted AFTER INSERT ON usage BEGIN
    SELECT tell_change('usage_event', NEW.public_id, 'insert', NEW.created_at);
END;

CREATE TRIGGER usage_inserted_reversal AFTER INSERT ON usage WHEN NEW.reverses IS NOT NULL BEGIN
    SELECT tell_change('usage_event', (SELECT public_id FROM usage WHERE id = NEW.reverses), 'update', NEW.created_at);
END;

CREATE TRIGGER usage_inserted_of_job AFTER INSERT ON usage WHEN NEW.job IS NOT NULL BEGIN
    SELECT tell_change('print_job', (SELECT public_id FROM job WHERE id = NEW.job), 'update', NEW.created_at);
END;

CREATE TRIGGER usage_updated AFTER UPDATE ON usage BEGIN
    SELECT tell_change('usage_event', NEW.public_id, 'update', NEW.created_at);
END;

-- Questions and alerts
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

CREATE TRIGGER alert_inserted AFTER INSERT ON alert BEGIN
    SELECT tell_change('alert', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER alert_updated AFTER UPDATE ON alert BEGIN
    SELECT tell_change('alert', NEW.public_id, 'update', NEW.updated_at);
END;

-- Keys, devices, settings. When a key was last used, or a device seen or sent to, is no change.
CREATE TRIGGER api_key_inserted AFTER INSERT ON api_key BEGIN
    SELECT tell_change('api_key', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER api_key_updated AFTER UPDATE OF name, scopes, expires_at, revoked_at ON api_key BEGIN
    SELECT tell_change('api_key', NEW.public_id, 'update', NEW.updated_at);
END;

CREATE TRIGGER device_inserted AFTER INSERT ON device BEGIN
    SELECT tell_change('device', NEW.public_id, 'insert', NEW.updated_at);
END;

CREATE TRIGGER device_updated AFTER UPDATE OF name, platform, app_version, locale, channel, address, preferences,
    api_key, enabled, gone_at, last_error ON device BEGIN
    SELECT tell_change('device', NEW.public_id, 'update', NEW.updated_at);
END;

CREATE TRIGGER device_deleted AFTER DELETE ON device BEGIN
    SELECT tell_change('device', OLD.public_id, 'delete', CAST(strftime('%s', 'now') AS INTEGER) * 1000);
END;

CREATE TRIGGER setting_inserted AFTER INSERT ON setting BEGIN
    SELECT tell_change('setting', NEW.key, 'insert', NEW.updated_at);
END;

CREATE TRIGGER threshold_inserted AFTER INSERT ON threshold BEGIN
    SELECT tell_change('threshold', CASE NEW.material WHEN '' THEN 'global' ELSE NEW.material END, 'insert', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE threshold_mg IS NULL AND deleted_at IS NULL
            AND (NEW.material = '' OR filament IN (SELECT id FROM filament
                WHERE material = NEW.material)) ORDER BY id;
END;

CREATE TRIGGER material_inserted AFTER INSERT ON material BEGIN
    SELECT tell_change('material', NEW.name, 'insert', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE deleted_at IS NULL
            AND filament IN (SELECT id FROM filament WHERE material = NEW.name) ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'filament', public_id, 'update', NEW.updated_at FROM filament WHERE material = NEW.name ORDER BY id;
END;

CREATE TRIGGER setting_updated AFTER UPDATE ON setting BEGIN
    SELECT tell_change('setting', NEW.key, 'update', NEW.updated_at);
END;

CREATE TRIGGER threshold_updated AFTER UPDATE ON threshold BEGIN
    SELECT tell_change('threshold', CASE NEW.material WHEN '' THEN 'global' ELSE NEW.material END, 'update', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE threshold_mg IS NULL AND deleted_at IS NULL
            AND (NEW.material = '' OR filament IN (SELECT id FROM filament
                WHERE material = NEW.material)) ORDER BY id;
END;

CREATE TRIGGER material_updated AFTER UPDATE ON material BEGIN
    SELECT tell_change('material', NEW.name, 'update', NEW.updated_at);
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'spool', public_id, 'update', NEW.updated_at FROM spool WHERE deleted_at IS NULL
            AND filament IN (SELECT id FROM filament WHERE material = NEW.name) ORDER BY id;
    INSERT INTO changed (entity, public_id, op, at)
        SELECT 'filament', public_id, 'update', NEW.updated_at FROM filament WHERE material = NEW.name ORDER BY id;
END;

-- Alerts that end with what they are about.
CREATE TRIGGER alert_of_question AFTER UPDATE OF state ON question WHEN NEW.state <> 'open' BEGIN
    UPDATE alert SET ended_at = NEW.updated_at, updated_at = NEW.updated_at
        WHERE question = NEW.id AND ended_at IS NULL;
END;

CREATE TRIGGER alert_of_stay AFTER UPDATE OF unassigned_at ON slot_assignment
    WHEN NEW.unassigned_at IS NOT NULL BEGIN
    UPDATE alert SET ended_at = NEW.updated_at, updated_at = NEW.updated_at
        WHERE cause = 'slot_changed:' || NEW.public_id AND ended_at IS NULL;
END;
