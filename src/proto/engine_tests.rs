//! Dialogues in tables, each run whole, at every split, and one byte at a time.

use super::*;
use crate::model::MessageNumber;

fn n(number: u32) -> MessageNumber {
    MessageNumber::new(number).unwrap()
}

fn retr() -> Command {
    Command::Retr(n(1))
}

fn auth() -> Command {
    Command::Auth { mechanism: "PLAIN", initial: None }
}

/// Feeds the greeting and then `wire`, in pieces that end at `cuts`, to an engine with
/// `commands` outstanding. Writes what comes out as text; neighbouring chunks are joined, since
/// where a read ends must not show. Last comes how many commands are left unanswered.
fn run(greeting: &str, commands: &[Command], wire: &[u8], cuts: &[usize]) -> String {
    let mut engine = Engine::new(Limits::default());
    let greeted = engine.poll(greeting.as_bytes()).unwrap().unwrap();
    assert_eq!(greeted.consumed, greeting.len());
    for command in commands {
        engine.enqueue(command.clone()).unwrap();
    }
    feed(&mut engine, wire, cuts) + &format!("{} left", engine.outstanding().0)
}

fn feed(engine: &mut Engine, wire: &[u8], cuts: &[usize]) -> String {
    let mut out = String::new();
    let mut start = 0;
    for &cut in cuts.iter().chain([&wire.len()]) {
        loop {
            let input = &wire[start..cut];
            let step = match engine.poll(input) {
                Ok(Some(step)) => step,
                Ok(None) => break,
                Err(error) => return out + &format!("!{}|", kind(&error)),
            };
            let text = |span: &Range<usize>| input[span.clone()].escape_ascii().to_string();
            match &step.event {
                Event::Status { ok: true, text: t } => out += &format!("ok {}|", text(t)),
                Event::Status { ok: false, text: t } => out += &format!("err {}|", text(t)),
                Event::Challenge(t) => out += &format!("challenge {}|", text(t)),
                Event::Line(t) => out += &format!("line {}|", text(t)),
                Event::Chunk(t) => out += &text(t),
                Event::End => out.push_str("end|"),
            }
            start += step.consumed;
        }
    }
    out
}

fn kind(error: &Error) -> &'static str {
    match error {
        Error::NotAStatus { .. } => "not a status",
        Error::BareLineFeed { .. } => "bare LF",
        Error::LineTooLong { .. } => "line too long",
        Error::ReplyTooLong { .. } => "reply too long",
        Error::Malformed { .. } => "malformed",
        Error::Unsolicited { .. } => "unsolicited",
        Error::Injection { .. } => "injection",
        Error::Challenge { .. } => "challenge",
    }
}

fn check(greeting: &str, commands: &[Command], wire: &str, expected: &str) {
    let run = |cuts: &[usize]| run(greeting, commands, wire.as_bytes(), cuts);
    assert_eq!(run(&[]), expected, "{wire:?} whole");
    let bytewise: Vec<usize> = (1..=wire.len()).collect();
    assert_eq!(run(&bytewise), expected, "{wire:?} byte by byte");
    for cut in 1..wire.len() {
        assert_eq!(run(&[cut]), expected, "{wire:?} cut at {cut}");
    }
}

#[test]
fn a_greeting_answers_no_command() {
    let mut engine = Engine::new(Limits::default());
    engine.enqueue(Command::Capa).unwrap();
    assert_eq!(feed(&mut engine, b"+OK ready\r\n", &[]), "ok ready|");
    assert_eq!(engine.outstanding().0, 1);
    assert_eq!(engine.awaiting(), "the reply to CAPA");
}

#[test]
fn replies_are_matched_in_order() {
    let check = |commands: &[Command], wire: &str, expected: &str| {
        check("+OK ready\r\n", commands, wire, expected);
    };
    check(&[Command::Noop], "+OK hi\r\n", "ok hi|0 left");
    check(
        &[Command::Uidl, Command::List],
        "+OK\r\n1 a\r\n..b\r\n.\r\n+OK x\r\n.\r\n",
        "ok |line 1 a|line .b|end|ok x|end|0 left",
    );
    check(
        &[Command::Uidl, Command::List],
        "-ERR no\r\n+OK\r\n1 5\r\n.\r\n",
        "err no|ok |line 1 5|end|0 left",
    );
    check(
        &[retr(), Command::Dele(n(1))],
        "+OK\r\nSubject: x\r\n\r\n..\r\n.\r\n+OK gone\r\n",
        "ok |Subject: x\\r\\n\\r\\n.\\r\\nend|ok gone|0 left",
    );
    check(&[retr()], "+OK 0 octets\r\n.\r\n", "ok 0 octets|end|0 left");
    check(
        &[retr(), retr()],
        "-ERR no such message\r\n+OK\r\na\r\n.\r\n",
        "err no such message|ok |a\\r\\nend|0 left",
    );
    check(&[auth()], "+ \r\n", "challenge |0 left");
    check(&[auth()], "+\r\n", "challenge |0 left");
    check(&[auth()], "+ YQ==\r\n", "challenge YQ==|0 left");
    check(&[auth()], "+OK in\r\n", "ok in|0 left");
}

#[test]
fn content_is_never_a_reply() {
    check(
        "+OK\r\n",
        &[retr()],
        "+OK\r\n+OK not a reply\r\n-ERR nor this\r\n.\r\n",
        "ok |+OK not a reply\\r\\n-ERR nor this\\r\\nend|0 left",
    );
    check(
        "+OK\r\n",
        &[retr(), Command::Dele(n(1))],
        "+OK\r\na\n.\n+OK forged\r\n",
        "ok |a\\n.\\n+OK forged\\r\\n2 left",
    );
}

#[test]
fn lines_end_as_the_greeting_did() {
    check("+OK\r\n", &[Command::Noop], "+OK\n", "!bare LF|1 left");
    check("+OK\r\n", &[Command::List], "+OK\r\n1 5\n.\r\n", "ok |!bare LF|1 left");
    check("+OK\n", &[Command::List], "+OK\n1 5\n2 6\r\n.\n", "ok |line 1 5|line 2 6|end|0 left");
    check("+OK\n", &[retr()], "+OK\na\n..b\n.\n", "ok |a\\n.b\\nend|0 left");
}

#[test]
fn what_is_no_status_is_an_error() {
    for wire in ["+ what\r\n", "+OKAY\r\n", "\r\n", "OK\r\n", "* OK\r\n"] {
        check("+OK\r\n", &[Command::Noop], wire, "!not a status|1 left");
    }
    check("+OK\r\n", &[], "+OK surplus\r\n", "!unsolicited|0 left");
    check("+OK\r\n", &[Command::Noop], "+OK\r\nx", "ok |!unsolicited|0 left");
}

#[test]
fn endless_replies_end() {
    let limits = Limits::default();
    let long = "x".repeat(limits.line + 1);
    let mut engine = Engine::new(limits);
    assert_eq!(feed(&mut engine, long.as_bytes(), &[1024]), "!line too long|");
    let greeting = "+OK\r\n";
    let whole = |command, wire: &str| run(greeting, &[command], wire.as_bytes(), &[]);
    assert_eq!(whole(Command::Noop, &long), "!line too long|1 left");
    let lines = format!("+OK\r\n{}", "X\r\n".repeat(limits.capability_lines + 1));
    assert!(whole(Command::Capa, &lines).ends_with("!reply too long|1 left"));
    let fits = format!("+OK\r\n{}.\r\n", "X\r\n".repeat(limits.capability_lines));
    assert!(whole(Command::Capa, &fits).ends_with("end|0 left"));
    // A message has no bound: not on a line, not in all.
    let body = format!("+OK\r\n{}\r\n.\r\n", "y".repeat(1 << 20));
    assert!(whole(retr(), &body).ends_with("end|0 left"));
}
