//! What is wrong is refused, and changes nothing.

use std::mem::MaybeUninit;
use std::ptr::{self, null_mut};

use opi_capi::border::{Bytes, Str};
use opi_capi::input::{self, Input, Received};
use opi_capi::journal::{self as j, Journal};
use opi_capi::money::{Money, opi_mask, opi_money_parse, opi_money_text};
use opi_capi::output::Output;
use opi_capi::session::{self as s, OPI_BUFFER_MIN, OPI_WINDOW_MIN, Session, opi_session_new, opi_session_size};
use opi_capi::settings::{Settings, opi_profile_ports, opi_settings_init};
use opi_capi::{OPI_ABI_VERSION, Status};

use crate::both::{settings, windows};
use crate::lent::Lent;
use crate::shown::letter_byte;

/// A session and what it stands on.
struct Lane {
    _memory: Lent,
    _windows: [Lent; 4],
    session: *mut Session,
}

/// Tries to make a session of these settings, with windows of these sizes.
fn make(settings: &Settings, sizes: [usize; 4], short: usize, skew: usize) -> Result<Lane, Status> {
    let mut memory = Lent::new(opi_session_size() + 8);
    let mut lent = sizes.map(Lent::new);
    let windows = windows(&mut lent);
    let mut session = ptr::null_mut();
    // SAFETY: the memory has room, and is held as long as the session.
    let status = unsafe {
        let start = memory.start().add(skew);
        opi_session_new(start, opi_session_size() - short, settings, &raw const windows, ptr::null(), &mut session)
    };
    memory.check();
    if status == Status::Ok { Ok(Lane { _memory: memory, _windows: lent, session }) } else { Err(status) }
}

const GOOD: [usize; 4] = [OPI_WINDOW_MIN; 4];

fn lane() -> Lane {
    make(&settings("nexi"), GOOD, 0, 0).unwrap()
}

fn tell(lane: &Lane, input: &Input) -> Status {
    // SAFETY: the session is ours.
    unsafe { s::opi_handle_input(lane.session, 1, input) }
}

#[test]
fn memory_that_does_not_fit_is_refused() {
    let good = settings("nexi");
    assert!(make(&good, GOOD, 0, 0).is_ok());
    assert_eq!(make(&good, GOOD, 1, 0).err(), Some(Status::Memory));
    for skew in 1..8 {
        assert_eq!(make(&good, GOOD, 0, skew).err(), Some(Status::Memory), "{skew}");
    }
    for window in 0..4 {
        let mut sizes = GOOD;
        sizes[window] = OPI_WINDOW_MIN - 1;
        assert_eq!(make(&good, sizes, 0, 0).err(), Some(Status::WindowTooSmall), "{window}");
    }
}

#[test]
fn settings_that_say_nothing_are_refused() {
    let wrong = |change: fn(&mut Settings)| {
        let mut settings = settings("nexi");
        change(&mut settings);
        make(&settings, GOOD, 0, 0).err()
    };
    assert_eq!(wrong(|it| it.workstation = Str::NONE), Some(Status::NullPointer));
    assert_eq!(wrong(|it| it.workstation = Str::of("")), Some(Status::Identifier));
    assert_eq!(wrong(|it| it.workstation = Str::of("lane 1")), Some(Status::Identifier));
    assert_eq!(wrong(|it| it.profile = Str::of("other")), Some(Status::UnknownProfile));
    assert_eq!(wrong(|it| it.language = Str::of("EN")), Some(Status::Identifier));
    assert_eq!(wrong(|it| it.first_request = 0), Some(Status::Identifier));
    assert_eq!(wrong(|it| it.first_request = 1_000_000_000), Some(Status::Identifier));
    assert_eq!(wrong(|it| it.printer = 0), Some(Status::UnknownCode));
    assert_eq!(wrong(|it| it.e_journal = 7), Some(Status::UnknownCode));
    assert_eq!(wrong(|it| it.shift_number = i64::MAX), Some(Status::Identifier));
    assert_eq!(wrong(|it| it.pop_id = Str::of("0123456789012345678901234")), Some(Status::Identifier));
    let broken = [0xFFu8];
    let mut with = settings("nexi");
    with.clerk_id = Str { data: broken.as_ptr().cast(), length: 1 };
    assert_eq!(make(&with, GOOD, 0, 0).err(), Some(Status::NotUtf8));
}

#[test]
fn a_header_of_another_version_is_refused() {
    let mut settings = MaybeUninit::uninit();
    for version in [0, OPI_ABI_VERSION + 1, u32::MAX] {
        // SAFETY: there is room.
        let status = unsafe { opi_settings_init(version, Str::of("nexi"), settings.as_mut_ptr()) };
        assert_eq!(status, Status::AbiVersion);
    }
}

#[test]
fn nothing_is_written_through_null() {
    let lane = lane();
    let (good, mut bytes) = (settings("nexi"), [0u8; OPI_BUFFER_MIN]);
    let mut output = MaybeUninit::<Output>::uninit();
    // SAFETY: what is not null is as it must be.
    unsafe {
        assert_eq!(s::opi_handle_input(null_mut(), 0, &Input::Tick), Status::NullPointer);
        assert_eq!(s::opi_handle_input(lane.session, 0, ptr::null()), Status::NullPointer);
        assert_eq!(s::opi_handle_input(lane.session, 0, &Input::Start(ptr::null())), Status::NullPointer);
        assert_eq!(
            s::opi_poll_output(null_mut(), bytes.as_mut_ptr(), bytes.len(), output.as_mut_ptr()),
            Status::NullPointer
        );
        assert_eq!(s::opi_poll_output(lane.session, null_mut(), 0, output.as_mut_ptr()), Status::NullPointer);
        assert_eq!(s::opi_poll_output(lane.session, bytes.as_mut_ptr(), bytes.len(), null_mut()), Status::NullPointer);
        let short = bytes.len() - 1;
        let status = s::opi_poll_output(lane.session, bytes.as_mut_ptr(), short, output.as_mut_ptr());
        assert_eq!(status, Status::BufferTooSmall);
        assert_eq!(s::opi_session_room(ptr::null(), 0), 0);
        assert_eq!(s::opi_session_free_link(ptr::null()), u32::MAX);
        assert_eq!(s::opi_session_is_idle(ptr::null()), 0);
        assert_eq!(s::opi_session_next_request(ptr::null()), 0);
        assert_eq!(s::opi_session_unresolved(ptr::null(), null_mut()), 0);
        assert_eq!(s::opi_session_refusal(ptr::null(), null_mut(), 0), 0);
        assert_eq!(s::opi_session_take_up(null_mut(), ptr::null()), Status::NullPointer);
        assert_eq!(s::opi_session_take_up(lane.session, ptr::null()), Status::NullPointer);
        let mut session = null_mut();
        let status = opi_session_new(null_mut(), 1 << 20, &good, ptr::null(), ptr::null(), &mut session);
        assert_eq!(status, Status::NullPointer);
        let mut memory = Lent::new(opi_session_size());
        let (start, size) = (memory.start(), memory.size());
        assert_eq!(
            opi_session_new(start, size, ptr::null(), ptr::null(), ptr::null(), &mut session),
            Status::NullPointer
        );
        assert_eq!(opi_session_new(start, size, &good, ptr::null(), ptr::null(), &mut session), Status::NullPointer);
        assert_eq!(opi_session_new(start, size, &good, ptr::null(), ptr::null(), null_mut()), Status::NullPointer);
        assert!(session.is_null());

        assert_eq!(j::opi_journal_new(null_mut(), 0, null_mut()), Status::NullPointer);
        assert_eq!(j::opi_journal_read(null_mut(), ptr::null(), 0), Status::NullPointer);
        assert_eq!(j::opi_journal_end(null_mut(), bytes.as_mut_ptr(), bytes.len(), null_mut()), Status::NullPointer);
        assert_eq!(j::opi_journal_stored(null_mut(), Bytes::NONE), Status::NullPointer);
        let reserve = j::opi_journal_reserve(ptr::null(), lane.session, bytes.as_mut_ptr(), bytes.len(), null_mut());
        assert_eq!(reserve, Status::NullPointer);
        assert_eq!(opi_money_parse(Str::NONE, Str::of("CHF"), null_mut()), Status::NullPointer);
        assert_eq!(opi_money_parse(Str::of("1.00"), Str::of("CHF"), null_mut()), Status::NullPointer);
        assert_eq!(opi_money_text(ptr::null(), null_mut(), 0), 0);
        assert_eq!(opi_mask(Str::NONE, null_mut(), 0), 0);
        assert_eq!(opi_settings_init(OPI_ABI_VERSION, Str::of("nexi"), null_mut()), Status::NullPointer);
        assert_eq!(opi_profile_ports(Str::of("nexi"), null_mut(), null_mut()), Status::NullPointer);
        assert_eq!(s::opi_workstation_of(Bytes { data: ptr::null(), length: 7 }, null_mut(), 0), 0);
    }
}

#[test]
fn tags_links_and_codes_that_are_none_are_refused() {
    let lane = lane();
    for tag in [18u32, 255, 0x8000_0000, u32::MAX] {
        let mut raw = MaybeUninit::<Input>::zeroed();
        // SAFETY: the tag stands first; the rest is zeros.
        let status = unsafe {
            raw.as_mut_ptr().cast::<u32>().write(tag);
            s::opi_handle_input(lane.session, 1, raw.as_ptr())
        };
        assert_eq!(status, Status::UnknownCode, "{tag}");
    }
    for link in [4, 100, 257, 258, u32::MAX] {
        assert_eq!(tell(&lane, &Input::Connected(link)), Status::WrongLink, "{link}");
        assert_eq!(tell(&lane, &Input::Accepted(link)), Status::WrongLink, "{link}");
        // SAFETY: the session is ours.
        assert_eq!(unsafe { s::opi_session_room(lane.session, link) }, 0);
    }
    let answer = |kind, text| Input::Answer(input::Answer { question: 1, kind, text });
    assert_eq!(tell(&lane, &answer(0, Str::NONE)), Status::UnknownCode);
    assert_eq!(tell(&lane, &answer(3, Str::of("two"))), Status::Amount);
    assert_eq!(tell(&lane, &answer(4, Str::NONE)), Status::NullPointer);
    assert_eq!(tell(&lane, &answer(1, Str::NONE)), Status::NoSuchQuestion);
    let huge = Received { link: 0, data: ptr::NonNull::dangling().as_ptr(), length: usize::MAX };
    assert_eq!(tell(&lane, &Input::Received(huge)), Status::Memory);
    let none = Received { link: 0, data: ptr::null(), length: 1 };
    assert_eq!(tell(&lane, &Input::Received(none)), Status::NullPointer);
    // It is as it was.
    assert_eq!(tell(&lane, &Input::Tick), Status::Ok);
}

#[test]
fn amounts_are_exact_and_texts_are_cut_between_characters() {
    let parse = |amount, currency| {
        let mut money = Money { minor: 7, currency: [7; 4] };
        // SAFETY: the texts are readable, and there is room.
        let status = unsafe { opi_money_parse(Str::of(amount), Str::of(currency), &mut money) };
        if status == Status::Ok { Ok(money) } else { Err(status) }
    };
    for (amount, currency, minor) in [("25.00", "CHF", 2500), ("39.5", "EUR", 3950), ("1000", "JPY", 1000)] {
        let money = parse(amount, currency).unwrap();
        assert_eq!(money.minor, minor);
        let mut text = [1; 32];
        // SAFETY: there is room.
        let length = unsafe { opi_money_text(&money, text.as_mut_ptr(), text.len()) };
        assert_eq!((text[length], text[length + 1]), (0, 1), "a zero, and nothing behind it");
    }
    assert_eq!(parse("25.001", "CHF"), Err(Status::Amount));
    assert_eq!(parse("-1", "CHF"), Err(Status::Amount));
    assert_eq!(parse("1.00", "XXX"), Err(Status::Currency));

    let said = "Zürich 4111 1111 1111 1111";
    let whole = "Zürich **** **** **** 1111";
    for size in 0..40 {
        let mut to = [1; 40];
        // SAFETY: there is room for so many bytes.
        let length = unsafe { opi_mask(Str::of(said), to.as_mut_ptr(), size) };
        assert_eq!(length, whole.len());
        let got: Vec<u8> = to.iter().take_while(|letter| **letter != 0).map(letter_byte).collect();
        if size == 0 {
            assert_eq!(to, [1; 40]);
            continue;
        }
        let got = String::from_utf8(got).unwrap();
        assert!(
            whole.starts_with(&got) && got.len() < size && got.len() + 2 >= size.min(whole.len() + 1),
            "{size}: {got}"
        );
        assert!(to[size..].iter().all(|letter| *letter == 1), "{size}");
    }
}

#[test]
fn a_journal_is_read_once_and_before_it_is_used() {
    let mut memory = Lent::new(j::opi_journal_size());
    let mut journal: *mut Journal = ptr::null_mut();
    let (mut buffer, mut found, mut record) = ([0u8; OPI_BUFFER_MIN], MaybeUninit::uninit(), Bytes::NONE);
    let lane = lane();
    // SAFETY: everything is ours and has room.
    unsafe {
        assert_eq!(j::opi_journal_new(memory.start(), memory.size() - 1, &mut journal), Status::Memory);
        assert_eq!(j::opi_journal_new(memory.start(), memory.size(), &mut journal), Status::Ok);
        let (to, size) = (buffer.as_mut_ptr(), buffer.len());
        assert_eq!(j::opi_journal_reserve(journal, lane.session, to, size, &mut record), Status::JournalOrder);
        assert_eq!(j::opi_journal_end(journal, to, size - 1, found.as_mut_ptr()), Status::BufferTooSmall);
        assert_eq!(j::opi_journal_end(journal, to, size, found.as_mut_ptr()), Status::Ok);
        assert_eq!(j::opi_journal_end(journal, to, size, found.as_mut_ptr()), Status::JournalOrder);
        assert_eq!(j::opi_journal_read(journal, ptr::null(), 0), Status::JournalOrder);
        assert_eq!(j::opi_journal_stored(journal, Bytes { data: to, length: 3 }), Status::NoRecord);
    }
    memory.check();
}
