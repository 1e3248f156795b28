//! The way to a server, from what was typed and what is configured.

use std::time::Duration;

use popfetch::model::{AddressFamily, Proxy, Route, Timeouts, Tunnel, Way};

use super::args::ConnectionArgs;
use super::config::Values;
use super::exit::Exit;
use super::proxy::parse_proxy;
use super::report::Failure;
use super::secrets::VARIABLE;
use super::system_roots;

/// How long to wait for a server where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How long to wait for a connection at most where nothing else is said.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// The way there.
pub(crate) fn route(args: &ConnectionArgs, values: &Values) -> Result<Route, Failure> {
    let way = match typed_proxy(args)? {
        Some(proxy) => proxy.map_or(Way::Direct, Way::Proxy),
        None => configured_way(values)?,
    };
    let typed = args.ipv4.then_some(AddressFamily::Ipv4);
    let typed = typed.or(args.ipv6.then_some(AddressFamily::Ipv6));
    let family = typed.or(values.address_family.as_ref().map(|set| set.value)).unwrap_or_default();
    let source = args.source_address.or(values.source_address.as_ref().map(|set| set.value));
    if let Some(source) = source.filter(|&source| !family.holds(source)) {
        let is_typed = typed.is_some() || args.source_address.is_some();
        let exit = if is_typed { Exit::USAGE } else { Exit::CONFIG };
        return Err(Failure::new(exit, format!("the source address {source} is not {family}")));
    }
    Ok(Route { way, family: source.map_or(family, AddressFamily::of), source })
}

/// The proxy of the command line, which everybody on the machine can read.
fn typed_proxy(args: &ConnectionArgs) -> Result<Option<Option<Proxy>>, Failure> {
    let Some(text) = &args.proxy else { return Ok(None) };
    let proxy =
        parse_proxy(text).map_err(|message| Failure::usage(format!("--proxy: {message}")))?;
    if proxy.as_ref().is_some_and(|proxy| proxy.login.is_some()) {
        let message = "--proxy holds no password here: everybody on this machine could read it";
        return Err(Failure::usage(message).with_hint(
            "put the proxy into the configuration: proxy = \"socks5://user:password@host:port\"",
        ));
    }
    Ok(Some(proxy))
}

fn configured_way(values: &Values) -> Result<Way, Failure> {
    let Values { proxy, tunnel, socket, .. } = values;
    let set = [
        (proxy.as_ref().map(|set| &set.origin), "proxy"),
        (tunnel.as_ref().map(|set| &set.origin), "tunnel"),
        (socket.as_ref().map(|set| &set.origin), "socket"),
    ];
    let set: Vec<_> = set.iter().filter_map(|(origin, key)| Some((((*origin)?), key))).collect();
    if let [(_, first), (origin, second), ..] = set[..] {
        let (file, line) = (origin.file.display(), origin.line);
        let message =
            format!("{file}:{line}: there is one way to a server, either {first} or {second}");
        return Err(Failure::new(Exit::CONFIG, message));
    }
    Ok(if let Some(set) = tunnel {
        let command = set.value.words();
        let hidden = system_roots::hidden().into_iter().chain([VARIABLE]).collect();
        Way::Tunnel(Tunnel { command, hidden })
    } else if let Some(set) = socket {
        Way::Socket(set.value.clone())
    } else if let Some(proxy) = proxy.as_ref().and_then(|set| set.value.0.clone()) {
        Way::Proxy(proxy)
    } else {
        Way::Direct
    })
}

/// How long is waited on it.
pub(crate) fn timeouts(args: &ConnectionArgs, values: &Values) -> Timeouts {
    let either = |typed: Option<u64>, configured: Option<Duration>| {
        typed.map(Duration::from_secs).or(configured)
    };
    let configured = values.timeout.as_ref().map(|set| set.value);
    let idle = either(args.timeout, configured).unwrap_or(TIMEOUT);
    let configured = values.connect_timeout.as_ref().map(|set| set.value);
    let connect = either(args.connect_timeout, configured);
    let configured = values.session_timeout.as_ref().map(|set| set.value);
    Timeouts {
        connect: connect.unwrap_or(idle.min(CONNECT_TIMEOUT)),
        idle,
        session: either(args.session_timeout, configured),
    }
}
