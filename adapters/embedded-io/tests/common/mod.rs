//! What several tests need: tills, cashiers, stores, and a world around them.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::cast_possible_truncation)]

pub mod flash;
pub mod world;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll};

use opi_core::drive::{Answer, Event, Misuse, QuestionKind};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::journal::{self, MAX_RECORD, Record};
use opi_core::money::{Decimal, Money};
use opi_core::operation::{Operation, Request};
use opi_core::opi::{Profile, Settings};
use opi_core::receipt::{Copy, Purpose, SheetId};
use opi_core::sim::{Dialect, Setup};
use opi_core::text::Text;
use opi_core::time::WallTime;
use opi_embedded_io::{Buffers, Cashier, Store, Trouble, Wish, blocking};

use world::{PipeWire, Role, Shared, wall};

/// Slots for connections of the terminal; there is one wire more.
pub const SLOTS: usize = 2;
pub const WIRES: usize = SLOTS + 3;

pub type Memory = Buffers<512, 2048, SLOTS>;
pub type PipeTill<'m, S> = blocking::Till<'m, PipeWire, S, Shared, WIRES, SLOTS>;

pub fn settings(profile: &'static Profile) -> Settings {
    Settings::new(WorkstationId::new("lane-1").unwrap(), profile, RequestId::new(1000).unwrap())
}

pub fn dialect(profile: &Profile) -> &'static Dialect {
    Dialect::by_name(profile.name).unwrap()
}

/// A terminal of the profile's dialect that approves everything.
pub fn setup(profile: &Profile) -> Setup {
    Setup::new(dialect(profile), 7, wall(0))
}

/// A payment of so many minor units.
pub fn payment(minor: u64, profile: &Profile, at: WallTime) -> Request {
    let amount = Money::from_minor(minor, dialect(profile).currency);
    Request::new(Operation::Payment { amount, cash_back: None }, at)
}

pub fn wires(world: &Shared) -> [PipeWire; WIRES] {
    std::array::from_fn(|place| {
        world.wire(match place {
            0 => Role::Request,
            1 => Role::Abort,
            _ => Role::Device,
        })
    })
}

pub fn pipe_till<'m, S: Store>(
    world: &Shared,
    memory: &'m mut Memory,
    profile: &'static Profile,
    store: S,
) -> PipeTill<'m, S> {
    blocking::Till::new(settings(profile), memory.lend(), wires(world), store, world.clone()).unwrap()
}

/// A cashier who says yes to everything, and remembers what was shown.
#[derive(Default)]
pub struct Clerk {
    pub wishes: VecDeque<Wish>,
    /// The sheets as they ended: what for, its lines, whether it was kept.
    pub sheets: Vec<(SheetId, Purpose, Vec<String>, bool)>,
    pub open: Vec<(SheetId, Purpose, Vec<String>)>,
    pub questions: usize,
    pub faults: Vec<String>,
    pub troubles: Vec<String>,
    pub in_doubt: usize,
    pub started: Vec<RequestId>,
    /// Stops the operation at the first prompt.
    pub impatient: bool,
}

impl Clerk {
    pub fn receipts(&self, copy: Copy) -> Vec<&(SheetId, Purpose, Vec<String>, bool)> {
        self.sheets.iter().filter(|(_, purpose, ..)| *purpose == Purpose::Receipt(copy)).collect()
    }
}

impl Cashier for Clerk {
    fn told(&mut self, event: &Event<'_>) {
        match event {
            Event::Started { request_id, .. } => self.started.push(*request_id),
            Event::SheetBegun(sheet) => self.open.push((sheet.id, sheet.purpose, Vec::new())),
            Event::Line(id, line) => {
                let open = self.open.iter_mut().find(|(sheet, ..)| sheet == id);
                open.expect("a line of a sheet that begun").2.push(line.text.as_str().to_owned());
            }
            Event::SheetEnded { sheet, kept } => {
                let place = self.open.iter().position(|(id, ..)| id == sheet).expect("begun");
                let (id, purpose, lines) = self.open.remove(place);
                self.sheets.push((id, purpose, lines, *kept));
                if std::mem::take(&mut self.impatient) {
                    self.wishes.push_back(Wish::Abort);
                }
            }
            Event::Question(question) => {
                self.questions += 1;
                self.wishes.push_back(match question.kind {
                    QuestionKind::Number | QuestionKind::Menu => {
                        Wish::Answer(question.id, Answer::Number(Decimal::new(2, 0).unwrap()))
                    }
                    QuestionKind::Text => Wish::Text(question.id, Text::from("ZH 1")),
                    _ => Wish::Answer(question.id, Answer::Yes),
                });
            }
            Event::InDoubt { .. } => self.in_doubt += 1,
            Event::Fault(fault) => self.faults.push(fault.to_string()),
            _ => {}
        }
    }

    fn poll_wish(&mut self, _: &mut Context<'_>) -> Poll<Wish> {
        self.wishes.pop_front().map_or(Poll::Pending, Poll::Ready)
    }

    fn refused(&mut self, misuse: Misuse) {
        panic!("{misuse}");
    }

    fn trouble(&mut self, trouble: &Trouble<'_>) {
        assert_ne!(trouble.doing, "reporting to the session", "{trouble}");
        self.troubles.push(trouble.to_string());
    }
}

/// Keeps records as bytes, in memory, unless it does not like them.
#[derive(Clone, Default)]
pub struct Kept {
    pub records: Rc<RefCell<Vec<journal::Entry>>>,
    pub refuses: Option<fn(&Record<'_>) -> bool>,
}

impl Kept {
    pub fn refusing(refuses: fn(&Record<'_>) -> bool) -> Self {
        Self { refuses: Some(refuses), ..Self::default() }
    }

    /// The kinds of the records, pieces of a sheet as one.
    pub fn kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<_> = self.records.borrow().iter().map(kind).collect();
        kinds.dedup();
        kinds
    }
}

pub fn kind(entry: &journal::Entry) -> &'static str {
    match entry {
        journal::Entry::Block { .. } => "block",
        journal::Entry::Intent(_) => "intent",
        journal::Entry::Sent { .. } => "sent",
        journal::Entry::Line { .. } | journal::Entry::Text { .. } => "piece",
        journal::Entry::Sheet { .. } => "sheet",
        journal::Entry::Result(_) => "result",
        journal::Entry::Resolution(_) => "resolution",
        _ => "other",
    }
}

impl Store for Kept {
    type Error = &'static str;

    fn persist(&mut self, record: &Record<'_>) -> Result<(), Self::Error> {
        if self.refuses.is_some_and(|refuses| refuses(record)) {
            return Err("does not like it");
        }
        let mut bytes = [0; MAX_RECORD];
        let length = journal::encode(record, &mut bytes).map_err(|_| "too long")?;
        self.records.borrow_mut().push(journal::decode(&bytes[..length]).unwrap().0);
        Ok(())
    }
}
