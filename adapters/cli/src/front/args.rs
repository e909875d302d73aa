//! How a terminal of the Terminal API is set up.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use opi_core::nexo::front::Settings;
use opi_core::nexo::remark::TextProfile;
use opi_smol::front::Keys;
use opi_smol::https::{Endpoint, Security};

use super::notify::Notifier;
use crate::terminal_api::key::read;

/// Which texts a terminal writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Texts {
    /// Plain texts, as in Adyen's first description of them
    Seed2018,
    /// Form-encoded texts, as terminals write them today
    #[default]
    Current,
}

impl From<Texts> for TextProfile {
    fn from(texts: Texts) -> Self {
        match texts {
            Texts::Seed2018 => Self::Seed2018,
            Texts::Current => Self::Current,
        }
    }
}

/// What a terminal of the Terminal API needs to serve tills.
#[derive(Debug, Args)]
#[command(next_help_heading = "Terminal API")]
pub(crate) struct FrontArgs {
    /// Speak the Terminal API (nexo, JSON over HTTPS) with tills
    #[arg(long, requires = "poiid")]
    pub(crate) terminal_api: bool,
    /// The id of the terminal, such as P400Plus-123456789
    #[arg(long, value_name = "ID")]
    pub(crate) poiid: Option<String>,
    /// Its certificate, then those between it and the root, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM form
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// No TLS; on this machine's loopback only
    #[arg(long, conflicts_with = "tls_cert")]
    pub(crate) plain: bool,
    /// The key that it shares with its tills: a file with keyIdentifier, keyVersion and passphrase as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) shared_key: Option<PathBuf>,
    /// Which texts it writes
    #[arg(long, value_enum, default_value_t)]
    pub(crate) text_profile: Texts,
    /// Where the till takes the prompts of a payment, as display requests that need no answer: https://, or http:// on
    /// this machine
    #[arg(long, value_name = "URL")]
    pub(crate) display_url: Option<Endpoint>,
    /// Certificates behind that of the host in --display-url, in PEM form, for https://
    #[arg(long, value_name = "FILE", requires = "display_url")]
    pub(crate) display_ca: Option<PathBuf>,
}

impl FrontArgs {
    /// The settings; the error is one of usage.
    pub(crate) fn settings(&self) -> Result<Settings, String> {
        settings(self.poiid.as_deref().unwrap_or_default(), self.text_profile)
    }

    /// How its connections are protected; the error is one of usage.
    pub(crate) fn security(&self) -> Result<Security, String> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(certificates), Some(key)) => {
                Ok(Security::Tls { certificates: certificates.clone(), key: key.clone() })
            }
            _ if self.plain => Ok(Security::Plain),
            _ => Err("--terminal-api needs --tls-cert and --tls-key, or --plain".into()),
        }
    }

    /// Who hears of prompts; the error is one of usage.
    pub(crate) fn notifier(&self) -> Result<Notifier, String> {
        Notifier::new(self.display_url.as_ref(), self.display_ca.as_ref())
    }

    /// The shared key, if there is one; the error is one of usage.
    pub(crate) fn keys(&self) -> Result<Keys, String> {
        keys(self.shared_key.as_ref())
    }
}

/// The settings of the terminal with this id.
pub(super) fn settings(poi_id: &str, texts: Texts) -> Result<Settings, String> {
    let mut settings = Settings::new(poi_id, key()?).map_err(|why| format!("--poiid '{poi_id}': {why}"))?;
    settings.texts = texts.into();
    Ok(settings)
}

/// The key of a hash that only this process uses.
fn key() -> Result<[u8; 16], String> {
    opi_smol::front::random().map_err(|error| error.to_string())
}

/// The key of this file. The error is one of usage.
pub(super) fn keys(file: Option<&PathBuf>) -> Result<Keys, String> {
    let Some(file) = file else { return Ok(Keys::default()) };
    let (key, warning) = read(file)?;
    if let Some(warning) = warning {
        // Standard output is for answers.
        let _ = writeln!(io::stderr(), "{warning}");
    }
    Ok(key.into())
}
