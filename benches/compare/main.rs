//! popfetch beside the other programs that fetch mail, on one Dovecot over TLS, and beside a reader
//! that throws the mail away.
//!
//! ```text
//! cargo bench --bench compare
//! cargo bench --bench compare -- --runs 1 --case quiet --program popfetch --program mpop
//! ```
//!
//! Every program that is installed takes its turn, one run each, over and over; what is printed, as
//! tables in Markdown, are medians. Every program checks the same certificate and delivers into
//! Maildirs on the same disk, and everything that it was to deliver has to be there afterwards.
//! `scripts/setup tests` and `scripts/setup peers` install what this needs. The server keeps its mail
//! in memory, so that the disk is the programs' alone. Nothing is removed before the end, when all
//! is: all cases take 5 GB of disk, 700 MB of memory and a quarter of an hour. An interrupted run
//! leaves its directories behind, in `/var/tmp` and `/dev/shm`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod busy;
mod case;
mod measure;
mod program;
mod reader;
mod relay;
mod series;
mod site;
// Not everything in it is used here.
#[allow(dead_code, unused_imports)]
#[path = "../../tests/it/support/mod.rs"]
mod support;
mod table;

use arguments::Arguments;
use site::Site;

fn main() {
    if let Some(task) = reader::Task::of_this_process() {
        return task.run();
    }
    let arguments = Arguments::read();
    if !arguments.bench {
        // `cargo test --all-targets` runs benches too.
        return;
    }
    let programs = arguments.programs();
    let site = Site::new(&arguments.directory, &arguments.server_directory);
    let mut all = Vec::new();
    for case in arguments.cases() {
        eprintln!("{}:", case.work);
        all.push(series::play(&site, case, &programs, arguments.runs));
    }
    println!("{}\n", table::heading(&programs));
    println!("{}\n{}", table::runs(&all), table::ratios(&all));
}
