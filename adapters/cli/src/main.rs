//! The command `opi`.

fn main() {}
