//! Sockets as wires of both drivers.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;

use embedded_io::{ErrorKind, ErrorType, ReadReady};
use opi_embedded_io::{Wire, blocking};
use smol::Async;
use socket2::{Domain, SockAddr, Socket as Raw, Type};

/// Where a connection of a till leads to, or comes from.
#[derive(Clone)]
pub(crate) enum Way {
    To(SocketAddr),
    From(Rc<Async<TcpListener>>),
}

pub(crate) struct Socket {
    pub(crate) way: Way,
    pub(crate) stream: Option<Async<TcpStream>>,
}

fn kind(error: io::Error) -> ErrorKind {
    error.kind().into()
}

impl Socket {
    fn stream(&self) -> Result<&Async<TcpStream>, ErrorKind> {
        self.stream.as_ref().ok_or(ErrorKind::NotConnected)
    }

    /// Begins to connect, and does not wait.
    fn begin(address: SocketAddr) -> io::Result<Async<TcpStream>> {
        let socket = Raw::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        // It is under way: that is no error.
        let _ = socket.connect(&SockAddr::from(address));
        Async::new(TcpStream::from(socket))
    }
}

impl ErrorType for Socket {
    type Error = ErrorKind;
}

// The blocking side: sockets that say that they would block.

impl embedded_io::Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, ErrorKind> {
        self.stream()?.get_ref().read(into).map_err(kind)
    }
}

impl ReadReady for Socket {
    fn read_ready(&mut self) -> Result<bool, ErrorKind> {
        match self.stream()?.get_ref().peek(&mut [0]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            _ => Ok(true),
        }
    }
}

impl embedded_io::Write for Socket {
    fn write(&mut self, from: &[u8]) -> Result<usize, ErrorKind> {
        self.stream()?.get_ref().write(from).map_err(kind)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl blocking::Wire for Socket {
    fn open(&mut self) -> Result<(), ErrorKind> {
        self.stream = match self.way {
            Way::To(terminal) => Some(Self::begin(terminal).map_err(kind)?),
            Way::From(_) => None,
        };
        Ok(())
    }

    fn is_open(&mut self) -> Result<bool, ErrorKind> {
        if let Way::From(listener) = &self.way {
            return match listener.get_ref().accept() {
                Ok((stream, _)) => {
                    self.stream = Some(Async::new(stream).map_err(kind)?);
                    Ok(true)
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
                Err(error) => Err(kind(error)),
            };
        }
        let stream = self.stream()?.get_ref();
        match (stream.take_error(), stream.peer_addr()) {
            (Ok(None), Ok(_)) => Ok(true),
            (Ok(None), Err(error)) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            _ => Err(ErrorKind::ConnectionRefused),
        }
    }

    fn close(&mut self) {
        self.stream = None;
    }
}

/// The async side: the same sockets, and somebody who says when to ask.
pub(crate) struct AsyncSocket(pub(crate) Socket);

impl ErrorType for AsyncSocket {
    type Error = ErrorKind;
}

impl embedded_io_async::Read for AsyncSocket {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, ErrorKind> {
        let stream = self.0.stream()?;
        stream.read_with(|mut stream| stream.read(into)).await.map_err(kind)
    }
}

impl embedded_io_async::Write for AsyncSocket {
    async fn write(&mut self, from: &[u8]) -> Result<usize, ErrorKind> {
        let stream = self.0.stream()?;
        stream.write_with(|mut stream| stream.write(from)).await.map_err(kind)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl Wire for AsyncSocket {
    fn open(&mut self) -> Result<(), ErrorKind> {
        self.0.stream = match self.0.way {
            Way::To(terminal) => Some(Socket::begin(terminal).map_err(kind)?),
            Way::From(_) => None,
        };
        Ok(())
    }

    async fn opened(&mut self) -> Result<(), ErrorKind> {
        if let Way::From(listener) = &self.0.way {
            self.0.stream = Some(listener.accept().await.map_err(kind)?.0);
            return Ok(());
        }
        // Begun in `open`, so that a wait that is dropped loses nothing.
        let stream = self.0.stream()?;
        stream.writable().await.map_err(kind)?;
        match stream.get_ref().take_error() {
            Ok(None) => Ok(()),
            _ => Err(ErrorKind::ConnectionRefused),
        }
    }

    fn close(&mut self) {
        self.0.stream = None;
    }
}
