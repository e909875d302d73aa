/* A till: pays on a terminal that speaks OPI, with POSIX sockets, poll(2) and a journal in a file. */
#include <stdio.h>

#include "options.h"
#include "opi.h"
#include "orders.h"
#include "screen.h"
#include "till.h"

enum { EXIT_GOOD = 0, EXIT_NOT_PAID = 1, EXIT_USAGE = 2, EXIT_NOT_SENT = 3, EXIT_REFUSED = 5 };

static struct options options;

static int exit_of(opi_outcome outcome)
{
    switch (outcome) {
    case OPI_OUTCOME_APPROVED: case OPI_OUTCOME_DONE:
        return EXIT_GOOD;
    case OPI_OUTCOME_DECLINED: case OPI_OUTCOME_ABORTED:
        return EXIT_NOT_PAID;
    case OPI_OUTCOME_NOT_SENT:
        return EXIT_NOT_SENT;
    default:
        return EXIT_UNKNOWN;
    }
}

static int refused(opi_status status)
{
    char why[160];
    opi_unresolved unresolved;
    if (opi_session_refusal(till_session(), why, sizeof why) > 0) {
        fprintf(stderr, "refused: %s\n", why);
    } else {
        screen_status("refused", status);
    }
    if (status == OPI_STATUS_UNRESOLVED && opi_session_unresolved(till_session(), &unresolved)) {
        screen_unresolved(&unresolved);
    }
    return status == OPI_STATUS_UNSUPPORTED || status == OPI_STATUS_INCOMPLETE || status < OPI_STATUS_BUSY
               ? EXIT_USAGE
               : EXIT_REFUSED;
}

/* Asks the terminal about every request whose end is not known, until one stays so. */
static int recover(void)
{
    int status = EXIT_GOOD;
    opi_unresolved before, after;
    while (opi_session_unresolved(till_session(), &before)) {
        screen_unresolved(&before);
        if (till_reserve() != STORED) {
            return EXIT_NOT_SENT;
        }
        opi_status told = till_tell((opi_input){.tag = OPI_INPUT_RECOVER, .recover = local_time()});
        if (told != OPI_STATUS_OK) {
            return refused(told);
        }
        status = exit_of(till_follow());
        if (opi_session_unresolved(till_session(), &after) && after.request_id == before.request_id) {
            break;
        }
    }
    return status;
}

static bool moves_money(uint32_t operation)
{
    return operation >= OPI_OPERATION_PAYMENT && operation <= OPI_OPERATION_COMPLETION;
}

static int operate(void)
{
    if (moves_money(options.request.operation) && opi_session_unresolved(till_session(), NULL)) {
        recover();
    }
    if (till_reserve() != STORED) {
        puts("NOT SENT");
        return EXIT_NOT_SENT;
    }
    options.request.at = local_time();
    opi_status status = till_tell((opi_input){.tag = OPI_INPUT_START, .start = &options.request});
    return status == OPI_STATUS_OK ? exit_of(till_follow()) : refused(status);
}

static int resolve(void)
{
    opi_resolve decision = {
        .request_id = options.request_id, .charged = options.charged, .note = options_text(options.note)};
    opi_status status = till_tell((opi_input){.tag = OPI_INPUT_RESOLVE, .resolve = decision});
    if (status != OPI_STATUS_OK) {
        return refused(status);
    }
    till_drain();
    opi_unresolved unresolved;
    if (opi_session_unresolved(till_session(), &unresolved) && unresolved.request_id == options.request_id) {
        fputs("the decision could not be stored\n", stderr);
        return EXIT_NOT_SENT;
    }
    printf("RESOLVED request %u: %s, as you say\n", options.request_id, options.charged ? "charged" : "not charged");
    return EXIT_GOOD;
}

int main(int count, char **words)
{
    if (!options_read(&options, count, words)) {
        return EXIT_USAGE;
    }
    int status = EXIT_NOT_SENT;
    if (till_open(&options)) {
        switch (options.command) {
        case COMMAND_OPERATION:
            status = operate();
            break;
        case COMMAND_RECOVER:
            status = recover();
            break;
        case COMMAND_RESOLVE:
            status = resolve();
            break;
        case COMMAND_ORDERS:
            status = orders_run();
            break;
        }
    }
    till_close();
    return status;
}
