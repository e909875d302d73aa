//! What a terminal tells besides its answers: lines for whoever looks, and prompts for the till.

use std::path::PathBuf;
use std::sync::Arc;

use opi_smol::front::Happening;
use opi_smol::https::{Client, ClientConfig, Endpoint, Trust};

use crate::simulate::say;

/// Sends prompts to the till, if it wants them.
pub(crate) struct Notifier(Option<Arc<Client>>);

impl Notifier {
    /// The error is one of usage.
    pub(super) fn new(url: Option<&Endpoint>, certificates: Option<&PathBuf>) -> Result<Self, String> {
        let Some(url) = url else { return Ok(Self(None)) };
        let trust = match certificates {
            Some(certificates) => Trust::Host { certificates: certificates.clone() },
            None if url.is_secure() => {
                return Err(
                    "--display-url https://...: --display-ca FILE is missing, or anybody could be the till".into()
                );
            }
            None => Trust::Plain,
        };
        let config = ClientConfig { endpoint: url.clone(), trust };
        let client = Client::new(config).map_err(|error| format!("--display-ca: {error}"))?;
        Ok(Self(Some(Arc::new(client))))
    }

    /// Tells what happened.
    pub(super) fn tell(&self, happening: Happening) {
        match happening {
            Happening::TurnedAway(client) => say(&format!("turned away {client}")),
            Happening::NotStored(why) => say(&format!("not stored: {why}")),
            Happening::NotSealed(why) => say(&format!("not sealed: {why}")),
            Happening::Restarted => say("restarted"),
            Happening::Notify(message) => self.notify(message),
            _ => {}
        }
    }

    /// The till need not hear of it: nothing depends on a prompt.
    fn notify(&self, message: Vec<u8>) {
        let Some(client) = self.0.clone() else { return };
        smol::spawn(async move {
            let connection = match client.connect().await {
                Ok(connection) => connection,
                Err(error) => return say(&format!("a prompt was not sent: {error}")),
            };
            let mut request = connection.send(message);
            if request.sent().await.is_ok() {
                let _ = request.answer().await;
            }
        })
        .detach();
    }
}
