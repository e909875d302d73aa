//! A session of the core and one of the C interface, given the same inputs: they say the same.

use std::mem::MaybeUninit;
use std::ptr;

use opi_capi::border::Str;
use opi_capi::input as c;
use opi_capi::journal::Journal;
use opi_capi::money::Money;
use opi_capi::output::Output as COutput;
use opi_capi::session::{
    OPI_BUFFER_MIN, OPI_WINDOW_MIN, Session as CSession, Window, Windows, opi_handle_input, opi_poll_output,
    opi_session_free_link, opi_session_is_idle, opi_session_new, opi_session_next_request, opi_session_refusal,
    opi_session_room, opi_session_size, opi_session_unresolved,
};
use opi_capi::settings::{Settings as CSettings, opi_settings_init};
use opi_capi::{OPI_ABI_VERSION, Status};
use opi_core::drive::{Answer, Event, Input, Link, Output};
use opi_core::id::{RequestId, WorkstationId};
use opi_core::operation::{Operation, Request};
use opi_core::opi::{Memory, Profile, Session, Settings};
use opi_core::time::Instant;

use crate::lent::Lent;
use crate::shown::{letter_byte, of_c, of_core};

/// What the world does about an output.
pub(crate) enum Act {
    Wait(Option<u64>),
    Listen,
    Connect(Link),
    Send(Link, Vec<u8>),
    Close(Link),
    Persist(u32, bool),
    Question(u32, opi_core::drive::QuestionKind),
    Withdrawn(u32),
    Finished(opi_core::operation::Outcome),
    Nothing,
}

/// Both sessions.
pub(crate) struct Both {
    pub(crate) core: Session<'static, 2>,
    /// In memory of exactly the size it needs.
    memory: Lent,
    windows: [Lent; 4],
    buffer: Lent,
    pub(crate) session: *mut CSession,
    /// Outputs compared.
    pub(crate) compared: usize,
}

pub(crate) fn settings(profile: &str) -> CSettings {
    let mut settings = MaybeUninit::uninit();
    // SAFETY: the texts are readable, and there is room for the settings.
    let status = unsafe { opi_settings_init(OPI_ABI_VERSION, Str::of(profile), settings.as_mut_ptr()) };
    assert_eq!(status, Status::Ok);
    // SAFETY: it went well, so they were written.
    let mut settings = unsafe { settings.assume_init() };
    settings.workstation = Str::of("lane-1");
    settings.first_request = 1001;
    settings
}

pub(crate) fn windows(lent: &mut [Lent; 4]) -> Windows {
    let [request, abort, first, second] =
        lent.each_mut().map(|window| Window { data: window.start(), length: window.size() });
    Windows { request, abort, device: [first, second] }
}

impl Both {
    pub(crate) fn new(profile: &'static Profile) -> Self {
        let leak = || Box::leak(vec![0u8; OPI_WINDOW_MIN].into_boxed_slice());
        let lane = Settings::new(WorkstationId::new("lane-1").unwrap(), profile, RequestId::new(1001).unwrap());
        let core = Session::new(lane, Memory { request: leak(), abort: leak(), device: [leak(), leak()] }).unwrap();
        let mut memory = Lent::new(opi_session_size());
        let mut lent = [0; 4].map(|_| Lent::new(OPI_WINDOW_MIN));
        let (settings, windows) = (settings(profile.name), windows(&mut lent));
        let mut session = ptr::null_mut();
        // SAFETY: the memory and the windows are held as long as the session.
        let status = unsafe {
            let (start, size) = (memory.start(), memory.size());
            opi_session_new(start, size, &raw const settings, &raw const windows, ptr::null::<Journal>(), &mut session)
        };
        assert_eq!(status, Status::Ok);
        Self { core, memory, windows: lent, buffer: Lent::new(OPI_BUFFER_MIN), session, compared: 0 }
    }

    /// Gives both the same input; whether it was taken.
    pub(crate) fn tell(&mut self, now: u64, input: &Input<'_>) -> bool {
        let request = if let Input::Start(request) = input { Some(c_request(request)) } else { None };
        let given = c_input(input, request.as_ref());
        let told = self.core.handle_input(Instant::from_millis(now), input.clone());
        // SAFETY: the session is ours, and what the input points to lives to the end of this call.
        let status = unsafe { opi_handle_input(self.session, now, &raw const given) };
        match told {
            Ok(()) => assert_eq!(status, Status::Ok, "{input:?}"),
            Err(misuse) => {
                let (word, shown) = (format!("{status:?}"), format!("{misuse:?}"));
                assert!(shown.starts_with(&word), "{input:?}: {shown}, but {word}");
                let mut why = [1; 200];
                // SAFETY: there is room for so many bytes.
                let length = unsafe { opi_session_refusal(self.session, why.as_mut_ptr(), why.len()) };
                let why: Vec<u8> = why[..length].iter().map(letter_byte).collect();
                assert_eq!(String::from_utf8(why).unwrap(), misuse.to_string());
            }
        }
        status == Status::Ok
    }

    /// Polls both; what is to be done.
    pub(crate) fn poll(&mut self) -> Act {
        let mut tx = [0; OPI_BUFFER_MIN];
        let mut next = MaybeUninit::<COutput>::uninit();
        let core = self.core.poll_output(&mut tx);
        // SAFETY: the session and the buffer are ours, and there is room for the output.
        let status = unsafe { opi_poll_output(self.session, self.buffer.start(), OPI_BUFFER_MIN, next.as_mut_ptr()) };
        assert_eq!(status, Status::Ok);
        let act = match &core {
            Output::Wait(wait) => Act::Wait(wait.until.map(Instant::as_millis)),
            Output::Listen => Act::Listen,
            Output::Connect(link) => Act::Connect(*link),
            Output::Send { link, .. } => Act::Send(*link, Vec::new()),
            Output::Close(link) => Act::Close(*link),
            Output::Persist(ticket, record) => {
                Act::Persist(ticket.0, matches!(record, opi_core::journal::Record::Sheet { .. }))
            }
            Output::Event(Event::Question(question)) => Act::Question(question.id.0, question.kind),
            Output::Event(Event::QuestionWithdrawn(id)) => Act::Withdrawn(id.0),
            Output::Event(Event::Finished(finished)) => Act::Finished(finished.outcome),
            _ => Act::Nothing,
        };
        let length = if let Output::Send { length, .. } = core { length } else { 0 };
        let shown = match core {
            Output::Send { link, length } => of_core(&Output::Send { link, length }, &tx),
            other => of_core(&other, &[]),
        };
        // SAFETY: it went well, so it was written.
        assert_eq!(of_c(unsafe { next.assume_init_ref() }), shown);
        self.compared += 1;
        self.compare();
        match act {
            Act::Send(link, _) => Act::Send(link, tx[..length].to_vec()),
            act => act,
        }
    }

    /// What can be asked of both at any time.
    fn compare(&self) {
        let session = self.session;
        // SAFETY: the session is ours. Where the answer goes may be null.
        unsafe {
            for (link, number) in [(Link::Request, 0), (Link::Abort, 1), (Link::Device(0), 2), (Link::Device(1), 3)] {
                assert_eq!(opi_session_room(session, number), self.core.room(link));
            }
            let free = self.core.free_device_slot().map_or(u32::MAX, |link| match link {
                Link::Device(slot) => 2 + u32::from(slot),
                other => panic!("{other:?}"),
            });
            assert_eq!(opi_session_free_link(session), free);
            assert_eq!(opi_session_is_idle(session), u8::from(self.core.is_idle()));
            assert_eq!(opi_session_next_request(session), self.core.next_request().get());
            let unresolved = opi_session_unresolved(session, ptr::null_mut());
            assert_eq!(unresolved, u8::from(self.core.unresolved().is_some()));
        }
    }

    /// Nobody wrote beside the memory that was lent.
    pub(crate) fn check(&self) {
        [&self.memory, &self.buffer].into_iter().chain(&self.windows).for_each(Lent::check);
    }
}

fn number(link: Link) -> u32 {
    match link {
        Link::Request => 0,
        Link::Abort => 1,
        Link::Device(slot) => 2 + u32::from(slot),
    }
}

fn c_request(request: &Request) -> c::Request {
    let none = c::Original {
        trx_reference_number: Str::NONE,
        stan: Str::NONE,
        terminal_id: Str::NONE,
        terminal_batch: Str::NONE,
        time_stamp: Str::NONE,
        reference: Str::NONE,
    };
    let nothing = Money { minor: 0, currency: [0; 4] };
    let mut c = c::Request {
        operation: match request.operation {
            Operation::Payment { .. } => 1,
            Operation::Refund { .. } => 2,
            Operation::Reversal { .. } => 3,
            Operation::Reservation { .. } => 4,
            Operation::Completion { .. } => 5,
            Operation::Reprint => 6,
            Operation::RepeatLast => 7,
            Operation::Abort => 8,
            Operation::Info => 9,
            Operation::Status => 10,
            Operation::CardCircuits => 11,
            Operation::Activate => 12,
            Operation::Deactivate => 13,
            Operation::Login => 14,
            Operation::Logoff => 15,
            Operation::Reconciliation { closure: false } => 16,
            Operation::Reconciliation { closure: true } => 17,
            Operation::CloseDay => 18,
            Operation::Transmit => 19,
            Operation::ContactTms => 20,
            Operation::ContactAcquirer => 21,
            Operation::Diagnosis => 22,
            Operation::Restart => 23,
            ref other => panic!("{other:?}"),
        },
        amount: request.operation.amount().map_or(nothing, Money::from),
        cash_back: nothing,
        original: none,
        reference: request.reference.as_ref().map_or(Str::NONE, |reference| Str::of(reference.as_str())),
        at: c::WallTime { unix_seconds: request.at.unix_seconds(), offset_minutes: request.at.offset_minutes().into() },
    };
    match &request.operation {
        Operation::Payment { cash_back: Some(part), .. } => c.cash_back = (*part).into(),
        Operation::Refund { original, .. }
        | Operation::Reversal { original, .. }
        | Operation::Completion { original, .. } => {
            c.original.trx_reference_number =
                original.trx_reference_number.as_ref().map_or(Str::NONE, |text| Str::of(text.as_str()));
            c.original.stan = original.stan.as_ref().map_or(Str::NONE, |text| Str::of(text.as_str()));
        }
        _ => {}
    }
    c
}

fn c_input(input: &Input<'_>, request: Option<&c::Request>) -> c::Input {
    match input {
        Input::Start(_) => c::Input::Start(ptr::from_ref(request.unwrap())),
        Input::Abort => c::Input::Abort,
        Input::Answer(question, answer) => {
            let (kind, text) = match answer {
                Answer::Yes => (1, ""),
                Answer::No => (2, ""),
                Answer::Number(number) if number.digits() == 2 => (3, "2"),
                Answer::Number(other) => panic!("{other:?}"),
                Answer::Text(text) => (4, *text),
                Answer::Cancelled => (5, ""),
                Answer::NotGiven => (6, ""),
            };
            c::Input::Answer(c::Answer { question: question.0, kind, text: Str::of(text) })
        }
        Input::Resolve { request, charged, note } => c::Input::Resolve(c::Resolve {
            request_id: request.get(),
            charged: u8::from(*charged),
            note: Str::of(note),
        }),
        Input::Recover(at) => c::Input::Recover(c::WallTime {
            unix_seconds: at.unix_seconds(),
            offset_minutes: at.offset_minutes().into(),
        }),
        Input::Listening => c::Input::Listening,
        Input::ListenFailed => c::Input::ListenFailed,
        Input::Connected(link) => c::Input::Connected(number(*link)),
        Input::ConnectFailed(link) => c::Input::ConnectFailed(number(*link)),
        Input::Accepted(link) => c::Input::Accepted(number(*link)),
        Input::Crowded => c::Input::Crowded,
        Input::Received(link, bytes) => {
            c::Input::Received(c::Received { link: number(*link), data: bytes.as_ptr(), length: bytes.len() })
        }
        Input::Sent(link) => c::Input::Sent(number(*link)),
        Input::SendFailed { link, at_most } => {
            c::Input::SendFailed(c::SendFailed { link: number(*link), at_most: *at_most })
        }
        Input::Closed(link) => c::Input::Closed(number(*link)),
        Input::Stored(ticket) => c::Input::Stored(ticket.0),
        Input::StoreFailed(ticket) => c::Input::StoreFailed(ticket.0),
        Input::Tick => c::Input::Tick,
        other => panic!("{other:?}"),
    }
}
