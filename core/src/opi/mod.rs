//! OPI, the Open Payment Initiative: messages of the till and the terminal.

pub mod message;
