//! What lies under HTTP: a socket, with or without TLS.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_rustls::rustls::crypto::{CryptoProvider, ring};
use smol::Timer;
use smol::io::{AsyncRead, AsyncWrite};
use smol::net::TcpStream;

/// Both ways of one connection.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection with or without TLS.
pub(super) type AnyStream = Box<dyn Stream>;

/// The ciphers. Named here, so that another crate's choice for the whole process changes nothing.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// A socket that counts what the kernel took, and whose peer may have to take something from time to time.
pub(super) struct Socket {
    stream: TcpStream,
    taken: Arc<AtomicU64>,
    /// How long the peer may take nothing; a client's caller decides that itself.
    patience: Option<Duration>,
    /// Runs while the peer takes nothing.
    stalled: Option<Timer>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, patience: Option<Duration>) -> Self {
        Self { stream, taken: Arc::default(), patience, stalled: None }
    }

    /// Bytes that the kernel took so far.
    pub(super) fn taken(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.taken)
    }

    /// Counts, and turns `Pending` into an error when it lasts too long.
    fn watch(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let Poll::Ready(written) = written else {
            let Some(patience) = self.patience else { return Poll::Pending };
            let timer = self.stalled.get_or_insert_with(|| Timer::after(patience));
            ready!(Pin::new(timer).poll(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        };
        self.stalled = None;
        if let Ok(length) = written {
            self.taken.fetch_add(length as u64, Ordering::Relaxed);
        }
        Poll::Ready(written)
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_read(cx, to)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, written)
    }

    /// TLS writes several records at once, and an alert behind them only once: a part of it all would lose the alert.
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, pieces);
        self.watch(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}
