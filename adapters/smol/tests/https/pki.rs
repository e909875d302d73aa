//! Certificates, made as a test needs them.

use std::path::{Path, PathBuf};

use opi_smol::https::{Client, ClientConfig, Security, Server, Trust};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
};
use tempfile::TempDir;

pub const POI_ID: &str = "P400Plus-123456789";
pub const NAME: &str = "P400Plus-123456789.test.terminal.adyen.com";

pub type Authority = CertifiedIssuer<'static, KeyPair>;

/// A folder of PEM files.
pub struct Files(TempDir);

impl Files {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// What a server needs.
    pub fn security(&self, chain: &[&str], key: &KeyPair) -> Security {
        Security::Tls {
            certificates: self.write("chain.pem", &chain.concat()),
            key: self.write("server.key", &key.serialize_pem()),
        }
    }
}

pub fn root() -> Authority {
    root_named("Terminal Root")
}

pub fn root_named(name: &str) -> Authority {
    CertifiedIssuer::self_signed(authority(name), KeyPair::generate().unwrap()).unwrap()
}

pub fn intermediate(root: &Authority) -> Authority {
    CertifiedIssuer::signed_by(authority("Terminal Fleet"), KeyPair::generate().unwrap(), root).unwrap()
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// A certificate for a server, valid for long, with this common name only.
pub fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2120, 1, 1);
    params
}

pub fn for_servers(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

/// A terminal with a certificate under a root, and a till that trusts the root.
pub struct Shop {
    pub server: Server,
    pub client: Client,
    pub _files: Files,
}

impl Shop {
    pub async fn new() -> Self {
        let (files, root) = (Files::new(), root());
        let key = KeyPair::generate().unwrap();
        let leaf = for_servers(NAME).signed_by(&key, &root).unwrap();
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), &files.security(&[&leaf.pem()], &key)).await.unwrap();
        let trusted = files.write("root.pem", &root.pem());
        let client = client(server.local_addr().port(), &trusted);
        Self { server, client, _files: files }
    }
}

pub fn client(port: u16, trusted: &Path) -> Client {
    Client::new(ClientConfig {
        endpoint: format!("https://127.0.0.1:{port}").parse().unwrap(),
        trust: Trust::Terminal { certificates: trusted.to_owned(), poi_id: POI_ID.to_owned() },
    })
    .unwrap()
}
