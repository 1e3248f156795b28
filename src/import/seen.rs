//! What the programs have seen: the files that hold their UIDs.
//!
//! A UID stands there as often as messages bore it. What cannot be one is counted and left out: a
//! file that is damaged in one place tells of the rest all the same.

use crate::model::Uid;

/// What a file holds of one mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The UIDs, in the file's order.
    pub uids: Vec<Uid>,
    /// How many of its lines say nothing that can be understood.
    pub damaged: usize,
    /// How many UIDs it holds of other mailboxes.
    pub others: usize,
}

impl Seen {
    /// Takes a UID, of this mailbox or of another.
    fn add(&mut self, uid: &[u8], ours: bool) {
        match Uid::new(uid) {
            None => self.damaged += 1,
            Some(uid) if ours => self.uids.push(uid),
            Some(_) => self.others += 1,
        }
    }
}

/// mpop: comments, then for each mailbox ` COUNT HOST USER` and below it a UID a line, since 1.4.23
/// with the time of its first sight behind it.
pub(super) fn mpop(bytes: &[u8], host: &str, user: &str) -> Seen {
    let mut seen = Seen::default();
    let mut comments = true;
    let mut list = None;
    for line in lines(bytes) {
        // A UID may begin like a comment.
        comments &= line.starts_with(b"#");
        if comments || line.is_empty() {
            continue;
        }
        if let Some(head) = line.strip_prefix(b" ") {
            list = mpop_list(head, host, user);
            seen.damaged += usize::from(list.is_none());
            continue;
        }
        let Some(ours) = list else {
            seen.damaged += 1;
            continue;
        };
        // Popfetch takes no UID with a blank in it from a server either.
        let mut words = line.split(|&b| b == b' ');
        let (uid, time) = (words.next().unwrap_or_default(), words.next());
        let is_time = |time: &[u8]| !time.is_empty() && time.iter().all(u8::is_ascii_digit);
        if time.is_none_or(is_time) && words.next().is_none() {
            seen.add(uid, ours);
        } else {
            seen.damaged += 1;
        }
    }
    seen
}

/// Whether a list is that of this mailbox; nothing where its head makes no sense. A user's name may
/// hold blanks, which mpop itself cannot read back.
fn mpop_list(head: &[u8], host: &str, user: &str) -> Option<bool> {
    let mut parts = head.splitn(3, |&b| b == b' ');
    let (count, at, name) = (parts.next()?, parts.next()?, parts.next()?);
    let counts = !count.is_empty() && count.iter().all(u8::is_ascii_digit);
    let ours = at.eq_ignore_ascii_case(host.as_bytes()) && name == user.as_bytes();
    counts.then_some(ours)
}

/// fetchmail: `USER@HOST UID` a line.
pub(super) fn fetchmail(bytes: &[u8], host: &str, user: &str) -> Seen {
    let mut seen = Seen::default();
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t');
    for line in lines(bytes) {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let end = line.iter().position(is_blank);
        let (mailbox, uid) = end.map_or((line, &[][..]), |end| line.split_at(end));
        // Names and UIDs may hold an @ themselves; a host does not.
        match mailbox.iter().rposition(|&b| b == b'@') {
            None => seen.damaged += 1,
            Some(at) => {
                let (name, behind) = (&mailbox[..at], &mailbox[at + 1..]);
                let ours = name.eq_ignore_ascii_case(user.as_bytes())
                    && behind.eq_ignore_ascii_case(host.as_bytes());
                seen.add(uid.trim_ascii(), ours);
            }
        }
    }
    seen
}

/// getmail: the UID, a NUL, and the time of its first sight.
pub(super) fn getmail(bytes: &[u8]) -> Seen {
    let mut seen = Seen::default();
    for line in lines(bytes).map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        match line.iter().position(|&b| b == 0) {
            None => seen.damaged += 1,
            Some(end) => seen.add(&line[..end], true),
        }
    }
    seen
}

/// fdm: the UID's length, a blank, and the UID.
pub(super) fn fdm(bytes: &[u8]) -> Seen {
    let mut seen = Seen::default();
    for line in lines(bytes).filter(|line| !line.is_empty()) {
        let end = line.iter().position(|&b| b == b' ');
        let (length, uid) = end.map_or((line, &[][..]), |end| (&line[..end], &line[end + 1..]));
        let length = std::str::from_utf8(length).ok().and_then(|length| length.parse().ok());
        if length == Some(uid.len()) {
            seen.add(uid, true);
        } else {
            seen.damaged += 1;
        }
    }
    seen
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&b| b == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The UIDs with blanks between them, and the other two numbers.
    fn shown(seen: &Seen) -> (String, usize, usize) {
        let uids: Vec<String> = seen.uids.iter().map(ToString::to_string).collect();
        (uids.join(" "), seen.damaged, seen.others)
    }

    #[track_caller]
    fn is(seen: &Seen, uids: &str, damaged: usize, others: usize) {
        assert_eq!(shown(seen), (uids.to_owned(), damaged, others));
    }

    #[test]
    fn mpop_lists() {
        for (text, uids, damaged, others) in [
            (&b""[..], "", 0, 0),
            (b"# made by mpop\n#\n 2 h joe\na\nb\n", "a b", 0, 0),
            // Since 1.4.23, with times; by earlier versions, not.
            (b"# x\n 3 h joe\na 1700000000\nb\nc 0\n", "a b c", 0, 0),
            // Several mailboxes in one file; hosts in either case, users as they stand.
            (b" 1 H joe\na\n 1 h Joe\nb\n 1 other joe\nc\n", "a", 0, 2),
            (b" 2 h joe\nx\nx\n", "x x", 0, 0),
            (b"# c\n 2 h joe\n#uid\nb\n", "#uid b", 0, 0),
            (b" 2 h joe\n\xe4\xff\nb\n", "\\xe4\\xff b", 0, 0),
            // Cut, and with lines that say nothing.
            (b" 9 h joe\na\nb", "a b", 0, 0),
            (b"lost\n x h joe\nmine?\n 1 h joe\na b c\na x\nb\n", "b", 5, 0),
            (b" 1 h\na\n 1 h joe\na\x01b\nb", "b", 3, 0),
        ] {
            is(&mpop(text, "h", "joe"), uids, damaged, others);
        }
        is(&mpop(b" 1 h joe doe\na\n", "h", "joe doe"), "a", 0, 0);
    }

    #[test]
    fn fetchmail_lines() {
        for (text, uids, damaged, others) in [
            (&b""[..], "", 0, 0),
            (b"joe@h a\nJOE@H b\n", "a b", 0, 0),
            (b"joe@h  a \n\tjoe@h\tb\r\n\n", "a b", 0, 0),
            (b"joe@h a\nbob@h b\njoe@other c\n", "a", 0, 2),
            // InterMail has an @ in its UIDs.
            (b"joe@h <1.2@intermail>\n", "<1.2@intermail>", 0, 0),
            (b"joe@h \xe4\n", "\\xe4", 0, 0),
            (b"joe@h\njoe h\nnothing\njoe@h a b\njoe@h ok", "ok", 4, 0),
        ] {
            is(&fetchmail(text, "h", "joe"), uids, damaged, others);
        }
        is(&fetchmail(b"joe@example.org@h a\n", "h", "joe@example.org"), "a", 0, 0);
    }

    #[test]
    fn getmail_lines() {
        for (text, uids, damaged) in [
            (&b""[..], "", 0),
            (b"a\x001700000000\nb\x00x\n", "a b", 0),
            (b"\xe4\x001\n\n  c\x001  \n", "\\xe4 c", 0),
            (b"no time\n\x001\na b\x001\nc\x00", "c", 3),
        ] {
            is(&getmail(text), uids, damaged, 0);
        }
    }

    #[test]
    fn fdm_lines() {
        for (text, uids, damaged) in [
            (&b""[..], "", 0),
            (b"1 a\n3 abc\n", "a abc", 0),
            (b"2 \xe4\xff\n", "\\xe4\\xff", 0),
            (b"2 a\n1\n1 \nx a\n18446744073709551616 a\n-1 a\n3 a b\n1 ok\n2 ok", "ok", 8),
        ] {
            is(&fdm(text), uids, damaged, 0);
        }
    }
}
