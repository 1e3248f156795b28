//! The statements: what one row or another means.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction};

use super::{KnownMessage, place, schema};
use crate::model::{
    Accepted, MessageKey, Octets, Origin, PendingDelivery, Place, Receipt, Remembered, Staged,
    Trouble, Uid,
};

/// A column that holds what it cannot hold.
fn damaged(column: usize, what: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, what.to_owned().into())
}

/// SQLite's integers are signed; the same 64 bits come back as they went in.
fn signed(n: u64) -> i64 {
    i64::from_ne_bytes(n.to_ne_bytes())
}

fn unsigned(n: i64) -> u64 {
    u64::from_ne_bytes(n.to_ne_bytes())
}

/// What stands for a size that is not known. A server that claims as much says as little.
const NO_SIZE: i64 = -1;

fn size_column(size: Option<Octets>) -> i64 {
    size.map_or(NO_SIZE, |size| signed(size.0))
}

fn key(row: &Row<'_>, at: usize) -> rusqlite::Result<MessageKey> {
    let uid = Uid::new(row.get_ref(at)?.as_blob()?).ok_or_else(|| damaged(at, "a unique-id"))?;
    let size: i64 = row.get(at + 2)?;
    let size = (size != NO_SIZE).then(|| Octets(unsigned(size)));
    Ok(MessageKey { uid, ordinal: row.get(at + 1)?, size })
}

/// Every message. In no order: in that of their keys each would have to be looked up by itself.
pub(super) fn known(connection: &Connection) -> rusqlite::Result<Vec<KnownMessage>> {
    let mut select = connection.prepare_cached(
        "SELECT uid, ordinal, size, id, origin, at, missing_since IS NOT NULL,
                dele_at IS NOT NULL, deleted_at IS NOT NULL
         FROM message",
    )?;
    let rows = select.query_map((), |row| {
        let origin = Origin::of_word(row.get_ref(4)?.as_str()?);
        Ok(KnownMessage {
            id: row.get(3)?,
            key: key(row, 0)?,
            origin: origin.ok_or_else(|| damaged(4, "an origin"))?,
            at: row.get(5)?,
            missing: row.get(6)?,
            asked: row.get(7)?,
            deleted: row.get(8)?,
        })
    })?;
    rows.collect()
}

pub(super) fn pending(connection: &Connection) -> rusqlite::Result<Vec<PendingDelivery>> {
    let mut select = connection.prepare_cached(
        "SELECT delivery.id, kind, path, inode, name, place, octets
         FROM delivery JOIN destination ON destination.id = destination
         WHERE done = 0 ORDER BY destination, delivery.id",
    )?;
    let rows = select.query_map((), |row| {
        let place = place::read(row, 1)?;
        let staged = Staged {
            inode: unsigned(row.get(3)?),
            name: row.get(4)?,
            offset: row.get::<_, Option<i64>>(5)?.map(unsigned),
            octets: row.get::<_, Option<i64>>(6)?.map(unsigned),
        };
        Ok(PendingDelivery { id: row.get(0)?, place, staged })
    })?;
    rows.collect()
}

/// The id of `place`, if it is known.
pub(super) fn destination(connection: &Connection, place: &Place) -> rusqlite::Result<i64> {
    let select = "SELECT id FROM destination WHERE kind = ? AND path = ?";
    connection.prepare_cached(select)?.query_row(place::columns(place), |row| row.get(0))
}

fn destination_or_new(transaction: &Transaction<'_>, place: &Place) -> rusqlite::Result<i64> {
    match destination(transaction, place) {
        Err(rusqlite::Error::QueryReturnedNoRows) => {
            let insert = "INSERT INTO destination (kind, path) VALUES (?, ?)";
            transaction.prepare_cached(insert)?.insert(place::columns(place))
        }
        other => other,
    }
}

/// Records a delivered message and its deliveries; those that must still be published go into
/// `pending`. Gives the message's id.
pub(super) fn deliver(
    transaction: &Transaction<'_>,
    receipt: &Receipt,
    pending: &mut Vec<i64>,
) -> rusqlite::Result<i64> {
    let Receipt { key, origin, header_digest, message_id, at, placements } = receipt;
    let identified = (key.uid.as_bytes(), key.ordinal, size_column(key.size));
    // A key that exists is fetched again because the user says so, or its UID was reused.
    let upsert = "
        INSERT INTO message (uid, ordinal, size, origin, at, header_digest, message_id)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET at = excluded.at,
            origin = CASE WHEN origin = 'delivered' AND excluded.origin = 'headers'
                THEN origin ELSE excluded.origin END,
            header_digest = excluded.header_digest, message_id = excluded.message_id,
            missing_since = NULL, dele_at = NULL, deleted_at = NULL
        RETURNING id";
    let (uid, ordinal, size) = identified;
    let values = (uid, ordinal, size, origin.word(), at, header_digest, message_id);
    let message: i64 = transaction.prepare_cached(upsert)?.query_row(values, |row| row.get(0))?;
    let forget = "DELETE FROM failure WHERE uid = ? AND ordinal = ? AND size = ?";
    transaction.prepare_cached(forget)?.execute(identified)?;
    for placement in placements {
        let destination = destination_or_new(transaction, &placement.place)?;
        let (staged, refused) = match &placement.how {
            Accepted::Staged(staged) => (Some(staged), None),
            Accepted::Taken => (None, None),
            Accepted::Refused(reason) => (None, Some(reason)),
        };
        let insert = "
            INSERT INTO delivery (message, destination, inode, name, place, octets, done, refused)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET inode = excluded.inode, name = excluded.name,
                place = excluded.place, octets = excluded.octets, done = excluded.done,
                refused = excluded.refused
            RETURNING id";
        let inode = staged.map(|staged| signed(staged.inode));
        let name = staged.map(|staged| staged.name.as_str());
        let offset = staged.and_then(|staged| staged.offset).map(signed);
        let octets = staged.and_then(|staged| staged.octets).map(signed);
        let done = staged.is_none();
        let values = (message, destination, inode, name, offset, octets, done, refused);
        let id = transaction.prepare_cached(insert)?.query_row(values, |row| row.get(0))?;
        if staged.is_some() {
            pending.push(id);
        }
    }
    Ok(message)
}

/// The places that have the message `id`.
pub(super) fn places(connection: &Connection, id: i64) -> rusqlite::Result<Vec<Place>> {
    let mut select = connection.prepare_cached(
        "SELECT kind, path FROM delivery JOIN destination ON destination.id = destination
         WHERE message = ? AND refused IS NULL",
    )?;
    let places = select.query_map([id], |row| place::read(row, 0))?;
    places.collect()
}

/// All destinations have these messages, or whoever lacks them is none any more.
pub(super) fn complete(transaction: &Transaction<'_>, ids: &[i64]) -> rusqlite::Result<()> {
    each(transaction, "UPDATE message SET origin = 'delivered' WHERE id = ?", ids)
}

/// Records messages that were not fetched; those that are known already stay as they are, but for
/// what is to be fetched once more.
pub(super) fn mark(
    transaction: &Transaction<'_>,
    keys: &[MessageKey],
    origin: Origin,
    at: i64,
) -> rusqlite::Result<()> {
    let insert = "INSERT INTO message (uid, ordinal, size, origin, at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET origin = excluded.origin WHERE origin = 'partial'";
    let mut insert = transaction.prepare_cached(insert)?;
    keys.iter().try_for_each(|key| {
        let values = (key.uid.as_bytes(), key.ordinal, size_column(key.size), origin.word(), at);
        insert.execute(values).map(drop)
    })
}

/// Takes a message's key away, for [`rekey`] to give it another.
pub(super) fn park(transaction: &Transaction<'_>, id: i64) -> rusqlite::Result<()> {
    // No UID holds a NUL.
    let update = "UPDATE message SET uid = CAST(char(0) || id AS BLOB), ordinal = 0 WHERE id = ?";
    transaction.prepare_cached(update)?.execute([id]).map(drop)
}

/// Gives a known message another key: the server has renumbered it.
pub(super) fn rekey(
    transaction: &Transaction<'_>,
    id: i64,
    key: &MessageKey,
) -> rusqlite::Result<()> {
    let update = "UPDATE OR REPLACE message
        SET uid = ?, ordinal = ?, size = ?, missing_since = NULL, dele_at = NULL, deleted_at = NULL
        WHERE id = ?";
    let values = (key.uid.as_bytes(), key.ordinal, size_column(key.size), id);
    transaction.prepare_cached(update)?.execute(values).map(drop)
}

/// Forgets messages.
pub(super) fn forget(transaction: &Transaction<'_>, ids: &[i64]) -> rusqlite::Result<()> {
    each(transaction, "DELETE FROM message WHERE id = ?", ids)
}

/// Forgets how often messages with this UID have failed; of all where none is named.
pub(super) fn forget_failures(
    transaction: &Transaction<'_>,
    uid: Option<&Uid>,
) -> rusqlite::Result<()> {
    let delete = "DELETE FROM failure WHERE ?1 IS NULL OR uid = ?1";
    transaction.prepare_cached(delete)?.execute([uid.map(Uid::as_bytes)]).map(drop)
}

/// Everything that is kept of every message, but for its deliveries.
pub(super) fn export(connection: &Connection) -> rusqlite::Result<Vec<Receipt>> {
    let mut select = connection.prepare_cached(
        "SELECT uid, ordinal, size, origin, at, header_digest, message_id
         FROM message ORDER BY at, id",
    )?;
    let rows = select.query_map((), |row| {
        let origin = Origin::of_word(row.get_ref(3)?.as_str()?);
        Ok(Receipt {
            key: key(row, 0)?,
            origin: origin.ok_or_else(|| damaged(3, "an origin"))?,
            at: row.get(4)?,
            header_digest: row.get(5)?,
            message_id: row.get(6)?,
            placements: Vec::new(),
        })
    })?;
    rows.collect()
}

/// The digests of all header blocks, with the ids of their messages.
pub(super) fn digests(connection: &Connection) -> rusqlite::Result<Vec<(i64, [u8; 32])>> {
    let select = "SELECT id, header_digest FROM message WHERE header_digest IS NOT NULL";
    let mut select = connection.prepare_cached(select)?;
    let rows = select.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

pub(super) fn finish(transaction: &Transaction<'_>, ids: &[i64]) -> rusqlite::Result<()> {
    each(transaction, "UPDATE delivery SET done = 1 WHERE id = ?", ids)
}

/// Drops deliveries, and the messages that have no other.
pub(super) fn drop_pending(transaction: &Transaction<'_>, ids: &[i64]) -> rusqlite::Result<()> {
    let delete = "DELETE FROM delivery WHERE id = ? RETURNING message";
    let mut delete = transaction.prepare_cached(delete)?;
    let orphan = "DELETE FROM message WHERE id = ?1
        AND NOT EXISTS (SELECT 1 FROM delivery WHERE message = ?1)";
    let mut orphan = transaction.prepare_cached(orphan)?;
    ids.iter().try_for_each(|id| {
        let message: i64 = delete.query_row([id], |row| row.get(0))?;
        orphan.execute([message]).map(drop)
    })
}

pub(super) fn set_missing(
    transaction: &Transaction<'_>,
    ids: &[i64],
    since: Option<i64>,
) -> rusqlite::Result<()> {
    let mut update =
        transaction.prepare_cached("UPDATE message SET missing_since = ? WHERE id = ?")?;
    ids.iter().try_for_each(|id| update.execute((since, id)).map(drop))
}

pub(super) fn set_asked(
    transaction: &Transaction<'_>,
    ids: &[i64],
    now: i64,
) -> rusqlite::Result<()> {
    let mut update = transaction.prepare_cached("UPDATE message SET dele_at = ? WHERE id = ?")?;
    ids.iter().try_for_each(|id| update.execute((now, id)).map(drop))
}

pub(super) fn set_deleted(
    transaction: &Transaction<'_>,
    ids: &[i64],
    now: i64,
) -> rusqlite::Result<()> {
    let mut update =
        transaction.prepare_cached("UPDATE message SET deleted_at = ? WHERE id = ?")?;
    ids.iter().try_for_each(|id| update.execute((now, id)).map(drop))
}

pub(super) fn settle(transaction: &Transaction<'_>, id: i64, size: Octets) -> rusqlite::Result<()> {
    // Another row may bear the new size already, left from an earlier life of the UID.
    let update = "UPDATE OR REPLACE message SET size = ?, dele_at = NULL, deleted_at = NULL
        WHERE id = ?";
    transaction.prepare_cached(update)?.execute((signed(size.0), id)).map(drop)
}

/// Whether there is something for [`forget_before`] to forget.
pub(super) fn any_before(connection: &Connection, time: i64) -> rusqlite::Result<bool> {
    let select = "SELECT EXISTS (SELECT 1 FROM message WHERE missing_since < ?1)
        OR EXISTS (SELECT 1 FROM failure WHERE last_at < ?1)";
    connection.prepare_cached(select)?.query_row([time], |row| row.get(0))
}

/// Forgets messages that have been missing for too long, but none whose delivery is unfinished, and
/// failures that lie as far back.
pub(super) fn forget_before(transaction: &Transaction<'_>, time: i64) -> rusqlite::Result<()> {
    let delete = "DELETE FROM message WHERE missing_since < ?
        AND id NOT IN (SELECT message FROM delivery WHERE done = 0)";
    transaction.prepare_cached(delete)?.execute([time])?;
    let delete = "DELETE FROM failure WHERE last_at < ?";
    transaction.prepare_cached(delete)?.execute([time]).map(drop)
}

pub(super) fn header_digest(
    connection: &Connection,
    id: i64,
) -> rusqlite::Result<Option<[u8; 32]>> {
    let select = "SELECT header_digest FROM message WHERE id = ?";
    connection.prepare_cached(select)?.query_row([id], |row| row.get(0))
}

pub(super) fn failures(connection: &Connection) -> rusqlite::Result<Vec<(MessageKey, u32)>> {
    let mut select =
        connection.prepare_cached("SELECT uid, ordinal, size, sessions FROM failure")?;
    let rows = select.query_map((), |row| Ok((key(row, 0)?, row.get(3)?)))?;
    rows.collect()
}

pub(super) fn note_failure(
    transaction: &Transaction<'_>,
    key: &MessageKey,
    reason: &str,
    now: i64,
) -> rusqlite::Result<()> {
    let upsert = "
        INSERT INTO failure (uid, ordinal, size, sessions, last_at, reason)
        VALUES (?, ?, ?, 1, ?, ?)
        ON CONFLICT DO UPDATE SET sessions = sessions + 1, last_at = excluded.last_at,
            reason = excluded.reason";
    let values = (key.uid.as_bytes(), key.ordinal, size_column(key.size), now, reason);
    transaction.prepare_cached(upsert)?.execute(values).map(drop)
}

pub(super) fn set_times(
    transaction: &Transaction<'_>,
    login: Option<i64>,
    success: Option<i64>,
) -> rusqlite::Result<()> {
    let update = "UPDATE mailbox SET last_login = coalesce(?, last_login),
        last_success = coalesce(?, last_success)";
    transaction.prepare_cached(update)?.execute((login, success)).map(drop)
}

/// What is remembered of the server; nothing in a state of a version that lacks it and is only read.
pub(super) fn remembered(connection: &Connection) -> rusqlite::Result<Remembered> {
    if schema::version(connection)? < schema::WITH_REMEMBERED {
        return Ok(Remembered::default());
    }
    let lines = |text: Option<String>| text.map(|text| text.lines().map(str::to_owned).collect());
    let select = "SELECT before_login, after_login, one_by_one_until, next_login FROM mailbox";
    connection.query_row(select, (), |row| {
        Ok(Remembered {
            before_login: lines(row.get(0)?),
            after_login: lines(row.get(1)?),
            one_by_one_until: row.get(2)?,
            next_login: row.get(3)?,
        })
    })
}

pub(super) fn remember(
    transaction: &Transaction<'_>,
    remembered: &Remembered,
) -> rusqlite::Result<()> {
    let Remembered { before_login, after_login, one_by_one_until, next_login } = remembered;
    let text = |lines: &Option<Vec<String>>| lines.as_ref().map(|lines| lines.join("\n"));
    let update = "UPDATE mailbox
        SET before_login = ?, after_login = ?, one_by_one_until = ?, next_login = ?";
    let values = (text(before_login), text(after_login), one_by_one_until, next_login);
    transaction.prepare_cached(update)?.execute(values).map(drop)
}

fn each(transaction: &Transaction<'_>, statement: &str, ids: &[i64]) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(statement)?;
    ids.iter().try_for_each(|id| statement.execute([id]).map(drop))
}

/// What is wrong; nothing in a state of a version that lacks it and is only read.
pub(super) fn trouble(connection: &Connection) -> rusqlite::Result<Option<Trouble>> {
    if schema::version(connection)? < schema::WITH_TROUBLE {
        return Ok(None);
    }
    let select = "SELECT since, last_at, error, told, refused, refusals FROM trouble";
    let trouble = connection.query_row(select, (), |row| {
        Ok(Trouble {
            since: row.get(0)?,
            last_at: row.get(1)?,
            error: row.get(2)?,
            told: row.get(3)?,
            refused: row.get(4)?,
            refusals: row.get(5)?,
        })
    });
    trouble.optional()
}

pub(super) fn note_trouble(
    transaction: &Transaction<'_>,
    trouble: &Trouble,
) -> rusqlite::Result<()> {
    let Trouble { since, last_at, error, told, refused, refusals } = trouble;
    let replace = "
        INSERT OR REPLACE INTO trouble (id, since, last_at, error, told, refused, refusals)
        VALUES (1, ?, ?, ?, ?, ?, ?)";
    let values = (since, last_at, error, told, refused, refusals);
    transaction.prepare_cached(replace)?.execute(values).map(drop)
}

pub(super) fn end_trouble(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM trouble", ()).map(drop)
}
