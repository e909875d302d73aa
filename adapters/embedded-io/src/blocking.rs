//! The blocking driver: the same till over `embedded-io`, without an executor, without interrupts and without threads.
//!
//! It asks all connections in turn whether there is something to read, and calls [`Clock::rest`] whenever there is
//! nothing to do.

use core::future::poll_fn;
use core::mem::MaybeUninit;
use core::task::Poll;

use embedded_io::{ErrorKind, ErrorType, Read, ReadReady, Write};
use opi_core::drive::{Answer, Misuse, QuestionId};
use opi_core::id::RequestId;
use opi_core::journal::Unresolved;
use opi_core::operation::{Finished, Request};
use opi_core::opi::Settings;
use opi_core::time::{Instant, WallTime};

use crate::cashier::Cashier;
use crate::memory::Memory;
use crate::store::Store;
use crate::till::{self, Notice, OpenError};

/// The clocks of a till, and what is done when there is nothing to do.
pub trait Clock {
    /// Milliseconds since any start, that only grow.
    fn now(&self) -> Instant;

    /// Local date and time.
    fn wall(&self) -> WallTime;

    /// There is nothing to do at the moment: wait for an interrupt, let a network stack work, or do nothing. It has to
    /// come back within some milliseconds, or deadlines are kept that much later.
    fn rest(&self) {}
}

/// What carries one connection after the other: a socket, a serial line. See [`Wire`](crate::Wire), which is the same for
/// the async driver.
///
/// [`read`](Read::read) is called only when [`read_ready`](ReadReady::read_ready) says that it does not block; the end of a
/// stream counts as ready.
pub trait Wire: Read + ReadReady + Write {
    /// Begins to connect to the terminal, or lets the terminal connect from now on. Does not wait.
    ///
    /// # Errors
    /// It cannot even be begun.
    fn open(&mut self) -> Result<(), Self::Error>;

    /// Whether what [`open`](Self::open) began has ended, and there is a connection.
    ///
    /// # Errors
    /// There is no connection; [`open`](Self::open) may be called again.
    fn is_open(&mut self) -> Result<bool, Self::Error>;

    /// Whether [`write`](Write::write) would take at least a byte at once. While it would not, nothing is written, and
    /// the till goes on with other things until its deadline.
    ///
    /// # Errors
    /// Those of the stream.
    fn write_ready(&mut self) -> Result<bool, Self::Error> {
        Ok(true)
    }

    /// Ends the connection at once, or what leads to one. What was not sent yet must not be sent any more.
    fn close(&mut self);
}

impl Wire for crate::NoWire {
    fn open(&mut self) -> Result<(), ErrorKind> {
        Err(ErrorKind::Unsupported)
    }

    fn is_open(&mut self) -> Result<bool, ErrorKind> {
        Ok(false)
    }

    fn close(&mut self) {}
}

impl Read for crate::NoWire {
    fn read(&mut self, _: &mut [u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::NotConnected)
    }
}

impl ReadReady for crate::NoWire {
    fn read_ready(&mut self) -> Result<bool, ErrorKind> {
        Ok(false)
    }
}

impl Write for crate::NoWire {
    fn write(&mut self, _: &[u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::NotConnected)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Err(ErrorKind::NotConnected)
    }
}

impl<S: Read> Read for crate::Always<S> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, Self::Error> {
        self.0.read(into)
    }
}

impl<S: ReadReady> ReadReady for crate::Always<S> {
    fn read_ready(&mut self) -> Result<bool, Self::Error> {
        self.0.read_ready()
    }
}

impl<S: Write> Write for crate::Always<S> {
    fn write(&mut self, from: &[u8]) -> Result<usize, Self::Error> {
        self.0.write(from)
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.0.flush()
    }
}

impl<S: Read + ReadReady + Write> Wire for crate::Always<S> {
    fn open(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn is_open(&mut self) -> Result<bool, Self::Error> {
        Ok(true)
    }

    fn close(&mut self) {}
}

/// A blocking wire or clock for something that asks again and again. No waker is ever called.
#[derive(Clone, Copy, Debug)]
pub struct Polled<T>(
    /// What is asked.
    pub T,
);

/// Asks until there is an answer.
async fn asked<T, E>(mut ask: impl FnMut() -> Result<Option<T>, E>) -> Result<T, E> {
    poll_fn(|_| match ask() {
        Ok(Some(answer)) => Poll::Ready(Ok(answer)),
        Ok(None) => Poll::Pending,
        Err(error) => Poll::Ready(Err(error)),
    })
    .await
}

impl<W: ErrorType> ErrorType for Polled<W> {
    type Error = W::Error;
}

impl<W: Wire> embedded_io_async::Read for Polled<W> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, W::Error> {
        asked(|| if self.0.read_ready()? { self.0.read(into).map(Some) } else { Ok(None) }).await
    }
}

impl<W: Wire> embedded_io_async::Write for Polled<W> {
    async fn write(&mut self, from: &[u8]) -> Result<usize, W::Error> {
        asked(|| if self.0.write_ready()? { self.0.write(from).map(Some) } else { Ok(None) }).await
    }

    async fn flush(&mut self) -> Result<(), W::Error> {
        self.0.flush()
    }
}

impl<W: Wire> crate::Wire for Polled<W> {
    fn open(&mut self) -> Result<(), W::Error> {
        self.0.open()
    }

    async fn opened(&mut self) -> Result<(), W::Error> {
        asked(|| Ok(self.0.is_open()?.then_some(()))).await
    }

    fn close(&mut self) {
        self.0.close();
    }
}

impl<C: Clock> crate::Clock for Polled<C> {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn wall(&self) -> WallTime {
        self.0.wall()
    }

    async fn reach(&self, until: Instant) {
        poll_fn(|_| if self.0.now() >= until { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

/// A till that pays on one terminal, and blocks meanwhile. See [`crate::Till`]; the same words mean the same things.
pub struct Till<'m, W, S: Store, C, const N: usize, const D: usize>(till::Till<'m, Polled<W>, S, Polled<C>, N, D>);

impl<'m, W: Wire, S: Store, C: Clock, const N: usize, const D: usize> Till<'m, W, S, C, N, D> {
    /// Makes a till and lets callbacks for it come in: see [`crate::Till::new`].
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn new(
        settings: Settings,
        memory: Memory<'m, D>,
        wires: [W; N],
        store: S,
        clock: C,
    ) -> Result<Self, OpenError> {
        till::Till::new(settings, memory, wires.map(Polled), store, Polled(clock)).map(Self)
    }

    /// The same, in a place that stays: see [`crate::Till::new_in`].
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn new_in<'p>(
        place: &'p mut MaybeUninit<Self>,
        settings: Settings,
        memory: Memory<'m, D>,
        wires: [W; N],
        store: S,
        clock: C,
    ) -> Result<&'p mut Self, OpenError> {
        let (settings, windows) = till::prepared(settings, memory.windows, &store)?;
        let (wires, clock) = (wires.map(Polled), Polled(clock));
        let till = place.write(Self(till::Till::closed(settings, windows, memory.transmit, wires, store, clock)));
        till.0.open();
        Ok(till)
    }

    /// Begins an operation. It goes on in [`next`](Self::next).
    ///
    /// # Errors
    /// Those of [`crate::Till::start`].
    pub fn start(&mut self, request: &Request) -> Result<(), Misuse> {
        self.0.start(request)
    }

    /// Asks the terminal to stop the operation in progress.
    ///
    /// # Errors
    /// Those of [`crate::Till::abort`].
    pub fn abort(&mut self) -> Result<(), Misuse> {
        self.0.abort()
    }

    /// Gives the cashier's answer to a question.
    ///
    /// # Errors
    /// Those of [`crate::Till::answer`].
    pub fn answer(&mut self, question: QuestionId, answer: Answer<'_>) -> Result<(), Misuse> {
        self.0.answer(question, answer)
    }

    /// Gives a person's decision about the unresolved request: see [`crate::Till::resolve`].
    ///
    /// # Errors
    /// Those of [`crate::Till::resolve`].
    pub fn resolve(&mut self, request: RequestId, charged: bool, note: &str) -> Result<(), Misuse> {
        self.0.resolve(request, charged, note)
    }

    /// Has the terminal asked about the unresolved request.
    ///
    /// # Errors
    /// Those of [`crate::Till::recover`].
    pub fn recover(&mut self) -> Result<(), Misuse> {
        self.0.recover()
    }

    /// The request whose result is unknown, if there is one. It blocks the lane (I6).
    #[must_use]
    pub const fn unresolved(&self) -> Option<&Unresolved> {
        self.0.unresolved()
    }

    /// Whether no operation is in progress.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.0.is_idle()
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &S {
        self.0.store()
    }

    /// Drives the till until there is something to tell. Blocks for ever if nothing is in progress and the terminal
    /// sends nothing.
    pub fn next(&mut self, cashier: &mut impl Cashier) -> Notice<'_> {
        while self.0.poll(cashier).is_pending() {
            self.0.clock().0.rest();
        }
        self.0.notice()
    }

    /// Does what can be done at once; what there is to tell, if there is something. For programs with a main loop of
    /// their own.
    pub fn poll(&mut self, cashier: &mut impl Cashier) -> Option<Notice<'_>> {
        if self.0.poll(cashier).is_pending() { None } else { Some(self.0.notice()) }
    }

    /// Starts an operation and drives it to its end.
    ///
    /// # Errors
    /// Those of [`start`](Self::start).
    pub fn run(&mut self, request: &Request, cashier: &mut impl Cashier) -> Result<&Finished, Misuse> {
        self.start(request)?;
        while !matches!(self.next(cashier), Notice::Finished(_)) {}
        self.0.last()
    }
}
