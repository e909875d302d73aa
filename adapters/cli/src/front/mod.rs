//! The terminal's side of the Terminal API on the command line: check messages, be a terminal.

mod args;
mod check;
mod notify;
mod serve;
mod sim;

pub(crate) use args::FrontArgs;
pub(crate) use check::{CheckArgs, run as check};
pub(crate) use serve::{ServeArgs, run as serve};
pub(crate) use sim::{list, run as simulate};
