"""A till: pays on a terminal that speaks OPI, over the C interface. The same commands as the till in C."""

import argparse
import ctypes
import fcntl
import os
import selectors
import signal
import socket
import struct
import sys
import time
from ctypes import byref

import opi
from opi import library
from orders import Handed, Orders

GOOD, NOT_PAID, USAGE, NOT_SENT, UNKNOWN, REFUSED = range(6)
EXIT = {opi.APPROVED: GOOD, opi.DONE: GOOD, opi.DECLINED: NOT_PAID, opi.ABORTED: NOT_PAID, opi.NOT_SENT: NOT_SENT}
PURPOSES = {1: "cashier", 2: "customer", 3: "receipt for the customer", 4: "receipt for the merchant", 6: "offer"}
# Timeouts that have an option of their own, in milliseconds.
TIMEOUTS = ("connect", "send", "idle", "hard", "grace", "local", "question", "probe_pause", "probe")
PLAIN = (opi.CONFIRMATION, opi.ANY_KEY, opi.DELIVERY, opi.FORECOURT_EVENT)


def complain(*words):
    print(*words, file=sys.stderr, flush=True)


class Journal:
    """A journal in a file. Its folder is that of the command `opi`, as long as it has one segment."""

    def __init__(self, folder):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        # The system lets it go when the process ends, however it ends.
        self.lock = os.open(os.path.join(folder, "lock"), os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.exists(os.path.join(folder, "journal-00000002.opi")):
            raise OSError("the journal has several segments: this till reads only one")
        path = os.path.join(folder, "journal-00000001.opi")
        self.file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        for known in (folder, os.path.join(folder, "..")):
            # A new file survives only when its folder knows it.
            directory = os.open(known, os.O_RDONLY | os.O_DIRECTORY)
            os.fsync(directory)
            os.close(directory)
        self.broken = False
        self.memory, self.known = opi.memory(library.opi_journal_size()), ctypes.c_void_p()
        self.buffer = opi.memory(4096)
        opi.check(library.opi_journal_new(self.memory, ctypes.sizeof(self.memory), byref(self.known)))
        while piece := os.read(self.file, 65536):
            opi.check(library.opi_journal_read(self.known, piece, len(piece)))
        found = opi.Replayed()
        opi.check(library.opi_journal_end(self.known, self.buffer, ctypes.sizeof(self.buffer), byref(found)))
        if found.damages:
            complain(f"journal: {found.damages} damaged places: the disk lost what it had confirmed")
        self.length = found.keep
        os.ftruncate(self.file, self.length)
        os.fsync(self.file)
        if found.mend.length:
            self.store(found.mend)

    def append(self, record, synchronised=False):
        """Appends a record. OSError: it is not stored."""
        data = record.get()
        if self.broken or not data:
            raise OSError("an earlier write failed half way: the journal has to be opened anew")
        try:
            rest = data
            while rest:
                rest = rest[os.write(self.file, rest):]
        except OSError:
            # Half a record is worse than none: something may be appended to it.
            self.take_back()
            raise
        if synchronised:
            try:
                os.fdatasync(self.file)
            except OSError:
                # After a failed fsync the system may forget what it could not write, and say nothing the next time.
                self.take_back()
                self.broken = True
                raise
        self.length += len(data)
        opi.check(library.opi_journal_stored(self.known, record))

    def store(self, record):
        """Appends a record and returns when it, and all before it, would survive a power cut."""
        self.append(record, synchronised=True)

    def take_back(self):
        try:
            os.ftruncate(self.file, self.length)
            os.fdatasync(self.file)
        except OSError:
            self.broken = True


class Link:
    """One connection: what is half made and half sent stays here."""

    def __init__(self, made, connecting=False):
        self.socket, self.connecting, self.ended, self.frame, self.written = made, connecting, False, b"", 0
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        # What nobody answered must not arrive after it was given up; answers to the terminal have to.
        self.reset_at_end(connecting)

    def reset_at_end(self, reset):
        self.resets = reset
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", reset, 0))

    def heard(self):
        if self.resets:
            self.reset_at_end(False)

    def close(self):
        if self.written < len(self.frame):
            # A frame that has not left as a whole must not leave any more.
            self.reset_at_end(True)
        self.socket.close()


def address(name, port):
    host, colon, given = name.rpartition(":")
    return (host, int(given)) if colon else (name, port)


class Till:
    def __init__(self, options, journal, orders=None):
        self.options, self.journal, self.orders = options, journal, orders
        settings, request, device = opi.Settings(), ctypes.c_uint16(), ctypes.c_uint16()
        self.held = []
        opi.check(library.opi_settings_init(opi.ABI_VERSION, self.text(options.profile), byref(settings)))
        opi.check(library.opi_profile_ports(self.text(options.profile), byref(request), byref(device)))
        settings.workstation = self.text(options.workstation)
        settings.application_sender = self.text("till")
        # Tenths of seconds: most likely beyond the numbers of a journal that was thrown away.
        settings.first_request = int(time.time() * 10) % 499999999 + 1
        settings.timeouts.probe_pause = int(options.timeout_recovery * 1000)
        if options.timeout:
            settings.timeouts.hard = settings.timeouts.hard_long = int(options.timeout * 1000)
        settings.first_request = options.first_request or settings.first_request
        for name in TIMEOUTS:
            given = getattr(options, name)
            if given is not None:
                setattr(settings.timeouts, name, given)
        self.windows = [opi.memory(4096) for _ in range(opi.LINKS)]
        lent = [opi.Window(ctypes.cast(window, ctypes.c_void_p), 4096) for window in self.windows]
        windows = opi.Windows(lent[0], lent[1], (opi.Window * 2)(*lent[2:]))
        self.memory, self.session = opi.memory(library.opi_session_size()), ctypes.c_void_p()
        opi.check(library.opi_session_new(
            self.memory, ctypes.sizeof(self.memory), byref(settings), byref(windows), self.journal.known,
            byref(self.session)))
        self.buffer = opi.memory(8192)
        self.links = [None] * opi.LINKS
        self.sheets = {}
        self.question, self.until, self.outcome, self.presses = None, opi.NEVER, None, 0
        self.listener, self.waiting = None, None
        if options.terminal:
            self.terminal = address(options.terminal, request.value)
            self.own = address(options.listen or "0.0.0.0", device.value)
            # If the port is taken, it may be free when the first request is sent.
            self.listens()
        self.interrupts = os.pipe()
        os.set_blocking(self.interrupts[1], False)
        signal.set_wakeup_fd(self.interrupts[1])
        signal.signal(signal.SIGINT, lambda *_: None)

    def text(self, value):
        lent, held = opi.text(value)
        self.held.append(held)
        return lent

    def tell(self, tag, **body):
        given = opi.Input(tag=tag)
        for name, value in body.items():
            setattr(given, name, value)
        status = library.opi_handle_input(self.session, time.monotonic_ns() // 1_000_000, byref(given))
        if status != opi.OK:
            why = ctypes.create_string_buffer(160)
            library.opi_session_refusal(self.session, why, len(why))
            raise opi.Refused(status, why.value.decode())

    def report(self, tag, **body):
        """Reports what the library asked for. That it is refused would be a mistake in this program."""
        try:
            self.tell(tag, **body)
        except opi.Refused as why:
            complain("reporting to the session:", why)
            if self.orders:
                print("misuse", why, flush=True)

    def listens(self):
        """Whether the terminal can come in. Once it can, it can as long as the till lives."""
        if not self.listener:
            try:
                self.listener = socket.create_server(self.own)
                self.listener.setblocking(False)
            except OSError as why:
                complain("listening:", why)
        return self.listener is not None

    def close(self, link):
        if self.links[link]:
            self.links[link].close()
            self.links[link] = None

    def connect(self, link):
        self.close(link)
        made = socket.socket()
        self.links[link] = Link(made, connecting=True)
        if made.connect_ex(self.terminal) not in (0, 115):
            self.close(link)
            self.report(opi.CONNECT_FAILED, number=link)

    def begin_sending(self, link, frame):
        if not self.links[link]:
            self.report(opi.SEND_FAILED, send_failed=opi.SendFailed(link, 0))
            return
        self.links[link].frame, self.links[link].written = frame, 0
        self.go_on(link)

    def go_on(self, link):
        up = self.links[link]
        try:
            while up.written < len(up.frame):
                up.written += up.socket.send(up.frame[up.written:])
        except BlockingIOError:
            return
        except OSError:
            # A send that failed took nothing: a socket says first what it took.
            at_most, up.frame = up.written, b""
            self.report(opi.SEND_FAILED, send_failed=opi.SendFailed(link, at_most))
            return
        up.frame, up.written = b"", 0
        self.report(opi.SENT, number=link)

    def receive(self, link):
        up, room = self.links[link], library.opi_session_room(self.session, link)
        if room == 0:
            return
        try:
            data = up.socket.recv(min(4096, room))
        except BlockingIOError:
            return
        except OSError:
            data = None
        if data:
            up.heard()
            held = ctypes.create_string_buffer(data, len(data))
            self.report(opi.RECEIVED, received=opi.Received(link, ctypes.cast(held, ctypes.c_void_p), len(data)))
            return
        if up.written < len(up.frame):
            # The end comes before that of the frame: the count is the better evidence, so it is told first.
            at_most, up.frame, up.written = up.written, b"", 0
            self.report(opi.SEND_FAILED, send_failed=opi.SendFailed(link, at_most))
        if data is None:
            self.close(link)
        else:
            # It may still read: what it asked last can be answered.
            up.ended = True
        self.report(opi.CLOSED, number=link)

    def part(self, sheet, record):
        """Stores a part of a sheet that must be kept."""
        known = self.sheets.get(sheet)
        if known and known["keep"] and not known["failed"]:
            try:
                self.journal.append(record)
            except OSError:
                known["failed"] = True
        return PURPOSES.get(known["purpose"], "journal") if known else "sheet"

    def persist(self, wanted):
        ticket, sheet = wanted.ticket, self.sheets.get(wanted.sheet)
        try:
            if wanted.sheet and (not sheet or sheet["failed"]):
                raise OSError("a part of the sheet could not be stored")
            if isinstance(self.journal, Handed):
                self.journal.hand_over(ticket, wanted.record)
                return
            self.journal.store(wanted.record)
        except OSError as why:
            complain("storing:", why)
            self.report(opi.STORE_FAILED, number=ticket)
        else:
            self.report(opi.STORED, number=ticket)

    def answer(self, kind, value=None):
        lent, _held = opi.text(value)
        try:
            self.tell(opi.ANSWER, answer=opi.Answer(self.question[0], kind, lent))
        except opi.Refused as why:
            complain("this answer:", why)
            if why.status in (opi.WRONG_ANSWER, opi.AMOUNT, opi.NOT_UTF8):
                return
        self.question = None

    def ask(self, question):
        self.question = (question.question, question.kind)
        print(f"question {question.question}", flush=True)
        if question.kind in PLAIN and self.options.yes:
            self.answer(opi.YES)
        elif question.kind in (opi.NUMBER, opi.TEXT, opi.MENU) and self.options.answer:
            self.answer(opi.AS_TEXT if question.kind == opi.TEXT else opi.AS_NUMBER, self.options.answer)
        elif not self.orders and not sys.stdin.isatty():
            # Nobody is there. That is never a yes.
            self.answer(opi.NOT_GIVEN)

    def typed(self):
        line, kind = sys.stdin.readline(), self.question[1]
        word = line.strip()
        if not line:
            self.answer(opi.NOT_GIVEN)
        elif kind == opi.ANY_KEY:
            self.answer(opi.YES)
        elif kind in PLAIN:
            if word[:1].lower() in ("y", "j", "n"):
                self.answer(opi.NO if word[0].lower() == "n" else opi.YES)
        elif not word:
            self.answer(opi.CANCELLED)
        else:
            self.answer(opi.AS_TEXT if kind == opi.TEXT else opi.AS_NUMBER, word)

    def finished(self, end):
        facts, words = end.facts, [str(library.opi_outcome_name(end.outcome)).upper().replace("_", " ")]
        words += [str(facts.amount), opi.masked(facts.card_circuit), facts.masked_card_number.decode()]
        for word, fact in (("approval", facts.approval_code), ("trx", facts.trx_reference_number)):
            words += [word, opi.masked(fact)] if fact.length else []
        reason = str(library.opi_reason_text(end.reason))
        words += [f"because {reason}"] if reason else []
        if not end.stored and end.request_id and end.outcome in (opi.APPROVED, opi.UNKNOWN):
            words.append("(NOT STORED: write it down now)")
        print(" ".join(word for word in words if word), flush=True)
        self.outcome = end.outcome

    def drain(self):
        """Does what the session wants done, until it waits."""
        out = opi.Output()
        while True:
            opi.check(library.opi_poll_output(self.session, self.buffer, ctypes.sizeof(self.buffer), byref(out)))
            tag = out.tag
            if self.orders:
                self.orders.told(out)
            if tag == opi.WAIT:
                self.until = out.wait.until
                if not getattr(self.journal, "storing", None):
                    opi.check(library.opi_session_take_up(self.session, self.journal.known))
                return
            if tag == opi.LISTEN:
                self.report(opi.LISTENING if self.listens() else opi.LISTEN_FAILED)
            elif tag == opi.CONNECT:
                self.connect(out.number)
            elif tag == opi.SEND:
                self.begin_sending(out.send.link, out.send.frame.get())
            elif tag == opi.CLOSE:
                self.close(out.number)
            elif tag == opi.PERSIST:
                self.persist(out.persist)
            elif tag == opi.STARTED:
                print(f"request {out.started.request_id}: {out.started.request_type}", flush=True)
            elif tag == opi.IN_DOUBT:
                why = library.opi_reason_text(out.in_doubt.reason)
                print(f"request {out.in_doubt.request_id}: the answer is lost, {why}", flush=True)
            elif tag == opi.SHEET_BEGUN:
                begun = out.sheet_begun
                self.sheets[begun.sheet] = {"purpose": begun.purpose, "keep": begun.keep, "failed": False}
            elif tag == opi.LINE:
                line = opi.masked(out.line.text)
                print(f"{self.part(out.line.sheet, out.line.record)} | {line}", flush=True)
            elif tag == opi.JOURNAL_TEXT:
                self.part(out.journal_text.sheet, out.journal_text.record)
            elif tag == opi.SHEET_ENDED:
                ended = self.sheets.pop(out.sheet_ended.sheet, None)
                if ended and ended["keep"] and not out.sheet_ended.kept:
                    complain(f"sheet {out.sheet_ended.sheet} could not be stored; the terminal was told so")
            elif tag == opi.QUESTION:
                self.ask(out.question)
            elif tag == opi.QUESTION_WITHDRAWN:
                if self.question and self.question[0] == out.number:
                    self.question = None
            elif tag == opi.ABORT_ANSWERED:
                print("the terminal takes the abort" if out.flag else "the terminal refuses the abort", flush=True)
            elif tag == opi.TOTAL:
                print(f"total: {out.total.amount} {opi.masked(out.total.card_circuit)}", flush=True)
            elif tag in (opi.CARD_CIRCUIT, opi.DETAIL):
                print(f"{opi.masked(out.pair.name)}: {opi.masked(out.pair.value)}", flush=True)
            elif tag == opi.FAULT:
                complain(f"the terminal made a mistake on link {out.fault.link}: {out.fault.what}")
            elif tag == opi.FINISHED:
                self.finished(out.finished)

    def take(self):
        """Takes a connection of the terminal, and of nobody else."""
        try:
            taken, peer = self.listener.accept()
        except OSError:
            return
        if peer[0] != socket.gethostbyname(self.terminal[0]):
            taken.close()
            return
        self.waiting = taken
        if library.opi_session_free_link(self.session) == opi.LINK_NONE:
            self.report(opi.CROWDED)

    def place(self):
        """Gives the connection that waits a slot, as soon as there is one."""
        free = library.opi_session_free_link(self.session)
        if not self.waiting or free == opi.LINK_NONE:
            return False
        self.close(free)
        self.links[free], self.waiting = Link(self.waiting), None
        self.report(opi.ACCEPTED, number=free)
        return True

    def pressed(self):
        self.presses += len(os.read(self.interrupts[0], 16))
        if self.presses > 2:
            print("UNKNOWN left before the end", flush=True)
            sys.exit(UNKNOWN)
        try:
            self.tell(opi.ABORT)
        except opi.Refused as why:
            complain("not stopped:", why)

    def watch(self):
        """Waits until something happens, and reports it. What the session wants done about it comes before what else
        happened."""
        with selectors.DefaultSelector() as selector:
            for link, up in enumerate(self.links):
                if not up:
                    continue
                events = selectors.EVENT_WRITE if up.connecting or up.written < len(up.frame) else 0
                if not up.connecting and not up.ended and library.opi_session_room(self.session, link) > 0:
                    events |= selectors.EVENT_READ
                if events:
                    selector.register(up.socket, events, (link, up))
            if self.listener and not self.waiting:
                selector.register(self.listener, selectors.EVENT_READ, "listener")
            selector.register(self.interrupts[0], selectors.EVENT_READ, "interrupts")
            if self.question or self.orders:
                selector.register(sys.stdin, selectors.EVENT_READ, "keyboard")
            left = None if self.until == opi.NEVER else max(0, self.until - time.monotonic_ns() // 1_000_000) / 1000
            happened = selector.select(left)
        for key, events in happened:
            if key.data == "listener":
                self.take()
            elif key.data == "interrupts":
                self.pressed()
            elif key.data == "keyboard":
                if self.orders:
                    self.orders.read()
                elif self.question:
                    self.typed()
            else:
                self.look(*key.data, events)
            self.drain()
        # Time is told last: what came in before a deadline counts.
        if self.until <= time.monotonic_ns() // 1_000_000:
            self.report(opi.TICK)

    def look(self, link, up, events):
        """Goes on with a connection, unless it was closed meanwhile."""
        if self.links[link] is not up:
            return
        if up.connecting:
            up.connecting = False
            if up.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                self.report(opi.CONNECTED, number=link)
            else:
                self.close(link)
                self.report(opi.CONNECT_FAILED, number=link)
            return
        if events & selectors.EVENT_WRITE:
            self.go_on(link)
            self.drain()
        if events & selectors.EVENT_READ and self.links[link] is up:
            self.receive(link)

    def follow(self):
        """Follows what is in progress to its end."""
        self.outcome, self.presses = None, 0
        self.drain()
        while self.outcome is None:
            if not self.place():
                self.watch()
            self.drain()
        return self.outcome

    def reserve(self):
        """Makes sure that the numbers of the next operation are never used again. Whether they are stored already."""
        record = opi.Bytes()
        opi.check(library.opi_journal_reserve(
            self.journal.known, self.session, self.buffer, ctypes.sizeof(self.buffer), byref(record)))
        if record.length and isinstance(self.journal, Handed):
            self.journal.hand_over(None, record)
            return False
        if record.length:
            self.journal.store(record)
        return True

    def unresolved(self):
        found = opi.Unresolved()
        return found if library.opi_session_unresolved(self.session, byref(found)) else None

    def now(self):
        seconds = int(time.time())
        return opi.WallTime(seconds, time.localtime(seconds).tm_gmtoff // 60)

    def show_unresolved(self):
        open_request = self.unresolved()
        print(f"request {open_request.request_id} of {open_request.amount} has no known end: no new money moves before "
              f"it is settled, by `recover` or by `resolve {open_request.request_id} charged|not-charged`", flush=True)

    def recover(self):
        """Asks the terminal about every request whose end is not known, until one stays so."""
        status = GOOD
        while before := self.unresolved():
            number = before.request_id
            self.show_unresolved()
            self.reserve()
            self.tell(opi.RECOVER, recover=self.now())
            status = EXIT.get(self.follow(), UNKNOWN)
            after = self.unresolved()
            if after and after.request_id == number:
                break
        return status

    def operate(self, request):
        if request.operation in opi.MOVES_MONEY and self.unresolved():
            self.recover()
        self.reserve()
        request.at = self.now()
        try:
            self.tell(opi.START, start=ctypes.pointer(request))
        except opi.Refused as why:
            complain("refused:", why)
            if why.status == opi.UNRESOLVED:
                self.show_unresolved()
            usage = why.status < opi.BUSY or why.status in (opi.UNSUPPORTED, opi.INCOMPLETE)
            return USAGE if usage else REFUSED
        return EXIT.get(self.follow(), UNKNOWN)

    def resolve(self, number, charged, note):
        lent, _held = opi.text(note)
        self.tell(opi.RESOLVE, resolve=opi.Resolve(number, charged, lent))
        self.drain()
        after = self.unresolved()
        if after and after.request_id == number:
            complain("the decision could not be stored")
            return NOT_SENT
        print(f"RESOLVED request {number}: {'charged' if charged else 'not charged'}, as you say")
        return GOOD


def main():
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("operation", choices=[*opi.OPERATIONS, "recover", "resolve", "orders"])
    reader.add_argument("words", nargs="*", metavar="AMOUNT CURRENCY, or REQUEST charged|not-charged")
    reader.add_argument("--terminal", metavar="HOST[:PORT]")
    reader.add_argument("--listen", metavar="HOST[:PORT]")
    reader.add_argument("--journal", metavar="FOLDER")
    reader.add_argument("--profile", default="nexi")
    reader.add_argument("--workstation", default="lane-1")
    for name in ("--reference", "--trx", "--stan", "--answer", "--note"):
        reader.add_argument(name)
    reader.add_argument("--first-request", type=int)
    for name in TIMEOUTS:
        reader.add_argument("--" + name.replace("_", "-"), type=int, metavar="MILLISECONDS")
    reader.add_argument("--timeout", type=float)
    reader.add_argument("--timeout-recovery", type=float, default=2.0)
    reader.add_argument("--yes", action="store_true")
    options = reader.parse_args()
    if not options.terminal and options.operation != "resolve":
        reader.error("--terminal is needed")
    if not options.journal and options.operation != "orders":
        reader.error("--journal is needed")
    request = opi.Request(operation=opi.OPERATIONS.get(options.operation, 0))
    lent = {name: opi.text(getattr(options, name)) for name in ("reference", "trx", "stan")}
    request.reference = lent["reference"][0]
    request.original.trx_reference_number, request.original.stan = lent["trx"][0], lent["stan"][0]
    if options.operation == "resolve":
        if len(options.words) != 2 or options.words[1] not in ("charged", "not-charged"):
            reader.error("resolve REQUEST charged|not-charged")
    elif options.words:
        (amount, _a), (currency, _c) = opi.text(options.words[0]), opi.text("".join(options.words[1:]))
        status = library.opi_money_parse(amount, currency, byref(request.amount))
        if status != opi.OK:
            reader.error(str(library.opi_status_text(status)))
    try:
        if options.operation == "orders":
            orders = Orders()
            orders.journal = None if options.journal else Handed()
            orders.run(lambda: Till(options, orders.journal or Journal(options.journal), orders))
            return GOOD
        till = Till(options, Journal(options.journal))
    except (OSError, opi.Refused) as why:
        complain(why)
        return NOT_SENT
    try:
        if options.operation == "recover":
            return till.recover()
        if options.operation == "resolve":
            return till.resolve(int(options.words[0]), options.words[1] == "charged", options.note)
        return till.operate(request)
    except OSError as why:
        complain("storing:", why)
        print("NOT SENT")
        return NOT_SENT
    except opi.Refused as why:
        complain("refused:", why)
        return REFUSED


if __name__ == "__main__":
    sys.exit(main())
