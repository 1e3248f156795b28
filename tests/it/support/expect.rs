//! What a failure must look like: the exit status, one sentence, and nothing lost, recorded or
//! deleted.

use std::process::Command;

use super::home::finish;
use super::server::Action;
use super::{Output, World};

/// Runs a prepared program to its end.
pub(crate) fn run(command: &mut Command) -> Output {
    finish(command.spawn().expect("the program starts"))
}

/// Requires a status and, on standard error, one line that holds `sentence`; then perhaps a line
/// with a hint.
#[track_caller]
pub(crate) fn fails(output: Output, status: i32, sentence: &str, hint: Option<&str>) -> Output {
    let output = output.exits(status).says(sentence);
    let lines: Vec<&str> = output.stderr.lines().collect();
    assert!(lines[0].starts_with("popfetch: "), "{}", output.stderr);
    assert!(lines[0].contains(sentence), "{}", output.stderr);
    match hint {
        None => assert_eq!(lines.len(), 1, "one line:\n{}", output.stderr),
        Some(hint) => {
            assert_eq!(lines.len(), 2, "one line and a hint:\n{}", output.stderr);
            let told = lines[1].strip_prefix("hint: ").expect("a hint");
            assert!(told.contains(hint), "{}", output.stderr);
        }
    }
    output
}

/// Requires that a failed run has changed nothing: a run with a sound server fetches everything.
#[track_caller]
pub(crate) fn untouched(world: &World, messages: &[String]) {
    assert_eq!(world.mailbox.len(), messages.len(), "deleted on the server");
    world.mail().holds(Vec::<String>::new());
    world.now(|script| script);
    world.fetch(&[]).succeeds();
    world.mail().holds(messages);
}

/// Whether a terminal would act on none of it, line ends and tabs aside.
pub(crate) fn is_inert(text: &str) -> bool {
    let acts = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}')
    };
    !text.contains(acts)
}

pub(crate) fn reply(text: &str) -> Action {
    Action::Reply(format!("{text}\r\n").into_bytes())
}

pub(crate) const APP_PASSWORD: &str = "some providers want an app password";
