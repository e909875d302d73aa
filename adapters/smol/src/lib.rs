#![forbid(unsafe_code)]
//! The till side of card payments over TCP, on smol.
//!
//! A till author sees one object, [`Till`], and what it tells, [`Notice`]. The protocol is decided in `opi-core`; this
//! crate moves bytes, time and records, and decides nothing.
//!
//! ```no_run
//! use opi_core::drive::Answer;
//! use opi_core::id::{RequestId, WorkstationId};
//! use opi_core::money::{Currency, Money};
//! use opi_core::operation::{Operation, Request};
//! use opi_core::opi::{Profile, Settings};
//! use opi_smol::{Config, JournalStore, Listener, Notice, Terminal, Till, now_local};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> { smol::block_on(async {
//! // Where the numbers of a new journal begin: beyond every one that this lane ever used before it.
//! let first_request = RequestId::new(1)?;
//! let settings = Settings::new(WorkstationId::new("lane-1")?, &Profile::NEXI, first_request);
//! let mut till = Till::new(Config {
//!     terminal: Terminal::Opi {
//!         address: "192.0.2.10:4100".parse()?,
//!         listener: Listener::bind("0.0.0.0:4102").await?,
//!         settings,
//!     },
//!     store: Box::new(JournalStore::open("lane-1")?),
//! })
//! .await?;
//!
//! let amount = Money::from_minor(25_00, Currency::CHF);
//! till.start(&Request::new(Operation::Payment { amount, cash_back: None }, now_local()))?;
//! let finished = loop {
//!     match till.next().await {
//!         Notice::Sheet(sheet) => sheet.lines.iter().for_each(|line| println!("{}", line.text)),
//!         Notice::Question(question) => till.answer(question.id, Answer::NotGiven)?, // ask the cashier instead
//!         Notice::Finished(finished) => break finished,
//!         _ => {}
//!     }
//! };
//! println!("{}", finished.outcome.name());
//! # Ok(()) }) }
//! ```
//!
//! What a till must keep to:
//!
//! * Call [`Till::next`] as long as an operation is in progress; nothing happens in between. It may lose any race.
//! * [`Unknown`](opi_core::operation::Outcome::Unknown) is an outcome. It blocks the lane (I6) until the terminal, asked
//!   once more by [`Till::recover`], settles it, or a person's decision is given to [`Till::resolve`].
//! * A [`Store`] tells the truth: what it calls stored survives a power cut.
//! * Bind the [`Listener`] once, and let the terminal through the firewall: without callbacks there are no receipts.
//!
//! A terminal that speaks the Terminal API (nexo Retailer as Adyen speaks it) is paid on by the same till, with
//! `Terminal::Api`: the feature `terminal-api` has it, with HTTPS for both sides (`https`) and the file of a shared key
//! (`shared_key`). Such a terminal needs no listener.

pub mod clock;
pub mod config;
#[cfg(feature = "terminal-api")]
mod exchange;
#[cfg(feature = "terminal-api")]
pub mod front;
#[cfg(feature = "terminal-api")]
pub mod https;
pub mod journal;
mod link;
mod listener;
mod machine;
pub mod notice;
mod output;
pub mod private_data;
mod records;
#[cfg(feature = "terminal-api")]
mod secured;
#[cfg(feature = "terminal-api")]
pub mod shared_key;
mod sheets;
#[cfg(feature = "sim")]
pub mod sim;
pub mod store;
mod till;
pub mod trace;

pub use clock::now_local;
pub use config::{Config, OpenError, Terminal};
pub use journal::{JournalError, JournalStore};
pub use listener::Listener;
pub use notice::{Notice, RawText, Trouble, WholeSheet};
pub use store::{Entry, MemoryStore, Recovered, Store, Storing};
pub use till::Till;

/// The till of the README runs as it stands there.
#[cfg(all(doctest, feature = "sim"))]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
