//! The terminal's side of HTTPS: who is let in, and for how long.

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_rustls::TlsAcceptor;
use futures_rustls::rustls::{self, ServerConfig};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use smol::channel::{Receiver, Sender, bounded};
use smol::future::FutureExt as _;
use smol::io::{AsyncReadExt as _, AsyncWriteExt as _};
use smol::lock::Semaphore;
use smol::net::{TcpListener, TcpStream};
use smol::{Task, Timer};
use smol_hyper::rt::{FuturesIo, SmolTimer};

use super::exchange::{Desk, Exchange};
use super::limits::{self, Limits};
use super::pem::{self, FileError, FileFault};
use super::stream::{AnyStream, Socket, provider};
use super::turned_away::{Reason, TurnedAway};
use crate::link::set_options;

/// How a server is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS 1.2 or 1.3.
    Tls {
        /// The server's certificate, then those between it and the root, in PEM form.
        certificates: PathBuf,
        /// Its private key in PEM form, without a passphrase.
        key: PathBuf,
    },
    /// None, which only programs on the same machine may use.
    Plain,
}

/// Why there is no server.
#[derive(Debug)]
#[non_exhaustive]
pub enum BindError {
    /// Without TLS, the address must be one of this machine's loopback.
    PlainOffLoopback(SocketAddr),
    /// A file cannot be used.
    File(FileError),
    /// The machine refuses the address.
    Address(SocketAddr, io::Error),
}

impl fmt::Display for BindError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PlainOffLoopback(address) => {
                write!(out, "{address} can be reached from other machines: use TLS, or a loopback address")
            }
            Self::File(error) => error.fmt(out),
            Self::Address(address, error) => write!(out, "cannot listen on {address}: {error}"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::PlainOffLoopback(_) => None,
            Self::File(error) => Some(error),
            Self::Address(_, error) => Some(error),
        }
    }
}

/// Takes requests until it is dropped, which closes all connections.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    exchanges: Receiver<Exchange>,
    turned_away: Receiver<TurnedAway>,
    _accepting: Task<()>,
    /// Closed by the drop, which the connections wait for.
    _up: Sender<Infallible>,
}

impl Server {
    /// Opens the port with the [usual limits](Limits::USUAL). Port 0 lets the machine choose one, see
    /// [`local_addr`](Self::local_addr). The files are read now, once.
    ///
    /// # Errors
    /// See [`BindError`].
    pub async fn bind(address: SocketAddr, security: &Security) -> Result<Self, BindError> {
        Self::with_limits(address, security, Limits::USUAL).await
    }

    /// The same with other limits.
    ///
    /// # Errors
    /// See [`BindError`].
    pub async fn with_limits(address: SocketAddr, security: &Security, limits: Limits) -> Result<Self, BindError> {
        let tls = match security {
            Security::Tls { certificates, key } => Some(acceptor(certificates, key).map_err(BindError::File)?),
            Security::Plain if address.ip().to_canonical().is_loopback() => None,
            Security::Plain => return Err(BindError::PlainOffLoopback(address)),
        };
        let refused = |error| BindError::Address(address, error);
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let (desk, exchanges, turned_away) = Desk::new(limits);
        let (up, down) = bounded(1);
        let accepting = smol::spawn(accept(listener, tls, Arc::new(desk), down));
        Ok(Self { address, exchanges, turned_away, _accepting: accepting, _up: up })
    }

    /// The address of the port.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The next request. `None` never comes while the server stands. May be dropped and called again.
    pub async fn next(&self) -> Option<Exchange> {
        self.exchanges.recv().await.ok()
    }

    /// The next client that got no exchange; the oldest reports are lost if nobody calls this. May be dropped and
    /// called again.
    pub async fn turned_away(&self) -> Option<TurnedAway> {
        self.turned_away.recv().await.ok()
    }
}

/// TLS with the certificate and key of the files.
fn acceptor(certificates: &Path, key: &Path) -> Result<TlsAcceptor, FileError> {
    let chain = pem::certificates(certificates)?;
    let private = pem::private_key(key)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => FileFault::ForeignKey.of(key),
            rustls::Error::InvalidCertificate(why) => FileFault::BadCertificate(format!("{why:?}")).of(certificates),
            other => FileFault::BadKey(other.to_string()).of(key),
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, desk: Arc<Desk>, down: Receiver<Infallible>) {
    let places = Arc::new(Semaphore::new(desk.limits.connections));
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(_) => {
                // The connection was gone before it was taken, or files ran out: the listener itself still stands.
                Timer::after(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(place) = places.try_acquire_arc() else {
            desk.turn_away(peer, Reason::Connections);
            continue;
        };
        let (tls, desk, down) = (tls.clone(), Arc::clone(&desk), down.clone());
        smol::spawn(async move {
            let ended = async {
                let _ = down.recv().await;
            };
            connection(stream, peer, tls, &desk).or(ended).await;
            drop(place);
        })
        .detach();
    }
}

/// Serves one client to the end.
async fn connection(stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>, desk: &Desk) {
    if set_options(&stream).is_err() {
        return;
    }
    let stream = Socket::new(stream, Some(desk.limits.stall_time));
    let stream: AnyStream = match tls {
        None => Box::new(stream),
        Some(tls) => {
            let late = async {
                Timer::after(desk.limits.handshake_time).await;
                Err(io::ErrorKind::TimedOut.into())
            };
            match async { tls.accept(stream).await }.or(late).await {
                Ok(stream) => Box::new(stream),
                Err(error) => return desk.turn_away(peer, Reason::Handshake(error.to_string())),
            }
        }
    };
    let asked = AtomicBool::new(false);
    let service = service_fn(|request| {
        asked.store(true, Ordering::Relaxed);
        Box::pin(desk.serve(peer, request))
    });
    let mut http = http1::Builder::new()
        .timer(SmolTimer::new())
        .header_read_timeout(desk.limits.head_time)
        .max_headers(limits::FIELDS)
        .max_buf_size(limits::HEAD)
        .serve_connection(FuturesIo::new(stream), service);
    // After a request, an end in any form is none that anybody has to look into.
    if let Err(error) = poll_fn(|cx| http.poll_without_shutdown(cx)).await
        && !asked.load(Ordering::Relaxed)
    {
        desk.turn_away(peer, Reason::Http(error.to_string()));
    }
    linger(http.into_parts().io.into_inner()).await;
}

/// Says that no more comes, and reads on until the client has said the same.
async fn linger(mut stream: AnyStream) {
    let rest = async {
        if stream.close().await.is_err() {
            return;
        }
        let mut nowhere = [0; 4096];
        while matches!(stream.read(&mut nowhere).await, Ok(1..)) {}
    };
    let enough = async {
        Timer::after(limits::LINGER).await;
    };
    rest.or(enough).await;
}
