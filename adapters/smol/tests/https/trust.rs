//! Whose certificate is taken.

use std::net::TcpStream;

use opi_smol::https::{
    BindError, CertificateFault, Client, ClientConfig, ConfigError, ConnectError, FileFault, Reason, Security, Server,
    StatusCode, Trust,
};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use smol::future::FutureExt;

use crate::pki::{self, Files, NAME, POI_ID, Shop, client, for_servers, intermediate, named, root, root_named};
use crate::raw::{rest, write};

/// Connects to a server with that chain, and says how it went.
async fn connect(chain: &[&str], key: &KeyPair, trusted: &str) -> Result<(), ConnectError> {
    let files = Files::new();
    let server = Server::bind("127.0.0.1:0".parse().unwrap(), &files.security(chain, key)).await.unwrap();
    let client = client(server.local_addr().port(), &files.write("trusted.pem", trusted));
    let mut request = client.connect().await?.send(b"{\"a\":1}".to_vec());
    let answered = async {
        request.sent().await.unwrap();
        request.answer().await.unwrap()
    };
    let answering = async {
        let exchange = server.next().await.unwrap();
        assert_eq!(exchange.body, b"{\"a\":1}");
        exchange.reply(StatusCode::OK, b"[]".to_vec()).unwrap();
        std::future::pending().await
    };
    assert_eq!(answered.or(answering).await.body, b"[]");
    Ok(())
}

/// The same with a leaf right under a trusted root.
async fn connect_leaf(leaf: CertificateParams) -> Result<(), ConnectError> {
    let (root, key) = (root(), KeyPair::generate().unwrap());
    connect(&[&leaf.signed_by(&key, &root).unwrap().pem()], &key, &root.pem()).await
}

fn fault(result: Result<(), ConnectError>) -> CertificateFault {
    match result {
        Err(ConnectError::Certificate(fault)) => fault,
        other => panic!("no certificate was refused: {other:?}"),
    }
}

#[test]
fn a_terminal_is_known_by_its_chain_and_name_wherever_it_stands() {
    smol::block_on(async {
        for name in [
            NAME,
            "P400Plus-123456789.live.terminal.adyen.com",
            "legacy-terminal-certificate.test.terminal.adyen.com",
            "legacy-terminal-certificate.live.terminal.adyen.com",
            // Names of hosts have no case.
            "p400plus-123456789.TEST.terminal.adyen.com",
        ] {
            connect_leaf(for_servers(name)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        // No extended usage at all is one for everything.
        connect_leaf(named(NAME)).await.unwrap();

        let (root, key) = (root(), KeyPair::generate().unwrap());
        let middle = intermediate(&root);
        let leaf = for_servers(NAME).signed_by(&key, &middle).unwrap();
        let chain = [&*leaf.pem(), &middle.pem()];
        connect(&chain, &key, &root.pem()).await.unwrap();
        // Any of several trusted certificates will do, and one in the middle of the chain as well.
        let other = root_named("Other");
        connect(&chain, &key, &(other.pem() + &root.pem())).await.unwrap();
        connect(&chain[..1], &key, &middle.pem()).await.unwrap();
        assert_eq!(fault(connect(&chain[..1], &key, &root.pem()).await), CertificateFault::NotTrusted);
        // The certificate itself, though a chain to it cannot be made.
        connect(&chain[..1], &key, &leaf.pem()).await.unwrap();
    });
}

#[test]
fn a_self_made_certificate_is_trusted_by_itself_only() {
    smol::block_on(async {
        let key = KeyPair::generate().unwrap();
        let alone = for_servers(NAME).self_signed(&key).unwrap();
        connect(&[&alone.pem()], &key, &alone.pem()).await.unwrap();
        // As `openssl req -x509` makes it: an authority.
        let authority = root_named(NAME);
        connect(&[&authority.pem()], authority.key(), &authority.pem()).await.unwrap();

        let twin_key = KeyPair::generate().unwrap();
        let twin = for_servers(NAME).self_signed(&twin_key).unwrap();
        assert_eq!(fault(connect(&[&twin.pem()], &twin_key, &alone.pem()).await), CertificateFault::NotTrusted);

        let mut over = for_servers(NAME);
        over.not_after = date_time_ymd(2021, 1, 1);
        let over = over.self_signed(&key).unwrap();
        assert_eq!(fault(connect(&[&over.pem()], &key, &over.pem()).await), CertificateFault::Expired);
        let mut early = for_servers(NAME);
        early.not_before = date_time_ymd(2119, 1, 1);
        let early = early.self_signed(&key).unwrap();
        assert_eq!(fault(connect(&[&early.pem()], &key, &early.pem()).await), CertificateFault::NotYetValid);
        let stranger = for_servers("till.shop").self_signed(&key).unwrap();
        let refused = fault(connect(&[&stranger.pem()], &key, &stranger.pem()).await);
        assert!(matches!(refused, CertificateFault::OtherTerminal { .. }));
    });
}

#[test]
fn a_chain_that_does_not_hold_is_refused() {
    smol::block_on(async {
        let key = KeyPair::generate().unwrap();
        let (root, twin, stranger) = (root(), root(), root_named("Stranger"));
        let leaf = for_servers(NAME).signed_by(&key, &root).unwrap().pem();
        // Another root, one of the same name included.
        assert_eq!(fault(connect(&[&leaf], &key, &stranger.pem()).await), CertificateFault::NotTrusted);
        assert_eq!(fault(connect(&[&leaf], &key, &twin.pem()).await), CertificateFault::NotTrusted);
        // A terminal's certificate signs no other.
        let till_key = KeyPair::generate().unwrap();
        let under_leaf = {
            let issuer = rcgen::Issuer::new(for_servers(NAME), KeyPair::generate().unwrap());
            let issuing = for_servers(NAME).signed_by(issuer.key(), &root).unwrap();
            [for_servers(NAME).signed_by(&till_key, &issuer).unwrap().pem(), issuing.pem()]
        };
        let chain: Vec<&str> = under_leaf.iter().map(String::as_str).collect();
        assert!(connect(&chain, &till_key, &root.pem()).await.is_err());

        let mut over = for_servers(NAME);
        over.not_after = date_time_ymd(2021, 1, 1);
        assert_eq!(fault(connect_leaf(over).await), CertificateFault::Expired);
        let mut early = for_servers(NAME);
        early.not_before = date_time_ymd(2119, 1, 1);
        assert_eq!(fault(connect_leaf(early).await), CertificateFault::NotYetValid);
        let mut for_clients = named(NAME);
        for_clients.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        assert!(matches!(fault(connect_leaf(for_clients).await), CertificateFault::Other(_)));
    });
}

#[test]
fn another_terminal_under_the_same_root_is_refused_by_name() {
    smol::block_on(async {
        for name in [
            "P400Plus-123456780.test.terminal.adyen.com",
            "P400Plus-123456789.prod.terminal.adyen.com",
            "P400Plus-123456789.test.terminal.adyen.com.example.com",
            "x.P400Plus-123456789.test.terminal.adyen.com",
            "P400Plus-123456789xtest.terminal.adyen.com",
            "*.test.terminal.adyen.com",
            "P400Plus-123456789",
            "127.0.0.1",
            " P400Plus-123456789.test.terminal.adyen.com",
            "",
        ] {
            let expected =
                CertificateFault::OtherTerminal { expected: POI_ID.to_owned(), found: vec![name.to_owned()] };
            assert_eq!(fault(connect_leaf(for_servers(name)).await), expected);
        }
        // The right name in another place does not count, not even as the name of the host.
        let mut elsewhere = for_servers("till.shop");
        elsewhere.distinguished_name.push(DnType::OrganizationalUnitName, NAME);
        elsewhere.subject_alt_names = vec![
            rcgen::SanType::DnsName(NAME.try_into().unwrap()),
            rcgen::SanType::IpAddress("127.0.0.1".parse().unwrap()),
        ];
        assert!(matches!(fault(connect_leaf(elsewhere).await), CertificateFault::OtherTerminal { .. }));
        let mut none = for_servers(NAME);
        none.distinguished_name.remove(DnType::CommonName);
        let nameless = CertificateFault::OtherTerminal { expected: POI_ID.to_owned(), found: Vec::new() };
        assert_eq!(fault(connect_leaf(none).await), nameless);
        // Two names: which one counts?
        let mut two = for_servers(NAME);
        two.distinguished_name.push(DnType::CustomDnType(vec![2, 5, 4, 3]), "till.shop");
        let CertificateFault::OtherTerminal { found, .. } = fault(connect_leaf(two).await) else { panic!("two names") };
        assert_eq!(found.len(), 2);
    });
}

#[test]
fn a_server_that_is_no_terminal_gets_nothing_to_read() {
    smol::block_on(async {
        let (files, root) = (Files::new(), root());
        let trusted = files.write("root.pem", &root.pem());
        // Not TLS at all.
        let (address, served) = crate::raw::terminal(|mut stream| {
            write(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            rest(&mut stream)
        });
        let error = client(address.port(), &trusted).connect().await.unwrap_err();
        assert!(matches!(error, ConnectError::Tls(_)), "{error}");
        assert!(!smol::unblock(|| served.join().unwrap()).await.contains("POST"));
        // Nobody there.
        let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = client(nowhere.port(), &trusted).connect().await.unwrap_err();
        assert!(matches!(&error, ConnectError::Tcp(address, _) if *address == nowhere), "{error}");
    });
}

#[test]
fn who_sets_up_a_server_learns_that_a_client_does_not_trust_it() {
    smol::block_on(async {
        let Shop { server, client: _client, .. } = &Shop::new().await;
        let files = Files::new();
        let stranger = client(server.local_addr().port(), &files.write("root.pem", &root_named("Other").pem()));
        assert_eq!(fault(stranger.connect().await.map(drop)), CertificateFault::NotTrusted);
        let told = server.turned_away().await.unwrap();
        assert!(matches!(&told.reason, Reason::Handshake(why) if why.contains("alert")), "{told}");
        // And that it speaks plain HTTP.
        let mut plain = TcpStream::connect(server.local_addr()).unwrap();
        write(&mut plain, "POST /nexo HTTP/1.1\r\nHost: terminal\r\nContent-Length: 2\r\n\r\n{}");
        assert!(matches!(server.turned_away().await.unwrap().reason, Reason::Handshake(_)));
    });
}

#[test]
fn files_that_cannot_be_used_are_named() {
    smol::block_on(async {
        let (files, root) = (Files::new(), root());
        let (key, other_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let leaf = pki::for_servers(NAME).signed_by(&key, &root).unwrap();
        let certificate = files.write("leaf.pem", &leaf.pem());
        let good_key = files.write("leaf.key", &key.serialize_pem());
        let foreign = files.write("foreign.key", &other_key.serialize_pem());
        let text = files.write("text.pem", "no certificate\n");
        let cut = files.write("cut.pem", &leaf.pem()[..200]);
        let wrong = files.write("wrong.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        let wrong_key = files.write("wrong.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        let none = text.with_file_name("none.pem");
        let check = |fault: &FileFault, expected: &str| {
            let name = format!("{fault:?}");
            assert!(name.starts_with(expected), "{name} instead of {expected}");
        };
        for (certificates, key, named, expected) in [
            (&none, &good_key, &none, "Unreadable"),
            (&text, &good_key, &text, "NoCertificate"),
            (&good_key, &good_key, &good_key, "NoCertificate"),
            (&cut, &good_key, &cut, "NotPem"),
            (&wrong, &good_key, &wrong, "BadCertificate"),
            (&certificate, &none, &none, "Unreadable"),
            (&certificate, &certificate, &certificate, "NoKey"),
            (&certificate, &wrong_key, &wrong_key, "BadKey"),
            (&certificate, &foreign, &foreign, "ForeignKey"),
        ] {
            let security = Security::Tls { certificates: certificates.clone(), key: key.clone() };
            let error = Server::bind("127.0.0.1:0".parse().unwrap(), &security).await.unwrap_err();
            let BindError::File(error) = error else { panic!("{error}") };
            assert_eq!(&error.path, named, "{error}");
            check(&error.fault, expected);
        }
        for (certificates, expected) in
            [(&none, "Unreadable"), (&text, "NoCertificate"), (&cut, "NotPem"), (&wrong, "BadCertificate")]
        {
            let trust = Trust::Terminal { certificates: certificates.clone(), poi_id: POI_ID.to_owned() };
            let config = ClientConfig { endpoint: "https://127.0.0.1".parse().unwrap(), trust };
            let ConfigError::File(error) = Client::new(config).unwrap_err() else { panic!("a file is refused") };
            assert_eq!(&error.path, certificates);
            check(&error.fault, expected);
        }
    });
}

#[test]
fn without_tls_nothing_leaves_the_machine() {
    smol::block_on(async {
        for address in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0", "[2001:db8::1]:0", "[::ffff:192.0.2.1]:0"] {
            let address = address.parse().unwrap();
            let error = Server::bind(address, &Security::Plain).await.unwrap_err();
            assert!(matches!(error, BindError::PlainOffLoopback(refused) if refused == address), "{error}");
        }
        for address in ["127.0.0.1:0", "127.0.0.2:0"] {
            Server::bind(address.parse().unwrap(), &Security::Plain).await.unwrap();
        }
        let files = Files::new();
        let trust = Trust::Terminal { certificates: files.write("r.pem", &root().pem()), poi_id: POI_ID.to_owned() };
        let config = |endpoint: &str, trust| ClientConfig { endpoint: endpoint.parse().unwrap(), trust };
        let error = Client::new(config("https://127.0.0.1", Trust::Plain)).unwrap_err();
        assert!(matches!(error, ConfigError::NoTrust), "{error}");
        let error = Client::new(config("http://127.0.0.1", trust)).unwrap_err();
        assert!(matches!(error, ConfigError::NoCertificate), "{error}");
    });
}

#[test]
fn a_host_is_known_by_its_name_in_the_url() {
    smol::block_on(async {
        let (trusted, other) = (root(), root_named("Other"));
        for (name, root, taken) in [
            ("127.0.0.1", &trusted, true),
            ("127.0.0.2", &trusted, false),
            ("till.example", &trusted, false),
            ("127.0.0.1", &other, false),
        ] {
            let (files, key) = (Files::new(), KeyPair::generate().unwrap());
            let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, root).unwrap();
            let security = files.security(&[&leaf.pem()], &key);
            let server = Server::bind("127.0.0.1:0".parse().unwrap(), &security).await.unwrap();
            let client = Client::new(ClientConfig {
                endpoint: format!("https://127.0.0.1:{}", server.local_addr().port()).parse().unwrap(),
                trust: Trust::Host { certificates: files.write("trusted.pem", &trusted.pem()) },
            });
            let connected = client.unwrap().connect().await;
            assert_eq!(connected.is_ok(), taken, "{name}: {connected:?}");
            assert!(taken || matches!(connected, Err(ConnectError::Certificate(_))), "{name}: {connected:?}");
        }
        let plain = ClientConfig {
            endpoint: "http://127.0.0.1:1".parse().unwrap(),
            trust: Trust::Host { certificates: Files::new().write("root.pem", &trusted.pem()) },
        };
        assert!(matches!(Client::new(plain), Err(ConfigError::NoCertificate)));
    });
}
