"""The C interface of opi-core over ctypes: its structs as they stand in opi.h, and the calls."""

import ctypes
import os
from ctypes import POINTER, Structure, Union, byref, c_char, c_char_p, c_int32, c_int64, c_size_t, c_uint8, c_uint16
from ctypes import c_uint32, c_uint64, c_void_p

ABI_VERSION = 1
LINK_REQUEST, LINK_ABORT, LINK_DEVICE, LINKS = 0, 1, 2, 4
LINK_NONE = 0xFFFFFFFF
NEVER = 0xFFFFFFFFFFFFFFFF
OK, WRONG_ANSWER, BUSY, UNRESOLVED, UNSUPPORTED, INCOMPLETE = 0, 38, 32, 33, 36, 37
AMOUNT, NOT_UTF8 = 9, 4

(TICK, START, ABORT, ANSWER, RESOLVE, RECOVER, LISTENING, LISTEN_FAILED, CONNECTED, CONNECT_FAILED, ACCEPTED, CROWDED,
 RECEIVED, SENT, SEND_FAILED, CLOSED, STORED, STORE_FAILED) = range(18)
(WAIT, LISTEN, CONNECT, SEND, CLOSE, PERSIST, STARTED, IN_DOUBT, SHEET_BEGUN, LINE, JOURNAL_TEXT, SHEET_ENDED, QUESTION,
 QUESTION_WITHDRAWN, ABORT_ANSWERED, TOTAL, CARD_CIRCUIT, DETAIL, PRIVATE_TEXT, FAULT, FINISHED, OTHER) = range(22)

OPERATIONS = {
    name: code
    for code, name in enumerate(
        "pay refund reverse reserve complete reprint repeat-last abort info status circuits activate deactivate login "
        "logoff reconcile reconcile-closure close-day transmit contact-tms contact-acquirer diagnose restart".split(),
        start=1,
    )
}
MOVES_MONEY = range(1, 6)
CONFIRMATION, ANY_KEY, NUMBER, TEXT, MENU, DELIVERY, FORECOURT_EVENT = range(1, 8)
YES, NO, AS_NUMBER, AS_TEXT, CANCELLED, NOT_GIVEN = range(1, 7)
APPROVED, DECLINED, ABORTED, NOT_SENT, UNKNOWN, DONE = range(1, 7)


class Str(Structure):
    _fields_ = [("data", c_void_p), ("length", c_size_t)]

    def __str__(self):
        return ctypes.string_at(self.data, self.length).decode() if self.data else ""


class Bytes(Structure):
    _fields_ = [("data", c_void_p), ("length", c_size_t)]

    def get(self):
        return ctypes.string_at(self.data, self.length) if self.data else b""


class Money(Structure):
    _fields_ = [("minor", c_uint64), ("currency", c_char * 4)]

    def __str__(self):
        room = ctypes.create_string_buffer(64)
        library.opi_money_text(byref(self), room, len(room))
        return room.value.decode()


class Timeouts(Structure):
    _fields_ = [
        (name, c_uint32)
        for name in (
            "connect send idle hard hard_long grace local question delivery abort abort_pause probe_pause probe "
            "receipt_near stalled"
        ).split()
    ]


class Settings(Structure):
    _fields_ = [
        *[(name, Str) for name in "profile workstation language application_sender pop_id clerk_id".split()],
        ("shift_number", c_int64),
        *[(name, c_uint32) for name in "first_request frame_limit printer journal_printer e_journal".split()],
        *[(name, c_uint8) for name in "cashier_display customer_display alone_at_terminal handles_events".split()],
        ("timeouts", Timeouts),
    ]


class Window(Structure):
    _fields_ = [("data", c_void_p), ("length", c_size_t)]


class Windows(Structure):
    _fields_ = [("request", Window), ("abort", Window), ("device", Window * (LINKS - 2))]


class WallTime(Structure):
    _fields_ = [("unix_seconds", c_int64), ("offset_minutes", c_int32)]


class Original(Structure):
    _fields_ = [
        (name, Str) for name in "trx_reference_number stan terminal_id terminal_batch time_stamp reference".split()
    ]


class Request(Structure):
    _fields_ = [
        ("operation", c_uint32),
        ("amount", Money),
        ("cash_back", Money),
        ("original", Original),
        ("reference", Str),
        ("at", WallTime),
    ]


class Answer(Structure):
    _fields_ = [("question", c_uint32), ("kind", c_uint32), ("text", Str)]


class Resolve(Structure):
    _fields_ = [("request_id", c_uint32), ("charged", c_uint8), ("note", Str)]


class Received(Structure):
    _fields_ = [("link", c_uint32), ("data", c_void_p), ("length", c_size_t)]


class SendFailed(Structure):
    _fields_ = [("link", c_uint32), ("at_most", c_size_t)]


class InputBody(Union):
    _fields_ = [
        ("start", POINTER(Request)),
        ("answer", Answer),
        ("resolve", Resolve),
        ("recover", WallTime),
        ("number", c_uint32),
        ("received", Received),
        ("send_failed", SendFailed),
    ]


class Input(Structure):
    _anonymous_ = ["body"]
    _fields_ = [("tag", c_uint32), ("body", InputBody)]


class Wait(Structure):
    _fields_ = [("until", c_uint64), ("why", c_uint32)]


class Send(Structure):
    _fields_ = [("link", c_uint32), ("frame", Bytes)]


class Persist(Structure):
    _fields_ = [("ticket", c_uint32), ("kind", c_uint32), ("sheet", c_uint32), ("record", Bytes)]


class Started(Structure):
    _fields_ = [("request_id", c_uint32), ("request_type", Str)]


class InDoubt(Structure):
    _fields_ = [("request_id", c_uint32), ("reason", c_uint32)]


class SheetBegun(Structure):
    _fields_ = [
        ("sheet", c_uint32),
        ("purpose", c_uint32),
        ("keep", c_uint8),
        ("request_id", c_uint32),
        ("target", Str),
    ]


class Line(Structure):
    _fields_ = [
        ("sheet", c_uint32),
        ("text", Str),
        *[(name, c_int32) for name in "row column menu_item".split()],
        ("alignment", c_uint32),
        *[(name, c_uint8) for name in "bold double_width double_height paper_cut".split()],
        ("record", Bytes),
    ]


class JournalText(Structure):
    _fields_ = [("sheet", c_uint32), ("text", Str), ("record", Bytes)]


class SheetEnded(Structure):
    _fields_ = [("sheet", c_uint32), ("kept", c_uint8)]


class Question(Structure):
    _fields_ = [
        ("question", c_uint32),
        ("kind", c_uint32),
        ("sheet", c_uint32),
        *[(name, c_int32) for name in "min_length max_length decimals".split()],
        ("until", c_uint64),
    ]


class Total(Structure):
    _fields_ = [
        ("amount", Money),
        ("number_payments", c_int64),
        *[(name, Str) for name in "payment_type card_circuit acquirer".split()],
    ]


class Pair(Structure):
    """A brand: code and name. A detail: name and value."""

    _fields_ = [("name", Str), ("value", Str)]


class Fault(Structure):
    _fields_ = [("link", c_uint32), ("offset", c_int64), ("what", Str)]


class Facts(Structure):
    _fields_ = [
        *[(name, Money) for name in "amount tip cash_back".split()],
        ("approval_code", Str),
        ("masked_card_number", c_char * 33),
        *[
            (name, Str)
            for name in (
                "card_circuit stan terminal_id terminal_batch trx_reference_number receipt_number time_stamp "
                "overall_result host_decline_reason terminal_decline_reason"
            ).split()
        ],
    ]


class Finished(Structure):
    _fields_ = [
        *[(name, c_uint32) for name in "request_id outcome reason settled_by".split()],
        ("stored", c_uint8),
        ("facts", Facts),
    ]


class OutputBody(Union):
    _fields_ = [
        ("wait", Wait),
        ("number", c_uint32),
        ("send", Send),
        ("persist", Persist),
        ("started", Started),
        ("in_doubt", InDoubt),
        ("sheet_begun", SheetBegun),
        ("line", Line),
        ("journal_text", JournalText),
        ("sheet_ended", SheetEnded),
        ("question", Question),
        ("flag", c_uint8),
        ("total", Total),
        ("pair", Pair),
        ("text", Str),
        ("fault", Fault),
        ("finished", Finished),
    ]


class Output(Structure):
    _anonymous_ = ["body"]
    _fields_ = [("tag", c_uint32), ("body", OutputBody)]


class Replayed(Structure):
    _fields_ = [
        ("keep", c_uint64),
        ("mend", Bytes),
        *[(name, c_uint64) for name in "records damages dropped".split()],
    ]


class Unresolved(Structure):
    _fields_ = [
        ("request_id", c_uint32),
        ("request_type", Str),
        ("amount", Money),
        ("at", WallTime),
        ("reference", Str),
        ("reason", c_uint32),
        ("others", c_uint8),
    ]


library = ctypes.CDLL(os.environ.get("OPI_LIB", "libopi_capi.so"))

for name, result, arguments in [
    ("opi_abi_version", c_uint32, []),
    ("opi_status_text", Str, [c_uint32]),
    ("opi_reason_text", Str, [c_uint32]),
    ("opi_outcome_name", Str, [c_uint32]),
    ("opi_mask", c_size_t, [Str, c_char_p, c_size_t]),
    ("opi_money_parse", c_uint32, [Str, Str, POINTER(Money)]),
    ("opi_money_text", c_size_t, [POINTER(Money), c_char_p, c_size_t]),
    ("opi_settings_init", c_uint32, [c_uint32, Str, POINTER(Settings)]),
    ("opi_profile_ports", c_uint32, [Str, POINTER(c_uint16), POINTER(c_uint16)]),
    ("opi_session_size", c_size_t, []),
    ("opi_session_new", c_uint32,
     [c_void_p, c_size_t, POINTER(Settings), POINTER(Windows), c_void_p, POINTER(c_void_p)]),
    ("opi_handle_input", c_uint32, [c_void_p, c_uint64, POINTER(Input)]),
    ("opi_poll_output", c_uint32, [c_void_p, c_void_p, c_size_t, POINTER(Output)]),
    ("opi_session_take_up", c_uint32, [c_void_p, c_void_p]),
    ("opi_session_room", c_size_t, [c_void_p, c_uint32]),
    ("opi_session_free_link", c_uint32, [c_void_p]),
    ("opi_session_unresolved", c_uint8, [c_void_p, POINTER(Unresolved)]),
    ("opi_session_refusal", c_size_t, [c_void_p, c_char_p, c_size_t]),
    ("opi_journal_size", c_size_t, []),
    ("opi_journal_new", c_uint32, [c_void_p, c_size_t, POINTER(c_void_p)]),
    ("opi_journal_read", c_uint32, [c_void_p, c_char_p, c_size_t]),
    ("opi_journal_end", c_uint32, [c_void_p, c_void_p, c_size_t, POINTER(Replayed)]),
    ("opi_journal_reserve", c_uint32, [c_void_p, c_void_p, c_void_p, c_size_t, POINTER(Bytes)]),
    ("opi_journal_stored", c_uint32, [c_void_p, Bytes]),
]:
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments

if library.opi_abi_version() != ABI_VERSION:
    raise ImportError(f"the library speaks version {library.opi_abi_version()} of the interface, not {ABI_VERSION}")


class Refused(Exception):
    """A call did not go well."""

    def __init__(self, status, why=""):
        super().__init__(why or str(library.opi_status_text(status)))
        self.status = status


def check(status):
    if status != OK:
        raise Refused(status)


def memory(size):
    """Zeros at a place where a session may begin. Python keeps them as long as they are held."""
    return (c_uint64 * ((size + 7) // 8))()


def text(value):
    """Lends a text; the caller keeps `held` as long as the library may read it."""
    if value is None:
        return Str(), None
    held = value.encode()
    return Str(ctypes.cast(c_char_p(held), c_void_p), len(held)), held


def masked(value):
    """A text of the terminal with card numbers masked, and nothing in it that moves the cursor."""
    room = ctypes.create_string_buffer(4 * value.length + 1)
    library.opi_mask(value, room, len(room))
    return "".join(c if c.isprintable() else "." for c in room.value.decode(errors="replace"))
