//! Where a terminal is.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use hyper::Uri;

/// The port of terminals (Adyen docs: local integration).
const PORT: u16 = 8443;

/// The path of terminals, as the official clients send it.
const PATH: &str = "/nexo/";

/// The address of a terminal: `https://HOST[:PORT][/PATH]`, with 8443 and `/nexo/` where nothing is said; `http://` on
/// this machine's loopback only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    secure: bool,
    /// An IPv6 address is without its brackets.
    host: String,
    port: u16,
    path: String,
}

/// Why a text is no address of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointError {
    /// It is no URL with a host.
    NotAUrl,
    /// The scheme is not `https` or `http`.
    Scheme,
    /// A name or password stands in it.
    Login,
    /// The host is neither a name nor an address.
    Host,
    /// `http` to a host that is not this machine.
    PlainOffLoopback,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NotAUrl => "not a URL such as https://192.0.2.10:8443",
            Self::Scheme => "the URL does not begin with https:// or http://",
            Self::Login => "the URL must not have a user name or password in it",
            Self::Host => "the host in the URL is neither a name nor an address",
            Self::PlainOffLoopback => "http:// goes to this machine's loopback only; use https://",
        })
    }
}

impl std::error::Error for EndpointError {}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let url: Uri = text.parse().map_err(|_| EndpointError::NotAUrl)?;
        let secure = match url.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(_) => return Err(EndpointError::Scheme),
            None => return Err(EndpointError::NotAUrl),
        };
        let authority = url.authority().ok_or(EndpointError::NotAUrl)?;
        if authority.as_str().contains('@') {
            return Err(EndpointError::Login);
        }
        let port = match authority.port_u16() {
            Some(0) => return Err(EndpointError::NotAUrl),
            Some(port) => port,
            // A colon without a number behind it, or with one that is none.
            None if authority.as_str() != authority.host() => return Err(EndpointError::NotAUrl),
            None => PORT,
        };
        let host = authority.host();
        let host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(address) if address.parse::<std::net::Ipv6Addr>().is_ok() => address,
            Some(_) => return Err(EndpointError::Host),
            None if host.is_empty() => return Err(EndpointError::Host),
            None => host,
        };
        let path = match url.path_and_query().map_or("/", |path| path.as_str()) {
            "/" => PATH,
            path => path,
        };
        let endpoint = Self { secure, host: host.to_owned(), port, path: path.to_owned() };
        if !secure && !endpoint.may_be_loopback() {
            return Err(EndpointError::PlainOffLoopback);
        }
        Ok(endpoint)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}{}", if self.secure { "https" } else { "http" }, self.authority(), self.path)
    }
}

impl Endpoint {
    /// Whether it is `https`.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The name or address.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The path, with the query if there is one.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Host and port as the `Host` field has them.
    pub(super) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// What the name leads to is looked at when it is known.
    fn may_be_loopback(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => self.host.eq_ignore_ascii_case("localhost"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_that_of_terminals() {
        for (text, host, port, path, shown) in [
            ("https://192.0.2.10", "192.0.2.10", 8443, "/nexo/", "https://192.0.2.10:8443/nexo/"),
            ("https://terminal.shop:443/", "terminal.shop", 443, "/nexo/", "https://terminal.shop:443/nexo/"),
            ("https://[2001:db8::1]/nexo?a=b", "2001:db8::1", 8443, "/nexo?a=b", "https://[2001:db8::1]:8443/nexo?a=b"),
            ("http://127.0.0.2:80", "127.0.0.2", 80, "/nexo/", "http://127.0.0.2:80/nexo/"),
            ("http://[::1]:80", "::1", 80, "/nexo/", "http://[::1]:80/nexo/"),
            ("http://LocalHost", "LocalHost", 8443, "/nexo/", "http://LocalHost:8443/nexo/"),
        ] {
            let endpoint: Endpoint = text.parse().unwrap();
            assert_eq!((endpoint.host(), endpoint.port(), endpoint.path()), (host, port, path), "{text}");
            assert_eq!(endpoint.to_string(), shown);
            assert_eq!(shown.parse(), Ok(endpoint), "what is shown is the same address");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for (text, error) in [
            ("", EndpointError::NotAUrl),
            ("192.0.2.10:8443", EndpointError::NotAUrl),
            ("terminal", EndpointError::NotAUrl),
            ("/nexo/", EndpointError::NotAUrl),
            ("https://", EndpointError::NotAUrl),
            ("https://terminal:", EndpointError::NotAUrl),
            ("https://terminal:0", EndpointError::NotAUrl),
            ("https://terminal:65536", EndpointError::NotAUrl),
            ("ftp://terminal", EndpointError::Scheme),
            ("https://till:secret@terminal", EndpointError::Login),
            ("https://[terminal]", EndpointError::Host),
            ("http://192.0.2.10", EndpointError::PlainOffLoopback),
            ("http://localhost.shop", EndpointError::PlainOffLoopback),
            ("http://terminal", EndpointError::PlainOffLoopback),
        ] {
            assert_eq!(text.parse::<Endpoint>(), Err(error), "{text}");
        }
    }
}
