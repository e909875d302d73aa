//! Temporary.
/// x
pub struct WholeSheet { /// x
 pub purpose: opi_core::receipt::Purpose, /// x
 pub lines: Vec<opi_core::receipt::Line>, /// x
 pub journal: String, /// x
 pub cut: bool, /// x
 pub kept: bool }
