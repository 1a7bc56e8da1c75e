-- When each layer of a print was reached: by it a history of slots that is corrected later splits a
-- print where the rolls really changed. One row for each layer, written with the layer itself.
CREATE TABLE job_layer (
    job INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    layer INTEGER NOT NULL CHECK (layer >= 0),
    at INTEGER NOT NULL,
    PRIMARY KEY (job, layer)
) STRICT, WITHOUT ROWID;
-- What came with an import is one text: 1@1764331200000 35120 34980, see store/trail.h.
ALTER TABLE job ADD COLUMN layer_times TEXT;

-- The slot became empty while it fed a running print: with another slot that takes over, a runout.
ALTER TABLE job_feed ADD COLUMN emptied_at INTEGER;
