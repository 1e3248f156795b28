//! UTF8 (RFC 6856): an option.

use crate::support::World;
use crate::support::expect::reply;
use crate::support::server::{Capabilities, Script};

fn able(script: Script) -> Script {
    let lines = ["UIDL", "TOP", "SASL PLAIN", "UTF8 USER", "RESP-CODES"];
    script.capabilities(Capabilities::lines(lines)).on("UTF8", reply("+OK UTF8 enabled"))
}

/// What a server hears before it has let the user in.
fn heard(world: &World, connection: usize) -> Vec<String> {
    let log = world.server.finished_log();
    let verbs = log[connection].commands();
    let verbs = verbs.iter().map(|line| line.split(' ').next().unwrap_or_default().to_owned());
    verbs.take_while(|verb| verb != "STAT").collect()
}

#[test]
fn it_is_asked_for_before_the_login_where_it_is_offered_and_wanted() {
    for (script, args, expected) in [
        (able as fn(Script) -> Script, &[][..], &["CAPA", "AUTH", "CAPA"][..]),
        (able, &["--utf8"], &["CAPA", "UTF8", "AUTH", "CAPA"]),
        (|script| script, &["--utf8"], &["CAPA", "AUTH", "CAPA"]),
        (
            |script| {
                able(script.over_starttls())
                    .on("CAPA", reply("+OK\r\nSTLS\r\nUTF8\r\nSASL PLAIN\r\nUIDL\r\n."))
            },
            &["--utf8", "--tls", "starttls"],
            &["CAPA", "STLS", "CAPA", "UTF8", "AUTH", "CAPA"],
        ),
        // A refusal is no reason not to fetch.
        (
            |script| able(script.on("UTF8", reply("-ERR not today"))),
            &["--utf8"],
            &["CAPA", "UTF8", "AUTH", "CAPA"],
        ),
    ] {
        let world = World::with(script);
        let all = world.add_many(1);
        world.fetch(args).succeeds();
        world.mail().holds(&all);
        assert_eq!(heard(&world, 0), expected, "{args:?}");
    }
}

#[test]
fn it_is_asked_for_of_a_server_that_is_remembered_too() {
    let world = World::with(able);
    let all = world.add_many(1);
    world.fetch(&["--utf8"]).succeeds();
    world.fetch(&["--utf8"]).succeeds();
    assert_eq!(heard(&world, 1), ["UTF8", "AUTH", "CAPA"]);
    world.mail().holds(&all);
}

#[test]
fn a_message_that_is_not_sent_without_it_is_reported_with_the_way_out() {
    let world = World::with(|script| able(script).on("RETR 1", reply("-ERR [UTF8] needs UTF8")));
    world.add_many(1);
    let hint = "the server says: [UTF8] needs UTF8 (with --utf8, or utf8 = true, it may send";
    world.fetch(&[]).exits(74).says(hint);
}
