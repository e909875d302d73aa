//! The guide: pages for people, checked with the code.

/// The house: rooms, what each may know, how data flows, the invariants.
#[doc = include_str!("../docs/architecture.md")]
pub mod architecture {}

/// What is on the wire, as far as the core reads and writes it.
#[doc = include_str!("../docs/wire.md")]
pub mod wire {}

/// What is on the wire at terminals of the Terminal API.
#[doc = include_str!("../docs/terminal_api.md")]
pub mod terminal_api {}

/// What a terminal of the Terminal API asks of a message, and what it answers.
#[doc = include_str!("../docs/validation.md")]
pub mod validation {}

/// The rules of an OPI till, and the test that holds each.
#[doc = include_str!("../docs/rules.md")]
pub mod rules {}

/// What is stored when, byte for byte, and what a restart needs of it.
#[doc = include_str!("../docs/journal.md")]
pub mod journal {}

/// What a till does on each outcome.
#[doc = include_str!("../docs/outcomes.md")]
pub mod outcomes {}

/// How a lost answer is settled, and the states of a request.
#[doc = include_str!("../docs/recovery.md")]
pub mod recovery {}

/// What a hostile terminal or till can cost, and the test that holds each bound.
#[doc = include_str!("../docs/attacks.md")]
pub mod attacks {}

/// Where the time goes, and what must stay fast.
#[doc = include_str!("../docs/speed.md")]
pub mod speed {}

/// How an adapter is written, and how one finds out whether it is right.
#[doc = include_str!("../docs/adapters.md")]
pub mod adapters {}
