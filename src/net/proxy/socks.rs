//! SOCKS version 5 (RFC 1928), with a name and a password where they are wanted (RFC 1929).

use std::net::IpAddr;

use zeroize::Zeroizing;

use super::ProxyError;
use super::line::Line;
use crate::model::{Endpoint, ProxyLogin};

const VERSION: u8 = 5;
/// The ways to log in.
const NONE: u8 = 0;
const PASSWORD: u8 = 2;
const NO_WAY: u8 = 0xff;
/// The version of the dialogue about the password.
const PASSWORD_VERSION: u8 = 1;
const CONNECT: u8 = 1;
/// The types of addresses.
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// Has the proxy connect to `endpoint`.
pub(super) fn connect(
    line: &mut Line<'_>,
    endpoint: &Endpoint,
    login: Option<&ProxyLogin>,
) -> Result<(), ProxyError> {
    let request = request(endpoint)?;
    let ways: &[u8] = if login.is_some() { &[NONE, PASSWORD] } else { &[NONE] };
    line.write(&[&[VERSION, count(ways, "list")?], ways].concat())?;
    let [version, way] = line.read()?;
    expect_version(version)?;
    match (way, login) {
        (NONE, _) => {}
        (PASSWORD, Some(login)) => log_in(line, login)?,
        (NO_WAY, None) => return Err(ProxyError::NoLogin),
        (NO_WAY, Some(_)) => return Err(ProxyError::Login),
        (way, _) => {
            return Err(broken(&format!("it chose a way to log in ({way}) that was not offered")));
        }
    }
    line.write(&request)?;
    let [version, reply, _, kind] = line.read()?;
    expect_version(version)?;
    if reply != 0 {
        return Err(refused(endpoint, reply));
    }
    // From where it connects does not matter, but stands before what the server says.
    match kind {
        IPV4 => drop(line.read::<6>()?),
        IPV6 => drop(line.read::<18>()?),
        NAME => {
            let [length] = line.read()?;
            line.read_into(&mut vec![0; usize::from(length) + 2])?;
        }
        kind => return Err(broken(&format!("it sends an address of no known type ({kind})"))),
    }
    Ok(())
}

fn request(endpoint: &Endpoint) -> Result<Vec<u8>, ProxyError> {
    let mut request = vec![VERSION, CONNECT, 0];
    match endpoint.host.parse() {
        Ok(IpAddr::V4(address)) => {
            request.push(IPV4);
            request.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(IPV6);
            request.extend(address.octets());
        }
        Err(_) => {
            let name = endpoint.host.as_bytes();
            request.extend([NAME, count(name, "host name")?]);
            request.extend(name);
        }
    }
    request.extend(endpoint.port.to_be_bytes());
    Ok(request)
}

fn log_in(line: &mut Line<'_>, login: &ProxyLogin) -> Result<(), ProxyError> {
    let (user, password) = (login.user.as_bytes(), login.password.expose());
    let mut message = Zeroizing::new(Vec::with_capacity(3 + user.len() + password.len()));
    message.extend([PASSWORD_VERSION, count(user, "user name")?]);
    message.extend(user);
    message.push(count(password, "password")?);
    message.extend(password);
    line.write(&message)?;
    match line.read()? {
        [PASSWORD_VERSION, 0] => Ok(()),
        [PASSWORD_VERSION, _] => Err(ProxyError::Login),
        [version, _] => Err(broken(&format!("it answers the login in version {version}, not 1"))),
    }
}

/// A length as it is written before what it is the length of.
fn count(octets: &[u8], what: &'static str) -> Result<u8, ProxyError> {
    u8::try_from(octets.len()).map_err(|_| ProxyError::TooLong { what })
}

fn expect_version(version: u8) -> Result<(), ProxyError> {
    if version == VERSION { Ok(()) } else { Err(broken("it does not speak SOCKS 5")) }
}

fn broken(what: &str) -> ProxyError {
    ProxyError::Protocol(what.to_owned())
}

/// What a reply says (RFC 1928, section 6).
fn refused(endpoint: &Endpoint, reply: u8) -> ProxyError {
    let (reason, temporary) = match reply {
        1 => ("general failure", true),
        2 => ("its rules do not allow it", false),
        3 => ("network unreachable", true),
        4 => ("host unreachable", true),
        5 => ("connection refused", false),
        6 => ("the way is too long (TTL expired)", true),
        7 => ("it does not know the command CONNECT", false),
        8 => ("it does not know such addresses", false),
        _ => ("for a reason without a name", true),
    };
    ProxyError::Refused { place: endpoint.to_string(), reason: reason.to_owned(), temporary }
}
