//! Certificates and private keys from files.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use futures_rustls::pki_types::pem::{Error, PemObject};
use futures_rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::limits;

/// A file that cannot be used, and why.
#[derive(Debug)]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: FileFault,
}

/// What is wrong with a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileFault {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is longer than any such file.
    TooLong,
    /// It is not the text form (PEM) of certificates or keys.
    NotPem,
    /// There is no certificate in it.
    NoCertificate,
    /// There is no private key in it.
    NoKey,
    /// A certificate in it is not one.
    BadCertificate(String),
    /// The private key cannot be used.
    BadKey(String),
    /// The private key belongs to another certificate.
    ForeignKey,
}

impl fmt::Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ", self.path.display())?;
        match &self.fault {
            FileFault::Unreadable(error) => write!(out, "cannot be read: {error}"),
            FileFault::TooLong => write!(out, "is longer than {} bytes", limits::FILE),
            FileFault::NotPem => out.write_str("is not a PEM file (text with BEGIN and END lines)"),
            FileFault::NoCertificate => out.write_str("contains no certificate in PEM form"),
            FileFault::NoKey => {
                out.write_str("contains no private key in PEM form (one with a passphrase cannot be used)")
            }
            FileFault::BadCertificate(why) => write!(out, "contains a certificate that cannot be used: {why}"),
            FileFault::BadKey(why) => write!(out, "contains a private key that cannot be used: {why}"),
            FileFault::ForeignKey => out.write_str("the private key belongs to another certificate"),
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            FileFault::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}

impl FileFault {
    pub(super) fn of(self, path: &Path) -> FileError {
        FileError { path: path.to_owned(), fault: self }
    }
}

/// All certificates of a file, at least one.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, FileError> {
    let text = contents(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if found.is_empty() => Err(FileFault::NoCertificate.of(path)),
        Ok(found) => Ok(found),
        Err(_) => Err(FileFault::NotPem.of(path)),
    }
}

/// The first private key of a file.
pub(super) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, FileError> {
    PrivateKeyDer::from_pem_slice(&contents(path)?).map_err(|error| match error {
        Error::NoItemsFound => FileFault::NoKey.of(path),
        // What is wrong is not quoted: it may be the key.
        _ => FileFault::NotPem.of(path),
    })
}

/// The whole file, with a limit, since a path may lead to anything.
fn contents(path: &Path) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let mut all = Zeroizing::new(Vec::new());
    let read = File::open(path).and_then(|file| file.take(limits::FILE + 1).read_to_end(&mut all));
    match read {
        Ok(read) if read as u64 > limits::FILE => Err(FileFault::TooLong.of(path)),
        Ok(_) => Ok(all),
        Err(error) => Err(FileFault::Unreadable(error).of(path)),
    }
}
