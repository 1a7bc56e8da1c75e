-- How the sliced file of a print is reached: the printer's FTPS port (NULL: 990), and whether it is
-- fetched at all, and whether its content may come in the clear (NULL: as the setting says).
ALTER TABLE printer ADD COLUMN ftps_port INTEGER CHECK (ftps_port BETWEEN 1 AND 65535);
ALTER TABLE printer ADD COLUMN fetch_sliced_file INTEGER CHECK (fetch_sliced_file IN (0, 1));
ALTER TABLE printer ADD COLUMN fetch_plain_data INTEGER CHECK (fetch_plain_data IN (0, 1));
