//! HTTPS as the Terminal API uses it, both sides: one POST, one answer, which may take minutes.
//!
//! A terminal is a [`Server`] that hands out [`Exchange`]s; a till has a [`Client`] that makes a [`Connection`] per
//! request. Neither looks into a body: what it means, and whether it may be sent again, is decided elsewhere.
//!
//! ```no_run
//! use std::path::PathBuf;
//! use opi_smol::https::{Client, ClientConfig, Security, Server, StatusCode, Trust};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> { smol::block_on(async {
//! let security = Security::Tls { certificates: PathBuf::from("terminal.pem"), key: PathBuf::from("terminal.key") };
//! let server = Server::bind("127.0.0.1:8443".parse()?, &security).await?;
//! smol::spawn(async move {
//!     while let Some(exchange) = server.next().await {
//!         // The client may be gone, which is for the next status request to find out.
//!         let _ = exchange.reply(StatusCode::OK, b"{}".to_vec());
//!     }
//! })
//! .detach();
//!
//! let client = Client::new(ClientConfig {
//!     endpoint: "https://127.0.0.1:8443".parse()?,
//!     trust: Trust::Terminal { certificates: PathBuf::from("root.pem"), poi_id: String::from("P400Plus-123456789") },
//! })?;
//! let mut request = client.connect().await?.send(b"{}".to_vec());
//! request.sent().await?; // a failure proves that the terminal never had the whole request
//! let answer = request.answer().await?; // a failure proves nothing
//! println!("{} {}", answer.status, answer.body.len());
//! # Ok(()) }) }
//! ```

mod client;
mod endpoint;
mod exchange;
pub mod limits;
mod pem;
mod request;
mod server;
mod stream;
mod turned_away;
mod verifier;

pub use client::{Client, ClientConfig, ConfigError, ConnectError, Connection, Trust};
pub use endpoint::{Endpoint, EndpointError};
pub use exchange::{Abandoned, Exchange};
pub use hyper::StatusCode;
pub use limits::Limits;
pub use pem::{FileError, FileFault};
pub use request::{Answer, AnswerError, NotSent, Request};
pub use server::{BindError, Security, Server};
pub use turned_away::{Reason, TurnedAway};
pub use verifier::CertificateFault;
