-- Whether something has changed for the rules of rolls and products (store/alerts_rules.c) since they were
-- last asked. Most writes use up a little of a roll that has plenty: none of these rules has news then, and
-- none is asked.
CREATE TABLE alert_look (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    due INTEGER NOT NULL CHECK (due IN (0, 1))
) STRICT;
INSERT INTO alert_look (only, due) VALUES (1, 1);

-- What is used up concerns them near the highest threshold there is, and on the way back to it: a roll that
-- was and is beyond it is not low, nor is its product, and no such alert stands. The rest of 50 g is more
-- than the margin for which alerts go on (RULE_LOW_MARGIN_MG).
CREATE TRIGGER alert_look_used AFTER UPDATE OF used_mg ON spool
WHEN min(OLD.initial_mg - OLD.used_mg, NEW.initial_mg - NEW.used_mg) <= 50000
    + max(100000, coalesce(NEW.threshold_mg, 0),
        (SELECT coalesce(max(max(coalesce(chosen_mg, 0), coalesce(configured_mg, 0))), 0)
            FROM threshold WHERE rowid > 0)) BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

-- Any edit may: all columns but those that no rule asks for.
CREATE TRIGGER alert_look_edited AFTER UPDATE OF filament, initial_mg, threshold_mg, purchase_date, opened_at,
    dried_at, draft, archived_at, deleted_at ON spool BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;
CREATE TRIGGER alert_look_spool_inserted AFTER INSERT ON spool BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;
CREATE TRIGGER alert_look_spool_deleted AFTER DELETE ON spool BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

CREATE TRIGGER alert_look_filament_updated AFTER UPDATE OF material ON filament BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;
CREATE TRIGGER alert_look_filament_deleted AFTER DELETE ON filament BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;

-- Thresholds and dry days.
CREATE TRIGGER alert_look_threshold_inserted AFTER INSERT ON threshold BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;
CREATE TRIGGER alert_look_threshold_updated AFTER UPDATE ON threshold BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;
CREATE TRIGGER alert_look_material_inserted AFTER INSERT ON material BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;
CREATE TRIGGER alert_look_material_updated AFTER UPDATE ON material BEGIN
    UPDATE alert_look SET due = 1 WHERE only = 1 AND due = 0;
END;
