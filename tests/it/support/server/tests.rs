//! The server is a tool of the other tests; these make sure of its basics.

use super::{Action, Body, Closed, Mailbox, Script, Server, Trigger};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Sends everything at once and returns all that comes back.
fn talk(server: &Server, commands: &str) -> String {
    let mut socket = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let limit = Some(Duration::from_secs(10));
    socket.set_read_timeout(limit).unwrap();
    socket.write_all(commands.as_bytes()).unwrap();
    let mut answers = Vec::new();
    socket.read_to_end(&mut answers).unwrap();
    String::from_utf8(answers).unwrap()
}

const LOGIN: &str = "USER user\r\nPASS secret\r\n";

#[test]
fn serves_a_pipelined_session() {
    let mailbox = Mailbox::new();
    mailbox.add(b"A: b\r\n\r\n.one\r\n..\r\nlast");
    mailbox.add_with_uid("x", b"A: c\r\n\r\n1\r\n2\r\n");
    let server = Server::start(Script::new(), &mailbox);
    let answers = talk(
        &server,
        "USER user\r\nPASS wrong\r\nAUTH PLAIN\r\nAHVzZXIAc2VjcmV0\r\n\
         STAT\r\nUIDL\r\nLIST 2\r\nRETR 1\r\nTOP 2 1\r\nDELE 1\r\nRETR 1\r\nQUIT\r\n",
    );
    assert_eq!(
        answers,
        "+OK popfetch test server ready.\r\n+OK Now the password.\r\n\
         -ERR [AUTH] Authentication failed.\r\n+ \r\n+OK Logged in.\r\n\
         +OK 2 36\r\n+OK The list follows.\r\n1 uid-000001\r\n2 x\r\n.\r\n+OK 2 14\r\n\
         +OK 22 octets\r\nA: b\r\n\r\n..one\r\n...\r\nlast\r\n.\r\n\
         +OK The top follows.\r\nA: c\r\n\r\n1\r\n.\r\n\
         +OK Marked to be deleted.\r\n-ERR There is no such message.\r\n+OK Bye.\r\n"
    );
    assert_eq!(mailbox.uids(), [b"x"]);
    let log = server.finished_log();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].closed(), Some(Closed::Quit));
    assert_eq!(log[0].flights()[0].len(), 12);
}

#[test]
fn faults_happen_on_time() {
    let mailbox = Mailbox::new();
    mailbox.add(b"A: b\r\n\r\ntext\r\n");
    let script = Script::new()
        .on(Trigger::verb("RETR").nth(2).connection(1), Action::CutBody { after: 6 })
        .on("QUIT", Action::ExecuteAndClose);
    let server = Server::start(script, &mailbox);
    let retrieve = format!("{LOGIN}RETR 1\r\nRETR 1\r\nQUIT\r\n");
    let answers = talk(&server, &retrieve);
    assert!(answers.ends_with("text\r\n.\r\n+OK 14 octets\r\nA: b\r\n"));
    let answers = talk(&server, &format!("{LOGIN}RETR 1\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n"));
    assert!(answers.ends_with("+OK Marked to be deleted.\r\n"));
    assert!(mailbox.is_empty());
    let log = server.finished_log();
    assert!(log.iter().all(|s| s.closed() == Some(Closed::Fault)));
}

#[test]
fn stalled_and_idle_connections_do_not_hold_up_the_end() {
    let mailbox = Mailbox::new();
    let script = Script::new().on(Trigger::connect().connection(1), Action::Stall);
    let server = Server::start(script, &mailbox);
    let mut stalled = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    server.wait_until(|log| log.len() == 1);
    let _idle = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    server.wait_until(|log| log.len() == 2 && !log[1].replies().is_empty());
    let start = Instant::now();
    drop(server);
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(stalled.read(&mut [0; 16]).unwrap(), 0);
}

#[test]
fn line_ends_can_be_bare() {
    let mailbox = Mailbox::new();
    mailbox.add(b"A: b\r\n\r\n.text\r\n");
    let server = Server::start(Script::new().lf_only().greeting("+OK\n"), &mailbox);
    let answers = talk(&server, &format!("{LOGIN}RETR 1\r\nQUIT\r\n"));
    assert!(!answers.contains('\r'));
    assert!(answers.contains("\n\n..text\n.\n"));
}

#[test]
fn generated_messages_have_their_exact_length() {
    for octets in [256, 257, 319, 320, 321, 1000, 100_001] {
        let bytes = Body::Generated { octets }.to_vec();
        assert_eq!(bytes.len() as u64, octets);
        assert!(bytes.ends_with(b"\r\n"));
    }
}
