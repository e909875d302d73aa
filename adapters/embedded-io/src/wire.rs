//! What carries one connection: a trait of ours over the byte streams of `embedded-io-async`.

use core::future::pending;

use embedded_io_async::{ErrorKind, ErrorType, Read, Write};

/// What carries one connection after the other: a socket, a serial line.
///
/// A till has one for its requests, one for aborts, and some on which the terminal comes in. Which it is, the wire knows:
/// [`open`](Self::open) connects to the terminal, or lets the terminal connect.
///
/// # Cancel safety
/// `read`, `write`, `flush` and [`opened`](Self::opened) must be free of side effects when they are dropped before they
/// are done: the till drops them whenever something else happens first. Most streams say that they are; a stream that
/// reads by DMA into the caller's buffer is not, until there is a buffer behind it.
///
/// What was written is counted by what `write` says. A stream that takes bytes and forgets them must fail on `flush`.
#[expect(async_fn_in_trait, reason = "one executor on one core: nothing has to be Send")]
pub trait Wire: Read + Write {
    /// Begins to connect to the terminal, or lets the terminal connect from now on. Does not wait.
    ///
    /// # Errors
    /// It cannot even be begun.
    fn open(&mut self) -> Result<(), Self::Error>;

    /// Waits until what [`open`](Self::open) began has ended.
    ///
    /// # Errors
    /// There is no connection; [`open`](Self::open) may be called again.
    async fn opened(&mut self) -> Result<(), Self::Error>;

    /// Ends the connection at once, or what leads to one. What was not sent yet must not be sent any more: end it by a
    /// reset where there is such a thing.
    fn close(&mut self);
}

/// No connection. For aborts, on a terminal that has one serial line for requests and nothing beside it: an abort is then
/// told as one that cannot be made.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWire;

impl ErrorType for NoWire {
    type Error = ErrorKind;
}

impl Read for NoWire {
    async fn read(&mut self, _: &mut [u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::NotConnected)
    }
}

impl Write for NoWire {
    async fn write(&mut self, _: &[u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::NotConnected)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Err(ErrorKind::NotConnected)
    }
}

impl Wire for NoWire {
    fn open(&mut self) -> Result<(), ErrorKind> {
        Err(ErrorKind::Unsupported)
    }

    async fn opened(&mut self) -> Result<(), ErrorKind> {
        pending().await
    }

    fn close(&mut self) {}
}

/// A stream that is always there, such as a serial line. Opening it is done at once, and closing it does nothing: what is
/// left of an old message is the peer's to end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Always<S>(
    /// The stream.
    pub S,
);

impl<S: ErrorType> ErrorType for Always<S> {
    type Error = S::Error;
}

impl<S: Read> Read for Always<S> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, Self::Error> {
        self.0.read(into).await
    }
}

impl<S: Write> Write for Always<S> {
    async fn write(&mut self, from: &[u8]) -> Result<usize, Self::Error> {
        self.0.write(from).await
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        self.0.flush().await
    }
}

impl<S: Read + Write> Wire for Always<S> {
    fn open(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    async fn opened(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn close(&mut self) {}
}

/// One of two kinds of wire, for tills whose connections are not all of one kind.
#[derive(Clone, Copy, Debug)]
pub enum Either<A, B> {
    /// The one.
    One(A),
    /// The other.
    Other(B),
}

impl<A: ErrorType, B: ErrorType> ErrorType for Either<A, B> {
    type Error = ErrorKind;
}

fn kind(error: impl embedded_io_async::Error) -> ErrorKind {
    error.kind()
}

impl<A: Read, B: Read> Read for Either<A, B> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, ErrorKind> {
        match self {
            Self::One(wire) => wire.read(into).await.map_err(kind),
            Self::Other(wire) => wire.read(into).await.map_err(kind),
        }
    }
}

impl<A: Write, B: Write> Write for Either<A, B> {
    async fn write(&mut self, from: &[u8]) -> Result<usize, ErrorKind> {
        match self {
            Self::One(wire) => wire.write(from).await.map_err(kind),
            Self::Other(wire) => wire.write(from).await.map_err(kind),
        }
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        match self {
            Self::One(wire) => wire.flush().await.map_err(kind),
            Self::Other(wire) => wire.flush().await.map_err(kind),
        }
    }
}

impl<A: Wire, B: Wire> Wire for Either<A, B> {
    fn open(&mut self) -> Result<(), ErrorKind> {
        match self {
            Self::One(wire) => wire.open().map_err(kind),
            Self::Other(wire) => wire.open().map_err(kind),
        }
    }

    async fn opened(&mut self) -> Result<(), ErrorKind> {
        match self {
            Self::One(wire) => wire.opened().await.map_err(kind),
            Self::Other(wire) => wire.opened().await.map_err(kind),
        }
    }

    fn close(&mut self) {
        match self {
            Self::One(wire) => wire.close(),
            Self::Other(wire) => wire.close(),
        }
    }
}
