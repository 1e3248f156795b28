//! A name server that knows the services of some domains.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;

/// One answer to the questions for a name.
pub(crate) struct Record {
    pub(crate) name: &'static str,
    pub(crate) priority: u16,
    pub(crate) port: u16,
    /// `.` where the service is not offered.
    pub(crate) target: &'static str,
}

/// Answers on a loopback port until the test process ends.
pub(crate) struct NameServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl NameServer {
    /// Answers over UDP.
    pub(crate) fn start(records: Vec<Record>) -> Self {
        Self::serve(records, false)
    }

    /// Says over UDP that the answer is too long for that, and gives it over TCP.
    pub(crate) fn start_with_long_answers(records: Vec<Record>) -> Self {
        Self::serve(records, true)
    }

    fn serve(records: Vec<Record>, long: bool) -> Self {
        // Both kinds of socket on one port: one more try where somebody else has the other.
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").expect("a free port");
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().expect("an address")) {
                break (udp, tcp);
            }
        };
        let address = udp.local_addr().expect("an address");
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let records = Arc::new(records);
        let (seen, known) = (Arc::clone(&asked), Arc::clone(&records));
        thread::spawn(move || {
            let mut question = [0; 512];
            while let Ok((octets, client)) = udp.recv_from(&mut question) {
                let question = &question[..octets];
                seen.lock().unwrap().push(name(question));
                let known = if long { &[][..] } else { &known };
                let mut answer = answer(question, known);
                answer[2] |= if long { 2 } else { 0 };
                // What somebody else might send comes first: that there is no such name, under
                // another number.
                let mut forged = question.to_vec();
                forged[0] ^= 0xff;
                (forged[2], forged[3]) = (0x81, 3);
                let _ = udp.send_to(&forged, client);
                let _ = udp.send_to(&answer, client);
            }
        });
        thread::spawn(move || {
            for client in tcp.incoming() {
                let Ok(mut client) = client else { return };
                let mut length = [0; 2];
                if client.read_exact(&mut length).is_err() {
                    continue;
                }
                let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
                if client.read_exact(&mut question).is_ok() {
                    let answer = answer(&question, &records);
                    let length = u16::try_from(answer.len()).expect("a short answer");
                    let _ = client.write_all(&[&length.to_be_bytes()[..], &answer].concat());
                }
            }
        });
        Self { address, asked }
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// The names that it was asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// The name in a question.
fn name(question: &[u8]) -> String {
    let (mut labels, mut at) = (Vec::new(), 12);
    while question[at] > 0 {
        let end = at + 1 + usize::from(question[at]);
        labels.push(String::from_utf8_lossy(&question[at + 1..end]).into_owned());
        at = end;
    }
    labels.join(".")
}

fn answer(question: &[u8], records: &[Record]) -> Vec<u8> {
    let name = name(question);
    let fitting: Vec<_> = records.iter().filter(|record| record.name == name).collect();
    let mut answer = question.to_vec();
    answer[2] = 0x81;
    // No such name where nothing is known, but for an answer that is cut.
    answer[3] = if fitting.is_empty() && !records.is_empty() { 3 } else { 0 };
    answer[7] = u8::try_from(fitting.len()).expect("few records");
    for record in fitting {
        let mut target = Vec::new();
        for label in record.target.split('.').filter(|label| !label.is_empty()) {
            target.push(u8::try_from(label.len()).expect("a short label"));
            target.extend_from_slice(label.as_bytes());
        }
        target.push(0);
        // The name of the question, SRV, IN, a minute.
        answer.extend_from_slice(&[0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60]);
        let length = u16::try_from(6 + target.len()).expect("a short name");
        for number in [length, record.priority, 0, record.port] {
            answer.extend_from_slice(&number.to_be_bytes());
        }
        answer.extend(target);
    }
    answer
}
