//! What a domain says of its POP3 service in the DNS: SRV records (RFC 6186).

use std::io;

use simple_dns::rdata::{RData, SRV};
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, TYPE};

use super::is_host_name;
use crate::model::{Endpoint, Interrupt, TlsMode};
use crate::net::NameServers;

/// What a domain says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// Where the service is.
    At(Endpoint),
    /// That it does not offer it.
    NotOffered,
    /// Nothing.
    Unknown,
}

/// The DNS gives no answer.
#[derive(Debug, thiserror::Error)]
pub enum SrvError {
    /// Nobody can be asked, or nobody answers.
    #[error("no name server answers")]
    Silent(#[from] io::Error),
    /// An answer that is none.
    #[error("a name server answers with {0}")]
    Answer(String),
}

/// Asks `servers` where `domain` has its POP3 service: under TLS from the first octet, or else with
/// STLS. `id` is a random number.
///
/// # Errors
/// [`SrvError`] when there is no answer.
pub fn look_up(
    domain: &str,
    servers: &NameServers,
    id: u16,
    interrupt: &Interrupt,
) -> Result<Service, SrvError> {
    let mut said = Service::Unknown;
    for (service, tls) in [("_pop3s", TlsMode::Implicit), ("_pop3", TlsMode::Starttls)] {
        let name = format!("{service}._tcp.{domain}");
        let question = question(&name, id).map_err(|error| SrvError::Answer(error.to_string()))?;
        let answer = servers.ask(&question, interrupt)?;
        match read(&answer, &name, tls)? {
            Service::Unknown => {}
            Service::NotOffered => said = Service::NotOffered,
            found @ Service::At(_) => return Ok(found),
        }
    }
    Ok(said)
}

fn question(name: &str, id: u16) -> simple_dns::Result<Vec<u8>> {
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let (kind, class) = (QTYPE::TYPE(TYPE::SRV), QCLASS::CLASS(CLASS::IN));
    packet.questions.push(Question::new(Name::new(name)?, kind, class, false));
    packet.build_bytes_vec()
}

/// What an answer to the question for `name` says.
fn read(answer: &[u8], name: &str, tls: TlsMode) -> Result<Service, SrvError> {
    let packet = Packet::parse(answer).map_err(|error| SrvError::Answer(error.to_string()))?;
    match packet.rcode() {
        RCODE::NoError => {}
        RCODE::NameError => return Ok(Service::Unknown),
        code => return Err(SrvError::Answer(format!("{code:?}"))),
    }
    let is_ours = |asked: &str| asked.eq_ignore_ascii_case(name);
    let mut records: Vec<&SRV<'_>> = packet
        .answers
        .iter()
        .filter(|record| is_ours(&record.name.to_string()))
        .filter_map(|record| match &record.rdata {
            RData::SRV(record) => Some(record),
            _ => None,
        })
        .collect();
    // The lowest priority counts (RFC 2782). Among equals the heaviest: the answer is written down
    // for good, so there is no load to share out by drawing lots.
    records.sort_by_key(|record| (record.priority, std::cmp::Reverse(record.weight)));
    let Some(first) = records.first() else { return Ok(Service::Unknown) };
    let host = first.target.to_string().to_ascii_lowercase();
    if host.is_empty() || host == "." {
        return Ok(Service::NotOffered);
    }
    if !is_host_name(&host) || first.port == 0 {
        return Err(SrvError::Answer("a name that no host can have".to_owned()));
    }
    Ok(Service::At(Endpoint { host, port: first.port, tls }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use simple_dns::ResourceRecord;

    const NAME: &str = "_pop3s._tcp.example.com";

    fn answer(records: &[(&str, u16, u16, u16, &str)]) -> Vec<u8> {
        let mut packet = Packet::new_reply(1);
        for &(name, priority, weight, port, target) in records {
            let target = Name::new_unchecked(target);
            let record = RData::SRV(SRV { priority, weight, port, target });
            let name = Name::new_unchecked(name);
            packet.answers.push(ResourceRecord::new(name, CLASS::IN, 60, record));
        }
        packet.build_bytes_vec().unwrap()
    }

    fn shown(answer: &[u8]) -> String {
        match read(answer, NAME, TlsMode::Implicit) {
            Ok(Service::At(endpoint)) => endpoint.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn answers() {
        for (records, expected) in [
            (&[(NAME, 10, 0, 995, "Pop.Example.COM")][..], "pop.example.com:995"),
            (
                &[(NAME, 20, 0, 995, "b.example.com"), (NAME, 10, 0, 1995, "a.example.com")],
                "a.example.com:1995",
            ),
            (
                &[(NAME, 10, 1, 995, "a.example.com"), (NAME, 10, 9, 995, "b.example.com")],
                "b.example.com:995",
            ),
            (&[(NAME, 0, 0, 0, "")], "Ok(NotOffered)"),
            (&[], "Ok(Unknown)"),
            (&[("_pop3s._tcp.example.net", 0, 0, 995, "evil.example.net")], "Ok(Unknown)"),
            (
                &[(NAME, 0, 0, 995, "a b.example.com")],
                "Err(Answer(\"a name that no host can have\"))",
            ),
        ] {
            assert_eq!(shown(&answer(records)), expected, "{records:?}");
        }
    }

    #[test]
    fn what_is_no_answer() {
        let mut packet = Packet::new_reply(1);
        *packet.rcode_mut() = RCODE::NameError;
        assert_eq!(shown(&packet.build_bytes_vec().unwrap()), "Ok(Unknown)");
        *packet.rcode_mut() = RCODE::ServerFailure;
        assert_eq!(shown(&packet.build_bytes_vec().unwrap()), "Err(Answer(\"ServerFailure\"))");
        for octets in [&b""[..], b"\0\x01\x80", &[0xff; 40]] {
            assert!(shown(octets).starts_with("Err("), "{octets:?}");
        }
    }
}
