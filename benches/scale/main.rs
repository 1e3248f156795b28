//! Large mailboxes in which there is nothing to fetch: what popfetch takes for them beside a reader
//! that throws the same two listings away, and how that grows with the mailbox.
//!
//! ```text
//! cargo bench --bench scale -- [MESSAGES...]
//! ```
//!
//! The server is as fast as one can be: it sends listings that were made before, so that what is
//! compared is popfetch and not a server. Prints a table in Markdown, of medians. GNU time, which
//! `scripts/setup peers` installs, counts the costs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod listings;
#[path = "../compare/measure.rs"]
mod measure;
mod program;
mod reader;
mod server;
// Not everything in it is used here.
#[allow(dead_code, unused_imports)]
#[path = "../../tests/it/support/mod.rs"]
mod support;

use std::env;
use std::time::Duration;

use listings::{Listings, Uids};
use measure::Costs;
use program::Program;
use server::Server;

/// The mailboxes that are measured where none is named.
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 500_000];

/// How often each case is run.
const RUNS: usize = 5;

/// What is done, beginning with a state that is as the case needs it.
struct Case {
    name: &'static str,
    uids: Uids,
    before: Before,
    arguments: &'static [&'static str],
    /// Whether the server has nothing left when it comes to the case.
    vanished: bool,
}

/// What the state holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    All,
}

const FETCH: &[&str] = &["fetch", "--to", "maildir:mail", "--first-fetch", "seen"];

const CASES: [Case; 6] = [
    Case {
        name: "fetch, all known",
        uids: Uids::Ascending,
        before: Before::All,
        arguments: FETCH,
        vanished: false,
    },
    Case {
        name: "fetch, all known, UIDs of 70 characters",
        uids: Uids::Long,
        before: Before::All,
        arguments: FETCH,
        vanished: false,
    },
    Case {
        name: "fetch, all known, UIDs in no order",
        uids: Uids::Scattered,
        before: Before::All,
        arguments: FETCH,
        vanished: false,
    },
    Case {
        name: "list --short",
        uids: Uids::Ascending,
        before: Before::All,
        arguments: &["list", "--short"],
        vanished: false,
    },
    Case {
        name: "first fetch, all counts as seen",
        uids: Uids::Ascending,
        before: Before::Nothing,
        arguments: FETCH,
        vanished: false,
    },
    Case {
        name: "fetch, all known has vanished",
        uids: Uids::Ascending,
        before: Before::All,
        arguments: FETCH,
        vanished: true,
    },
];

fn main() {
    // Cargo adds a flag of its own.
    let named: Vec<usize> = env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if named.is_empty() { SIZES.to_vec() } else { named };
    let server = Server::start();
    println!(
        "| work | messages | reader, ms | popfetch, ms | ratio | CPU, ms | peak RSS, MiB | state, KiB |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    for case in CASES {
        for &messages in &sizes {
            println!("{}", row(&case, messages, &server));
        }
    }
}

/// Runs a case, the reader and popfetch by turns.
fn row(case: &Case, messages: usize, server: &Server) -> String {
    let all = Listings::new(case.uids, messages);
    let program = Program::new(server);
    let (mut read, mut ran): (Vec<Duration>, Vec<Costs>) = Default::default();
    for _ in 0..RUNS {
        server.serve(all.clone());
        if case.before == Before::Nothing || case.vanished || ran.is_empty() {
            program.forget();
        }
        if case.before == Before::All && !program.has_state() {
            program.run(FETCH);
        }
        if case.vanished {
            server.serve(Listings::default());
        }
        read.push(reader::read(server));
        ran.push(program.run(case.arguments));
    }
    read.sort();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    let reader = milliseconds(read[RUNS / 2]);
    let Costs { time, cpu, memory } = Costs::median(&ran);
    let (took, cpu, peak) = (milliseconds(time), milliseconds(cpu), memory as f64 / 1024.0);
    let state = program.state_octets() / 1024;
    format!(
        "| {} | {messages} | {reader:.1} | {took:.1} | {:.2} | {cpu:.0} | {peak:.1} | {state} |",
        case.name,
        took / reader,
    )
}
