//! What can be typed behind `popfetch import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use popfetch::import::Program;

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The program to take over from
    #[arg(value_name = "PROGRAM", value_enum)]
    pub(crate) program: ProgramArg,
    /// Its configuration; of getmail also the directory [default: where the program looks for it]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    /// The file in which it keeps what it has seen [default: what its configuration says]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) uids: Option<PathBuf>,
    /// Say what would be taken over, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgramArg {
    Mpop,
    Fetchmail,
    Getmail,
    Fdm,
}

impl From<ProgramArg> for Program {
    fn from(program: ProgramArg) -> Self {
        match program {
            ProgramArg::Mpop => Self::Mpop,
            ProgramArg::Fetchmail => Self::Fetchmail,
            ProgramArg::Getmail => Self::Getmail,
            ProgramArg::Fdm => Self::Fdm,
        }
    }
}
