-- Which slot was seen feeding during a print, in order of time; the roll in it follows from the
-- slot's history. A feed that is going on has no end yet.
CREATE TABLE job_feed (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    slot INTEGER NOT NULL REFERENCES slot (id),
    from_layer INTEGER NOT NULL CHECK (from_layer >= 0),
    from_percent INTEGER CHECK (from_percent BETWEEN 0 AND 100),
    from_at INTEGER NOT NULL,
    to_layer INTEGER CHECK (to_layer >= from_layer),
    to_at INTEGER CHECK (to_at >= from_at)
) STRICT;
CREATE INDEX job_feed_job ON job_feed (job, id);
CREATE INDEX job_feed_slot ON job_feed (slot);
CREATE UNIQUE INDEX job_feed_open ON job_feed (job) WHERE to_at IS NULL;

-- Another roll in the slot that feeds: from this layer on it is that roll's.
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
