//! The terminal's side of the Terminal API: messages checked, and tills served on a terminal that speaks OPI.

mod check;
mod kill;
mod limits;
mod serve;
pub(crate) mod served;
