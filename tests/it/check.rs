//! `popfetch check`: what it says of servers that are as they should be, and of others.

use serde_json::Value;

use crate::interop::Site;
use crate::support::expect::{is_inert, reply, run};
use crate::support::server::{Action, Capabilities, Pipelined, Script, Trigger};
use crate::support::world::secret_forms;
use crate::support::{Output, World};

fn object(output: &Output) -> Value {
    let mut all = output.json();
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

/// The names of the steps, with a `!` behind what has a remark and an `x` behind what failed.
fn steps(object: &Value) -> Vec<String> {
    let steps = object["steps"].as_array().unwrap().iter();
    let name = |step: &Value| {
        let remarks = step["remarks"].as_array().unwrap().len();
        let mark = if step["ok"] == false { "x" } else { &"!"[..usize::from(remarks > 0)] };
        format!("{}{mark}", step["step"].as_str().unwrap())
    };
    steps.map(name).collect()
}

fn facts<'a>(object: &'a Value, step: &str) -> &'a Value {
    let steps = object["steps"].as_array().unwrap();
    &steps.iter().rfind(|found| found["step"] == step).expect(step)["facts"]
}

fn checked(world: &World, status: i32) -> Value {
    object(&world.run("check", &["--json"]).exits(status))
}

#[test]
fn a_dovecot_as_it_should_be() {
    let site = Site::new();
    for n in 0..3 {
        site.dovecot.deliver("alice", format!("Subject: {n}\n\nbody {n}\n"));
    }
    let output = run(&mut site.command("check", "alice", &["--json"])).succeeds();
    let found = object(&output);
    let all = ["connect", "tls", "greeting", "capabilities", "login", "mailbox", "headers"];
    assert_eq!(steps(&found), all);
    assert_eq!((&found["ok"], &found["exit"]), (&true.into(), &0.into()));
    let tls = facts(&found, "tls");
    assert_eq!(tls["fingerprint"].as_str().unwrap().len(), 64, "{tls}");
    assert!(tls["days_left"].as_i64().unwrap() > 365, "{tls}");
    assert!(tls["for"].as_array().unwrap().contains(&"localhost".into()), "{tls}");
    let mailbox = facts(&found, "mailbox");
    assert_eq!((&mailbox["messages"], &mailbox["new"]), (&3.into(), &3.into()));
    assert_eq!((&mailbox["unique_ids"], &mailbox["pipelining"]), (&true.into(), &true.into()));
    assert_eq!(facts(&found, "headers")["top"], true);
    assert_eq!(facts(&found, "login")["mechanism"], "PLAIN");
    // It has looked, and done nothing: all is still new.
    let text = run(&mut site.command("check", "alice", &[])).succeeds().text().to_owned();
    assert!(text.ends_with(": all is well\n"), "{text}");
    assert_eq!(site.dovecot.messages("alice").len(), 3);
}

#[test]
fn over_stls_what_is_offered_is_told_twice() {
    let world = World::with(Script::over_starttls);
    world.add("one");
    let found = object(&world.run("check", &["--json", "--tls", "starttls"]).succeeds());
    let all = [
        "connect",
        "greeting",
        "capabilities",
        "tls",
        "capabilities",
        "login",
        "mailbox",
        "headers",
    ];
    assert_eq!(steps(&found), all);
}

/// A check that went another way would tell of another server.
#[test]
fn the_server_hears_what_it_hears_from_a_fetch() {
    let heard = |command: &str, args: &[&str]| {
        let world = World::with(|script| {
            let lines = ["UIDL", "TOP", "SASL PLAIN", "UTF8"];
            script.capabilities(Capabilities::lines(lines)).on("UTF8", reply("+OK UTF8 enabled"))
        });
        world.run(command, &[&["--utf8"], args].concat()).succeeds();
        let log = world.server.finished_log();
        log[0].commands().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let checked = heard("check", &[]);
    assert_eq!(checked, heard("fetch", &["--to", "maildir:mail"]));
    assert_eq!(checked[1], "UTF8");
}

#[test]
fn what_a_server_lacks_is_said_with_what_it_means() {
    for (change, step, says) in [
        (
            (|script: Script| script.no_uidl()) as fn(Script) -> Script,
            "mailbox!",
            "no unique-ids (UIDL)",
        ),
        (|script| script.no_top(), "headers!", "no TOP"),
        (
            |script| script.capabilities(Capabilities::lines(["USER", "UIDL", "TOP"])),
            "mailbox!",
            "no PIPELINING",
        ),
        (|script| script.capabilities(Capabilities::Refused), "capabilities!", "no CAPA"),
        (
            |script| {
                script.capabilities(Capabilities::lines([
                    "USER",
                    "UIDL",
                    "TOP",
                    "PIPELINING",
                    "EXPIRE 0",
                ]))
            },
            "mailbox!",
            "EXPIRE 0",
        ),
        (
            |script| {
                script.capabilities(Capabilities::lines([
                    "USER",
                    "UIDL",
                    "TOP",
                    "PIPELINING",
                    "LOGIN-DELAY 900",
                ]))
            },
            "mailbox!",
            "900 seconds between two logins",
        ),
    ] {
        let world = World::with(change);
        world.add("one");
        let found = checked(&world, 0);
        assert!(steps(&found).contains(&step.to_owned()), "{says}: {found:#}");
        let text = world.run("check", &[]).succeeds();
        assert!(text.text().contains(says), "{says}\n{}", text.text());
        assert!(text.text().contains("it works, with "), "{}", text.text());
        // It never fetches to find something out.
        let log = world.server.finished_log();
        let retr = log.iter().flat_map(|s| s.commands()).any(|line| line.starts_with("RETR"));
        assert!(!retr, "{says}");
    }
}

/// A fetch calls such a server again, and so gets its mail.
#[test]
fn pipelining_that_does_not_work_is_a_remark_and_no_failure() {
    for pipelined in [Pipelined::Dropped, Pipelined::Closed] {
        let world = World::with(|script| script.pipelined(pipelined));
        world.add("one");
        let output = run(&mut world.command_within("1", "check", &["--json"])).succeeds();
        let found = object(&output);
        assert!(steps(&found).ends_with(&["mailbox!".into(), "headers".into()]), "{found:#}");
        let mailbox = facts(&found, "mailbox");
        assert_eq!((&mailbox["messages"], &mailbox["pipelining"]), (&1.into(), &false.into()));
        assert_eq!(found["remarks"], 1, "{found:#}");
        assert_eq!(world.server.finished_log().len(), 2);
    }
}

/// Where the server lets nobody in twice in a row, a fetch does not call it again either.
#[test]
fn a_login_delay_is_kept_to() {
    let world = World::with(|script| {
        let lines = ["UIDL", "TOP", "SASL PLAIN", "PIPELINING", "LOGIN-DELAY 900"];
        script.capabilities(Capabilities::lines(lines)).pipelined(Pipelined::Closed)
    });
    world.add("one");
    let output = run(&mut world.command_within("1", "check", &["--json"])).exits(75);
    assert_eq!(steps(&object(&output)).last().unwrap(), "mailboxx");
    assert!(output.text().contains("announces PIPELINING"), "{}", output.text());
    assert_eq!(world.server.finished_log().len(), 1);
}

#[test]
fn it_ends_at_what_fails_with_the_status_and_the_hint_of_a_fetch() {
    let err = |text: &str| Action::Reply(format!("-ERR {text}\r\n").into_bytes());
    for (change, step, status) in [
        (
            Box::new(move |script: Script| {
                script.on("AUTH", err("[AUTH] wrong")).on("PASS", err("[AUTH] wrong"))
            }) as Box<dyn Fn(Script) -> Script>,
            "loginx",
            77,
        ),
        (
            Box::new(move |script| script.on(Trigger::greeting(), err("[SYS/TEMP] later"))),
            "greetingx",
            75,
        ),
        (Box::new(move |script| script.on("UIDL", err("[SYS/PERM] broken"))), "mailboxx", 69),
        (Box::new(Script::in_the_clear), "tlsx", 76),
    ] {
        let world = World::with(change);
        world.add("one");
        let fetched = world.fetch(&[]).exits(status);
        let output = world.run("check", &["--json"]).exits(status);
        assert_eq!(output.stderr, fetched.stderr);
        let found = object(&output);
        assert_eq!(steps(&found).last().unwrap(), step, "{found:#}");
        assert_eq!(found["exit"], status);
        let told = format!("popfetch: {}: {}", world.account(), found["error"].as_str().unwrap());
        assert_eq!(output.stderr.lines().next().unwrap(), told);
    }
}

#[test]
fn a_certificate_that_is_refused_is_shown_all_the_same() {
    let world = World::new();
    let output = world
        .home
        .command(&["check", &world.url(), "--json"])
        .env("POPFETCH_PASSWORD", "x")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(76), "{output:?}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(steps(&found), ["connect", "tlsx"]);
    let tls = facts(&found, "tls");
    assert!(tls["issuer"].as_str().unwrap().contains("popfetch test authority"), "{tls}");
    assert_eq!(tls["fingerprint"].as_str().unwrap().len(), 64, "{tls}");
}

#[test]
fn nothing_secret_and_nothing_that_acts_on_a_terminal() {
    let world = World::with(|script| script.greeting(&b"+OK hi \x1b[2J\xe2\x80\xae there\r\n"[..]));
    world.add("one");
    for args in [&["-vv"][..], &["-vv", "--json"]] {
        let output = world.run("check", args).exits(0);
        for text in [output.text(), &output.stderr] {
            assert!(is_inert(text), "{text:?}");
            assert!(secret_forms().iter().all(|form| !text.contains(form)), "{text}");
        }
        assert!(output.text().contains("there"), "{}", output.text());
    }
    // The state is as it was: there is none.
    assert!(!world.home.path("state/popfetch").join("x").exists());
    assert!(world.run("check", &["-q"]).succeeds().text().is_empty());
}
