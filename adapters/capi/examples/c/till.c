/* Drives a session: does what it wants done, and tells it what happened. */
#define _DEFAULT_SOURCE
#include "till.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "link.h"
#include "opi.h"
#include "orders.h"
#include "screen.h"

/* Sheets that are begun and not complete at one time: a terminal sends one, rarely two. */
#define SHEETS 8

struct sheet {
    uint32_t id;
    opi_purpose purpose;
    bool keep;
    /* A part of it could not be stored. */
    bool failed;
};

/* Everything a till needs. Nothing is allocated. */
static struct {
    alignas(OPI_SESSION_ALIGN) uint8_t memory[OPI_SESSION_SIZE];
    uint8_t windows[OPI_LINKS][4096];
    /* Frames and records are written here by the library. */
    uint8_t buffer[FRAME_MAX];
    opi_session *session;
    struct journal journal;
    struct link links[OPI_LINKS];
    struct address terminal;
    struct address listen;
    int listener;
    /* A connection of the terminal that waits for a slot, or -1. */
    int waiting;
    struct sheet sheets[SHEETS];
    unsigned next_sheet;
    /* The question that stands, or 0 in `question`. */
    opi_question question;
    uint64_t until;
    bool finished;
    opi_outcome outcome;
    unsigned presses;
    const struct options *options;
} till = {.listener = -1, .waiting = -1};

/* Ctrl-C, as something that poll(2) can wait for. */
static int interrupts[2];

static void on_interrupt(int signal)
{
    int error = errno;
    (void)signal;
    if (write(interrupts[1], "!", 1) < 0) {
        /* The pipe is full of them already. */
    }
    errno = error;
}

static bool ordered(void)
{
    return till.options->command == COMMAND_ORDERS;
}

/* Whether records are handed over, and not kept here. */
static bool handed(void)
{
    return ordered() && !till.options->journal;
}

static uint64_t now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000 + (uint64_t)at.tv_nsec / 1000000;
}

opi_wall_time local_time(void)
{
    time_t seconds = time(NULL);
    struct tm local;
    localtime_r(&seconds, &local);
    return (opi_wall_time){.unix_seconds = seconds, .offset_minutes = (int32_t)(local.tm_gmtoff / 60)};
}

opi_status till_tell(opi_input input)
{
    return opi_handle_input(till.session, now(), &input);
}

/* Reports what the library asked for. That it is refused would be a mistake in this program. */
static void report(opi_input input)
{
    opi_status status = till_tell(input);
    if (status != OPI_STATUS_OK) {
        screen_status("reporting to the session", status);
        if (ordered()) {
            orders_misuse();
        }
    }
}

static struct sheet *sheet(uint32_t id)
{
    for (unsigned at = 0; at < SHEETS; at++) {
        if (till.sheets[at].id == id) {
            return &till.sheets[at];
        }
    }
    return NULL;
}

/* Stores a part of a sheet that must be kept. */
static opi_purpose part(uint32_t id, opi_bytes record)
{
    struct sheet *of = sheet(id);
    if (of && of->keep && !of->failed) {
        of->failed = handed() ? !orders_gather(record) : !journal_append(&till.journal, record);
    }
    return of ? of->purpose : OPI_PURPOSE_OTHER;
}

static void persist(const opi_persist *wanted)
{
    uint32_t ticket = wanted->ticket;
    struct sheet *of = wanted->sheet ? sheet(wanted->sheet) : NULL;
    bool whole = wanted->sheet == 0 || (of && !of->failed);
    if (whole && handed()) {
        orders_store(ticket, wanted->record);
    } else if (whole && journal_store(&till.journal, wanted->record)) {
        report((opi_input){.tag = OPI_INPUT_STORED, .stored = ticket});
    } else {
        fprintf(stderr, "storing: %s\n", strerror(errno));
        report((opi_input){.tag = OPI_INPUT_STORE_FAILED, .store_failed = ticket});
    }
}

/* Goes on sending, and reports how it ended. */
static void go_on(uint32_t link)
{
    switch (link_go_on(&till.links[link])) {
    case LINK_SENT:
        report((opi_input){.tag = OPI_INPUT_SENT, .sent = link});
        break;
    case LINK_BROKEN:
        /* A send that failed took nothing: a socket says first what it took. */
        report((opi_input){.tag = OPI_INPUT_SEND_FAILED,
                           .send_failed = {.link = link, .at_most = till.links[link].written}});
        till.links[link].written = 0;
        break;
    case LINK_SENDING:
        break;
    }
}

static void begin_sending(const opi_send *send)
{
    uint32_t link = send->link;
    if (link_send(&till.links[link], send->frame)) {
        go_on(link);
    } else {
        report((opi_input){.tag = OPI_INPUT_SEND_FAILED, .send_failed = {.link = link, .at_most = 0}});
    }
}

static void answer(uint32_t kind, const char *text)
{
    opi_input input = {.tag = OPI_INPUT_ANSWER,
                       .answer = {.question = till.question.question, .kind = kind, .text = options_text(text)}};
    opi_status status = till_tell(input);
    if (status == OPI_STATUS_WRONG_ANSWER || status == OPI_STATUS_AMOUNT || status == OPI_STATUS_NOT_UTF8) {
        screen_status("this answer", status);
        screen_question(&till.question);
    } else {
        till.question.question = 0;
    }
}

/* Whether a question is one of yes and no. */
static bool is_plain(const opi_question *question)
{
    return question->kind == OPI_QUESTION_KIND_CONFIRMATION || question->kind == OPI_QUESTION_KIND_ANY_KEY ||
           question->kind == OPI_QUESTION_KIND_DELIVERY || question->kind == OPI_QUESTION_KIND_FORECOURT_EVENT;
}

static void ask(const opi_question *question)
{
    till.question = *question;
    screen_question(question);
    if (is_plain(question) && till.options->yes) {
        answer(OPI_ANSWER_KIND_YES, NULL);
    } else if (question->kind == OPI_QUESTION_KIND_TEXT && till.options->answer) {
        answer(OPI_ANSWER_KIND_TEXT, till.options->answer);
    } else if (!is_plain(question) && question->kind != OPI_QUESTION_KIND_OTHER && till.options->answer) {
        answer(OPI_ANSWER_KIND_NUMBER, till.options->answer);
    } else if (!ordered() && !isatty(STDIN_FILENO)) {
        /* Nobody is there. That is never a yes. */
        answer(OPI_ANSWER_KIND_NOT_GIVEN, NULL);
    }
}

static void typed(void)
{
    char line[256];
    ssize_t length = read(STDIN_FILENO, line, sizeof line - 1);
    if (length <= 0) {
        answer(OPI_ANSWER_KIND_NOT_GIVEN, NULL);
        return;
    }
    line[length] = 0;
    line[strcspn(line, "\r\n")] = 0;
    if (till.question.kind == OPI_QUESTION_KIND_ANY_KEY) {
        answer(OPI_ANSWER_KIND_YES, NULL);
    } else if (is_plain(&till.question)) {
        switch (line[0]) {
        case 'y': case 'Y': case 'j': case 'J':
            answer(OPI_ANSWER_KIND_YES, NULL);
            break;
        case 'n': case 'N':
            answer(OPI_ANSWER_KIND_NO, NULL);
            break;
        default:
            screen_question(&till.question);
        }
    } else if (line[0] == 0) {
        answer(OPI_ANSWER_KIND_CANCELLED, NULL);
    } else {
        answer(till.question.kind == OPI_QUESTION_KIND_TEXT ? OPI_ANSWER_KIND_TEXT : OPI_ANSWER_KIND_NUMBER, line);
    }
}

/* Whether the terminal can come in. Once it can, it can as long as the till lives. */
static bool listens(void)
{
    if (till.listener < 0) {
        till.listener = listener_open(&till.listen);
        if (till.listener < 0) {
            perror("listening");
        }
    }
    return till.listener >= 0;
}

void till_drain(void)
{
    opi_output next;
    for (;;) {
        opi_status status = opi_poll_output(till.session, till.buffer, sizeof till.buffer, &next);
        if (status != OPI_STATUS_OK) {
            screen_status("the session", status);
            exit(EXIT_UNKNOWN);
        }
        if (ordered()) {
            orders_say(&next);
        }
        switch (next.tag) {
        case OPI_OUTPUT_WAIT:
            till.until = next.wait.until;
            if (!orders_storing()) {
                opi_session_take_up(till.session, till.journal.known);
            }
            return;
        case OPI_OUTPUT_LISTEN:
            report((opi_input){.tag = listens() ? OPI_INPUT_LISTENING : OPI_INPUT_LISTEN_FAILED});
            break;
        case OPI_OUTPUT_CONNECT:
            if (!link_connect(&till.links[next.connect], &till.terminal)) {
                report((opi_input){.tag = OPI_INPUT_CONNECT_FAILED, .connect_failed = next.connect});
            }
            break;
        case OPI_OUTPUT_SEND:
            begin_sending(&next.send);
            break;
        case OPI_OUTPUT_CLOSE:
            link_close(&till.links[next.close]);
            break;
        case OPI_OUTPUT_PERSIST:
            persist(&next.persist);
            break;
        case OPI_OUTPUT_STARTED:
            screen_started(&next.started);
            break;
        case OPI_OUTPUT_IN_DOUBT:
            screen_in_doubt(&next.in_doubt);
            break;
        case OPI_OUTPUT_SHEET_BEGUN:
            /* In place of the oldest: its end never came, or was long ago. */
            till.sheets[till.next_sheet++ % SHEETS] = (struct sheet){
                .id = next.sheet_begun.sheet, .purpose = next.sheet_begun.purpose, .keep = next.sheet_begun.keep};
            break;
        case OPI_OUTPUT_LINE:
            screen_line(part(next.line.sheet, next.line.record), &next.line);
            break;
        case OPI_OUTPUT_JOURNAL_TEXT:
            part(next.journal_text.sheet, next.journal_text.record);
            break;
        case OPI_OUTPUT_SHEET_ENDED:
            if (!next.sheet_ended.kept && sheet(next.sheet_ended.sheet) && sheet(next.sheet_ended.sheet)->keep) {
                fprintf(stderr, "sheet %u could not be stored; the terminal was told so\n", next.sheet_ended.sheet);
            }
            break;
        case OPI_OUTPUT_QUESTION:
            ask(&next.question);
            break;
        case OPI_OUTPUT_QUESTION_WITHDRAWN:
            if (till.question.question == next.question_withdrawn) {
                till.question.question = 0;
            }
            break;
        case OPI_OUTPUT_ABORT_ANSWERED:
            puts(next.abort_answered ? "the terminal takes the abort" : "the terminal refuses the abort");
            break;
        case OPI_OUTPUT_TOTAL:
            screen_total(&next.total);
            break;
        case OPI_OUTPUT_CARD_CIRCUIT:
            screen_detail(next.card_circuit.code, next.card_circuit.name);
            break;
        case OPI_OUTPUT_DETAIL:
            screen_detail(next.detail.name, next.detail.value);
            break;
        case OPI_OUTPUT_PRIVATE_TEXT:
            screen_text("private data", next.private_text);
            break;
        case OPI_OUTPUT_FAULT:
            screen_fault(&next.fault);
            break;
        case OPI_OUTPUT_FINISHED:
            till.finished = !ordered();
            till.outcome = next.finished.outcome;
            screen_finished(&next.finished);
            break;
        default:
            break;
        }
    }
}

static void receive(uint32_t number)
{
    static uint8_t bytes[4096];
    struct link *link = &till.links[number];
    size_t room = opi_session_room(till.session, number);
    if (room == 0) {
        return;
    }
    ssize_t got = recv(link->socket, bytes, room < sizeof bytes ? room : sizeof bytes, 0);
    if (got > 0) {
        link_heard(link);
        report((opi_input){.tag = OPI_INPUT_RECEIVED,
                           .received = {.link = number, .data = bytes, .length = (size_t)got}});
        return;
    }
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return;
    }
    if (link->written < link->length) {
        /* The end comes before that of the frame: the count is the better evidence, so it is told first. */
        size_t at_most = link->written;
        link->length = link->written = 0;
        report((opi_input){.tag = OPI_INPUT_SEND_FAILED, .send_failed = {.link = number, .at_most = at_most}});
    }
    if (got < 0) {
        link_close(link);
    } else {
        link->ended = true;
    }
    report((opi_input){.tag = OPI_INPUT_CLOSED, .closed = number});
}

/* Takes a connection of the terminal, and of nobody else. */
static void take(void)
{
    struct address from = {.length = sizeof from.storage};
    int taken = accept(till.listener, (struct sockaddr *)&from.storage, &from.length);
    if (taken < 0) {
        return;
    }
    int flags = fcntl(taken, F_GETFL);
    if (!address_same_host(&from, &till.terminal) || flags < 0 || fcntl(taken, F_SETFL, flags | O_NONBLOCK) < 0) {
        close(taken);
        return;
    }
    till.waiting = taken;
    if (opi_session_free_link(till.session) == OPI_LINK_NONE) {
        report((opi_input){.tag = OPI_INPUT_CROWDED});
    }
}

/* Gives the connection that waits a slot, as soon as there is one. */
static bool place(void)
{
    uint32_t free = opi_session_free_link(till.session);
    if (till.waiting < 0 || free == OPI_LINK_NONE) {
        return false;
    }
    link_take(&till.links[free], till.waiting);
    till.waiting = -1;
    report((opi_input){.tag = OPI_INPUT_ACCEPTED, .accepted = free});
    return true;
}

static void pressed(void)
{
    char presses[16];
    ssize_t count = read(interrupts[0], presses, sizeof presses);
    till.presses += count > 0 ? (unsigned)count : 0;
    if (till.presses > 2) {
        puts("UNKNOWN  left before the end");
        exit(EXIT_UNKNOWN);
    }
    opi_status status = till_tell((opi_input){.tag = OPI_INPUT_ABORT});
    if (status != OPI_STATUS_OK) {
        char why[160];
        opi_session_refusal(till.session, why, sizeof why);
        fprintf(stderr, "not stopped: %s\n", why);
    }
}

/* Goes on with a connection of which poll(2) has news. */
static void look(unsigned number, int ready, int broken)
{
    struct link *link = &till.links[number];
    if (link->connecting) {
        if (link_is_up(link)) {
            report((opi_input){.tag = OPI_INPUT_CONNECTED, .connected = number});
        } else {
            report((opi_input){.tag = OPI_INPUT_CONNECT_FAILED, .connect_failed = number});
        }
        return;
    }
    unsigned count = link->count;
    if (ready & POLLOUT) {
        go_on(number);
        till_drain();
    }
    if (link->count == count && link->socket >= 0 && (ready & POLLIN || broken)) {
        receive(number);
    }
}

/* Waits until something happens, and reports it. What the session wants done about it comes before what else happened. */
static void watch(void)
{
    unsigned counts[OPI_LINKS];
    enum { LISTENER = OPI_LINKS, INTERRUPTS, KEYBOARD, WATCHED };
    struct pollfd watched[WATCHED];
    for (unsigned at = 0; at < OPI_LINKS; at++) {
        struct link *link = &till.links[at];
        short events = link->connecting || link->written < link->length ? POLLOUT : 0;
        if (!link->connecting && !link->ended && opi_session_room(till.session, at) > 0) {
            events |= POLLIN;
        }
        watched[at] = (struct pollfd){.fd = events ? link->socket : -1, .events = events};
        counts[at] = link->count;
    }
    watched[LISTENER] = (struct pollfd){.fd = till.waiting < 0 ? till.listener : -1, .events = POLLIN};
    watched[INTERRUPTS] = (struct pollfd){.fd = interrupts[0], .events = POLLIN};
    watched[KEYBOARD] = (struct pollfd){
        .fd = till.question.question || ordered() ? STDIN_FILENO : -1, .events = POLLIN};

    uint64_t from = now(), span = till.until <= from ? 0 : till.until - from;
    int timeout = till.until == OPI_NEVER ? -1 : span > 60000 ? 60000 : (int)span;
    if (poll(watched, WATCHED, timeout) < 0 && errno != EINTR) {
        perror("poll");
        exit(EXIT_UNKNOWN);
    }
    for (unsigned at = 0; at < OPI_LINKS; at++) {
        if (watched[at].fd >= 0 && watched[at].revents != 0 && till.links[at].count == counts[at]) {
            look(at, watched[at].revents & watched[at].events, watched[at].revents & (POLLHUP | POLLERR));
            till_drain();
        }
    }
    if (watched[LISTENER].revents) {
        take();
        till_drain();
    }
    if (watched[INTERRUPTS].revents) {
        pressed();
        till_drain();
    }
    if (watched[KEYBOARD].revents) {
        if (ordered()) {
            orders_read();
        } else if (till.question.question) {
            typed();
        }
        till_drain();
    }
    /* Time is told last: what came in before a deadline counts. */
    if (till.until <= now()) {
        report((opi_input){.tag = OPI_INPUT_TICK});
    }
}

void till_step(void)
{
    till_drain();
    if (!till.finished && !place()) {
        watch();
    }
}

opi_outcome till_follow(void)
{
    till.finished = false;
    till.presses = 0;
    while (!till.finished) {
        till_step();
    }
    return till.outcome;
}

enum stored till_reserve(void)
{
    opi_bytes record;
    opi_status status =
        opi_journal_reserve(till.journal.known, till.session, till.buffer, sizeof till.buffer, &record);
    if (status != OPI_STATUS_OK) {
        screen_status("reserving numbers", status);
        return STORE_FAILED;
    }
    if (record.length > 0 && handed()) {
        orders_store(0, record);
        return STORED_LATER;
    }
    if (record.length > 0 && !journal_store(&till.journal, record)) {
        fprintf(stderr, "storing: %s\n", strerror(errno));
        return STORE_FAILED;
    }
    return STORED;
}

opi_journal *till_journal(void)
{
    return till.journal.known;
}

opi_session *till_session(void)
{
    return till.session;
}

static void take_options(opi_settings *settings)
{
    const opi_timeouts *given = &till.options->timeouts;
    opi_timeouts *to = &settings->timeouts;
    const struct {
        uint32_t given;
        uint32_t *to;
    } numbers[] = {
        {till.options->first_request, &settings->first_request},
        {given->connect, &to->connect},
        {given->send, &to->send},
        {given->idle, &to->idle},
        {given->hard, &to->hard},
        {given->hard_long, &to->hard_long},
        {given->grace, &to->grace},
        {given->local, &to->local},
        {given->question, &to->question},
        {given->probe_pause, &to->probe_pause},
        {given->probe, &to->probe},
    };
    for (size_t at = 0; at < sizeof numbers / sizeof numbers[0]; at++) {
        if (numbers[at].given) {
            *numbers[at].to = numbers[at].given;
        }
    }
}

static bool open_session(void)
{
    opi_settings settings;
    opi_status status = opi_settings_init(OPI_ABI_VERSION, options_text(till.options->profile), &settings);
    if (status == OPI_STATUS_OK) {
        settings.workstation = options_text(till.options->workstation);
        settings.application_sender = options_text("till");
        /* Tenths of seconds: most likely beyond the numbers of a journal that was thrown away. */
        settings.first_request = (uint32_t)((uint64_t)time(NULL) * 10 % 499999999 + 1);
        settings.timeouts.probe_pause = 2000;
        take_options(&settings);
        opi_windows windows = {.request = {till.windows[0], sizeof till.windows[0]},
                               .abort = {till.windows[1], sizeof till.windows[1]}};
        for (unsigned at = 0; at < OPI_DEVICE_LINKS; at++) {
            windows.device[at] = (opi_window){till.windows[2 + at], sizeof till.windows[2 + at]};
        }
        status = opi_session_new(till.memory, sizeof till.memory, &settings, &windows, till.journal.known,
                                 &till.session);
    }
    if (status != OPI_STATUS_OK) {
        screen_status("the session cannot be opened", status);
    }
    return status == OPI_STATUS_OK;
}

static bool open_ports(void)
{
    uint16_t request_port = 0, device_port = 0;
    opi_profile_ports(options_text(till.options->profile), &request_port, &device_port);
    const char *any = "0.0.0.0";
    if (!address_parse(&till.terminal, till.options->terminal, request_port) ||
        !address_parse(&till.listen, till.options->listen ? till.options->listen : any, device_port)) {
        fputs("no such address\n", stderr);
        return false;
    }
    /* If the port is taken, it may be free when the first request is sent. */
    (void)listens();
    return true;
}

static bool catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
    return pipe(interrupts) == 0 && fcntl(interrupts[1], F_SETFL, O_NONBLOCK) == 0 &&
           sigaction(SIGINT, &action, NULL) == 0;
}

bool till_open(const struct options *options)
{
    till.options = options;
    for (unsigned at = 0; at < OPI_LINKS; at++) {
        till.links[at].socket = -1;
    }
    bool open = handed() ? journal_elsewhere(&till.journal) : journal_open(&till.journal, options->journal);
    return open && catch_interrupts() && (ordered() || till_begin());
}

bool till_begin(void)
{
    opi_replayed found;
    if (handed()) {
        opi_status status = opi_journal_end(till.journal.known, till.buffer, sizeof till.buffer, &found);
        if (status != OPI_STATUS_OK || !orders_gather(found.mend)) {
            screen_status("the records", status);
            return false;
        }
    }
    return open_session() && (till.options->command == COMMAND_RESOLVE || open_ports());
}

void till_close(void)
{
    for (unsigned at = 0; at < OPI_LINKS; at++) {
        link_close(&till.links[at]);
    }
    if (till.waiting >= 0) {
        close(till.waiting);
    }
    if (till.listener >= 0) {
        close(till.listener);
    }
    journal_close(&till.journal);
}
