-- The percentage at which a print was seen to stop; progress_percent is what it last showed.
ALTER TABLE job ADD COLUMN end_percent INTEGER CHECK (end_percent BETWEEN 0 AND 100);
