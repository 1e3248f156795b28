//! The header block of a message: where it ends, and what is taken from it, does not depend on
//! the reads; what is taken is printable and bounded.

use popfetch::delivery::HeaderBlock;
use sha2::{Digest, Sha256};

use super::common::printable::assert_printable;
use super::cuts::{cuts, pieces};

pub(crate) fn check(data: &[u8]) {
    let block = block(data);
    let digest: [u8; 32] = Sha256::digest(block).into();
    for cuts in cuts(data.len(), data) {
        let mut read = HeaderBlock::default();
        for piece in pieces(data, &cuts) {
            let complete = read.is_complete();
            read.add(piece);
            assert!(read.is_complete() || !complete, "it was complete before");
        }
        assert_eq!(read.digest(), digest, "read up to {cuts:?}");
        assert_eq!(read.is_complete(), block.len() < data.len());
        if let Some(id) = read.message_id() {
            assert_printable(&id);
            assert!(id.len() <= 998 && id.starts_with('<') && id.ends_with('>'));
            assert!(!id.contains([' ', '\t']));
            let unfolded: Vec<u8> = block.iter().copied().filter(|octet| *octet != b'\n').collect();
            assert!(String::from_utf8_lossy(&unfolded).contains(&id), "{id} is nowhere");
        }
        if let Some(sender) = read.return_path() {
            let fine = |octet: u8| octet.is_ascii_alphanumeric() || b"@._+-/=".contains(&octet);
            assert!((1..=254).contains(&sender.len()) && sender.bytes().all(fine), "{sender:?}");
        }
    }
}

/// All up to the first empty line.
fn block(data: &[u8]) -> &[u8] {
    let mut end = 0;
    for line in data.split_inclusive(|octet| *octet == b'\n') {
        if line == b"\n" {
            break;
        }
        end += line.len();
    }
    &data[..end]
}
