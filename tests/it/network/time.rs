//! How long a session may take.

use crate::support::World;
use crate::support::expect::fails;
use crate::support::server::{Action, Trigger};

#[test]
fn a_session_that_takes_too_long_keeps_what_is_complete() {
    for (trigger, kept) in [
        (Trigger::connect(), 0),
        (Trigger::greeting(), 0),
        (Trigger::verb("AUTH"), 0),
        (Trigger::verb("UIDL"), 0),
        (Trigger::verb("RETR").nth(3), 2),
    ] {
        let world = World::with(|script| script.on(trigger, Action::Stall));
        let all = world.add_many(4);
        let args = ["--delete", "--session-timeout", "2"];
        let output = world.fetch(&args);
        fails(output, 75, "the session took longer than 2 s", None);
        world.mail().holds(&all[..kept]);
        world.now(|script| script);
        world.fetch(&args[..1]).succeeds();
        world.mail().holds(&all);
        assert!(world.mailbox.is_empty());
    }
}
