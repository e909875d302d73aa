//! Bodies of the fuzz targets that need other people's parsers, or structures that are made of the data. The bodies of
//! the others are in `opi_core::fuzzing`.

mod message_roundtrip;
mod random;
#[path = "../../core/tests/message/strategy.rs"]
mod strategy;
#[allow(dead_code, reason = "the tests of messages use all of it")]
#[path = "../../core/tests/message/whole.rs"]
mod whole;
mod xml_oracle;
mod xml_roundtrip;
mod xml_seen;

pub use message_roundtrip::message_roundtrip;
pub use xml_oracle::xml_oracle;
pub use xml_roundtrip::xml_roundtrip;
