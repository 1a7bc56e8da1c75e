"""The daemon's database, written by hand: what no API lets one do, such as the past and damage."""

import sqlite3

TELL = """INSERT INTO change (seq, entity, public_id, op, at)
    VALUES (coalesce((SELECT max(seq) FROM change), 0) + 1, ?, ?, ?, ?)
    ON CONFLICT (entity, public_id) DO UPDATE SET seq = excluded.seq, op = excluded.op, at = excluded.at,
    born = CASE WHEN change.op <> 'delete' THEN coalesce(change.born, change.seq) END"""


def open_store(path):
    """Each statement is a transaction of its own; the triggers find the function that they tell changes to."""
    store = sqlite3.connect(path, isolation_level=None)

    def tell_change(entity, public_id, op, at):
        store.execute(TELL, (entity, public_id, op, at))
        store.execute("UPDATE change_newest SET seq = (SELECT max(seq) FROM change) WHERE entity = ?", (entity,))

    store.create_function("tell_change", 4, tell_change)
    return store
