//! A till on a terminal that speaks the Terminal API.

use std::time::Duration;

use opi_core::id::{Id, Language, RequestId};
use opi_core::limits;
use opi_core::nexo::Settings;
use opi_core::nexo::envelope::Key;
use opi_smol::Terminal;
use opi_smol::https::{Client, ClientConfig, Trust};

use super::key;
use crate::args::TillArgs;

/// The terminal that the command line names.
pub(crate) struct ApiTerminal {
    client: Client,
    key: Option<Key>,
    poi_id: Id<{ limits::NEXO_POI_ID }>,
    /// What the user should know of it.
    pub(crate) warning: Option<String>,
}

impl ApiTerminal {
    /// Reads what the options name; `None` if they name no such terminal. The error is one of usage.
    pub(crate) fn new(args: &TillArgs) -> Result<Option<Self>, String> {
        let Some((endpoint, poi_id)) = args.api.terminal_api.clone().zip(args.api.poiid.clone()) else {
            return Ok(None);
        };
        let trust = match &args.api.tls_ca {
            Some(path) => Trust::Terminal { certificates: path.clone(), poi_id: poi_id.as_str().into() },
            None if endpoint.is_secure() => {
                return Err(
                    "--terminal-api https://...: --tls-ca FILE is missing, or anybody could be the terminal".into()
                );
            }
            None => Trust::Plain,
        };
        let client = Client::new(ClientConfig { endpoint, trust }).map_err(|error| format!("--tls-ca: {error}"))?;
        let (mut key, mut warning) = (None, None);
        if let Some(path) = &args.api.shared_key {
            let read = key::read(path)?;
            (key, warning) = (Some(read.0), read.1);
        }
        Ok(Some(Self { client, key, poi_id, warning }))
    }

    /// With the lane that pays on it.
    pub(crate) fn lane(self, args: &TillArgs, first_request: RequestId) -> Terminal {
        let Self { client, key, poi_id, .. } = self;
        let mut settings = Settings::new(args.workstation.clone(), poi_id, first_request);
        settings.language = Language::new(&args.language).unwrap_or(Language::ENGLISH);
        let timeouts = &mut settings.timeouts;
        timeouts.connect = args.timeout_connect.unwrap_or(timeouts.connect);
        timeouts.poll_pause = args.timeout_recovery.unwrap_or(timeouts.poll_pause);
        if let Some(limit) = args.timeout {
            timeouts.answer = limit;
            timeouts.status = timeouts.status.min(limit);
            // So long the terminal may still work on it, and then it is asked once more.
            timeouts.recovery = limit.saturating_add(timeouts.poll_pause).saturating_add(Duration::from_secs(1));
        }
        Terminal::Api { client, key, settings }
    }
}
