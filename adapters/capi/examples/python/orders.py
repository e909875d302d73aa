"""The till as a program that is given orders: one a line on standard input, and what happens in lines of plain words on
standard output. So the conformance test of the adapters drives it; its README has all the words."""

import ctypes
import os
import sys

import opi
from opi import library

QUESTIONS = {
    opi.CONFIRMATION: "Confirmation", opi.ANY_KEY: "AnyKey", opi.NUMBER: "Number", opi.TEXT: "Text", opi.MENU: "Menu",
    opi.DELIVERY: "Delivery", opi.FORECOURT_EVENT: "ForecourtEvent",
}
ANSWERS = {
    "yes": opi.YES, "no": opi.NO, "cancelled": opi.CANCELLED, "none": opi.NOT_GIVEN, "number": opi.AS_NUMBER,
    "text": opi.AS_TEXT,
}


def say(*words):
    print(*words, flush=True)


class Handed:
    """A journal that is kept by whoever gives the orders: records are handed over, and confirmed later."""

    def __init__(self):
        self.memory, self.known = opi.memory(library.opi_journal_size()), ctypes.c_void_p()
        opi.check(library.opi_journal_new(self.memory, ctypes.sizeof(self.memory), ctypes.byref(self.known)))
        # What goes along with the next record, and what was handed over: the ticket that it is for, and its records.
        self.gathered, self.storing, self.count = [], {}, 0

    def read(self, data):
        opi.check(library.opi_journal_read(self.known, data, len(data)))

    def end(self):
        buffer, found = opi.memory(4096), opi.Replayed()
        opi.check(library.opi_journal_end(self.known, buffer, ctypes.sizeof(buffer), ctypes.byref(found)))
        if found.mend.length:
            self.gathered.append(found.mend.get())

    def append(self, record):
        self.gathered.append(record.get())

    def hand_over(self, ticket, record):
        self.append(record)
        self.count += 1
        self.storing[self.count], self.gathered = (ticket, self.gathered), []
        say("store", self.count, b"".join(self.storing[self.count][1]).hex())

    def stored(self, records):
        for record in records:
            held = ctypes.create_string_buffer(record, len(record))
            opi.check(library.opi_journal_stored(self.known, opi.Bytes(ctypes.cast(held, ctypes.c_void_p), len(record))))


class Orders:
    """What a till is told and says."""

    def __init__(self):
        self.line, self.began, self.quit = b"", False, False
        self.till, self.wish, self.in_progress = None, None, False
        self.journal = None

    def read(self):
        """Reads what is there of standard input, and obeys."""
        piece = os.read(sys.stdin.fileno(), 65536)
        self.quit = self.quit or not piece
        self.line += piece
        began = self.began
        # What follows `begin` is obeyed when there is a session.
        while b"\n" in self.line and not self.quit and self.began == began:
            line, _, self.line = self.line.partition(b"\n")
            self.obey(line.decode().rstrip())

    def obey(self, line):
        word, _, rest = line.partition(" ")
        if word == "quit":
            self.quit = True
        elif word == "record":
            if self.journal:
                self.journal.read(bytes.fromhex(rest))
        elif word == "begin":
            self.began = True
        elif word in ("pay", "recover"):
            self.begin_later(word, rest)
        elif word == "abort":
            self.attempt(opi.ABORT)
        elif word == "answer":
            question, kind, *words = rest.split(" ", 2)
            lent, _held = opi.text(words[0] if words else None)
            self.attempt(opi.ANSWER, answer=opi.Answer(int(question), ANSWERS[kind], lent))
        elif word in ("stored", "failed"):
            self.stored(int(rest), word == "stored")

    def attempt(self, tag, **body):
        try:
            self.till.tell(tag, **body)
        except opi.Refused as why:
            say("refused", why)
            return False
        return True

    def begin_later(self, word, rest):
        """Begins an operation, once its numbers are stored."""
        if self.in_progress or self.wish:
            say("refused an operation is in progress")
            return
        self.wish = (word, rest)
        try:
            if self.till.reserve():
                self.begin()
        except (OSError, opi.Refused):
            self.give_up()

    def begin(self):
        (word, rest), self.wish = self.wish, None
        if word == "recover":
            self.in_progress = self.attempt(opi.RECOVER, recover=self.till.now())
            return
        request = opi.Request(operation=opi.OPERATIONS["pay"])
        (amount, _a), (currency, _c) = map(opi.text, rest.split(" ", 1))
        opi.check(library.opi_money_parse(amount, currency, ctypes.byref(request.amount)))
        request.at = self.till.now()
        self.in_progress = self.attempt(opi.START, start=ctypes.pointer(request))

    def give_up(self):
        """No numbers: nothing was begun."""
        (word, _), self.wish = self.wish, None
        unresolved = self.till.unresolved()
        if word == "recover" and unresolved:
            say("finished unknown", unresolved.request_id)
        else:
            say("finished not_sent -")

    def stored(self, number, good):
        if number not in self.journal.storing:
            say("misuse nothing of this number is being stored")
            return
        ticket, records = self.journal.storing.pop(number)
        if good:
            self.journal.stored(records)
        if ticket is not None:
            self.till.report(opi.STORED if good else opi.STORE_FAILED, number=ticket)
        elif good:
            self.begin()
        else:
            self.give_up()

    def told(self, out):
        """Says what an output means, if it is one of which the test wants to hear."""
        tag = out.tag
        if tag == opi.STARTED:
            say("started", out.started.request_id, out.started.request_type)
        elif tag == opi.IN_DOUBT:
            say("doubt", out.in_doubt.request_id)
        elif tag == opi.SHEET_ENDED:
            say("sheet", out.sheet_ended.sheet, "kept" if out.sheet_ended.kept else "lost")
        elif tag == opi.QUESTION:
            say("question", out.question.question, QUESTIONS.get(out.question.kind, "Other"))
        elif tag == opi.QUESTION_WITHDRAWN:
            say("withdrawn", out.number)
        elif tag == opi.FINISHED:
            self.in_progress = False
            say("finished", library.opi_outcome_name(out.finished.outcome), out.finished.request_id or "-")

    def run(self, make):
        """Obeys until it is told to quit. `make` makes the till, with this journal, or with one of its own."""
        while not self.began and not self.quit:
            self.read()
        if self.quit:
            return
        if self.journal:
            self.journal.end()
        self.till = make()
        unresolved = self.till.unresolved()
        say("ready", unresolved.request_id) if unresolved else say("ready")
        while not self.quit:
            self.till.drain()
            if not self.till.place():
                self.till.watch()
