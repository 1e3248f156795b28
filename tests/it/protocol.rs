//! Servers that break the protocol.

use crate::support::World;
use crate::support::expect::{fails, reply, untouched};
use crate::support::server::{Action, Capabilities, Script};

#[test]
fn malformed_listings() {
    let long = format!("+OK\r\n1 {}\r\n2 b\r\n.", "u".repeat(600));
    for (verb, answer, shown) in [
        ("STAT", "+OK", "two numbers expected"),
        ("STAT", "+OK 2", "two numbers expected"),
        ("STAT", "+OK two 20", "'two 20'"),
        ("STAT", "+OK -2 20", "'-2 20'"),
        ("STAT", "+OK 2 -20", "'2 -20'"),
        ("STAT", "+OK 4294967296 20", "'4294967296 20'"),
        ("STAT", "+OK 2 18446744073709551616", "'2 18446744073709551616'"),
        ("LIST", "+OK\r\n1 10\r\n2\r\n.", "'2'"),
        ("LIST", "+OK\r\n1 10\r\n2 x\r\n.", "'2 x'"),
        ("LIST", "+OK\r\n1 10\r\n0 10\r\n.", "'0 10'"),
        ("LIST", "+OK\r\n1 10\r\n-2 10\r\n.", "'-2 10'"),
        ("LIST", "+OK\r\n1 10\r\n+2 10\r\n.", "'+2 10'"),
        ("LIST", "+OK\r\n1 10\r\n2 -10\r\n.", "'2 -10'"),
        ("LIST", "+OK\r\n1 10\r\n4294967296 10\r\n.", "'4294967296 10'"),
        ("LIST", "+OK\r\n1 10\r\n4294967298 10\r\n.", "'4294967298 10'"),
        ("LIST", "+OK\r\n1 10\r\n2 18446744073709551616\r\n.", "'2 18446744073709551616'"),
        ("LIST", "+OK\r\n1 10\r\n1 20\r\n.", "this number is listed twice"),
        ("LIST", "+OK\r\n1 10\r\n\r\n.", "no message number"),
        ("UIDL", "+OK\r\n1 a\r\n2\r\n.", "'2'"),
        ("UIDL", "+OK\r\n1 a\r\n2 \r\n.", "'2 '"),
        ("UIDL", "+OK\r\n1 a\r\n0 b\r\n.", "'0 b'"),
        ("UIDL", "+OK\r\n1 a\r\n-2 b\r\n.", "'-2 b'"),
        ("UIDL", "+OK\r\n1 a\r\n4294967296 b\r\n.", "'4294967296 b'"),
        ("UIDL", "+OK\r\n1 a\r\n2 b\x1b[2J\r\n.", "'2 b\\x1b[2J'"),
        ("UIDL", "+OK\r\n1 a\r\n2 b\x7f\r\n.", "'2 b\\x7f'"),
        ("UIDL", "+OK\r\n1 a\r\n1 b\r\n.", "this number is listed twice"),
        ("UIDL", &long, "this cannot be a unique-id"),
        ("UIDL", "OK\r\n", "expected +OK or -ERR in the reply to UIDL, got 'OK'"),
    ] {
        let world = World::with(|script| script.on(verb, reply(answer)));
        let all = world.add_many(2);
        let output = fails(world.fetch(&["--delete"]), 76, shown, None);
        assert!(output.stderr.contains(verb), "{}", output.stderr);
        assert!(output.stderr.len() < 400, "{}", output.stderr);
        untouched(&world, &all);
    }
}

#[test]
fn stat_with_a_tab_and_text_is_read() {
    for answer in ["+OK 2  20 octets", "+OK 2 20 (2 messages)", "+OK 2\t20"] {
        let world = World::with(|script| script.on("STAT", reply(answer)));
        let all = world.add_many(2);
        world.fetch(&[]).succeeds();
        world.mail().holds(&all);
    }
}

#[test]
fn too_many_capabilities() {
    let many = || Capabilities::lines((0..201).map(|n| format!("X-{n}")));
    let world = World::with(|script| script.capabilities_before_login(many()));
    let all = world.add_many(1);
    fails(world.fetch(&[]), 76, "the reply to CAPA is longer than 200 lines", None);
    assert_eq!(world.server.finished_log()[0].commands(), ["CAPA"]);
    untouched(&world, &all);
    let world = World::with(|script| script.capabilities_after_login(many()));
    let all = world.add_many(1);
    fails(world.fetch(&[]), 76, "the reply to CAPA is longer than 200 lines", None);
    untouched(&world, &all);
}

#[test]
fn data_behind_a_reply() {
    for verb in ["AUTH", "STAT", "QUIT"] {
        let more = Action::Append(b"+OK more\r\n".to_vec());
        let lines = Capabilities::lines(["UIDL", "SASL PLAIN"]);
        let world = World::with(|script| script.capabilities(lines).on(verb, more));
        let all = world.add_many(1);
        if verb == "QUIT" {
            world.fetch(&[]).succeeds();
            world.mail().holds(&all);
            continue;
        }
        let sentence = "the server sent data that nobody asked for: '+OK more\\r\\n'";
        fails(world.fetch(&["--delete"]), 76, sentence, None);
        assert!(!world.server.finished_log()[0].commands().contains(&"QUIT"));
        untouched(&world, &all);
    }
}

#[test]
fn a_listing_that_is_refused() {
    for (verb, text, status) in [
        ("LIST", "not now", 75),
        ("LIST", "[SYS/PERM] broken", 69),
        ("UIDL", "not now", 75),
        ("UIDL", "[SYS/PERM] broken", 69),
        ("STAT", "not now", 75),
    ] {
        let world = World::with(|script| script.on(verb, reply(&format!("-ERR {text}"))));
        let all = world.add_many(2);
        let sentence = format!("the server refuses {verb}: {text}");
        fails(world.fetch(&["--delete"]), status, &sentence, None);
        untouched(&world, &all);
    }
}

#[test]
fn without_uidl_nothing_is_kept_and_nothing_is_touched() {
    let world = World::with(Script::no_uidl);
    let all = world.add_many(2);
    let sentence = "localhost has no unique-ids (UIDL)";
    fails(world.fetch(&[]), 65, sentence, Some("fetch with --delete"));
    untouched(&world, &all);
}
