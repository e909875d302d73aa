//! The C interface, called as C calls it: what it says is what the core says, and what is wrong is refused.
#![allow(clippy::unwrap_used)]

mod both;
mod hostile;
mod journal;
mod lent;
mod lockstep;
mod shown;
mod words;
