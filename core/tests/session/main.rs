//! The session of a till against answers written by hand.
#![allow(clippy::unwrap_used)]

mod abort;
mod answers;
mod callbacks;
mod chaos;
mod one_message;
mod operations;
mod promises;
mod recovery;
mod table;
mod till;
