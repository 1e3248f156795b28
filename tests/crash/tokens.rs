//! Something goes wrong at each step at which renewed tokens reach the disk.

use crate::rig::ABORTED;
use crate::steps::{Step, read_steps};
use crate::support::Output;
use crate::support::home::finish;
use crate::support::provider::Subscriber;
use crate::workers::for_each;

/// What can happen at a step.
const FAULTS: [&str; 8] =
    ["abort", "abort-after", "tear", "short", "EINTR", "EIO", "ENOSPC", "late-EIO"];

/// A user whose token has ended, at a provider that takes each refresh token once, or not.
fn subscriber(rotates: bool) -> Subscriber {
    let subscriber = Subscriber::new("device");
    {
        let mut book = subscriber.provider.book();
        book.rotates = rotates;
        book.lifetime = Some(0);
    }
    subscriber.log_in();
    subscriber.provider.book().lifetime = Some(3600);
    subscriber
}

/// A look at the mailbox, for which the token is renewed.
fn look(subscriber: &Subscriber, failpoints: &str) -> Output {
    let mut command = subscriber.command(&["list", "work", "--count"]);
    command.env("POPFETCH_FAILPOINTS", failpoints);
    command.env("POPFETCH_STEPS", subscriber.home.path("steps"));
    subscriber.checked(finish(command.spawn().expect("the program starts")))
}

/// The steps of such a look.
fn steps(rotates: bool) -> Vec<Step> {
    let subscriber = subscriber(rotates);
    std::fs::create_dir(subscriber.home.path("steps")).unwrap();
    look(&subscriber, "").exits(0);
    let mut steps = read_steps(&subscriber.home.path("steps"));
    // To make a directory that is there has no effect.
    steps.retain(|step| step.done);
    steps
}

/// What becomes of the next look, when this goes wrong in one.
fn after(rotates: bool, step: &Step, fault: &str) -> Result<i32, String> {
    let subscriber = subscriber(rotates);
    std::fs::create_dir(subscriber.home.path("steps")).unwrap();
    let output = look(&subscriber, &format!("{}={fault}", step.number));
    let expected = match fault {
        "abort" | "abort-after" | "tear" => output.status == ABORTED,
        "EINTR" | "short" => output.status == 0,
        // A note in the lock file is for people alone.
        _ => matches!(output.status, 0 | 74),
    };
    if !expected {
        return Err(format!("status {}: {}", output.status, output.stderr));
    }
    let next = subscriber.list();
    if subscriber.provider.book().reused > usize::from(next.status == 77) {
        return Err("a refresh token was used twice".to_owned());
    }
    if next.status == 0 && subscriber.files() != ["work.oauth"] {
        return Err(format!("left behind: {:?}", subscriber.files()));
    }
    Ok(next.status)
}

#[test]
fn tokens_are_whole_whatever_happens() {
    let mut faults = Vec::new();
    for rotates in [false, true] {
        let steps = steps(rotates);
        assert!(steps.iter().any(|step| step.is("rename")), "{steps:?}");
        for step in steps {
            let fits = |fault: &&&str| step.kind == "write" || !["tear", "short"].contains(*fault);
            let fitting = FAULTS.iter().filter(fits);
            faults.extend(fitting.map(|fault| (rotates, step.clone(), *fault)));
        }
    }
    let count = faults.len();
    let complaints = for_each(faults, |(rotates, step, fault)| {
        // What the provider has given and what has no place on the disk yet is lost, if it gives
        // it only once; nothing else is.
        let name = step.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let given = name == "work.oauth.new"
            && matches!(step.kind.as_str(), "write" | "sync" | "rename")
            && !(step.kind == "rename" && (fault.starts_with("late") || fault == "abort-after"));
        let survived = matches!(fault, "EINTR" | "short");
        let expected = if rotates && given && !survived { 77 } else { 0 };
        match after(rotates, &step, fault) {
            Ok(status) if status == expected => None,
            Ok(status) => Some(format!("{rotates} {step} {fault}: {status}, not {expected}")),
            Err(complaint) => Some(format!("{rotates} {step} {fault}: {complaint}")),
        }
    });
    let complaints: Vec<String> = complaints.into_iter().flatten().collect();
    println!("{count} faults, {} complaints", complaints.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
