//! Every script with every fault, on terminals of the Terminal API behind which everything is told of a card.

use std::sync::atomic::{AtomicUsize, Ordering};

use opi_core::id::{Id, Reference, RequestId, WorkstationId};
use opi_core::money::{Currency, Money};
use opi_core::nexo;
use opi_core::nexo::envelope::{Key, Passphrase};
use opi_core::nexo::front::Settings;
use opi_core::operation::{Operation, Outcome, Request};
use opi_core::sim::application::{Fault, Setup};
use opi_core::sim::{Script, Scripts};
use opi_smol::front::{Keys, Received, Records, Service, Simulated, serve};
use opi_smol::https::{Client, ClientConfig, Exchange, Security, Server, StatusCode, Trust};
use opi_smol::{Config, MemoryStore, Terminal, Till, now_local};
use serde_json::{Value, json};
use smol::future::FutureExt;

use crate::{Kept, PATIENCE, card_number, check, paid, play};

const POIID: &str = "P400Plus-123456789";

/// What is told of cards: numbers by their front, dates, tokens and holders.
const SECRETS: [&str; 10] =
    ["41111111", "55555555", "37828224", "4111 1111", "5555%20", "\\\"1230", "=1230101", "6/2030", "tok-", "doe-jane"];

/// Which form the extras have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extras {
    Pairs,
    Json,
}

/// Tells all there is to tell of a card, wherever an answer has room for it.
fn spill(body: Vec<u8>, extras: Extras) -> Vec<u8> {
    let Ok(mut message) = serde_json::from_slice(&body) else { return body };
    spill_into(&mut message, extras);
    message.to_string().into_bytes()
}

fn spill_into(value: &mut Value, extras: Extras) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(|element| spill_into(element, extras)),
        Value::Object(members) => {
            members.values_mut().for_each(|member| spill_into(member, extras));
            if let Some(card) = members.get_mut("CardData") {
                *card = json!({
                    "PaymentBrand": "visa", "MaskedPan": "4111111111111111", "EntryMode": ["ICC"],
                    "PaymentAccountRef": "tok-account",
                    "SensitiveCardData": {
                        "PAN": "5555555555554444", "CardSeqNumb": "01", "ExpiryDate": "1230",
                        "TrackData": [{ "TrackNumb": 2, "TrackValue": ";378282246310005=1230101?" }],
                    },
                    "PaymentToken": { "TokenRequestedType": "Customer", "TokenValue": "tok-secret" },
                });
            }
            if let Some(Value::Array(lines)) = members.get_mut("OutputText") {
                lines.push(json!({ "Text": "key=pan&name=Card&value=5555%205555%205555%204444" }));
                lines.push(json!({ "Text": "Card 4111 1111 1111 1111" }));
                lines.push(json!({ "Text": "key=raw%20%34111111111111111&other=5555%205555%205555%204444" }));
            }
            if members.contains_key("Result") {
                let reason = members.get("AdditionalResponse").and_then(Value::as_str).unwrap_or_default().to_owned();
                let added = match extras {
                    Extras::Pairs => format!(
                        "{reason}&expiryDate=6%2f2030&cardAlias=tok-alias&cardHolderName=doe-jane&pan=378282246310005"
                    ),
                    Extras::Json => {
                        let all = json!({ "additionalData": { "expiryDate": "6/2030", "tokenTxVariant": "tok-variant",
                            "pan": "4111111111111111" }, "message": "Card 5555 5555 5555 4444" });
                        base64(all.to_string().as_bytes())
                    }
                };
                members.insert("AdditionalResponse".into(), added.into());
            }
        }
        _ => {}
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| -> String {
        let three = group.iter().chain(&[0; 2]).take(3).fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let letter = |place: usize| {
            if place > group.len() { '=' } else { char::from(LETTERS[three >> (18 - 6 * place) & 63]) }
        };
        (0..4).map(letter).collect()
    };
    bytes.chunks(3).map(group).collect()
}

fn client(server: &Server) -> Client {
    let endpoint = format!("http://{}", server.local_addr()).parse().unwrap();
    Client::new(ClientConfig { endpoint, trust: Trust::Plain }).unwrap()
}

async fn server() -> Server {
    Server::bind("127.0.0.1:0".parse().unwrap(), &Security::Plain).await.unwrap()
}

fn key() -> Key {
    Key::derive("mykey", 1, &Passphrase::new("mysupersecretpassphrase").unwrap()).unwrap()
}

/// Passes a request on, and its answer with more in it.
async fn relay(exchange: Exchange, terminal: Client, keys: Keys, extras: Extras) {
    let Received::Message(message, form) = keys.open(exchange.body.to_vec()) else { panic!("not opened") };
    let answer = async {
        let mut request = terminal.connect().await.ok()?.send(message.to_vec());
        request.sent().await.ok()?;
        request.answer().await.ok()
    };
    let gone = async {
        exchange.abandoned().await;
        None
    };
    match answer.or(gone).await {
        Some(answer) => {
            let status = StatusCode::from_u16(answer.status.as_u16()).unwrap();
            let _ = exchange.reply(status, keys.seal(spill(answer.body, extras), form).unwrap());
        }
        None => exchange.close(),
    }
}

/// Pays once; what was recorded, how it ended, and whether the till got a card number in full.
async fn pay(script: Script, fault: Fault, seed: u64) -> (Vec<u8>, Outcome, bool) {
    let (trace, secured) = (Kept::default(), seed.is_multiple_of(3));
    let extras = if seed.is_multiple_of(2) { Extras::Pairs } else { Extras::Json };
    let setup = Setup { scripts: Scripts::always(script), fault, ..Setup::new(seed) };
    let (inner, outer) = (server().await, server().await);
    let (to_inner, to_outer) = (client(&inner), client(&outer));
    let settings = Settings::new(POIID, [7; 16]).unwrap();
    let service = Service { server: inner, settings, keys: Keys::default(), records: Records::in_memory() };
    let mut application = Simulated::new(setup, |_| {});
    let terminal = async {
        serve(service, &mut application, |_| {}).await.unwrap();
        panic!("the terminal serves no more");
    };
    let relaying = async {
        let executor = smol::LocalExecutor::new();
        let taking = async {
            loop {
                let exchange = outer.next().await.unwrap();
                let keys = if secured { Keys::from(key()) } else { Keys::default() };
                executor.spawn(relay(exchange, to_inner.clone(), keys, extras)).detach();
            }
        };
        executor.run(taking).await
    };
    let paying = async {
        let lane = WorkstationId::new("lane-1").unwrap();
        let mut settings = nexo::Settings::new(lane, Id::new(POIID).unwrap(), RequestId::new(1000).unwrap());
        let limits = &mut settings.timeouts;
        (limits.connect, limits.answer, limits.status) = (PATIENCE, PATIENCE, PATIENCE);
        (limits.poll_pause, limits.recovery, limits.abort_pause) = (PATIENCE / 20, PATIENCE * 2, PATIENCE / 50);
        let terminal = Terminal::Api { client: to_outer, key: secured.then(key), settings };
        let config = Config { terminal, store: Box::new(MemoryStore::new()) };
        let mut till = Till::traced(config, Box::new(trace.clone())).await.unwrap();
        let amount = Money::from_minor(2500, Currency::EUR);
        let mut request = Request::new(Operation::Payment { amount, cash_back: None }, now_local());
        request.reference = Some(Reference::new("5555555555554444").unwrap());
        paid(&mut till, &request).await
    };
    let (finished, told) = terminal.or(relaying).or(paying).await;
    let trace = trace.0.lock().unwrap().clone();
    let mut lines = told.sheets.iter().flat_map(|sheet| &sheet.lines);
    let seen = lines.any(|line| card_number(line.text.as_str()).is_some());
    (trace, finished.outcome, seen)
}

#[test]
#[ignore = "takes a minute: .ci/run plays it"]
fn every_script_with_every_fault_is_replayed_identically_and_shows_no_card() {
    let cases: Vec<_> =
        Script::ALL.iter().flat_map(|script| Fault::ALL.iter().map(move |fault| (*script, *fault))).collect();
    let [bytes, approved, told] = [const { AtomicUsize::new(0) }; 3];
    play(&cases, async |(script, fault)| {
        let case = format!("{} {}", script.name(), fault.name());
        let (trace, outcome, seen) = pay(*script, *fault, *script as u64 * 31 + *fault as u64).await;
        check(&case, &trace, &SECRETS);
        bytes.fetch_add(trace.len(), Ordering::Relaxed);
        approved.fetch_add(usize::from(outcome == Outcome::Approved), Ordering::Relaxed);
        told.fetch_add(usize::from(seen), Ordering::Relaxed);
    });
    println!(
        "traces replayed byte for byte (Terminal API): {}, {} bytes, {} approved, {} with card numbers on the wire, none in \
         the trace",
        cases.len(),
        bytes.into_inner(),
        approved.into_inner(),
        told.load(Ordering::Relaxed)
    );
    assert!(told.into_inner() > cases.len() / 10);
}
