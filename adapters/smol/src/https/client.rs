//! The till's side of HTTPS: which terminal, and the way to it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use futures_rustls::TlsConnector;
use futures_rustls::pki_types::ServerName;
use futures_rustls::rustls::client::danger::ServerCertVerifier;
use futures_rustls::rustls::client::{Resumption, WebPkiServerVerifier};
use futures_rustls::rustls::{self, ClientConfig as TlsConfig};
use smol::net::{TcpStream, resolve};

use super::endpoint::Endpoint;
use super::pem::{self, FileError};
use super::request::Request;
use super::stream::{AnyStream, Socket, provider};
use super::verifier::{self, CertificateFault, TerminalVerifier};
use crate::link::{reset_at_end, set_options};

/// What a client needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientConfig {
    /// Where the terminal is.
    pub endpoint: Endpoint,
    /// How it is known.
    pub trust: Trust,
}

/// How a terminal is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// By its certificate: one of the file stands behind it or is the same, and its common name is
    /// `POIID.test.terminal.adyen.com` (or `live`), or `legacy-terminal-certificate` instead of the POIID. The host in
    /// the URL is not looked at: terminals are found by address.
    Terminal {
        /// Root certificates, or the terminal's own, in PEM form.
        certificates: PathBuf,
        /// The terminal's name, such as `P400Plus-123456789`.
        poi_id: String,
    },
    /// By its certificate, as servers on the web are: one of the file stands behind it, and it is that of the host in the
    /// URL. For a till to which a terminal sends something.
    Host {
        /// Root certificates in PEM form.
        certificates: PathBuf,
    },
    /// Not at all: it is a program on this machine.
    Plain,
}

/// Why there is no client.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// The URL is `https`, and nothing says how the terminal is known.
    NoTrust,
    /// The URL is `http`, so no certificate will be shown.
    NoCertificate,
    /// The file of certificates cannot be used.
    File(FileError),
    /// The TLS library refuses its settings.
    Tls(String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTrust => out.write_str("https:// needs a file of trusted certificates"),
            Self::NoCertificate => out.write_str("trusted certificates are of no use with http://"),
            Self::File(error) => error.fmt(out),
            Self::Tls(why) => write!(out, "TLS cannot be set up: {why}"),
        }
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File(error) => Some(error),
            _ => None,
        }
    }
}

/// Why there is no connection. Nothing of a request was sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// The name of the host leads nowhere.
    Host(String, io::Error),
    /// The name leads to another machine, and the connection would not be protected.
    PlainOffLoopback(SocketAddr),
    /// No TCP connection came about. With several addresses, what the last one said.
    Tcp(SocketAddr, io::Error),
    /// It is not the terminal, or cannot prove that it is.
    Certificate(CertificateFault),
    /// No TLS came about for another reason: another protocol, an alert, a closed connection.
    Tls(io::Error),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host, error) => write!(out, "the host {host:?} was not found: {error}"),
            Self::PlainOffLoopback(address) => write!(out, "{address} is another machine: http:// does not go there"),
            Self::Tcp(address, error) => write!(out, "no connection to {address}: {error}"),
            Self::Certificate(fault) => write!(out, "the terminal's certificate {fault}"),
            Self::Tls(error) => write!(out, "no TLS with the terminal: {error}"),
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Host(_, error) | Self::Tcp(_, error) | Self::Tls(error) => Some(error),
            Self::Certificate(fault) => Some(fault),
            Self::PlainOffLoopback(_) => None,
        }
    }
}

/// The way to one terminal. Clones are the same; each request has a connection of its own, so several may run at once.
#[derive(Clone)]
pub struct Client {
    endpoint: Endpoint,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Client {
    /// Reads the file of certificates, once.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn new(config: ClientConfig) -> Result<Self, ConfigError> {
        let ClientConfig { endpoint, trust } = config;
        let tls = match trust {
            Trust::Plain if endpoint.is_secure() => return Err(ConfigError::NoTrust),
            Trust::Plain => None,
            Trust::Terminal { .. } | Trust::Host { .. } if !endpoint.is_secure() => {
                return Err(ConfigError::NoCertificate);
            }
            Trust::Terminal { certificates, poi_id } => {
                let verifier = TerminalVerifier::new(&certificates, poi_id).map_err(ConfigError::File)?;
                Some((connector(Arc::new(verifier))?, host(&endpoint)?))
            }
            Trust::Host { certificates } => {
                let verifier = host_verifier(&certificates)?;
                Some((connector(verifier)?, host(&endpoint)?))
            }
        };
        Ok(Self { endpoint, tls })
    }

    /// Where the terminal is.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Connects, and makes sure that it is the terminal. How long that may take is the caller's decision: dropped, the
    /// connection is closed.
    ///
    /// # Errors
    /// See [`ConnectError`]: nothing was sent.
    pub async fn connect(&self) -> Result<Connection, ConnectError> {
        let socket = self.connect_tcp().await?;
        let stream = Socket::new(socket.clone(), None);
        let taken = stream.taken();
        let stream: AnyStream = match &self.tls {
            None => Box::new(stream),
            Some((connector, host)) => Box::new(connector.connect(host.clone(), stream).await.map_err(tls_error)?),
        };
        Ok(Connection { endpoint: self.endpoint.clone(), stream, taken, socket })
    }

    async fn connect_tcp(&self) -> Result<TcpStream, ConnectError> {
        let host = |error| ConnectError::Host(self.endpoint.host().to_owned(), error);
        let addresses = resolve((self.endpoint.host(), self.endpoint.port())).await.map_err(host)?;
        let mut failure = host(io::ErrorKind::NotFound.into());
        for address in addresses {
            if self.tls.is_none() && !address.ip().to_canonical().is_loopback() {
                return Err(ConnectError::PlainOffLoopback(address));
            }
            let made = TcpStream::connect(address).await.and_then(|stream| {
                set_options(&stream)?;
                reset_at_end(&stream, true)?;
                Ok(stream)
            });
            match made {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = ConnectError::Tcp(address, error),
            }
        }
        Err(failure)
    }
}

/// A connection to the terminal on which nothing was sent. Dropped, it is closed.
pub struct Connection {
    endpoint: Endpoint,
    stream: AnyStream,
    taken: Arc<AtomicU64>,
    /// What lies under the stream.
    socket: TcpStream,
}

impl fmt::Debug for Connection {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Connection").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Connection {
    /// Begins the only request of this connection. Nothing leaves before [`Request::sent`] or [`Request::answer`] is
    /// awaited.
    #[must_use]
    pub fn send(self, body: Vec<u8>) -> Request {
        Request::new(self.stream, self.taken, self.socket, &self.endpoint, body)
    }
}

/// The name in the URL.
fn host(endpoint: &Endpoint) -> Result<ServerName<'static>, ConfigError> {
    ServerName::try_from(endpoint.host().to_owned()).map_err(|error| ConfigError::Tls(error.to_string()))
}

fn host_verifier(file: &Path) -> Result<Arc<WebPkiServerVerifier>, ConfigError> {
    let roots = verifier::roots(&pem::certificates(file).map_err(ConfigError::File)?, file);
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots.map_err(ConfigError::File)?), provider())
        .build()
        .map_err(|error| ConfigError::Tls(error.to_string()))
}

fn connector(verifier: Arc<dyn ServerCertVerifier>) -> Result<TlsConnector, ConfigError> {
    let mut config = TlsConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::Tls(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // A resumed session shows no certificate, so one that expired since would go on.
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn tls_error(error: io::Error) -> ConnectError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(why)) => ConnectError::Certificate(CertificateFault::of(why)),
        _ => ConnectError::Tls(error),
    }
}
