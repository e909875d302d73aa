//! The Terminal API on the command line.

mod args;
mod till;

pub(crate) use args::ApiArgs;
pub(crate) use till::ApiTerminal;
