//! The till side of card payments as a pure state machine.
//!
//! A till talks to a payment terminal over **OPI** (Open Payment Initiative: framed XML over two TCP channels). This
//! crate is everything about that conversation but the bytes on the wire, the time on the clock and the records on the
//! disk: those come in as [`Input`](drive::Input)s and go out as [`Output`](drive::Output)s. No sockets, no clock, no
//! randomness, no allocator, no logging, no `unsafe`; the same inputs give the same outputs, byte for byte.
//!
//! **The promise**: a payment is never sent twice and never silently lost; when we do not know, we say so, and the lane
//! is blocked until it is settled.
//!
//! # Two calls and a clock
//!
//! *After each [`handle_input`](opi::Session::handle_input), call [`poll_output`](opi::Session::poll_output) until it
//! returns [`Wait`](drive::Output::Wait); do what each output says, and report the result as an input. You may report
//! from inside the drain.*
//!
//! ```
//! use opi_core::drive::{Event, Input, Output};
//! use opi_core::id::{RequestId, WorkstationId};
//! use opi_core::money::{Currency, Money};
//! use opi_core::operation::{Operation, Outcome, Request};
//! use opi_core::opi::{Memory, Profile, Session, Settings};
//! use opi_core::time::{Instant, WallTime};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // All memory is yours: a receive window for each connection, and one transmit buffer.
//! let (mut request, mut abort, mut device, mut tx) = ([0; 2048], [0; 512], [0; 2048], [0; 2048]);
//! let memory = Memory { request: &mut request, abort: &mut abort, device: [&mut device] };
//! let settings = Settings::new(WorkstationId::new("lane-1")?, &Profile::NEXI, RequestId::new(1001)?);
//! let mut session = Session::new(settings, memory)?;
//! let now = Instant::from_millis(0); // your monotonic clock
//!
//! let payment = Operation::Payment { amount: Money::parse("25.00", Currency::CHF)?, cash_back: None };
//! session.handle_input(now, Input::Start(&Request::new(payment, WallTime::new(1_775_636_100, 120))))?;
//! let outcome = loop {
//!     // What this adapter reports about each output. It has no network: every connection fails.
//!     let report = match session.poll_output(&mut tx) {
//!         Output::Persist(ticket, record) => {
//!             println!("on stable storage: {record:?}");
//!             Input::Stored(ticket)
//!         }
//!         Output::Listen => Input::Listening,
//!         Output::Connect(link) => Input::ConnectFailed(link),
//!         Output::Send { link, length } => {
//!             // Loop over `write` and count. Here nothing leaves, and that is proof.
//!             assert!(length <= tx.len());
//!             Input::SendFailed { link, at_most: 0 }
//!         }
//!         Output::Event(Event::Finished(finished)) => break finished.outcome,
//!         Output::Event(event) => {
//!             println!("{event:?}");
//!             continue;
//!         }
//!         Output::Close(_) => continue,
//!         // Sleep until then, or until a socket or the store has news.
//!         Output::Wait(wait) => panic!("nothing is under way, but {}", wait.why),
//!         _ => continue,
//!     };
//!     session.handle_input(now, report)?;
//! };
//! assert_eq!(outcome, Outcome::NotSent); // proved, so asking again is safe
//! # Ok(()) }
//! ```
//!
//! # Read it top to bottom
//!
//! | floor | modules |
//! | --- | --- |
//! | the words every layer uses | [`time`], [`money`], [`id`], [`text`], [`secret`], [`limits`] |
//! | bytes | [`window`], [`mod@frame`] |
//! | tokens | [`xml`], [`json`] |
//! | what a till asks and is told | [`operation`], [`receipt`], [`journal`] |
//! | the contract with the outside | [`drive`] |
//! | how a request moves, in any protocol | [`session`] |
//! | OPI | [`opi::message`], [`opi::Profile`], [`opi::session`] |
//! | the Terminal API | [`nexo`]: messages, [`nexo::validate`], [`nexo::session`] for tills, [`nexo::front`] for terminals |
//! | what may be shown of a conversation | [`trace`] |
//! | the other side, and bad luck | `sim` (feature `sim`) |
//!
//! An import never runs upwards. The [`guide`] says who may know what, what is on the wire, and which test holds which
//! rule.
//!
//! # Features
//!
//! * `serde`: outcomes, records and messages can be serialised; secrets as their masks.
//! * `nexo-crypto`: the secured form of Terminal API messages.
//! * `sim`: the simulated terminal, and a simulated application behind `nexo::front`.
//! * `defmt`: what crosses the two calls for the logger of microcontrollers, masked: [`trace::Given`], [`trace::Shown`].
//! * `fuzzing`: the bodies of the fuzz targets.
//! * `proof`: copies and digests of sessions, and mistakes to be found. For the tests of this repository only.
#![no_std]
#![forbid(unsafe_code)]

mod divide;
pub mod drive;
pub mod frame;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod guide;
pub mod id;
pub mod journal;
pub mod json;
pub mod limits;
pub mod money;
pub mod nexo;
pub mod operation;
pub mod opi;
#[cfg(feature = "proof")]
pub mod proof;
#[cfg(not(feature = "proof"))]
mod proof;
pub mod receipt;
pub mod secret;
pub mod session;
mod shift;
#[cfg(feature = "sim")]
pub mod sim;
pub mod text;
pub mod time;
pub mod trace;
pub mod window;
pub mod xml;
