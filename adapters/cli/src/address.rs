//! Names in the network.

use std::net::SocketAddr;

/// `HOST[:PORT]` as an address; an IPv6 address with a port stands in brackets.
pub(crate) async fn resolve(name: &str, default_port: u16) -> Result<SocketAddr, String> {
    let found = match smol::net::resolve(name).await {
        Ok(found) => Ok(found),
        Err(_) => smol::net::resolve((name.trim_matches(['[', ']']), default_port)).await,
    };
    let found = found.map_err(|error| format!("{name}: {error}"))?;
    // Terminals speak IPv4; a name with both kinds of address is taken by that.
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first()).copied();
    first.ok_or_else(|| format!("{name}: no address"))
}
