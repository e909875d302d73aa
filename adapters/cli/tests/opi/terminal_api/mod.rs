//! The Terminal API, against a terminal of another make: its HTTP and its JSON are not those of this workspace.

mod kill;
mod pay;
mod terminal;
