//! Hosts with several addresses, some of them dead.

use std::net::{IpAddr, SocketAddr};
use std::process::Command;

use socket2::{Domain, Socket, Type};

use crate::support::expect::{fails, run};
use crate::support::namespace::Namespace;
use crate::support::relay::Relay;
use crate::support::server::Server;
use crate::support::{Home, World};

/// An address that never answers: a listener whose queue is full.
struct Dead {
    listener: Socket,
    _queue: Vec<Socket>,
}

impl Dead {
    fn new() -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let queue = (0..4).map(|_| {
            let client = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            client.set_nonblocking(true).unwrap();
            let _ = client.connect(&address);
            client
        });
        let queue = queue.collect();
        Self { listener, _queue: queue }
    }

    fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().as_socket().unwrap().port()
    }
}

/// `world`'s server as others see it, at an address of the test's choice.
fn lead(address: IpAddr, port: u16, server: &Server) -> Relay {
    Relay::at((address, port).into(), ([127, 0, 0, 1], server.port()).into())
}

/// Fetches from `localhost`, which is what `hosts` says.
fn fetch(world: &World, port: u16, hosts: &str, args: &[&str]) -> Command {
    world.home.write("hosts", hosts);
    let url = format!("pop3s://alice@localhost:{port}");
    let to = world.home.to();
    let fixed = ["fetch", &url, "--to", &to, "--ca-file", "ca.pem", "--timeout", "20"];
    let mut command = world.home.command(&[&fixed, args].concat());
    command.env("POPFETCH_PASSWORD", crate::support::world::PASSWORD);
    command
}

const HOSTS: &str = "mount --bind hosts /etc/hosts && exec \"$@\"";

#[test]
fn a_dead_address_is_not_waited_for() {
    let Some(namespace) = Namespace::new() else { return };
    for dead_ones in [1, 3] {
        let world = World::new();
        let all = world.add_many(2);
        let dead = Dead::new();
        // Nobody listens at the others, which fails at once.
        let _relay = lead("127.0.0.9".parse().unwrap(), dead.port(), &world.server);
        let mut hosts = String::new();
        for n in 1..=dead_ones {
            hosts += &format!("127.0.0.{n} localhost\n");
        }
        hosts += "127.0.0.9 localhost\n";
        let command = fetch(&world, dead.port(), &hosts, &[]);
        // One after the other it would time out long before it came to the last.
        namespace.run(HOSTS, &command).succeeds();
        world.mail().holds(&all);
        assert_eq!(world.server.finished_log().len(), 1);
    }
}

#[test]
fn one_family_or_the_other() {
    let Some(namespace) = Namespace::new() else { return };
    let (four, six): (IpAddr, IpAddr) = ("127.0.0.1".parse().unwrap(), "::1".parse().unwrap());
    let both = "127.0.0.1 localhost\n::1 localhost\n";
    for (listens, args, status) in [
        (four, &[][..], 0),
        (six, &[], 0),
        (four, &["-4"], 0),
        (six, &["-6"], 0),
        (four, &["-6"], 69),
        (six, &["-4"], 69),
        (four, &["--source-address", "127.0.0.5"], 0),
        (six, &["--source-address", "::1"], 0),
        (six, &["--source-address", "127.0.0.5"], 69),
    ] {
        let world = World::new();
        let all = world.add_many(1);
        // A port that is free in both families.
        let port = Dead::new().port();
        let _relay = lead(listens, port, &world.server);
        let output = namespace.run(HOSTS, &fetch(&world, port, both, args));
        if status == 0 {
            output.succeeds();
            world.mail().holds(&all);
        } else {
            let sentence = format!("cannot connect to localhost:{port}: connection refused");
            fails(output, status, &sentence, None);
        }
    }
    let world = World::new();
    let command = fetch(&world, 995, "127.0.0.1 localhost\n", &["-6"]);
    fails(namespace.run(HOSTS, &command), 68, "the host localhost has no IPv6 address", None);
}

#[test]
fn addresses_that_do_not_fit_together() {
    let home = Home::new();
    let list = |args: &[&str]| home.run(&[&["list", "pop3s://a@localhost"], args].concat());
    fails(list(&["-6", "--source-address", "127.0.0.1"]), 64, "127.0.0.1 is not IPv6", None);
    list(&["-4", "-6"]).exits(64);
    list(&["--source-address", "localhost"]).exits(64);
    home.write(
        "config.toml",
        "[accounts.a]\nhost = \"h\"\nuser = \"u\"\naddress-family = \"ipv4\"\nsource-address = \"::1\"\n",
    );
    let args = ["list", "a", "--config", "config.toml"];
    fails(home.run(&args), 78, "a: the source address ::1 is not IPv4", None);
    // One that is not this machine's.
    let mut command =
        home.command(&["list", "pop3s://a@127.0.0.1:1", "--source-address", "192.0.2.1"]);
    run(command.env("POPFETCH_PASSWORD", "x")).exits(75).says("Cannot assign requested address");
}
