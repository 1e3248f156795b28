//! Questions on the terminal, and their answers.

use std::io::{self, IsTerminal as _};

use popfetch::jobs::Class;
use popfetch::model::Interrupt;
use popfetch::proto::visible;

use super::super::args::InitArgs;
use super::super::blocking::NoAnswer;
use super::super::exit::Exit;
use super::super::question;
use super::super::report::Failure;
use super::super::screen::{say, width};
use super::super::secrets::VARIABLE;

/// Whoever answers the questions.
pub(super) struct Asker<'a> {
    interrupt: &'a Interrupt,
    /// Whether there is a terminal to ask on.
    pub(super) asks: bool,
    /// Whether what has a default is not asked.
    brief: bool,
}

impl<'a> Asker<'a> {
    pub(super) fn new(args: &InitArgs, interrupt: &'a Interrupt) -> Self {
        let asks = io::stdin().is_terminal() && io::stderr().is_terminal();
        Self { interrupt, asks, brief: args.yes || args.dry_run }
    }

    /// Whether questions are asked that have a default.
    pub(super) fn offers(&self) -> bool {
        self.asks && !self.brief
    }

    /// Without a terminal: requires that everything is said on the command line.
    pub(super) fn requires(&self, args: &InitArgs) -> Result<(), Failure> {
        if self.asks || args.dry_run {
            return Ok(());
        }
        let to_keep = args.connection.password_fd.is_some() || std::env::var_os(VARIABLE).is_some();
        let known = args.host.is_some() && args.connection.user.is_some();
        let missing: Vec<&str> = [
            (args.address.is_none() && !known, "ADDRESS"),
            (args.to.is_empty() && !args.yes, "--to (or --yes)"),
            (to_keep && args.store.is_none(), "--store"),
        ]
        .into_iter()
        .filter_map(|(missing, what)| missing.then_some(what))
        .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let message = format!("there is no terminal to ask on; missing: {}", missing.join(", "));
        Err(Failure::usage(message))
    }

    /// Says a sentence or more, broken into lines.
    pub(super) fn tell(&self, text: &str) {
        if self.asks {
            say(&wrapped(&visible(text.as_bytes(), 4096), width()));
        }
    }

    /// Tells of a failure that is not the end.
    pub(super) fn tell_failure(&self, failure: &Failure) {
        failure.print();
    }

    /// Asks a question that has an answer where nothing is typed, or none.
    pub(super) fn line(&self, question: &str, default: Option<&str>) -> Result<String, Failure> {
        let prompt = match default {
            Some(default) => format!("{question} [{default}]: "),
            None => format!("{question}: "),
        };
        loop {
            say(&visible(prompt.as_bytes(), 4096));
            let answer = match question::line(self.interrupt) {
                Ok(answer) if answer.is_empty() => return Err(self.left("\nno answer")),
                Ok(answer) => answer,
                Err(NoAnswer::Interrupted) => return Err(self.left("interrupted")),
                Err(_) => return Err(self.left("\nno answer")),
            };
            let answer = answer.trim();
            match default {
                _ if !answer.is_empty() => return Ok(answer.to_owned()),
                Some(default) => return Ok(default.to_owned()),
                None => {}
            }
        }
    }

    /// The failure of a question that was left: nothing has changed.
    fn left(&self, how: &str) -> Failure {
        say("\n");
        let exit = Exit::of(Class::Interrupted, self.interrupt.signal());
        Failure::new(exit, format!("{}; nothing was written", how.trim_start()))
    }

    /// Asks a question that is answered by yes or no.
    pub(super) fn yes(&self, question: &str, default: bool) -> Result<bool, Failure> {
        let choices = if default { "Y/n" } else { "y/N" };
        loop {
            let answer = self.line(question, Some(choices))?.to_lowercase();
            match answer.as_str() {
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                answer if answer == choices.to_lowercase() => return Ok(default),
                _ => self.tell("Please answer y or n."),
            }
        }
    }

    /// Asks for one of several; gives its place. The first is the default.
    pub(super) fn choice(&self, question: &str, choices: &[String]) -> Result<usize, Failure> {
        self.tell(question);
        for (at, choice) in choices.iter().enumerate() {
            self.tell(&format!("  {}  {choice}", at + 1));
        }
        loop {
            let answer = self.line("Choice", Some("1"))?;
            match answer.parse::<usize>() {
                Ok(number) if (1..=choices.len()).contains(&number) => return Ok(number - 1),
                _ => {
                    let most = choices.len();
                    self.tell(&format!("Please answer with a number from 1 to {most}."));
                }
            }
        }
    }
}

/// Text in lines of at most `width` columns, broken between words.
fn wrapped(text: &str, width: usize) -> String {
    let indent = text.len() - text.trim_start().len();
    let mut lines = String::from(&text[..indent]);
    let mut column = indent;
    for (at, word) in text.trim_start().split(' ').enumerate() {
        let columns = unicode_width::UnicodeWidthStr::width(word);
        if at > 0 {
            if column + 1 + columns > width {
                lines.push('\n');
                lines.push_str(&text[..indent]);
                column = indent;
            } else {
                lines.push(' ');
                column += 1;
            }
        }
        lines.push_str(word);
        column += columns;
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_are_broken_between_words() {
        for (text, expected) in [
            ("", "\n"),
            ("one two", "one two\n"),
            ("one two three", "one two\nthree\n"),
            ("  1  one two", "  1  one\n  two\n"),
            ("abcdefghijkl mn", "abcdefghijkl\nmn\n"),
        ] {
            assert_eq!(wrapped(text, 8), expected, "{text}");
        }
    }
}
