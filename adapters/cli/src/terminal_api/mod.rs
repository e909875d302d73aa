//! The Terminal API on the command line.

mod args;
pub(crate) mod key;
mod show;
mod till;

pub(crate) use args::ApiArgs;
pub(crate) use show::Message;
pub(crate) use till::ApiTerminal;
