//! The file of the key that a till and a terminal share.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use opi_core::nexo::envelope::{self, Key, KeyError};
use serde::Deserialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// Longest key file, in bytes. It has three short members.
pub const FILE: u64 = 64 * 1024;

/// A shared key as the account's owner made it up: the passphrase from which the keys are derived, and its name.
#[derive(Clone, Debug)]
pub struct SharedKey {
    /// The name of the key, as it is set on the terminal.
    pub identifier: String,
    /// Its version.
    pub version: u32,
    /// What the keys are derived from.
    pub passphrase: Passphrase,
    /// Other users of this machine may read the file. Worth a warning; always `false` where there are no file modes.
    pub readable_by_others: bool,
}

/// A passphrase, which is never shown. Its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// The value. Do not show, store or log it.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("\"***\"")
    }
}

/// A key file that cannot be used, and why.
#[derive(Debug)]
pub struct SharedKeyError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: SharedKeyFault,
}

/// What is wrong with a key file. What stands in it is not quoted: it may be the passphrase.
#[derive(Debug)]
#[non_exhaustive]
pub enum SharedKeyFault {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is longer than any key file.
    TooLong,
    /// It is not JSON.
    NotJson {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// A member is missing or has a value of another type.
    Member(&'static str),
    /// A text is empty.
    Empty(&'static str),
}

impl fmt::Display for SharedKeyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ", self.path.display())?;
        match &self.fault {
            SharedKeyFault::Unreadable(error) => write!(out, "cannot be read: {error}"),
            SharedKeyFault::TooLong => write!(out, "is longer than {FILE} bytes"),
            SharedKeyFault::NotJson { line, column } => write!(out, "is not JSON at line {line}, column {column}"),
            SharedKeyFault::Member(what) => write!(out, "needs a member {what}"),
            SharedKeyFault::Empty(name) => write!(out, "the member \"{name}\" is empty"),
        }
    }
}

impl std::error::Error for SharedKeyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            SharedKeyFault::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}

impl SharedKey {
    /// Reads a file such as `{"keyIdentifier": "name", "keyVersion": 1, "passphrase": "..."}`. Other members are left
    /// alone.
    ///
    /// # Errors
    /// See [`SharedKeyFault`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, SharedKeyError> {
        let path = path.as_ref();
        let refused = |fault| SharedKeyError { path: path.to_owned(), fault };
        let (text, readable_by_others) = contents(path).map_err(refused)?;
        let (identifier, version, passphrase) = parse(&text).map_err(refused)?;
        Ok(Self { identifier, version, passphrase: Passphrase(passphrase), readable_by_others })
    }

    /// The key itself. It takes a moment, so do it once.
    ///
    /// # Errors
    /// The name or the passphrase is longer than messages allow, or the passphrase has characters outside of ASCII.
    pub fn derive(&self) -> Result<Key, KeyError> {
        let passphrase = envelope::Passphrase::new(self.passphrase.expose_secret())?;
        Key::derive(&self.identifier, self.version, &passphrase)
    }
}

fn contents(path: &Path) -> Result<(Zeroizing<Vec<u8>>, bool), SharedKeyFault> {
    let file = File::open(path).map_err(SharedKeyFault::Unreadable)?;
    let exposed = readable_by_others(&file).map_err(SharedKeyFault::Unreadable)?;
    let mut all = Zeroizing::new(Vec::new());
    let read = file.take(FILE + 1).read_to_end(&mut all).map_err(SharedKeyFault::Unreadable)?;
    if read as u64 > FILE { Err(SharedKeyFault::TooLong) } else { Ok((all, exposed)) }
}

#[cfg(unix)]
fn readable_by_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;

    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_file: &File) -> io::Result<bool> {
    Ok(false)
}

/// What a key file has in it, each as it stands there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members<'a> {
    #[serde(borrow)]
    key_identifier: Option<&'a RawValue>,
    #[serde(borrow)]
    key_version: Option<&'a RawValue>,
    #[serde(borrow)]
    passphrase: Option<&'a RawValue>,
}

/// The members, each by itself: what the JSON library says about a value of the wrong type quotes the value.
fn parse(text: &[u8]) -> Result<(String, u32, Zeroizing<String>), SharedKeyFault> {
    let members: Members<'_> = serde_json::from_slice(text).map_err(|error| {
        if error.is_data() {
            return SharedKeyFault::Member("\"keyIdentifier\", \"keyVersion\" and \"passphrase\", each once");
        }
        SharedKeyFault::NotJson { line: error.line(), column: error.column() }
    })?;
    let identifier: String = member(members.key_identifier, "\"keyIdentifier\" with a text")?;
    let version = member(members.key_version, "\"keyVersion\" with a whole number")?;
    let passphrase: Zeroizing<String> = Zeroizing::new(member(members.passphrase, "\"passphrase\" with a text")?);
    if identifier.is_empty() {
        return Err(SharedKeyFault::Empty("keyIdentifier"));
    }
    if passphrase.is_empty() {
        return Err(SharedKeyFault::Empty("passphrase"));
    }
    Ok((identifier, version, passphrase))
}

fn member<'a, T: Deserialize<'a>>(value: Option<&'a RawValue>, what: &'static str) -> Result<T, SharedKeyFault> {
    value.and_then(|raw| serde_json::from_str(raw.get()).ok()).ok_or(SharedKeyFault::Member(what))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        SharedKeyError { path: PathBuf::from("key.json"), fault: parse(text.as_bytes()).unwrap_err() }.to_string()
    }

    #[test]
    fn members_are_found_in_any_order_and_others_left_alone() {
        let text =
            r#"{"adyenCryptoVersion": 1, "passphrase": "m\u00fcsli \"x\"", "keyVersion": 7, "keyIdentifier": "k"}"#;
        let (identifier, version, passphrase) = parse(text.as_bytes()).unwrap();
        assert_eq!((identifier.as_str(), version, passphrase.as_str()), ("k", 7, "müsli \"x\""));
    }

    #[test]
    fn an_error_says_what_is_wrong_and_quotes_nothing() {
        for (text, said) in [
            ("", "not JSON at line 1, column 0"),
            ("{\n \"passphrase\": \"secret\n", "not JSON at line 2, column 22"),
            ("\"secret\"", "each once"),
            (r#"{"passphrase":"secret","keyVersion":1}"#, "\"keyIdentifier\" with a text"),
            (r#"{"passphrase":"secret","keyIdentifier":1,"keyVersion":1}"#, "\"keyIdentifier\" with a text"),
            (r#"{"passphrase":"secret","keyIdentifier":"k","keyVersion":"1"}"#, "\"keyVersion\" with a whole number"),
            (r#"{"passphrase":"secret","keyIdentifier":"k","keyVersion":1.5}"#, "\"keyVersion\" with a whole number"),
            (r#"{"passphrase":"secret","keyIdentifier":"k","keyVersion":-1}"#, "\"keyVersion\" with a whole number"),
            (r#"{"passphrase":["secret"],"keyIdentifier":"k","keyVersion":1}"#, "\"passphrase\" with a text"),
            (r#"{"passphrase":"secret","passphrase":"secret","keyIdentifier":"k","keyVersion":1}"#, "each once"),
            (r#"{"passphrase":"","keyIdentifier":"k","keyVersion":1}"#, "\"passphrase\" is empty"),
            (r#"{"passphrase":"secret","keyIdentifier":"","keyVersion":1}"#, "\"keyIdentifier\" is empty"),
        ] {
            let fault = fault(text);
            assert!(fault.contains(said) && fault.starts_with("key.json: "), "{text}: {fault}");
            assert!(!fault.contains("secret"), "{fault}");
        }
    }

    #[test]
    fn a_file_is_read_and_its_passphrase_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        std::fs::write(&path, r#"{"keyIdentifier":"k","keyVersion":1,"passphrase":"open sesame"}"#).unwrap();
        #[cfg(unix)]
        for (mode, readable_by_others) in [(0o600, false), (0o640, true), (0o604, true)] {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(SharedKey::read(&path).unwrap().readable_by_others, readable_by_others, "{mode:o}");
        }
        let key = SharedKey::read(&path).unwrap();
        assert_eq!(key.passphrase.expose_secret(), "open sesame");
        assert!(!format!("{key:?} {:?}", key.passphrase).contains("sesame"));
        assert!(matches!(
            SharedKey::read(folder.path().join("none")).unwrap_err().fault,
            SharedKeyFault::Unreadable(_)
        ));
        // A path may lead to anything.
        let long = vec![b' '; 1024 * 1024];
        std::fs::write(&path, long).unwrap();
        assert!(matches!(SharedKey::read(&path).unwrap_err().fault, SharedKeyFault::TooLong));
    }
}
