//! A till on `opi-smol`, the adapter of this project: with its own journal, or with a store that hands everything over.
//!
//! ```sh
//! cargo run -p opi-conformance -- -- target/debug/examples/smol
//! cargo run -p opi-conformance -- --own-journal -- target/debug/examples/smol
//! ```
#![allow(missing_docs)]

use std::collections::HashMap;
use std::io::{self, BufRead as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use opi_conformance::till::{Job, Order, hex};
use opi_core::drive::Misuse;
use opi_core::id::RequestId;
use opi_core::journal::{Ledger, MAX_RECORD, Record, Replay, Unresolved, encode};
use opi_core::limits::{REQUEST_BLOCK, UNRESOLVED};
use opi_core::operation::{Operation, Request};
use opi_smol::{Config, Entry, JournalStore, Listener, Notice, Recovered, Store, Storing, Terminal, Till, now_local};
use smol::channel::{Receiver, Sender, bounded, unbounded};
use smol::future::FutureExt as _;

fn main() -> io::Result<()> {
    let job = Job::from_command_line();
    let answers = Answers::default();
    let orders = read_orders(answers.clone());
    let mut stored = Vec::new();
    while let Ok(order) = orders.recv_blocking() {
        match order {
            Order::Record(bytes) => stored.extend(bytes),
            Order::Begin => break,
            _ => return Err(io::Error::other("no order before begin")),
        }
    }
    let store: Box<dyn Store> = match &job.journal {
        Some(folder) => Box::new(JournalStore::open(folder).map_err(io::Error::other)?),
        None => Box::new(HandedOver::new(&stored, answers)?),
    };
    smol::block_on(async {
        let listener = Listener::bind(job.listen).await?;
        let terminal = Terminal::Opi { address: job.terminal, listener, settings: job.settings() };
        let mut till = Till::new(Config { terminal, store }).await.map_err(io::Error::other)?;
        match till.unresolved() {
            Some(unresolved) => println!("ready {}", unresolved.request_id.get()),
            None => println!("ready"),
        }
        loop {
            enum Woken {
                Order(Option<Order>),
                Notice(Notice),
            }
            let notice = async { Woken::Notice(till.next().await) };
            match async { Woken::Order(orders.recv().await.ok()) }.or(notice).await {
                Woken::Order(None | Some(Order::Quit)) => return Ok(()),
                Woken::Order(Some(order)) => {
                    if let Err(misuse) = carry_out(&mut till, &order) {
                        println!("refused {misuse}");
                    }
                }
                Woken::Notice(notice) => say(&notice),
            }
        }
    })
}

fn carry_out(till: &mut Till, order: &Order) -> Result<(), Misuse> {
    match order {
        Order::Pay(amount) => {
            let operation = Operation::Payment { amount: *amount, cash_back: None };
            till.start(&Request::new(operation, now_local()))
        }
        Order::Recover => till.recover(),
        Order::Abort => till.abort(),
        Order::Answer(question, given) => till.answer(*question, given.answer()),
        _ => Ok(()),
    }
}

fn say(notice: &Notice) {
    match notice {
        Notice::Started { request_id, request_type } => println!("started {} {request_type}", request_id.get()),
        Notice::InDoubt { request_id, .. } => println!("doubt {}", request_id.get()),
        Notice::Sheet(sheet) => println!("sheet {} {}", sheet.id.0, if sheet.kept { "kept" } else { "lost" }),
        Notice::Question(question) => println!("question {} {:?}", question.id.0, question.kind),
        Notice::QuestionWithdrawn(question) => println!("withdrawn {}", question.0),
        Notice::Finished(finished) => {
            let number = finished.request_id.map_or("-".to_owned(), |request| request.get().to_string());
            println!("finished {} {number}", finished.outcome.name());
        }
        Notice::Trouble(trouble) if trouble.error.get_ref().is_some_and(|error| error.is::<Misuse>()) => {
            println!("misuse {}", trouble.error);
        }
        Notice::Trouble(trouble) => eprintln!("{}: {}", trouble.doing, trouble.error),
        _ => {}
    }
}

/// Who waits for which storing.
#[derive(Clone, Default)]
struct Answers(Arc<Mutex<HashMap<u32, Sender<bool>>>>);

impl Answers {
    fn lock(&self) -> MutexGuard<'_, HashMap<u32, Sender<bool>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Orders, but for what became of storings.
fn read_orders(answers: Answers) -> Receiver<Order> {
    let (sender, orders) = unbounded();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            match Order::parse(&line) {
                Some(Order::Stored(number, is_stored)) => {
                    let waiting = answers.lock().remove(&number);
                    if waiting.is_none_or(|waiting| waiting.try_send(is_stored).is_err()) {
                        eprintln!("nobody waits for {number}");
                    }
                }
                Some(order) => {
                    if sender.try_send(order).is_err() {
                        return;
                    }
                }
                None => eprintln!("no order: {line}"),
            }
        }
    });
    orders
}

/// A store that says what is to be stored, and is told what became of it.
struct HandedOver {
    ledger: Ledger<{ 3 * UNRESOLVED }>,
    stored: Arc<Mutex<Vec<u8>>>,
    reserved: u32,
    count: u32,
    answers: Answers,
}

impl HandedOver {
    fn new(stored: &[u8], answers: Answers) -> io::Result<Self> {
        let stored = Arc::new(Mutex::new(stored.to_vec()));
        let mut store = Self { ledger: Ledger::new(), stored, reserved: 0, count: 0, answers };
        store.ledger = store.read()?;
        Ok(store)
    }

    /// What stands in the store.
    fn read(&self) -> io::Result<Ledger<{ 3 * UNRESOLVED }>> {
        let (mut ledger, mut replay) = (Ledger::new(), Replay::new());
        let stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rest = stored.as_slice();
        while let Some(found) = replay.next(&mut rest).map_err(io::Error::other)? {
            ledger.enter(&found);
        }
        while let Some(found) = replay.finish().map_err(io::Error::other)? {
            ledger.enter(&found);
        }
        Ok(ledger)
    }

    fn hand_over(&mut self, bytes: &[u8]) -> Receiver<bool> {
        let (sender, answer) = bounded(1);
        self.count += 1;
        self.answers.lock().insert(self.count, sender);
        println!("store {} {}", self.count, hex(bytes));
        answer
    }
}

impl Store for HandedOver {
    fn persist(&mut self, entry: Entry) -> Storing {
        let bytes = match entry.encode() {
            Ok(bytes) => bytes,
            Err(error) => return Box::pin(async { Err(error) }),
        };
        let (answer, stored) = (self.hand_over(&bytes), Arc::clone(&self.stored));
        Box::pin(async move {
            if !answer.recv().await.map_err(io::Error::other)? {
                return Err(io::Error::other("it could not be stored"));
            }
            stored.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
            Ok(())
        })
    }

    fn recovered(&self) -> Option<Recovered> {
        Some(Recovered {
            first_request: self.ledger.next_request().filter(|next| next.get() > 1),
            first_sheet: self.ledger.next_sheet(),
            last_settled: self.ledger.last_settled().cloned(),
            workstation: None,
        })
    }

    fn unresolved(&self) -> Option<Unresolved> {
        self.read().ok()?.next_unresolved()
    }

    fn reserve(&mut self, next: RequestId, count: u32) -> io::Result<()> {
        if next.get().saturating_add(count) <= self.reserved {
            return Ok(());
        }
        let first = self.read()?.next_request().filter(|first| *first > next).unwrap_or(next);
        let last = RequestId::new(first.get().saturating_add(REQUEST_BLOCK - 1)).map_err(io::Error::other)?;
        let mut bytes = [0; MAX_RECORD];
        let length = encode(&Record::Block { first, last }, &mut bytes).map_err(io::Error::other)?;
        let bytes = bytes.get(..length).unwrap_or_default();
        let answer = self.hand_over(bytes);
        if !answer.recv_blocking().map_err(io::Error::other)? {
            return Err(io::Error::other("no numbers could be reserved"));
        }
        self.stored.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        self.reserved = last.get();
        Ok(())
    }
}
