//! What went wrong, and what the kills hit.

use std::collections::{BTreeMap, BTreeSet};

use super::program::Program;
use super::standing::Standing;
use super::{Policy, To};

/// What went wrong in one round. The places are named; each thing counts once, however often it was
/// seen.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// Neither here nor on the server; or not here, and a run that nobody disturbed did not
    /// fetch it.
    pub(super) lost: BTreeSet<(&'static str, String)>,
    /// How many more than one are here.
    pub(super) duplicated: BTreeMap<(&'static str, String), usize>,
    /// What a reader finds that is no whole message.
    pub(super) torn: BTreeSet<(&'static str, Vec<u8>)>,
    /// Mail of somebody else that is not there, whole and once.
    pub(super) harmed: BTreeSet<String>,
    /// On the server against the policy, or not there.
    pub(super) left: usize,
    /// How the runs after a kill ended that did not go well by themselves, and who else came to a
    /// stop because of it.
    pub(super) help: Vec<String>,
}

impl Faults {
    /// Requires that there are none.
    #[track_caller]
    pub(super) fn forbid(&self, when: &str) {
        let Self { lost, duplicated, torn, harmed, left, help } = self;
        let torn: Vec<_> =
            torn.iter().map(|(at, piece)| (at, piece.escape_ascii().to_string())).collect();
        assert!(
            lost.is_empty()
                && duplicated.is_empty()
                && torn.is_empty()
                && harmed.is_empty()
                && *left == 0
                && help.is_empty(),
            "{when}:\nlost {lost:?}\nduplicated {duplicated:?}\ntorn {torn:#?}\n\
             harmed {harmed:?}\nleft on the server {left}\nneeding help {help:#?}"
        );
    }
}

/// What came of all rounds.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) rounds: usize,
    pub(super) kills: usize,
    lost: usize,
    duplicated: usize,
    torn: usize,
    harmed: usize,
    left: usize,
    help: usize,
    /// Kills that left messages staged, ...
    staged: usize,
    /// ... recorded and not published, ...
    recorded: usize,
    /// ... published and not marked as done, ...
    unmarked: usize,
    /// ... and kills of runs that had to recover from the one before.
    recovering: usize,
}

impl Tally {
    /// Counts a kill.
    pub(super) fn hit(&mut self, before: &Standing, after: &Standing) {
        self.kills += 1;
        self.staged += usize::from(after.staged > after.recorded);
        self.recorded += usize::from(after.recorded > 0);
        self.unmarked += usize::from(after.unmarked > 0);
        self.recovering += usize::from(before.is_unfinished());
    }

    /// Counts a round.
    pub(super) fn add(&mut self, faults: &Faults) {
        self.rounds += 1;
        self.lost += faults.lost.len();
        self.duplicated += faults.duplicated.values().sum::<usize>();
        self.torn += faults.torn.len();
        self.harmed += faults.harmed.len();
        self.left += faults.left;
        self.help += faults.help.len();
    }

    /// A row of a table in Markdown.
    pub(super) fn row(&self, program: Program, to: To, policy: Policy) -> String {
        let Self { rounds, kills, lost, duplicated, torn, harmed, left, help, .. } = self;
        let name = program.name();
        let case = format!("{to:?}, {policy:?}").to_lowercase();
        format!(
            "| {name} | {case} | {rounds} | {kills} | {lost} | {duplicated} | {torn} | {harmed} | \
             {left} | {help} |"
        )
    }

    /// What the kills hit.
    pub(super) fn hits(&self) -> String {
        let Self { kills, staged, recorded, unmarked, recovering, .. } = self;
        format!(
            "of {kills} kills, {staged} left messages staged and not recorded, {recorded} recorded \
             and not published, {unmarked} published and not marked; {recovering} hit a run that \
             had to recover"
        )
    }
}
