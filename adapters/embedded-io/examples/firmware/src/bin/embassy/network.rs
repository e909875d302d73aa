//! The Ethernet controller for embassy-net, and its sockets as wires of a till.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embassy_net::IpEndpoint;
use embassy_net::driver::{
    Capabilities, Driver, HardwareAddress, LinkState, RxToken as DriverRxToken, TxToken as DriverTxToken,
};
use embassy_net::tcp::{State, TcpSocket};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use firmware::lan9118::{Lan9118, Leaving, Received};
use opi_embedded_io::Wire;
use smoltcp::phy::{Device, TxToken};
use smoltcp::time::Instant;

use crate::time::wake_soon;

/// The address of the controller.
pub const HARDWARE: [u8; 6] = [2, 0, 0, 0, 0, 1];

/// The controller. It is asked at every tick.
pub struct Adapter(pub Lan9118);

/// A frame that came in.
pub struct In<'f>(Received<'f>);

/// Leave to send a frame.
pub struct Out<'f>(Leaving<'f>);

impl DriverRxToken for In<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, take: F) -> R {
        take(self.0.bytes())
    }
}

impl DriverTxToken for Out<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, fill: F) -> R {
        self.0.consume(length, fill)
    }
}

impl Driver for Adapter {
    type RxToken<'a> = In<'a>;
    type TxToken<'a> = Out<'a>;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(In<'_>, Out<'_>)> {
        let received = self.0.receive(Instant::ZERO);
        if received.is_none() {
            wake_soon(cx.waker());
        }
        received.map(|(received, leaving)| (In(received), Out(leaving)))
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<Out<'_>> {
        self.0.transmit(Instant::ZERO).map(Out)
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = 1514;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(HARDWARE)
    }
}

/// Where a connection leads to, or comes from.
#[derive(Clone, Copy)]
pub enum Way {
    To(IpEndpoint),
    From(u16),
}

/// A socket as a wire.
pub struct Socket {
    pub socket: TcpSocket<'static>,
    pub way: Way,
}

/// What a future gives at once; what it began goes on without it.
fn begin<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(given) => Some(given),
        Poll::Pending => None,
    }
}

impl ErrorType for Socket {
    type Error = ErrorKind;
}

impl Read for Socket {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, ErrorKind> {
        self.socket.read(into).await.map_err(|_| ErrorKind::ConnectionReset)
    }
}

impl Write for Socket {
    async fn write(&mut self, from: &[u8]) -> Result<usize, ErrorKind> {
        self.socket.write(from).await.map_err(|_| ErrorKind::BrokenPipe)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        // What is written leaves by itself. The stack's own flush waits until the peer has confirmed it.
        Ok(())
    }
}

impl Wire for Socket {
    fn open(&mut self) -> Result<(), ErrorKind> {
        // The stack's calls begin, then wait. The waiting is in `opened`, where it may be dropped and begun again.
        match self.way {
            Way::To(terminal) => match begin(self.socket.connect(terminal)) {
                Some(Err(_)) => Err(ErrorKind::AddrNotAvailable),
                _ => Ok(()),
            },
            Way::From(port) => match begin(self.socket.accept(port)) {
                Some(Err(_)) => Err(ErrorKind::AddrInUse),
                _ => Ok(()),
            },
        }
    }

    async fn opened(&mut self) -> Result<(), ErrorKind> {
        poll_fn(|cx| match self.socket.state() {
            State::Established | State::CloseWait => Poll::Ready(Ok(())),
            State::Closed | State::TimeWait => Poll::Ready(Err(ErrorKind::ConnectionRefused)),
            _ => {
                // Called for its waker, which every change of the state wakes.
                let _ = pin!(self.socket.wait_write_ready()).poll(cx);
                Poll::Pending
            }
        })
        .await
    }

    fn close(&mut self) {
        self.socket.abort();
    }
}
