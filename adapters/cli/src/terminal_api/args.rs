//! How a terminal that speaks the Terminal API is named.

use std::path::PathBuf;

use clap::Args;
use opi_core::id::Id;
use opi_core::limits;
use opi_smol::https::Endpoint;

/// The terminal, instead of one that speaks OPI.
#[derive(Debug, Args)]
#[command(next_help_heading = "Terminal API")]
pub(crate) struct ApiArgs {
    /// The terminal, if it speaks the Terminal API (nexo): `https://HOST[:PORT][/PATH]`, or `http://` on this machine
    #[arg(long, value_name = "URL", requires = "poiid")]
    #[arg(conflicts_with_all = ["terminal", "listen", "profile", "shift", "timeout_idle", "script", "fault", "seed"])]
    pub(crate) terminal_api: Option<Endpoint>,
    /// Its name there, such as P400Plus-123456789
    #[arg(long, value_name = "ID", requires = "terminal_api", value_parser = poi_id)]
    pub(crate) poiid: Option<Id<{ limits::NEXO_POI_ID }>>,
    /// Certificates behind the terminal's, in PEM form, for https://
    #[arg(long, value_name = "FILE", requires = "terminal_api")]
    pub(crate) tls_ca: Option<PathBuf>,
    /// The key shared with the terminal, for the secured form: JSON with keyIdentifier, keyVersion and passphrase
    #[arg(long, value_name = "FILE", requires = "terminal_api")]
    pub(crate) shared_key: Option<PathBuf>,
}

fn poi_id(text: &str) -> Result<Id<{ limits::NEXO_POI_ID }>, String> {
    if text.is_empty() {
        return Err("a name is missing".into());
    }
    Id::new(text).map_err(|why| why.to_string())
}
