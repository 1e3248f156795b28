//! The ways to a server: addresses, proxies, tunnels, sockets, and how long they may take.

mod addresses;
mod proxies;
mod time;
mod ways;
