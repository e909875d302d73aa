//! The Terminal API, against a terminal of another make, whose HTTP and JSON are not those of this workspace, and
//! against the simulated one.

mod abort;
mod decode;
mod kill;
mod pay;
mod scenario;
mod secured;
mod simulated;
mod terminal;
mod trace;
