//! What a case is made of: the terminal, the store, the cashier, and the job of the till.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use opi_core::id::{RequestId, WorkstationId};
use opi_core::journal::{Entry, decode};
use opi_core::opi::Profile;
use opi_core::sim::{Dialect, Setup};
use opi_core::time::WallTime;
use socket2::{Domain, SockAddr, Socket, Type};

use crate::rule::{Broken, Rule};
use crate::terminal::Reach;
use crate::till::Job;

/// The lane of every case.
pub(crate) const LANE: &str = "lane-1";

pub(crate) const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// What a record is, by its last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Block,
    Intent,
    Sent,
    Sheet,
    Result,
    Other,
}

impl Kind {
    pub(crate) fn of(mut bytes: &[u8]) -> Option<Self> {
        let mut kind = None;
        while !bytes.is_empty() {
            let (entry, length) = decode(bytes).ok()?;
            kind = Some(match entry {
                Entry::Block { .. } => Self::Block,
                Entry::Intent(_) => Self::Intent,
                Entry::Sent { .. } => Self::Sent,
                Entry::Line { .. } | Entry::Text { .. } | Entry::Sheet { .. } => Self::Sheet,
                Entry::Result(_) | Entry::Resolution(_) => Self::Result,
                _ => Self::Other,
            });
            bytes = bytes.get(length..)?;
        }
        kind
    }
}

/// What the store does with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    Stores,
    StoresAfter(Duration),
    Fails,
    /// Says nothing until the case does.
    Holds,
}

/// What a case is made of.
pub(crate) struct Scene {
    pub(crate) setup: Setup,
    pub(crate) reach: Reach,
    pub(crate) keeping: Box<dyn FnMut(Kind) -> Keeping>,
    /// What the cashier answers, and after which time.
    pub(crate) cashier: Option<(&'static str, Duration)>,
    pub(crate) job: Job,
}

impl Scene {
    pub(crate) fn new(profile: &'static Profile) -> Result<Self, Broken> {
        let dialect = Dialect::by_name(profile.name).ok_or_else(|| trouble("no such dialect"))?;
        let listen = free_port().map_err(|error| trouble(&error.to_string()))?;
        let name = |_| trouble("a name that is none");
        Ok(Self {
            setup: Setup::new(dialect, 1, WallTime::new(1_775_636_100, 120)),
            reach: Reach::Well,
            keeping: Box::new(|_| Keeping::Stores),
            cashier: Some(("yes", millis(0))),
            job: Job {
                terminal: listen,
                listen,
                workstation: WorkstationId::new(LANE).map_err(name)?,
                profile,
                first_request: RequestId::new(1000).map_err(name)?,
                journal: None,
                connect: millis(5000),
                send: millis(5000),
                idle: millis(8000),
                hard: millis(30_000),
                grace: millis(300),
                local: millis(5000),
                question: millis(5000),
                probe_pause: millis(100),
                probe: millis(1000),
            },
        })
    }
}

/// The test itself cannot go on.
pub(crate) fn trouble(what: &str) -> Broken {
    Broken::new(Rule::Runs, format!("the test could not be played: {what}"))
}

/// A port for the till, below those that systems give to others between now and then.
fn free_port() -> std::io::Result<SocketAddr> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let ports = u32::from(*PORTS.end() - *PORTS.start());
    for _ in 0..ports {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let offset = u16::try_from((std::process::id().wrapping_mul(97).wrapping_add(step)) % ports).unwrap_or(0);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, PORTS.start() + offset));
        // Bound, but not listening: until it starts its program, a process that another case starts meanwhile has a copy
        // of the socket, and one that listens would keep the port from the till.
        let probe = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        probe.set_reuse_address(true)?;
        if probe.bind(&SockAddr::from(address)).is_ok() {
            return Ok(address);
        }
    }
    Err(std::io::Error::other("no port is free"))
}

const PORTS: RangeInclusive<u16> = 10_000..=30_000;
