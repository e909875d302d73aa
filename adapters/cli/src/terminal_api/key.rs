//! The shared key that the command line names.

use std::path::Path;

use opi_core::nexo::envelope::Key;
use opi_smol::shared_key::SharedKey;

/// Reads the key, with a warning about its file if there is one. The error is one of usage.
pub(crate) fn read(path: &Path) -> Result<(Key, Option<String>), String> {
    let shared = SharedKey::read(path).map_err(|error| format!("--shared-key: {error}"))?;
    let key = shared.derive().map_err(|error| format!("--shared-key: {}: {error}", path.display()))?;
    let warning = format!("{}: other users of this machine can read the passphrase", path.display());
    Ok((key, shared.readable_by_others.then_some(warning)))
}
