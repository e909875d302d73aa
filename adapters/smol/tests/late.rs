//! A till that does not call for a while: what the terminal said meanwhile counts.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::io::Write;
use std::time::Duration;

use common::{frame, listener, read_frame, settings};
use opi_core::money::{Currency, Money};
use opi_core::operation::{Operation, Outcome, Request};
use opi_core::opi::Profile;
use opi_smol::{Config, MemoryStore, Notice, Terminal, Till, now_local};

#[test]
fn an_answer_that_waits_in_the_socket_is_older_than_the_deadline() {
    smol::block_on(async {
        let terminal = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut settings = settings("lane-1", &Profile::NEXI);
        settings.timeouts.idle = Duration::from_millis(200);
        let address = terminal.local_addr().unwrap();
        let way = Terminal::Opi { address, listener: listener().await, settings };
        let config = Config { terminal: way, store: Box::new(MemoryStore::new()) };
        let mut till = Till::new(config).await.unwrap();
        let amount = Money::from_minor(2500, Currency::CHF);
        till.start(&Request::new(Operation::Payment { amount, cash_back: None }, now_local())).unwrap();
        while !matches!(till.next().await, Notice::Waiting(opi_core::drive::Why::Terminal)) {}

        let (mut stream, _) = terminal.accept().unwrap();
        assert!(read_frame(&mut stream).unwrap().contains("CardPayment"));
        let answer = r#"<CardServiceResponse WorkstationID="lane-1" RequestID="1000" RequestType="CardPayment" OverallResult="Success"/>"#;
        stream.write_all(&frame(answer)).unwrap();
        // The cashier has a box on the screen that stops everything else.
        std::thread::sleep(Duration::from_millis(500));
        let finished = loop {
            if let Notice::Finished(finished) = till.next().await {
                break finished;
            }
        };
        assert_eq!(finished.outcome, Outcome::Approved, "{finished:?}");
    });
}
