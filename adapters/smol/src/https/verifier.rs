//! Whether it is the terminal that answers: its certificate names it, wherever it stands in the network.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use futures_rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use futures_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use futures_rustls::rustls::client::verify_server_cert_signed_by_trust_anchor;
use futures_rustls::rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use futures_rustls::rustls::server::ParsedCertificate;
use futures_rustls::rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::ext::pkix::name::DirectoryString;

use super::pem::{self, FileError, FileFault};
use super::stream::provider;

/// What is wrong with the certificate that a terminal showed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateFault {
    /// Nothing in the trusted file stands behind it.
    NotTrusted,
    /// Its time is over, or that of one behind it; or the clock of this machine is wrong.
    Expired,
    /// Its time, or that of one behind it, has not begun; or the clock of this machine is wrong.
    NotYetValid,
    /// It belongs to another terminal.
    OtherTerminal {
        /// The terminal that was expected.
        expected: String,
        /// The common names in it: one, if it is one of a terminal.
        found: Vec<String>,
    },
    /// It cannot be read.
    Unreadable,
    /// Something else, as the TLS library tells it.
    Other(String),
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTrusted => out.write_str("is not trusted: nothing in the file of certificates stands behind it"),
            Self::Expired => out.write_str("has expired (or this machine's clock is wrong)"),
            Self::NotYetValid => out.write_str("is not valid yet (or this machine's clock is wrong)"),
            Self::OtherTerminal { expected, found } if found.is_empty() => {
                write!(out, "has no common name, where terminal {expected} was expected")
            }
            Self::OtherTerminal { expected, found } => {
                write!(out, "is that of {:?}, where terminal {expected} was expected", found.join(", "))
            }
            Self::Unreadable => out.write_str("cannot be read"),
            Self::Other(why) => write!(out, "is refused: {why}"),
        }
    }
}

impl std::error::Error for CertificateFault {}

impl CertificateFault {
    /// Out of what the TLS library tells.
    pub(super) fn of(error: &CertificateError) -> Self {
        match error {
            CertificateError::UnknownIssuer => Self::NotTrusted,
            // The names agree, the keys do not.
            CertificateError::BadSignature => Self::NotTrusted,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            CertificateError::BadEncoding => Self::Unreadable,
            CertificateError::Other(OtherError(inner)) => match inner.downcast_ref::<Self>() {
                Some(ours) => ours.clone(),
                None => Self::Other(inner.to_string()),
            },
            other => Self::Other(format!("{other:?}")),
        }
    }

    fn into_tls(self) -> Error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(self))))
    }
}

/// Trusts certificates of one terminal under the certificates of a file.
#[derive(Debug)]
pub(super) struct TerminalVerifier {
    poi_id: String,
    trusted: Vec<CertificateDer<'static>>,
    roots: RootCertStore,
    provider: Arc<CryptoProvider>,
}

/// What may stand behind a certificate.
pub(super) fn roots(trusted: &[CertificateDer<'static>], file: &Path) -> Result<RootCertStore, FileError> {
    let mut roots = RootCertStore::empty();
    for certificate in trusted {
        roots.add(certificate.clone()).map_err(|error| FileFault::BadCertificate(error.to_string()).of(file))?;
    }
    Ok(roots)
}

impl TerminalVerifier {
    pub(super) fn new(file: &Path, poi_id: String) -> Result<Self, FileError> {
        let trusted = pem::certificates(file)?;
        let roots = roots(&trusted, file)?;
        Ok(Self { poi_id, trusted, roots, provider: provider() })
    }

    /// The certificate chain, or the certificate itself if the file has it.
    fn check_trust(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        parsed: &Certificate,
        now: UnixTime,
    ) -> Result<(), Error> {
        if !self.trusted.contains(certificate) {
            let algorithms = self.provider.signature_verification_algorithms.all;
            return verify_server_cert_signed_by_trust_anchor(
                &ParsedCertificate::try_from(certificate)?,
                &self.roots,
                intermediates,
                now,
                algorithms,
            );
        }
        // A self-made certificate is its own root, which chains of certificates do not allow. Its time counts.
        let validity = parsed.tbs_certificate().validity();
        let now = now.as_secs();
        if now < validity.not_before.to_unix_duration().as_secs() {
            return Err(CertificateError::NotValidYet.into());
        }
        if now > validity.not_after.to_unix_duration().as_secs() {
            return Err(CertificateError::Expired.into());
        }
        Ok(())
    }

    fn check_name(&self, parsed: &Certificate) -> Result<(), Error> {
        let found = common_names(parsed);
        match found.as_slice() {
            // Which one counts where there are several is not said anywhere.
            [only] if names_terminal(only, &self.poi_id) => Ok(()),
            _ => Err(CertificateFault::OtherTerminal { expected: self.poi_id.clone(), found }.into_tls()),
        }
    }
}

impl ServerCertVerifier for TerminalVerifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _host: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let parsed = Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding)?;
        self.check_trust(certificate, intermediates, &parsed, now)?;
        self.check_name(&parsed)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// All common names of the subject. One that is no text is shown as such, so that it counts as a name.
fn common_names(certificate: &Certificate) -> Vec<String> {
    let names = certificate.tbs_certificate().subject().iter().filter(|part| part.oid == COMMON_NAME);
    names
        .map(|name| match DirectoryString::try_from(&name.value) {
            Ok(text) => text.value().into_owned(),
            Err(_) => String::from("?"),
        })
        .collect()
}

/// Whether a certificate of this common name is one of the terminal: its own, or the one that older firmware shares
/// (Adyen docs: protect local communications). Which of the two environments it is, the roots decide: each has its own.
fn names_terminal(common_name: &str, poi_id: &str) -> bool {
    ["test", "live"].iter().any(|environment| {
        [poi_id, "legacy-terminal-certificate"]
            .iter()
            .any(|name| common_name.eq_ignore_ascii_case(&format!("{name}.{environment}.terminal.adyen.com")))
    })
}
