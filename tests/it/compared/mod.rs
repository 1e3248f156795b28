//! popfetch and its peers in front of one server that does what servers do: the table in the
//! README, each cell of which was seen here.
//!
//! The tests hold popfetch's column against what it does. `scripts/compare-behaviour` puts the peers
//! into its place with `POPFETCH_COMPARE_PROGRAM`, and prints each row.

mod lab;
mod rows;

use crate::support::peers::Peer;
use lab::Lab;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Program {
    Popfetch,
    Peer(Peer),
}

impl Program {
    /// The one that the environment names.
    fn chosen() -> Self {
        match std::env::var("POPFETCH_COMPARE_PROGRAM") {
            Err(_) => Self::Popfetch,
            Ok(wanted) if wanted == "popfetch" => Self::Popfetch,
            Ok(wanted) => Self::Peer(Peer::named(&wanted).expect("a peer's name")),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Popfetch => "popfetch",
            Self::Peer(peer) => peer.name(),
        }
    }
}

/// The cells of the README's table in one column, by their rows' titles.
fn column(program: Program) -> Vec<(String, String)> {
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once("<!-- compared -->\n").expect("the table");
    let mut lines = rest.lines().take_while(|line| line.starts_with('|')).map(|line| {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    });
    let head = lines.next().expect("a head");
    let at = head.iter().position(|cell| cell.split(' ').next() == Some(program.name()));
    let at = at.unwrap_or_else(|| panic!("{} is not in {head:?}", program.name()));
    lines.skip(1).map(|cells| (cells[0].clone(), cells[at].clone())).collect()
}

#[test]
fn the_readme_says_what_is_so() {
    let program = Program::chosen();
    let seen: Vec<(String, String)> = rows::ALL
        .iter()
        .map(|(title, look)| ((*title).to_owned(), look(&mut Lab::new(program))))
        .collect();
    for (title, cell) in &seen {
        eprintln!("| {} | {title} | {cell} |", program.name());
    }
    assert_eq!(seen, column(program));
}
