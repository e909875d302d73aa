#define _DEFAULT_SOURCE
#include "orders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "till.h"

/* Bytes that grow. */
struct bytes {
    uint8_t *data;
    size_t length;
    size_t room;
};

/* Something that was handed over. */
struct storing {
    uint32_t number;
    /* Of the session, or 0 for a reservation of ours. */
    uint32_t ticket;
    struct bytes records;
    struct storing *next;
};

enum wish { WISH_NONE, WISH_PAY, WISH_RECOVER };

static struct {
    struct bytes line;
    struct bytes gathered;
    struct storing *storing;
    uint32_t count;
    enum wish wish;
    opi_money amount;
    bool in_progress;
    bool began;
    bool quit;
} orders;

static bool append(struct bytes *to, const uint8_t *data, size_t length)
{
    if (to->room - to->length < length) {
        size_t room = 2 * (to->length + length);
        uint8_t *larger = realloc(to->data, room);
        if (!larger) {
            return false;
        }
        to->data = larger;
        to->room = room;
    }
    if (length > 0) {
        memcpy(to->data + to->length, data, length);
    }
    to->length += length;
    return true;
}

static void say(const char *line)
{
    puts(line);
    fflush(stdout);
}

static void say_refused(const char *word)
{
    char why[160];
    opi_session_refusal(till_session(), why, sizeof why);
    printf("%s %s\n", word, why);
    fflush(stdout);
}

void orders_misuse(void)
{
    say_refused("misuse");
}

static void try_input(opi_input input)
{
    if (till_tell(input) != OPI_STATUS_OK) {
        say_refused("refused");
    }
}

bool orders_gather(opi_bytes record)
{
    return append(&orders.gathered, record.data, record.length);
}

bool orders_storing(void)
{
    return orders.storing != NULL;
}

void orders_store(uint32_t ticket, opi_bytes record)
{
    struct storing *made = calloc(1, sizeof *made);
    if (!made || !append(&orders.gathered, record.data, record.length)) {
        free(made);
        fputs("no memory\n", stderr);
        exit(EXIT_UNKNOWN);
    }
    *made = (struct storing){
        .number = ++orders.count, .ticket = ticket, .records = orders.gathered, .next = orders.storing};
    orders.storing = made;
    orders.gathered = (struct bytes){0};
    printf("store %u ", made->number);
    for (size_t at = 0; at < made->records.length; at++) {
        printf("%02x", made->records.data[at]);
    }
    say("");
}

/* Begins what was wished, after its numbers are stored. */
static void begin(void)
{
    enum wish wish = orders.wish;
    orders.wish = WISH_NONE;
    opi_request payment = {.operation = OPI_OPERATION_PAYMENT, .amount = orders.amount, .at = local_time()};
    opi_input input = wish == WISH_PAY ? (opi_input){.tag = OPI_INPUT_START, .start = &payment}
                                       : (opi_input){.tag = OPI_INPUT_RECOVER, .recover = local_time()};
    orders.in_progress = till_tell(input) == OPI_STATUS_OK;
    if (!orders.in_progress) {
        say_refused("refused");
    }
}

/* No numbers: nothing was begun. */
static void give_up(void)
{
    opi_unresolved unresolved;
    if (orders.wish == WISH_RECOVER && opi_session_unresolved(till_session(), &unresolved)) {
        printf("finished unknown %u\n", unresolved.request_id);
        fflush(stdout);
    } else {
        say("finished not_sent -");
    }
    orders.wish = WISH_NONE;
}

static void wish(enum wish wish)
{
    if (orders.in_progress || orders.wish != WISH_NONE) {
        say("refused an operation is in progress");
        return;
    }
    orders.wish = wish;
    switch (till_reserve()) {
    case STORED:
        begin();
        break;
    case STORED_LATER:
        break;
    case STORE_FAILED:
        give_up();
        break;
    }
}

/* What became of something that was handed over. */
static void stored(uint32_t number, bool good)
{
    struct storing **at = &orders.storing;
    while (*at && (*at)->number != number) {
        at = &(*at)->next;
    }
    struct storing *known = *at;
    if (!known) {
        say("misuse nothing of this number is being stored");
        return;
    }
    *at = known->next;
    /* Each record has eight bytes beside its body, whose length stands in the third and the fourth. */
    for (size_t from = 0, length; good && from + 8 <= known->records.length; from += length) {
        const uint8_t *record = known->records.data + from;
        length = 8 + ((size_t)record[2] << 8 | record[3]);
        if (opi_journal_stored(till_journal(), (opi_bytes){.data = record, .length = length}) != OPI_STATUS_OK) {
            say("misuse the journal does not take what it gave");
            break;
        }
    }
    uint32_t ticket = known->ticket;
    free(known->records.data);
    free(known);
    if (ticket == 0) {
        if (good) {
            begin();
        } else {
            give_up();
        }
    } else {
        opi_input input = good ? (opi_input){.tag = OPI_INPUT_STORED, .stored = ticket}
                               : (opi_input){.tag = OPI_INPUT_STORE_FAILED, .store_failed = ticket};
        if (till_tell(input) != OPI_STATUS_OK) {
            orders_misuse();
        }
    }
}

static void ready(void)
{
    opi_unresolved unresolved;
    if (opi_session_unresolved(till_session(), &unresolved)) {
        printf("ready %u\n", unresolved.request_id);
        fflush(stdout);
    } else {
        say("ready");
    }
}

static void answer(char *words)
{
    static const struct {
        const char *word;
        uint32_t kind;
    } kinds[] = {
        {"yes", OPI_ANSWER_KIND_YES},         {"no", OPI_ANSWER_KIND_NO},     {"cancelled", OPI_ANSWER_KIND_CANCELLED},
        {"none", OPI_ANSWER_KIND_NOT_GIVEN},  {"text", OPI_ANSWER_KIND_TEXT}, {"number", OPI_ANSWER_KIND_NUMBER},
    };
    char *word;
    uint32_t question = (uint32_t)strtoul(words, &word, 10);
    word += *word == ' ';
    char *text = strchr(word, ' ');
    if (text) {
        *text++ = 0;
    }
    for (size_t at = 0; at < sizeof kinds / sizeof kinds[0]; at++) {
        if (strcmp(word, kinds[at].word) == 0) {
            try_input((opi_input){
                .tag = OPI_INPUT_ANSWER,
                .answer = {.question = question, .kind = kinds[at].kind, .text = options_text(text)}});
        }
    }
}

static void read_record(const char *hex)
{
    struct bytes bytes = {0};
    unsigned byte;
    for (; sscanf(hex, "%2x", &byte) == 1; hex += 2) {
        uint8_t one = (uint8_t)byte;
        append(&bytes, &one, 1);
    }
    opi_journal_read(till_journal(), bytes.data, bytes.length);
    free(bytes.data);
}

static void obey(char *line)
{
    char *rest = strchr(line, ' ');
    if (rest) {
        *rest++ = 0;
    } else {
        rest = line + strlen(line);
    }
    if (strcmp(line, "quit") == 0) {
        orders.quit = true;
    } else if (strcmp(line, "record") == 0) {
        read_record(rest);
    } else if (strcmp(line, "begin") == 0) {
        orders.began = true;
    } else if (strcmp(line, "pay") == 0) {
        char *currency = strchr(rest, ' ');
        if (currency) {
            *currency++ = 0;
            if (opi_money_parse(options_text(rest), options_text(currency), &orders.amount) == OPI_STATUS_OK) {
                wish(WISH_PAY);
            }
        }
    } else if (strcmp(line, "recover") == 0) {
        wish(WISH_RECOVER);
    } else if (strcmp(line, "abort") == 0) {
        try_input((opi_input){.tag = OPI_INPUT_ABORT});
    } else if (strcmp(line, "answer") == 0) {
        answer(rest);
    } else if (strcmp(line, "stored") == 0 || strcmp(line, "failed") == 0) {
        stored((uint32_t)strtoul(rest, NULL, 10), line[0] == 's');
    }
}

void orders_read(void)
{
    static uint8_t piece[65536];
    ssize_t got = read(STDIN_FILENO, piece, sizeof piece);
    if (got < 0 && errno == EINTR) {
        return;
    }
    if (got <= 0 || !append(&orders.line, piece, (size_t)got)) {
        orders.quit = true;
        return;
    }
    uint8_t *from = orders.line.data, *end = from + orders.line.length, *newline;
    /* What follows `begin` is obeyed when there is a session. */
    bool began = orders.began;
    while (!orders.quit && orders.began == began && (newline = memchr(from, '\n', (size_t)(end - from)))) {
        *newline = 0;
        obey((char *)from);
        from = newline + 1;
    }
    orders.line.length = (size_t)(end - from);
    memmove(orders.line.data, from, orders.line.length);
}

void orders_say(const opi_output *output)
{
    static const char *const questions[] = {
        [OPI_QUESTION_KIND_CONFIRMATION] = "Confirmation", [OPI_QUESTION_KIND_ANY_KEY] = "AnyKey",
        [OPI_QUESTION_KIND_NUMBER] = "Number",             [OPI_QUESTION_KIND_TEXT] = "Text",
        [OPI_QUESTION_KIND_MENU] = "Menu",                 [OPI_QUESTION_KIND_DELIVERY] = "Delivery",
        [OPI_QUESTION_KIND_FORECOURT_EVENT] = "ForecourtEvent",
    };
    switch (output->tag) {
    case OPI_OUTPUT_STARTED: {
        opi_str type = output->started.request_type;
        printf("started %u %.*s\n", output->started.request_id, (int)type.length, type.data);
        break;
    }
    case OPI_OUTPUT_IN_DOUBT:
        printf("doubt %u\n", output->in_doubt.request_id);
        break;
    case OPI_OUTPUT_SHEET_ENDED:
        printf("sheet %u %s\n", output->sheet_ended.sheet, output->sheet_ended.kept ? "kept" : "lost");
        break;
    case OPI_OUTPUT_QUESTION: {
        uint32_t kind = output->question.kind;
        const char *word = kind < sizeof questions / sizeof questions[0] ? questions[kind] : NULL;
        printf("question %u %s\n", output->question.question, word ? word : "Other");
        break;
    }
    case OPI_OUTPUT_QUESTION_WITHDRAWN:
        printf("withdrawn %u\n", output->question_withdrawn);
        break;
    case OPI_OUTPUT_FINISHED: {
        opi_str outcome = opi_outcome_name(output->finished.outcome);
        printf("finished %.*s ", (int)outcome.length, outcome.data);
        if (output->finished.request_id) {
            printf("%u\n", output->finished.request_id);
        } else {
            puts("-");
        }
        orders.in_progress = false;
        break;
    }
    default:
        return;
    }
    fflush(stdout);
}

int orders_run(void)
{
    while (!orders.began && !orders.quit) {
        orders_read();
    }
    if (orders.quit || !till_begin()) {
        return 1;
    }
    ready();
    while (!orders.quit) {
        till_step();
    }
    return 0;
}
