//! The engine: any dialogue, however it arrives, is what the oracle says that it is; nothing
//! that is said exceeds the input, and nothing that is kept exceeds the limits.

use super::cuts::cuts;
use super::dialogue::Dialogue;
use super::oracle::oracle;

pub(crate) fn check(data: &[u8]) {
    let dialogue = Dialogue::read(data);
    let expected = oracle(&dialogue);
    for cuts in cuts(dialogue.wire.len(), data) {
        assert_eq!(dialogue.run(&cuts), expected, "read up to {cuts:?}");
    }
}
