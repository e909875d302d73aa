//! The sockets of smoltcp as wires of a till.

use core::cell::RefCell;

use embedded_io::{ErrorKind, ErrorType, Read, ReadReady, Write};
use opi_embedded_io::blocking::Wire;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet, SocketStorage};
use smoltcp::socket::tcp::{Socket as Tcp, SocketBuffer, State};
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, IpEndpoint};

use firmware::console::ADDRESS;
use firmware::hardware;
use firmware::lan9118::{Frames, Lan9118};

/// One for requests, one for aborts, and three on which the terminal comes in.
pub const SOCKETS: usize = 5;

/// Bytes that one socket holds in each direction.
const BUFFER: usize = 1024;

/// The memory of all sockets.
pub struct Memory {
    buffers: [[u8; BUFFER]; 2 * SOCKETS],
    storage: [SocketStorage<'static>; SOCKETS],
    frames: Frames,
}

impl Memory {
    pub const fn new() -> Self {
        Self { buffers: [[0; BUFFER]; 2 * SOCKETS], storage: [SocketStorage::EMPTY; SOCKETS], frames: Frames::new() }
    }
}

/// The network of this machine, shared by its sockets.
pub struct Network {
    device: Lan9118,
    interface: Interface,
    sockets: SocketSet<'static>,
    /// The next port of ours. A restart must not use those of the run before it again at once.
    port: u16,
}

impl Network {
    pub fn new(starts: u32, memory: &'static mut Memory) -> (Self, [SocketHandle; SOCKETS]) {
        let address = [2, 0, 0, 0, 0, 1];
        let Memory { buffers, storage, frames } = memory;
        let mut device = Lan9118::new(address, frames);
        let mut config = Config::new(EthernetAddress(address).into());
        config.random_seed = u64::from(starts).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut interface = Interface::new(config, &mut device, now());
        interface.update_ip_addrs(|addresses| {
            let _ = addresses.push(IpCidr::new(IpAddress::Ipv4(ADDRESS.into()), 24));
        });
        let mut sockets = SocketSet::new(&mut storage[..]);
        let mut buffers = buffers.iter_mut();
        let handles = core::array::from_fn(|_| {
            let mut buffer = || SocketBuffer::new(buffers.next().map_or(&mut [][..], |buffer| &mut buffer[..]));
            let mut socket = Tcp::new(buffer(), buffer());
            socket.set_nagle_enabled(false);
            socket.set_ack_delay(None);
            sockets.add(socket)
        });
        let port = 49_152 + (starts.wrapping_mul(64) % 16_000) as u16;
        (Self { device, interface, sockets, port }, handles)
    }

    /// Lets frames come and go; whether any did.
    pub fn work(&mut self) -> bool {
        let worked = self.interface.poll(now(), &mut self.device, &mut self.sockets);
        !matches!(worked, smoltcp::iface::PollResult::None)
    }
}

fn now() -> Instant {
    Instant::from_millis(hardware::millis())
}

/// Where a connection leads to, or comes from.
#[derive(Clone, Copy)]
pub enum Way {
    To(IpEndpoint),
    From(u16),
}

/// A socket as a wire.
pub struct Socket {
    pub network: &'static RefCell<Network>,
    pub handle: SocketHandle,
    pub way: Way,
}

impl Socket {
    fn with<R>(&self, act: impl FnOnce(&mut Tcp<'static>) -> R) -> R {
        act(self.network.borrow_mut().sockets.get_mut(self.handle))
    }
}

impl ErrorType for Socket {
    type Error = ErrorKind;
}

impl ReadReady for Socket {
    fn read_ready(&mut self) -> Result<bool, ErrorKind> {
        Ok(self.with(|socket| socket.can_recv() || !socket.may_recv()))
    }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> Result<usize, ErrorKind> {
        self.with(|socket| match socket.recv_slice(into) {
            Ok(read) => Ok(read),
            Err(smoltcp::socket::tcp::RecvError::Finished) => Ok(0),
            Err(_) => Err(ErrorKind::ConnectionReset),
        })
    }
}

impl Write for Socket {
    fn write(&mut self, from: &[u8]) -> Result<usize, ErrorKind> {
        self.with(|socket| socket.send_slice(from)).map_err(|_| ErrorKind::BrokenPipe)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl Wire for Socket {
    fn open(&mut self) -> Result<(), ErrorKind> {
        match self.way {
            Way::From(port) => self.with(|socket| socket.listen(port)).map_err(|_| ErrorKind::AddrInUse),
            Way::To(terminal) => {
                let Network { interface, sockets, port, .. } = &mut *self.network.borrow_mut();
                *port = port.checked_add(1).unwrap_or(49_152);
                let socket = sockets.get_mut::<Tcp<'_>>(self.handle);
                socket.connect(interface.context(), terminal, *port).map_err(|_| ErrorKind::AddrNotAvailable)
            }
        }
    }

    fn is_open(&mut self) -> Result<bool, ErrorKind> {
        match self.with(|socket| socket.state()) {
            State::Established | State::CloseWait => Ok(true),
            State::Closed => Err(ErrorKind::ConnectionRefused),
            _ => Ok(false),
        }
    }

    fn write_ready(&mut self) -> Result<bool, ErrorKind> {
        Ok(self.with(|socket| socket.can_send() || !socket.may_send()))
    }

    fn close(&mut self) {
        self.with(|socket| socket.abort());
        // The reset leaves before the socket is used again.
        self.network.borrow_mut().work();
    }
}
