//! The simulated terminal, and what is paid on it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use opi_core::money::Money;
use opi_core::operation::{Operation, Request};
use opi_core::opi::Profile;
use opi_core::sim::{Dialect, Entry, Setup};
use opi_smol::sim::{Happening, Running, run};
use opi_smol::{Listener, now_local};

/// A simulated terminal on a port of its own, for as long as the value lives.
pub struct Terminal {
    pub address: SocketAddr,
    happened: Arc<Mutex<Vec<Happening>>>,
    _running: Running,
}

impl Terminal {
    pub async fn start(setup: Setup, listener: &Listener) -> Self {
        let happened = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&happened);
        let running = run(listener.local_addr(), setup, move |happening| seen.lock().unwrap().push(happening));
        let running = running.await.unwrap();
        Self { address: running.address(), happened, _running: running }
    }

    /// The money that moved.
    pub fn booked(&self) -> Vec<Entry> {
        let happened = self.happened.lock().unwrap();
        happened
            .iter()
            .filter_map(|it| if let Happening::Booked(entry) = it { Some(entry.clone()) } else { None })
            .collect()
    }

    /// What the till did wrong.
    pub fn complaints(&self) -> Vec<&'static str> {
        let happened = self.happened.lock().unwrap();
        happened.iter().filter_map(|it| if let Happening::Complaint(what) = it { Some(*what) } else { None }).collect()
    }
}

fn dialect(profile: &Profile) -> &'static Dialect {
    Dialect::by_name(profile.name).unwrap()
}

/// A terminal of the profile's dialect that approves everything.
pub fn setup(profile: &Profile) -> Setup {
    Setup::new(dialect(profile), 7, now_local())
}

/// A payment of so many minor units.
pub fn payment(minor: u64, profile: &Profile) -> Request {
    let amount = Money::from_minor(minor, dialect(profile).currency);
    Request::new(Operation::Payment { amount, cash_back: None }, now_local())
}
