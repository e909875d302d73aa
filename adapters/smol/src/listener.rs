//! Channel 1: the terminals call, and each connection finds its till.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opi_core::id::WorkstationId;
use opi_core::opi::route::{Routed, workstation_of};
use smol::channel::{Receiver, Sender, bounded};
use smol::future::FutureExt;
use smol::io::AsyncReadExt;
use smol::lock::Semaphore;
use smol::net::{AsyncToSocketAddrs, TcpListener, TcpStream};
use smol::{Task, Timer};

use crate::config::{ARRIVALS, ROUTE_BYTES, ROUTE_TIME, UNROUTED};

/// The port to which terminals connect. Clones are the same port; it is closed when the last clone and the last till
/// on it are gone.
///
/// Bind it before the first till is made and keep it: a port that is closed and opened again between payments refuses
/// callbacks in between.
///
/// A connection is taken only from the address of a terminal that one of the tills talks to. If several tills talk to
/// that terminal, its first message says whose it is; it has ten seconds ([`ROUTE_TIME`]) to do so.
#[derive(Clone, Debug)]
pub struct Listener(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    lanes: Arc<Mutex<Vec<Lane>>>,
    address: SocketAddr,
    /// Dropped with the last handle, which ends the task and closes the port.
    _accepting: Task<()>,
}

/// One till on the listener.
#[derive(Debug)]
struct Lane {
    workstation: WorkstationId,
    terminal: IpAddr,
    arrivals: Sender<Arrival>,
}

/// A connection that a terminal opened, with the bytes that were read to find its till.
pub(crate) struct Arrival {
    pub(crate) stream: TcpStream,
    pub(crate) head: Vec<u8>,
}

impl Listener {
    /// Opens the port. Port 0 lets the machine choose one, see [`local_addr`](Self::local_addr).
    ///
    /// # Errors
    /// Those of the machine, such as an address in use.
    pub async fn bind(address: impl AsyncToSocketAddrs) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let lanes = Arc::new(Mutex::new(Vec::new()));
        let accepting = smol::spawn(accept(listener, Arc::clone(&lanes)));
        Ok(Self(Arc::new(Shared { lanes, address, _accepting: accepting })))
    }

    /// The address of the port.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.0.address
    }

    /// Lets callbacks for the lane come in from now on; `None` if there is one already.
    pub(crate) fn register(&self, workstation: &WorkstationId, terminal: IpAddr) -> Option<Registration> {
        let terminal = terminal.to_canonical();
        let (sender, arrivals) = bounded(ARRIVALS);
        let mut lanes = lock(&self.0.lanes);
        if lanes.iter().any(|lane| lane.terminal == terminal && lane.workstation == *workstation) {
            return None;
        }
        lanes.push(Lane { workstation: workstation.clone(), terminal, arrivals: sender });
        drop(lanes);
        Some(Registration { listener: self.clone(), arrivals: Box::pin(arrivals) })
    }
}

/// A lane's place on the listener. Dropped, the lane is taken off it.
pub(crate) struct Registration {
    listener: Listener,
    pub(crate) arrivals: std::pin::Pin<Box<Receiver<Arrival>>>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        // Closed here, so that it can be told from the others without a number of its own.
        self.arrivals.close();
        lock(&self.listener.0.lanes).retain(|lane| !lane.arrivals.is_closed());
    }
}

/// The lanes are whole after every statement, so a panic elsewhere does not spoil them.
fn lock(lanes: &Mutex<Vec<Lane>>) -> MutexGuard<'_, Vec<Lane>> {
    lanes.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, lanes: Arc<Mutex<Vec<Lane>>>) {
    let unrouted = Arc::new(Semaphore::new(UNROUTED));
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(_) => {
                // The connection was gone before it was taken, or files ran out: the listener itself still stands.
                Timer::after(std::time::Duration::from_millis(50)).await;
                continue;
            }
        };
        let peer = peer.ip().to_canonical();
        match known(&lanes, peer) {
            // Nothing of a stranger is read.
            0 => {}
            // Nothing to choose: the session itself refuses what is not for it.
            1 => deliver(&lanes, peer, None, Arrival { stream, head: Vec::new() }),
            _ => {
                let Some(place) = unrouted.try_acquire_arc() else { continue };
                let lanes = Arc::clone(&lanes);
                smol::spawn(async move {
                    let read = read_name(stream);
                    let late = async {
                        Timer::after(ROUTE_TIME).await;
                        None
                    };
                    if let Some((name, arrival)) = read.or(late).await {
                        deliver(&lanes, peer, name.as_deref(), arrival);
                    }
                    drop(place);
                })
                .detach();
            }
        }
    }
}

/// How many lanes talk to the terminal of this address.
fn known(lanes: &Mutex<Vec<Lane>>, peer: IpAddr) -> usize {
    lock(lanes).iter().filter(|lane| lane.terminal == peer).count()
}

/// Reads until the first message says whose it is. `None` closes the connection.
async fn read_name(mut stream: TcpStream) -> Option<(Option<String>, Arrival)> {
    let mut head = vec![0; ROUTE_BYTES];
    let mut length = 0;
    loop {
        let read = stream.read(head.get_mut(length..)?).await.ok()?;
        length += read;
        let name = match workstation_of(head.get(..length)?) {
            Routed::Incomplete if read > 0 => continue,
            Routed::Incomplete => return None,
            Routed::Lane(name) => Some(name.as_str().to_owned()),
            Routed::Unnamed => None,
            Routed::Nobody => return None,
        };
        head.truncate(length);
        return Some((name, Arrival { stream, head }));
    }
}

/// Hands the connection to the lane of that name, or without a name to the only lane of that terminal. A lane that
/// has too many waiting, or no such lane: the connection is closed.
fn deliver(lanes: &Mutex<Vec<Lane>>, peer: IpAddr, name: Option<&str>, arrival: Arrival) {
    let lanes = lock(lanes);
    let mut candidates = lanes.iter().filter(|lane| lane.terminal == peer);
    let lane = match name {
        Some(name) => candidates.find(|lane| lane.workstation.as_str() == name),
        None => candidates.next().filter(|_| candidates.next().is_none()),
    };
    if let Some(lane) = lane {
        // Refused when full or closed: the connection goes with it.
        let _ = lane.arrivals.try_send(arrival);
    }
}
