//! The session of a till against answers written by hand.
#![allow(clippy::unwrap_used)]

mod abort;
mod answers;
mod attacks;
mod callbacks;
mod chaos;
mod connections;
mod evidence;
mod one_message;
mod operations;
mod promises;
mod questions;
mod recovery;
mod table;
mod till;
