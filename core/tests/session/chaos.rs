//! Bad luck and bad manners: random inputs, right and wrong ones in any order, against what must hold anyway.
//!
//! The world knows the truth (what reached the terminal, what was stored, who was charged) and compares what the
//! session says with it. Everything that happens follows from a seed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use opi_core::drive::{Answer, Event, Input, Link, Misuse, Output, QuestionId};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::journal::{Record, Ticket};
use opi_core::operation::{Finished, Operation, Outcome, Request};
use opi_core::opi::{Memory, Profile, Session, Settings};
use opi_core::receipt::SheetId;
use opi_core::time::{Instant, WallTime};

use crate::till::payment;

const SLOTS: usize = 3;
const LINKS: [Link; 5] = [Link::Request, Link::Abort, Link::Device(0), Link::Device(1), Link::Device(2)];

/// Numbers that look like chance (Steele, Lea, Flood: SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `most`.
    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.next() % of.len() as u64).unwrap()].clone()
    }
}

/// What the adapter owes the session.
#[derive(Clone, Debug)]
enum Owed {
    Listening,
    Connected(Link),
    /// A frame of that length that is leaving.
    Sent(Link, usize),
    Stored(Ticket),
}

/// The request that may move money, as the terminal sees it.
struct Deal {
    id: String,
    /// The terminal has the whole frame.
    arrived: bool,
    /// What is still in the adapter can never arrive.
    broken: bool,
    charged: bool,
}

/// What a device request asked for.
struct Asked {
    outputs: usize,
    receipts: usize,
    input: bool,
    answered: bool,
}

struct World {
    random: Random,
    /// How often things go wrong, in percent.
    badness: u64,
    session: Session<'static, SLOTS>,
    now: u64,
    owed: Vec<Owed>,
    /// Bytes on their way to the session.
    coming: BTreeMap<Link, VecDeque<u8>>,
    deal: Option<Deal>,
    sent: BTreeSet<String>,
    /// Root, number and type of the request sent last.
    last: Option<(String, String, String)>,
    intents: BTreeMap<u32, String>,
    intents_stored: BTreeSet<String>,
    sheets: BTreeMap<SheetId, String>,
    sheet_tickets: BTreeMap<u32, SheetId>,
    /// Sheets that were confirmed stored, by the device requests that brought them.
    kept: BTreeMap<String, usize>,
    asked: BTreeMap<String, Asked>,
    questions: Vec<QuestionId>,
    yes: usize,
    input_successes: usize,
    ended: usize,
    approved: usize,
}

fn request(operation: Operation) -> Request {
    Request::new(operation, WallTime::new(1_775_636_100, 120))
}

fn framed(xml: &str) -> Vec<u8> {
    let mut frame = u32::try_from(xml.len()).unwrap().to_be_bytes().to_vec();
    frame.extend_from_slice(xml.as_bytes());
    frame
}

fn attribute<'a>(xml: &'a str, name: &str) -> &'a str {
    xml.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"')).map_or("", |(value, _)| value)
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let bytes = random.one(&[128, 150, 512, 4096]);
        let window = || Box::leak(vec![0u8; bytes].into_boxed_slice());
        let profile = random.one(&[&Profile::NEXI, &Profile::CCV_NL, &Profile::OPI_DE, &Profile::IFSF]);
        let lane = WorkstationId::new("lane-1").unwrap();
        let mut settings = Settings::new(lane, profile, RequestId::new(1001).unwrap());
        settings.handles_events = random.percent(50);
        let memory = Memory { request: window(), abort: window(), device: [window(), window(), window()] };
        let badness = random.one(&[1, 5, 20]);
        Self {
            random,
            badness,
            session: Session::new(settings, memory).unwrap(),
            now: 0,
            owed: Vec::new(),
            coming: BTreeMap::new(),
            deal: None,
            sent: BTreeSet::new(),
            last: None,
            intents: BTreeMap::new(),
            intents_stored: BTreeSet::new(),
            sheets: BTreeMap::new(),
            sheet_tickets: BTreeMap::new(),
            kept: BTreeMap::new(),
            asked: BTreeMap::new(),
            questions: Vec::new(),
            yes: 0,
            input_successes: 0,
            ended: 0,
            approved: 0,
        }
    }

    fn bad(&mut self) -> bool {
        self.random.percent(self.badness)
    }

    fn put(&mut self, input: Input<'_>) -> Result<(), Misuse> {
        let (phase, unresolved) = (self.session.phase(), self.session.unresolved().cloned());
        let put = self.session.handle_input(Instant::from_millis(self.now), input);
        if put.is_err() {
            assert_eq!(
                (phase, unresolved),
                (self.session.phase(), self.session.unresolved().cloned()),
                "misuse changes nothing"
            );
        }
        put
    }

    /// Polls the session dry. Reports from inside the drain now and then.
    fn drain(&mut self) {
        let mut buffer = [0u8; 4096];
        for _ in 0..3000 {
            // A transmit buffer that is too small is the caller's mistake, and must not cost more than the message.
            let room = if self.bad() && self.random.percent(10) { self.random.below(300) } else { 4096 };
            let tx = &mut buffer[..usize::try_from(room).unwrap()];
            match self.session.poll_output(tx) {
                Output::Wait(wait) => {
                    let Some(until) = wait.until else {
                        assert!(self.session.is_idle(), "I9: {wait:?}");
                        return;
                    };
                    assert!(until.as_millis() > self.now, "the adapter would spin: {wait:?} at {}", self.now);
                    return;
                }
                Output::Listen => self.owed.push(Owed::Listening),
                Output::Connect(link) => self.owed.push(Owed::Connected(link)),
                Output::Send { link, length } => {
                    let xml = std::str::from_utf8(&buffer[4..length]).unwrap().to_owned();
                    self.leaving(link, length, &xml);
                }
                Output::Close(link) => {
                    self.coming.remove(&link);
                    // "No input follows."
                    if link == Link::Request {
                        self.lose_frame();
                    }
                    self.owed.retain(|owed| !matches!(owed, Owed::Connected(on) | Owed::Sent(on, _) if *on == link));
                }
                Output::Persist(ticket, record) => {
                    match record {
                        Record::Intent(intent) => {
                            self.intents.insert(ticket.0, intent.request_id.to_string());
                        }
                        Record::Sheet { sheet, .. } => {
                            self.sheet_tickets.insert(ticket.0, sheet);
                        }
                        _ => {}
                    }
                    self.owed.push(Owed::Stored(ticket));
                }
                Output::Event(Event::Line(sheet, line)) => {
                    self.sheets.insert(sheet, line.text.as_str().to_owned());
                }
                Output::Event(Event::Question(question)) => self.questions.push(question.id),
                Output::Event(Event::Finished(finished)) => {
                    let finished = finished.clone();
                    self.ended(&finished);
                }
                _ => {}
            }
            if self.random.percent(15) {
                self.act();
            }
        }
        panic!("I10: the drain does not end");
    }

    /// What was not handed over yet will never arrive, or all of it did: nobody knows from now on.
    fn lose_frame(&mut self) {
        let whole = self.random.percent(50);
        let leaving = self.owed.iter().any(|owed| matches!(owed, Owed::Sent(Link::Request, _)));
        if let Some(deal) = self.deal.as_mut().filter(|deal| leaving && !deal.arrived && !deal.broken) {
            (deal.arrived, deal.broken) = (whole, !whole);
            deal.charged = whole && self.random.percent(60);
        }
    }

    fn leaving(&mut self, link: Link, length: usize, xml: &str) {
        let id = attribute(xml, "RequestID").to_owned();
        if xml.contains("<DeviceResponse") {
            let asked = self.asked.get_mut(&id).unwrap_or_else(|| panic!("nobody asked for {xml}"));
            assert!(!asked.answered, "I7: answered twice: {xml}");
            asked.answered = true;
            assert_eq!(xml.matches("<Output ").count(), asked.outputs, "I7: {xml}");
            let success = attribute(xml, "OverallResult") == "Success";
            if success {
                assert!(self.kept.get(&id).copied().unwrap_or(0) >= asked.receipts, "I3: {xml}");
            }
            if asked.input && success {
                self.input_successes += 1;
                assert!(self.input_successes <= self.yes, "I7: a success that nobody gave: {xml}");
            }
        } else {
            assert!(self.sent.insert(id.clone()), "I1, I5: {id} again");
            let root = if xml.contains("<CardServiceRequest") { "CardServiceRequest" } else { "ServiceRequest" };
            self.last = Some((root.to_owned(), id.clone(), attribute(xml, "RequestType").to_owned()));
            if attribute(xml, "RequestType") == "CardPayment" {
                assert_eq!(link, Link::Request);
                assert!(self.intents_stored.contains(&id), "I2: {id}");
                self.deal = Some(Deal { id, arrived: false, broken: false, charged: false });
            }
        }
        self.owed.push(Owed::Sent(link, length));
    }

    /// I4.
    fn ended(&mut self, finished: &Finished) {
        self.ended += 1;
        let id = finished.request_id.unwrap().to_string();
        let Some(deal) = self.deal.as_ref().filter(|deal| deal.id == id) else {
            assert!(matches!(finished.outcome, Outcome::NotSent) || !self.sent.contains(&id) || !self.is_money(&id));
            return;
        };
        match finished.outcome {
            Outcome::Approved => {
                self.approved += 1;
                assert!(deal.charged, "approved, but not charged: {finished:?}");
            }
            Outcome::Unknown => {}
            Outcome::NotSent => assert!(!deal.arrived, "not sent, but arrived: {finished:?}"),
            _ => assert!(!deal.charged, "charged, but {finished:?}"),
        }
        if let Some(deal) = &mut self.deal {
            // It arrives too late for anybody to say otherwise.
            deal.broken = true;
        }
    }

    fn is_money(&self, id: &str) -> bool {
        self.intents.values().any(|intent| intent == id)
    }

    /// The adapter does something that it owes, well or badly.
    fn pay_debt(&mut self) {
        if self.owed.is_empty() {
            return;
        }
        let place = usize::try_from(self.random.below(self.owed.len() as u64)).unwrap();
        let owed = self.owed.swap_remove(place);
        let well = !self.bad();
        match owed {
            Owed::Listening => drop(self.put(if well { Input::Listening } else { Input::ListenFailed })),
            Owed::Connected(link) => {
                self.coming.remove(&link);
                let _ = self.put(if well { Input::Connected(link) } else { Input::ConnectFailed(link) });
            }
            Owed::Stored(ticket) => {
                if !well {
                    let _ = self.put(Input::StoreFailed(ticket));
                } else if self.put(Input::Stored(ticket)).is_ok() {
                    if let Some(id) = self.intents.get(&ticket.0) {
                        self.intents_stored.insert(id.clone());
                    }
                    if let Some(id) = self.sheet_tickets.get(&ticket.0).and_then(|sheet| self.sheets.get(sheet)) {
                        *self.kept.entry(id.clone()).or_default() += 1;
                    }
                    assert!(self.put(Input::Stored(ticket)).is_err(), "stored twice");
                }
            }
            Owed::Sent(link, length) => {
                let at_most =
                    if well { length } else { usize::try_from(self.random.below(length as u64 + 2)).unwrap() };
                if let Some(deal) = self.deal.as_mut().filter(|_| link == Link::Request) {
                    let whole = well || at_most >= length && self.random.percent(50);
                    if !deal.broken && !deal.arrived {
                        if whole {
                            deal.arrived = true
                        } else {
                            deal.broken = true
                        }
                        deal.charged = deal.arrived && self.random.percent(60);
                    }
                }
                let _ = self.put(if well { Input::Sent(link) } else { Input::SendFailed { link, at_most } });
            }
        }
    }

    /// The terminal says something, on a connection that may not even be open.
    fn speak(&mut self) {
        let bad = self.bad();
        let mut link = if bad { self.random.one(&LINKS) } else { self.random.one(&LINKS[2..]) };
        let what = self.random.below(12);
        if matches!(what, 3 | 5) && !bad {
            return;
        }
        let xml = match what {
            0..=2 | 11 => {
                if !bad {
                    link = Link::Request;
                }
                let Some(deal) = self.deal.as_ref().filter(|deal| deal.arrived) else { return };
                let results: &[(&str, &str)] = if deal.charged {
                    &[
                        ("Success", r#"<Tender><TotalAmount Currency="CHF">25.00</TotalAmount></Tender>"#),
                        ("Success", ""),
                        ("Success", ""),
                        ("Success", ""),
                        ("TimedOut", r#"<Tender><Authorisation ApprovalCode="1"/></Tender>"#),
                        ("Failure", r#"<Tender><Authorisation ApprovalCode="1" ActionCode="5"/></Tender>"#),
                        ("Failure", r#"<Tender><Authorisation ApprovalCode="1"/></Tender>"#),
                        ("PartialFailure", r#"<Tender><Authorisation ApprovalCode="1"/></Tender>"#),
                        ("LoggedOut", r#"<Tender><Authorisation TrxReferenceNumber="1"/></Tender>"#),
                        ("Odd", ""),
                    ]
                } else {
                    &[
                        ("Failure", ""),
                        ("Aborted", ""),
                        ("TimedOut", r#"<Tender><Authorisation ApprovalCode="  "/></Tender>"#),
                        ("PartialFailure", r#"<Tender><Authorisation ApprovalCode="  "/></Tender>"#),
                        ("Busy", ""),
                        ("PrintLastTicket", ""),
                        ("Odd", ""),
                    ]
                };
                let id = deal.id.clone();
                let (result, content) = self.random.one(results);
                answer("CardServiceResponse", "lane-1", &id, "CardPayment", result, content)
            }
            3 => {
                let id = self.deal.as_ref().map_or("1001", |deal| &deal.id).to_owned();
                let (root, lane, id, kind) = self.random.one(&[
                    ("CardServiceResponse", "lane-2", id.as_str(), "CardPayment"),
                    ("CardServiceResponse", "lane-1", "77", "CardPayment"),
                    ("CardServiceResponse", "lane-1", "0", "CardPayment"),
                    ("CardServiceResponse", "lane-1", id.as_str(), "PaymentRefund"),
                    ("ServiceResponse", "lane-1", id.as_str(), "CardPayment"),
                    ("CardServiceResponse", "lane-1", id.as_str(), "AbortRequest"),
                    ("CardServiceResponse", "", "", ""),
                ]);
                answer(root, lane, id, kind, "Success", "")
            }
            4 | 10 => {
                // The answer to an abort, or to a service.
                let Some((root, id, kind)) = self.last.clone().filter(|(_, _, kind)| kind != "CardPayment") else {
                    return;
                };
                if !bad && kind != "AbortRequest" {
                    link = Link::Request;
                }
                let result = self.random.one(&["Success", "Failure", "NotSupported"]);
                answer(&root.replace("Request", "Response"), "lane-1", &id, &kind, result, "")
            }
            5 => {
                let most = self.random.below(40);
                let bytes = (0..most).map(|_| self.random.one(b"<>/=\"' \0\xff\x00Aa&;-!")).collect::<Vec<u8>>();
                self.coming.entry(link).or_default().extend(bytes);
                return;
            }
            _ => self.device_request(),
        };
        let mut bytes = framed(&xml);
        if bad && self.random.percent(20) {
            bytes.truncate(usize::try_from(self.random.below(bytes.len() as u64)).unwrap());
        }
        self.coming.entry(link).or_default().extend(bytes);
    }

    fn device_request(&mut self) -> String {
        let id = format!("d{}", self.asked.len());
        let kind = self.random.one(&["Output", "Output", "Output", "Input", "AbortInput", "Event", "SecureInput"]);
        let outputs = if kind == "Output" { self.random.one(&[0, 1, 1, 2, 16, 17, 40]) } else { 0 };
        let mut content = String::new();
        let mut receipts = 0;
        for _ in 0..outputs {
            let target = self.random.one(&["Printer", "JournalPrinter", "E-Journal", "CashierDisplay", "Toaster"]);
            receipts += usize::from(matches!(target, "Printer" | "JournalPrinter" | "E-Journal"));
            content += &format!(r#"<Output OutDeviceTarget="{target}"><TextLine>{id}</TextLine></Output>"#);
        }
        if kind == "Input" {
            let command = self.random.one(&["GetConfirmation", "GetAnyKey", "GetPin"]);
            content += &format!(r#"<Input InDeviceTarget="CashierKeyboard"><Command>{command}</Command></Input>"#);
        }
        let asked = Asked { outputs, receipts, input: kind == "Input", answered: false };
        self.asked.insert(id.clone(), asked);
        format!(
            r#"<DeviceRequest WorkstationID="lane-1" RequestID="{id}" RequestType="{kind}">{content}</DeviceRequest>"#
        )
    }

    /// Hands on some of what is on its way.
    fn deliver(&mut self) {
        let links: Vec<Link> = self.coming.keys().copied().collect();
        if links.is_empty() {
            return;
        }
        let link = self.random.one(&links);
        let room = self.session.room(link);
        let step = self.random.one(&[1, 7, 100, 5000]).min(room);
        let Some(coming) = self.coming.get_mut(&link) else { return };
        let bytes: Vec<u8> = coming.iter().copied().take(step).collect();
        if !bytes.is_empty() && self.put(Input::Received(link, &bytes)).is_ok() {
            self.coming.get_mut(&link).unwrap().drain(..bytes.len());
        }
    }

    /// An input that has no business here. Only such as do not lie about what arrived or was stored.
    fn misbehave(&mut self) {
        let link = self.random.one(&LINKS);
        match self.random.below(9) {
            0 => drop(self.put(Input::Accepted(link))),
            1 => drop(self.put(Input::Closed(link))),
            2 => drop(self.put(Input::Connected(link))),
            3 => drop(self.put(Input::ConnectFailed(link))),
            4 => drop(self.put(Input::Listening)),
            5 => drop(self.put(Input::Received(link, &[0x20; 5000]))),
            6 => drop(self.put(Input::StoreFailed(Ticket(u32::MAX)))),
            7 => drop(self.put(Input::Answer(QuestionId(u32::MAX), Answer::Yes))),
            _ if link != Link::Request => drop(self.put(Input::Sent(link))),
            _ => drop(self.put(Input::SendFailed { link: Link::Abort, at_most: usize::MAX })),
        }
    }

    fn act(&mut self) {
        match self.random.below(100) {
            0..=9 => {
                let operation = self.random.one(&[
                    payment(),
                    payment(),
                    payment(),
                    payment(),
                    payment(),
                    Operation::Status,
                    Operation::Login,
                    Operation::RepeatLast,
                    Operation::Abort,
                    Operation::Reprint,
                ]);
                let blocked = self.session.unresolved().is_some() && operation.moves_money();
                let started = self.put(Input::Start(&request(operation)));
                assert!(!(blocked && started.is_ok()), "I6");
            }
            10..=34 => self.pay_debt(),
            35..=54 => self.speak(),
            55..=79 => self.deliver(),
            80..=84 => {
                if let Some(link) = self.session.free_device_slot() {
                    self.coming.remove(&link);
                    self.put(Input::Accepted(link)).unwrap();
                }
            }
            85 => {
                if self.bad() || self.random.percent(30) {
                    let _ = self.put(Input::Abort);
                }
            }
            86..=89 => {
                let Some(id) = self.questions.pop() else { return };
                let answer = self.random.one(&[Answer::Yes, Answer::No, Answer::Cancelled, Answer::Text("x")]);
                if self.put(Input::Answer(id, answer)).is_ok() && matches!(answer, Answer::Yes | Answer::No) {
                    self.yes += 1;
                }
            }
            90..=92 if self.bad() => self.misbehave(),
            90..=94 => {
                if let Some(unresolved) = self.session.unresolved() {
                    let _ = self.put(Input::Resolve { request: unresolved.request_id, charged: true, note: "" });
                }
            }
            95..=98 => {
                self.now += if self.bad() { self.random.one(&[3000, 12_000, 90_000]) } else { self.random.below(200) };
                let _ = self.put(Input::Tick);
            }
            _ => {
                self.now += if self.bad() { self.random.below(400_000) } else { 1000 };
                let _ = self.put(Input::Tick);
            }
        }
    }

    /// Nothing happens any more but time. The session comes to rest by its own deadlines (I9, I11).
    fn settle(&mut self) {
        self.owed.clear();
        for _ in 0..300 {
            self.random.0 = 1;
            let mut buffer = [0u8; 4096];
            let until = loop {
                match self.session.poll_output(&mut buffer) {
                    Output::Wait(wait) => break wait.until,
                    Output::Event(Event::Finished(finished)) => {
                        let finished = finished.clone();
                        self.ended(&finished);
                    }
                    Output::Send { link, length } => {
                        // Nobody will ever say whether this one arrived.
                        let xml = std::str::from_utf8(&buffer[4..length]).unwrap().to_owned();
                        self.leaving(link, length, &xml);
                    }
                    _ => {}
                }
            };
            let Some(until) = until else {
                assert!(self.session.is_idle());
                return;
            };
            assert!(until.as_millis() > self.now, "would spin");
            self.now = until.as_millis();
            self.put(Input::Tick).unwrap();
        }
        panic!("I11: no rest in {:?}", self.session.phase());
    }
}

fn answer(root: &str, lane: &str, id: &str, kind: &str, result: &str, content: &str) -> String {
    format!(
        r#"<{root} WorkstationID="{lane}" RequestID="{id}" RequestType="{kind}" OverallResult="{result}">{content}</{root}>"#
    )
}

#[test]
fn whatever_happens_in_whatever_order() {
    let (mut ended, mut approved, mut answered) = (0, 0, 0);
    let seeds = std::env::var("CHAOS_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(250);
    let first = std::env::var("CHAOS_FIRST").ok().and_then(|first| first.parse().ok()).unwrap_or(0);
    for seed in first..first + seeds {
        let run = std::panic::catch_unwind(|| {
            let mut world = World::new(seed);
            for _ in 0..400 {
                world.act();
                // A sloppy adapter polls late.
                if world.random.percent(80) {
                    world.drain();
                }
            }
            world.drain();
            world.settle();
            (world.ended, world.approved, world.asked.values().filter(|asked| asked.answered).count())
        });
        let Ok(run) = run else { panic!("seed {seed}") };
        ended += run.0;
        approved += run.1;
        answered += run.2;
    }
    // The chaos must not be so great that nothing ever happens.
    let runs = usize::try_from(seeds).unwrap();
    println!("{runs} runs: {ended} ends, {approved} approvals, {answered} device requests answered");
    assert!(ended > runs && approved > runs / 5 && answered > runs, "too wild to mean anything");
}
