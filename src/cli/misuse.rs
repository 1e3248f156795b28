//! Command lines that make no sense, told as every other error is: a sentence and a hint.

use std::ffi::OsStr;

use clap::CommandFactory as _;
use clap::error::ErrorKind;

use super::args::Cli;
use super::exit::Exit;
use super::report::Failure;

/// Tells what the argument parser says; help and version are no errors, and go to standard output.
pub(crate) fn tell(error: &clap::Error) -> Exit {
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || is_help {
        let _ = error.print();
        return if error.use_stderr() { Exit::USAGE } else { Exit::OK };
    }
    let command = std::env::args_os().skip(1).find_map(|word| subcommand(&word));
    let failure = read(&error.render().to_string(), command.as_deref());
    failure.print();
    failure.exit
}

/// The command that a word is the name of.
fn subcommand(word: &OsStr) -> Option<String> {
    let word = word.to_str()?;
    Cli::command().find_subcommand(word).map(|command| command.get_name().to_owned())
}

/// From the parser's text: its first paragraph is the sentence, what it proposes is the hint.
fn read(text: &str, command: Option<&str>) -> Failure {
    let sentence = text.lines().map(str::trim).take_while(|line| !line.is_empty());
    let sentence = sentence.collect::<Vec<_>>().join(" ");
    let sentence = sentence.strip_prefix("error: ").unwrap_or(&sentence);
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: "));
    let near = tip.and_then(|tip| tip.split_once(" exists: ")).map(|(_, near)| near);
    Failure::usage(sentence).with_hint(match (near, tip, command) {
        (Some(near), ..) => format!("did you mean {near}?"),
        (None, Some(tip), _) => tip.to_owned(),
        (None, None, Some(command)) => format!("popfetch {command} --help"),
        (None, None, None) => "popfetch --help".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[test]
    fn a_sentence_and_a_hint() {
        for (line, sentence, hint) in [
            ("fetch --delte", "unexpected argument '--delte' found", "did you mean '--delete'?"),
            ("fech", "unrecognized subcommand 'fech'", "did you mean 'fetch'?"),
            (
                "fetch --order newst",
                "invalid value 'newst' for '--order <WHICH>' [possible values: oldest, newest]",
                "did you mean 'newest'?",
            ),
            (
                "list --larger 5XB",
                "invalid value '5XB' for '--larger <SIZE>': '5XB' is not a size (like 500k, 20M or \
                 1G)",
                "popfetch list --help",
            ),
            (
                "completions",
                "the following required arguments were not provided: <SHELL>",
                "popfetch completions --help",
            ),
        ] {
            let words = std::iter::once("popfetch").chain(line.split(' '));
            let error = Cli::try_parse_from(words.clone()).unwrap_err();
            let command = words.skip(1).find_map(|word| subcommand(OsStr::new(word)));
            let failure = read(&error.render().to_string(), command.as_deref());
            assert_eq!((failure.message.as_str(), failure.hint.as_deref()), (sentence, Some(hint)));
        }
    }
}
