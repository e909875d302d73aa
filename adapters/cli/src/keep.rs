//! Where the journal of a lane is, and what a till that cannot use it is told.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use etcetera::BaseStrategy;
use opi_core::id::{Id, RequestId, WorkstationId};
use opi_core::journal::{Ledger, Unresolved, type_and_terminal};
use opi_core::operation::Operation;
use opi_smol::{Entry, JournalError, JournalStore, MemoryStore, Store, Storing, journal};

use crate::args::TillArgs;
use crate::plain::plain;

/// Half of the nine digits: the numbers of new journals begin below it, those of runs without a journal are above it.
const HALF: u32 = RequestId::LAST.get() / 2;

/// The store of a till, and where its request numbers begin if it knows none.
pub(crate) struct Kept {
    pub(crate) store: Box<dyn Store>,
    pub(crate) first_request: RequestId,
    /// What could not be read, for the user.
    pub(crate) notes: Vec<String>,
    /// The folder of the journal, if there is one.
    pub(crate) folder: Option<PathBuf>,
}

/// The folder named, or the usual one of this lane: `$XDG_STATE_HOME/opi/LANE`, or what the platform has instead.
pub(crate) fn folder(named: Option<&PathBuf>, workstation: &WorkstationId) -> Result<PathBuf, String> {
    if let Some(folder) = named {
        return Ok(folder.clone());
    }
    let strategy = etcetera::choose_base_strategy()
        .map_err(|_| "no home folder to keep the journal in: name one with --journal DIR".to_owned())?;
    let states = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Ok(states.join("opi").join(workstation.as_str()))
}

/// Opens the journal of the lane. A terminal that is simulated in this process forgets everything with it: what is
/// open there never becomes clear, so its till remembers nothing either unless it is told where. The journal of a lane
/// in which another command is at work is only read, by an abort: `stops` names another request than the one it finds.
pub(crate) fn open(args: &TillArgs, operation: &Operation, stops: Option<RequestId>) -> Result<Kept, String> {
    if args.is_simulated() && args.journal.is_none() {
        return Ok(forgetful());
    }
    if let Some(request) = stops {
        return Ok(beside(Some(named(request))));
    }
    let folder = folder(args.journal.as_ref(), &args.workstation)?;
    match JournalStore::open(&folder) {
        Ok(store) => {
            let notes = store.lost().iter().map(|lost| format!("journal: passed over {lost}")).collect();
            Ok(Kept { store: Box::new(store), first_request: first_of_journal(), notes, folder: Some(folder) })
        }
        // To stop the terminal is wanted most while another command waits for it, and moves no money.
        Err(JournalError::InUse { .. }) if *operation == Operation::Abort && args.api.terminal_api.is_some() => {
            Ok(beside(running(&folder).map_err(|error| error.to_string())?))
        }
        Err(JournalError::InUse { .. }) if *operation == Operation::Abort => Ok(forgetful()),
        Err(error @ JournalError::Files { .. }) => Err(format!("{error}\n{}", not_sent(&folder))),
        Err(error) => Err(error.to_string()),
    }
}

/// What to do about a journal that could not be written before anything was sent.
pub(crate) fn not_sent(folder: &Path) -> String {
    format!(
        "Nothing was sent, because nothing could be stored in {}: make room there or repair it, and ask again.",
        folder.display()
    )
}

fn forgetful() -> Kept {
    Kept { store: Box::new(MemoryStore::new()), first_request: first_without(), notes: Vec::new(), folder: None }
}

/// The request that the other command waits for: the last one without an end.
fn running(folder: &Path) -> Result<Option<Unresolved>, JournalError> {
    let mut ledger = Ledger::<0>::default();
    journal::read(folder, |found| ledger.enter(found))?;
    Ok(ledger.all_unresolved().last().map(|blocker| blocker.unresolved(false)))
}

/// A request of which only the number is known.
fn named(request_id: RequestId) -> Unresolved {
    Unresolved {
        request_id,
        request_type: Id::default(),
        amount: None,
        at: opi_smol::now_local(),
        reference: None,
        reason: None,
        others: false,
    }
}

/// Remembers nothing but what another command of the lane waits for: an abort has to name it.
struct Beside {
    kept: MemoryStore,
    running: Option<Unresolved>,
}

impl Store for Beside {
    fn persist(&mut self, entry: Entry) -> Storing {
        self.kept.persist(entry)
    }

    fn unresolved(&self) -> Option<Unresolved> {
        self.running.clone()
    }
}

fn beside(running: Option<Unresolved>) -> Kept {
    Kept { store: Box::new(Beside { kept: MemoryStore::new(), running }), ..forgetful() }
}

/// Tenths of seconds, which come around after a year and a half.
fn tenths() -> u32 {
    let tenths = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() / 100);
    u32::try_from(tenths % u128::from(HALF)).unwrap_or(0)
}

/// Beyond the numbers of a journal of this lane that was thrown away, most likely.
pub(crate) fn first_of_journal() -> RequestId {
    RequestId::new(tenths().saturating_add(1)).unwrap_or(RequestId::FIRST)
}

/// A number that no journal has, and most likely no earlier run.
fn first_without() -> RequestId {
    RequestId::new(HALF.saturating_add(tenths())).unwrap_or(RequestId::FIRST)
}

/// What blocks the lane, and how it gets free.
pub(crate) fn ways_out(unresolved: &Unresolved) -> String {
    let Unresolved { request_id, request_type, amount, at, .. } = unresolved;
    let (request_type, terminal) = type_and_terminal(request_type.as_str());
    let terminal = terminal.map(|terminal| format!(" at {}", plain(terminal))).unwrap_or_default();
    let amount = amount.map(|amount| format!(" of {amount}")).unwrap_or_default();
    format!(
        "Request {request_id} ({}{amount}{terminal}, {}) has no known end: the money may have moved or not, and no new money \
         moves before that is settled.\n  opi recover                          asks the terminal again\n  \
         opi resolve {request_id} --charged        after a look at the terminal: the money moved\n  \
         opi resolve {request_id} --not-charged    after a look at the terminal: it did not\n\
         with the same terminal, --workstation and --journal; resolve wants a --note TEXT.",
        plain(request_type),
        at.with_zone()
    )
}
