//! HTTPS for the Terminal API over real sockets: who is trusted, what is answered, and what is known of a lost request.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::cast_possible_truncation)]

mod client;
mod evidence;
mod limits;
mod pki;
mod raw;
mod server;
mod trust;
