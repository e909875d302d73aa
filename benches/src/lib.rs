//! What the benches time: opi-core and its peers at the same work, and the proof that it is the same.
//!
//! Every `check` panics if a peer and opi-core disagree. The benches call it before they time anything, and a test
//! calls it on every run of the test suite.
#![allow(clippy::expect_used, clippy::unwrap_used)]

pub mod answer;
pub mod corpus;
pub mod flat;
pub mod framing;
pub mod journal;
pub mod json;
pub mod payment;
pub mod pull;
pub mod ratio;
pub mod terminal_api;
pub mod typed;
