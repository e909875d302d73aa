//! What the sessions of all protocols have in common: how a request moves, what is stored of it, and what blocks the
//! lane. Nothing here knows a message.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `table` | the states of a request and every edge between them |
//! | `progress` | where the request in progress stands on the table, and when it gives up |
//! | `undertaking` | the request in progress, in the words of no protocol |
//! | `keeping` | what is stored of it and when, and what blocks the lane (I2, I6) |
//! | `aborting` | the abort beside it |
//! | `stash` | what an output lends |
//! | `work` | a request, or a person's decision |
//! | `counters` | the numbers given out |

mod aborting;
mod counters;
mod keeping;
mod progress;
mod stash;
pub mod table;
mod undertaking;
mod work;

pub(crate) use aborting::{Aborting, Step};
pub(crate) use keeping::Storing;
pub(crate) use progress::{Over, Progress};
pub(crate) use stash::{Lent, Loan, Next, Stash};
pub(crate) use undertaking::Undertaking;
pub(crate) use work::Work;
