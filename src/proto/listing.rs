//! STAT, LIST and UIDL replies (RFC 1939, sections 5 and 7).

use super::{Error, Limits};
use crate::model::{Listed, MessageNumber, Octets, Uid};

/// A STAT reply: how much is in the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The number of messages.
    pub messages: u64,
    /// Their octets in all.
    pub octets: Octets,
}

impl Stat {
    /// Reads the text behind `+OK`. What follows the two numbers is ignored (RFC 1939, section 5).
    ///
    /// # Errors
    /// [`Error::Malformed`] when it does not begin with two numbers, or counts more than `limits`
    /// allow.
    pub fn parse(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        let bad = |why| Error::malformed("STAT", text, why);
        let mut words = words(text);
        let mut next = || words.next().and_then(number).ok_or(bad("two numbers expected"));
        let (messages, octets) = (next()?, next()?);
        if messages > limits.listing_lines as u64 {
            return Err(bad("more messages than popfetch accepts"));
        }
        Ok(Self { messages, octets: Octets(octets) })
    }
}

/// The lines of a LIST reply, read so far.
#[derive(Debug, Default)]
pub struct Sizes(Vec<(MessageNumber, Octets)>);

impl Sizes {
    /// Reads one scan listing: a number, a size, and perhaps text that means nothing.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the numbers are missing, signed, zero or too large.
    pub fn add_line(&mut self, line: &[u8], limits: &Limits) -> Result<(), Error> {
        let bad = |why| Error::malformed("LIST", line, why);
        let mut words = words(line);
        let message = message_number(words.next(), limits).map_err(bad)?;
        let size = words.next().and_then(number).ok_or(bad("no size"))?;
        self.0.push((message, Octets(size)));
        Ok(())
    }

    /// Whether nothing was listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn sorted(mut self) -> Result<Vec<(MessageNumber, Octets)>, Error> {
        sort_unique(&mut self.0, |(number, _)| *number, "LIST")?;
        Ok(self.0)
    }
}

/// The lines of a UIDL reply, read so far, as messages whose sizes are still to come: a large
/// mailbox is not kept twice.
#[derive(Debug, Default)]
pub struct Uids(Vec<Listed>);

impl Uids {
    /// Reads one unique-id listing: a number and a UID.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the number or the UID is missing or cannot be one.
    pub fn add_line(&mut self, line: &[u8], limits: &Limits) -> Result<(), Error> {
        let bad = |why| Error::malformed("UIDL", line, why);
        let mut words = words(line);
        let message = message_number(words.next(), limits).map_err(bad)?;
        let uid = words.next().ok_or(bad("a unique-id is missing"))?;
        let uid = Uid::new(uid).ok_or(bad("this cannot be a unique-id"))?;
        self.0.push(Listed { number: message, size: Octets(0), uid: Some(uid) });
        Ok(())
    }

    /// Whether nothing was listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn sorted(mut self) -> Result<Vec<Listed>, Error> {
        sort_unique(&mut self.0, |message| message.number, "UIDL")?;
        Ok(self.0)
    }
}

/// Joins LIST and, where the server has it, UIDL, in ascending order of number. A message that
/// only one of the two knows arrived between them, or left: it does not belong to this session.
///
/// # Errors
/// [`Error::Malformed`] when one number is listed with two different values.
pub fn combine(sizes: Sizes, uids: Option<Uids>) -> Result<Vec<Listed>, Error> {
    let mut sizes = sizes.sorted()?.into_iter().peekable();
    let Some(uids) = uids else {
        let listed = sizes.map(|(number, size)| Listed { number, size, uid: None });
        return Ok(listed.collect());
    };
    let mut listed = uids.sorted()?;
    listed.retain_mut(|message| {
        while sizes.next_if(|(other, _)| *other < message.number).is_some() {}
        let size = sizes.next_if(|(other, _)| *other == message.number);
        size.is_some_and(|(_, size)| {
            message.size = size;
            true
        })
    });
    Ok(listed)
}

/// Sorts by number. A line sent twice is one line; two lines that contradict each other are an
/// error, because neither can be believed.
fn sort_unique<T: Eq>(
    list: &mut Vec<T>,
    number: impl Fn(&T) -> MessageNumber,
    command: &'static str,
) -> Result<(), Error> {
    list.sort_by_key(&number);
    list.dedup();
    match list.windows(2).find(|pair| number(&pair[0]) == number(&pair[1])) {
        None => Ok(()),
        Some(pair) => {
            let line = number(&pair[0]).to_string();
            Err(Error::malformed(command, line.as_bytes(), "this number is listed twice"))
        }
    }
}

/// The words of a listing line. Several blanks count as one, and a `+OK` that some servers put
/// before every line is passed over.
fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let line = line.strip_prefix(b"+OK ").unwrap_or(line);
    line.split(|b| matches!(b, b' ' | b'\t')).filter(|word| !word.is_empty())
}

/// An unsigned decimal number, with no sign and no overflow (CVE-2001-1009).
fn number(word: &[u8]) -> Option<u64> {
    let append = |n: u64, &digit: &u8| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        n.checked_mul(10)?.checked_add(digit)
    };
    word.iter().try_fold(0, append)
}

fn message_number(word: Option<&[u8]>, limits: &Limits) -> Result<MessageNumber, &'static str> {
    let n = word.and_then(number).ok_or("no message number")?;
    if n > limits.listing_lines as u64 {
        return Err("this message number is higher than popfetch accepts");
    }
    let n = u32::try_from(n).ok().and_then(MessageNumber::new);
    n.ok_or("this cannot be a message number")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(lines: &[&str]) -> Result<Sizes, Error> {
        let mut sizes = Sizes::default();
        for line in lines {
            sizes.add_line(line.as_bytes(), &Limits::default())?;
        }
        Ok(sizes)
    }

    fn uids(lines: &[&[u8]]) -> Result<Uids, Error> {
        let mut uids = Uids::default();
        for line in lines {
            uids.add_line(line, &Limits::default())?;
        }
        Ok(uids)
    }

    fn numbers(listed: &[Listed]) -> Vec<u32> {
        listed.iter().map(|m| m.number.get()).collect()
    }

    #[test]
    fn hostile_numbers_are_refused() {
        for bad in [
            "-1 5",
            "0 5",
            "4294967296 5",
            "99999999 5",
            "1",
            "",
            "x 5",
            "1 -5",
            "1 x",
            "+1 5",
            "1 99999999999999999999",
            "1000001 5",
        ] {
            assert!(sizes(&[bad]).is_err(), "LIST {bad}");
        }
        for bad in ["", "5", "5 ", "0 x", "-1 x", "5 a\x01b", &format!("1 {}", "x".repeat(513))] {
            assert!(uids(&[bad.as_bytes()]).is_err(), "UIDL {bad}");
        }
        let limits = Limits::default();
        for bad in ["", "1", "x y", "-1 1", "1 -1", "4000000000 1", "1 99999999999999999999"] {
            assert!(Stat::parse(bad.as_bytes(), &limits).is_err(), "STAT {bad}");
        }
        assert!(Stat::parse(b"3 120 octets", &limits).is_ok());
    }

    #[test]
    fn real_servers_are_read() {
        let listed = combine(
            sizes(&["1   120", "2\t200 text", "+OK 3 300", "5 10"]).unwrap(),
            Some(uids(&[b"1  a", b"+OK 2 b ", b"3\tc\xe4", b"4 new", b"5 e"]).unwrap()),
        );
        let listed = listed.unwrap();
        assert_eq!(numbers(&listed), [1, 2, 3, 5]);
        assert_eq!(listed[2].uid.as_ref().unwrap().as_bytes(), b"c\xe4");
    }

    #[test]
    fn order_gaps_and_repeats_do_not_matter_but_contradictions_do() {
        let listed = combine(sizes(&["9 1", "2 2", "9 1"]).unwrap(), None).unwrap();
        assert_eq!(numbers(&listed), [2, 9]);
        assert!(combine(sizes(&["2 1", "2 2"]).unwrap(), None).is_err());
        let twice = uids(&[b"2 a", b"2 b"]).unwrap();
        assert!(combine(sizes(&["2 1"]).unwrap(), Some(twice)).is_err());
    }

    #[test]
    fn what_only_one_listing_knows_is_not_of_this_session() {
        let listed =
            combine(sizes(&["1 1", "3 1"]).unwrap(), Some(uids(&[b"2 b", b"3 c"]).unwrap()));
        assert_eq!(numbers(&listed.unwrap()), [3]);
    }
}
