//! The tables, and how older ones become these.

use rusqlite::{Connection, Transaction};

/// What each schema version adds to the one before. The file's version is its `user_version`.
const MIGRATIONS: [&str; 5] = [
    "
    -- One row: which mailbox this is.
    CREATE TABLE mailbox (
        id           INTEGER PRIMARY KEY CHECK (id = 1),
        identity     TEXT NOT NULL,      -- user@host:port
        state_id     TEXT NOT NULL,      -- random; part of the names of files in Maildirs
        last_login   INTEGER,            -- seconds since the epoch, like all times here
        last_success INTEGER,
        met_at       INTEGER             -- when a run first met mail in it
    ) STRICT;

    -- A message that is known.
    CREATE TABLE message (
        id            INTEGER PRIMARY KEY,
        uid           BLOB NOT NULL,
        ordinal       INTEGER NOT NULL,  -- place among the messages of a listing with this uid
        size          INTEGER NOT NULL,  -- octets, as listed; -1: no listing has shown it yet
        origin        TEXT NOT NULL,     -- how it came to be known: delivered, seen, ...
        at            INTEGER NOT NULL,  -- when
        header_digest BLOB,              -- SHA-256
        message_id    TEXT,
        missing_since INTEGER,           -- when a listing first lacked it
        dele_at       INTEGER,           -- when its deletion was asked for, confirmed or not
        deleted_at    INTEGER,           -- when the server confirmed its deletion
        UNIQUE (uid, ordinal, size)
    ) STRICT;
    CREATE INDEX message_missing ON message (missing_since) WHERE missing_since IS NOT NULL;

    -- A place that has held mail of this account.
    CREATE TABLE destination (
        id   INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,              -- maildir, mbox, stdout
        path BLOB NOT NULL,
        UNIQUE (kind, path)
    ) STRICT;

    -- A message in a place.
    CREATE TABLE delivery (
        id          INTEGER PRIMARY KEY,
        message     INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
        destination INTEGER NOT NULL REFERENCES destination,
        inode       INTEGER,             -- of the tmp/ that the file was staged in, or of the mbox
        name        TEXT,                -- the file's name, in tmp/ or among the spool files
        place       INTEGER,             -- where in the mbox it begins
        octets      INTEGER,             -- the length of the spool file
        done        INTEGER NOT NULL,    -- 0: it may still have to be renamed or appended
        UNIQUE (message, destination)
    ) STRICT;
    CREATE INDEX delivery_pending ON delivery (done) WHERE done = 0;

    -- A message that could not be fetched.
    CREATE TABLE failure (
        uid      BLOB NOT NULL,
        ordinal  INTEGER NOT NULL,
        size     INTEGER NOT NULL,
        sessions INTEGER NOT NULL,       -- how many in a row
        last_at  INTEGER NOT NULL,
        reason   TEXT NOT NULL,
        PRIMARY KEY (uid, ordinal, size)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- What the server was last seen to do, under TLS.
    ALTER TABLE mailbox ADD COLUMN before_login TEXT;        -- lines of its reply to CAPA
    ALTER TABLE mailbox ADD COLUMN after_login TEXT;
    ALTER TABLE mailbox ADD COLUMN one_by_one_until INTEGER; -- when pipelining may be tried again
",
    "
    -- Before then the server lets nobody in (LOGIN-DELAY).
    ALTER TABLE mailbox ADD COLUMN next_login INTEGER;
",
    "
    -- What is wrong since the last run that went well. At most one row.
    CREATE TABLE trouble (
        id       INTEGER PRIMARY KEY CHECK (id = 1),
        since    INTEGER NOT NULL,       -- when a run first failed
        last_at  INTEGER NOT NULL,       -- when the last one did, ...
        error    TEXT NOT NULL,          -- ... and why
        told     INTEGER NOT NULL,       -- whether the user was told
        refused  BLOB,                   -- a fingerprint of the password that the server refused, ...
        refusals INTEGER NOT NULL        -- ... and how often it did in a row
    ) STRICT;
",
    "
    -- Why the destination will never take the message. Then it is done as well.
    ALTER TABLE delivery ADD COLUMN refused TEXT;
",
];

/// The version that this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// The first version in which all is that is remembered of a server. What a later version adds does
/// not concern who reads that.
pub(super) const WITH_REMEMBERED: i64 = 3;
/// The first version in which troubles are.
pub(super) const WITH_TROUBLE: i64 = 4;

/// The file's version; 0 for a new one.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Brings the tables from `version` to [`VERSION`].
pub(super) fn migrate(transaction: &Transaction<'_>, version: i64) -> rusqlite::Result<()> {
    let done = usize::try_from(version).unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(done) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)
}

/// Makes a file of an earlier version.
#[cfg(test)]
pub(super) fn migrate_to(connection: &Connection, version: usize) {
    for migration in MIGRATIONS.iter().take(version) {
        connection.execute_batch(migration).unwrap();
    }
    connection.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
}
