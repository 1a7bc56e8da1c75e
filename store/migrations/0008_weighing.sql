-- What the tag of a feeding slot said at the beginning and at the end of each feed, which roll the
-- feed was charged to (the one that its slot's history named then), and whether the printer said
-- that the roll ran out.
ALTER TABLE job_feed ADD COLUMN from_tag TEXT;
ALTER TABLE job_feed ADD COLUMN from_remain INTEGER CHECK (from_remain BETWEEN 0 AND 100);
ALTER TABLE job_feed ADD COLUMN from_weight_g INTEGER CHECK (from_weight_g > 0);
ALTER TABLE job_feed ADD COLUMN to_tag TEXT;
ALTER TABLE job_feed ADD COLUMN to_remain INTEGER CHECK (to_remain BETWEEN 0 AND 100);
ALTER TABLE job_feed ADD COLUMN to_weight_g INTEGER CHECK (to_weight_g > 0);
ALTER TABLE job_feed ADD COLUMN spool INTEGER REFERENCES spool (id);
ALTER TABLE job_feed ADD COLUMN ran_out_at INTEGER;
CREATE INDEX job_feed_ran_out ON job_feed (job) WHERE ran_out_at IS NOT NULL;

-- A runout weighs its roll: the row that brings its balance to nothing belongs to that print, but
-- to none of its segments.
ALTER TABLE usage ADD COLUMN weighed INTEGER REFERENCES job (id);
CREATE INDEX usage_weighed ON usage (weighed) WHERE weighed IS NOT NULL;
