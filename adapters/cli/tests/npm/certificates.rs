//! Certificates of terminals, made for one test.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};

pub(crate) const POI_ID: &str = "P400Plus-123456789";

/// Whose certificate a terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Its own.
    Own,
    /// One of its root, for a name that no terminal has.
    OtherName,
    /// One with its name, but of a root that nobody trusts.
    OtherRoot,
}

/// Files of certificates and keys in a folder.
pub(crate) struct Certificates {
    folder: PathBuf,
    trusted: CertifiedIssuer<'static, KeyPair>,
    other: CertifiedIssuer<'static, KeyPair>,
}

impl Certificates {
    pub(crate) fn new(folder: &Path) -> Self {
        let root = |name: &str| {
            let mut params = named(name);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
        };
        Self { folder: folder.to_owned(), trusted: root("Terminal Root"), other: root("Another Root") }
    }

    /// The file of the root that tills trust.
    pub(crate) fn root(&self) -> PathBuf {
        self.write("root.pem", &self.trusted.pem())
    }

    /// The files of a certificate and of its key.
    pub(crate) fn of(&self, terminal: &str, shown: Shown) -> [PathBuf; 2] {
        let root = if shown == Shown::OtherRoot { &self.other } else { &self.trusted };
        let mut params = match shown {
            Shown::OtherName => named("shop.example.com"),
            Shown::Own | Shown::OtherRoot => named(&format!("{POI_ID}.test.terminal.adyen.com")),
        };
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, root).unwrap();
        [
            self.write(&format!("{terminal}.pem"), &leaf.pem()),
            self.write(&format!("{terminal}.key"), &key.serialize_pem()),
        ]
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// Valid for long, with a common name only, as terminals have them.
fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    params
}
