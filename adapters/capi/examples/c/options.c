#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: till OPERATION [AMOUNT CURRENCY] --terminal HOST[:PORT] --journal FOLDER [options]\n"
    "       till resolve REQUEST charged|not-charged --journal FOLDER [--note TEXT]\n"
    "       till orders --terminal HOST:PORT [--journal FOLDER] [options]   (orders.h)\n"
    "operations: pay refund reverse reserve complete reprint repeat-last abort info status circuits activate\n"
    "            deactivate login logoff reconcile reconcile-closure close-day transmit contact-tms\n"
    "            contact-acquirer diagnose restart recover\n"
    "options: --listen HOST[:PORT]  --profile nexi|ccv-nl|opi-de|ifsf  --workstation NAME  --yes  --answer TEXT\n"
    "         --reference TEXT  --trx TEXT  --stan TEXT  --timeout SECONDS  --timeout-recovery SECONDS\n"
    "         --first-request NUMBER  --connect|send|idle|hard|grace|local|question|probe-pause|probe MILLISECONDS\n"
    "exit status: 0 approved or done, 1 declined or aborted, 2 usage, 3 not sent, 4 unknown, 5 refused\n";

static const struct {
    const char *name;
    uint32_t operation;
} operations[] = {
    {"pay", OPI_OPERATION_PAYMENT},
    {"refund", OPI_OPERATION_REFUND},
    {"reverse", OPI_OPERATION_REVERSAL},
    {"reserve", OPI_OPERATION_RESERVATION},
    {"complete", OPI_OPERATION_COMPLETION},
    {"reprint", OPI_OPERATION_REPRINT},
    {"repeat-last", OPI_OPERATION_REPEAT_LAST},
    {"abort", OPI_OPERATION_ABORT},
    {"info", OPI_OPERATION_INFO},
    {"status", OPI_OPERATION_STATUS},
    {"circuits", OPI_OPERATION_CARD_CIRCUITS},
    {"activate", OPI_OPERATION_ACTIVATE},
    {"deactivate", OPI_OPERATION_DEACTIVATE},
    {"login", OPI_OPERATION_LOGIN},
    {"logoff", OPI_OPERATION_LOGOFF},
    {"reconcile", OPI_OPERATION_RECONCILIATION},
    {"reconcile-closure", OPI_OPERATION_RECONCILIATION_WITH_CLOSURE},
    {"close-day", OPI_OPERATION_CLOSE_DAY},
    {"transmit", OPI_OPERATION_TRANSMIT},
    {"contact-tms", OPI_OPERATION_CONTACT_TMS},
    {"contact-acquirer", OPI_OPERATION_CONTACT_ACQUIRER},
    {"diagnose", OPI_OPERATION_DIAGNOSIS},
    {"restart", OPI_OPERATION_RESTART},
};

opi_str options_text(const char *text)
{
    return text ? (opi_str){.data = text, .length = strlen(text)} : (opi_str){.data = NULL, .length = 0};
}

static bool seconds(const char *text, uint32_t *milliseconds)
{
    char *end;
    double value = strtod(text, &end);
    if (*text == 0 || *end != 0 || !(value > 0) || value > 86400) {
        return false;
    }
    *milliseconds = (uint32_t)(value * 1000);
    return true;
}

static bool number(const char *text, uint32_t *to)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    *to = (uint32_t)value;
    return *text >= '0' && *text <= '9' && *end == 0 && value <= UINT32_MAX;
}

static bool option(struct options *options, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **to;
    } texts[] = {
        {"--terminal", &options->terminal}, {"--listen", &options->listen},
        {"--profile", &options->profile},   {"--journal", &options->journal},
        {"--workstation", &options->workstation}, {"--answer", &options->answer},
        {"--note", &options->note},
    };
    for (size_t at = 0; at < sizeof texts / sizeof texts[0]; at++) {
        if (strcmp(name, texts[at].name) == 0) {
            *texts[at].to = value;
            return true;
        }
    }
    opi_timeouts *timeouts = &options->timeouts;
    const struct {
        const char *name;
        uint32_t *to;
    } numbers[] = {
        {"--first-request", &options->first_request},
        {"--connect", &timeouts->connect},
        {"--send", &timeouts->send},
        {"--idle", &timeouts->idle},
        {"--hard", &timeouts->hard},
        {"--grace", &timeouts->grace},
        {"--local", &timeouts->local},
        {"--question", &timeouts->question},
        {"--probe-pause", &timeouts->probe_pause},
        {"--probe", &timeouts->probe},
    };
    for (size_t at = 0; at < sizeof numbers / sizeof numbers[0]; at++) {
        if (strcmp(name, numbers[at].name) == 0) {
            return number(value, numbers[at].to);
        }
    }
    opi_str text = options_text(value);
    if (strcmp(name, "--reference") == 0) {
        options->request.reference = text;
    } else if (strcmp(name, "--trx") == 0) {
        options->request.original.trx_reference_number = text;
    } else if (strcmp(name, "--stan") == 0) {
        options->request.original.stan = text;
    } else if (strcmp(name, "--timeout") == 0) {
        return seconds(value, &timeouts->hard) && seconds(value, &timeouts->hard_long);
    } else if (strcmp(name, "--timeout-recovery") == 0) {
        return seconds(value, &timeouts->probe_pause);
    } else {
        return false;
    }
    return true;
}

static bool command(struct options *options, const char *const *words, int count)
{
    if (count == 0) {
        return false;
    }
    if (strcmp(words[0], "recover") == 0) {
        options->command = COMMAND_RECOVER;
        return count == 1;
    }
    if (strcmp(words[0], "orders") == 0) {
        options->command = COMMAND_ORDERS;
        return count == 1;
    }
    if (strcmp(words[0], "resolve") == 0) {
        options->command = COMMAND_RESOLVE;
        if (count != 3) {
            return false;
        }
        char *end;
        unsigned long number = strtoul(words[1], &end, 10);
        options->request_id = number <= UINT32_MAX ? (uint32_t)number : 0;
        options->charged = strcmp(words[2], "charged") == 0;
        return *end == 0 && (options->charged || strcmp(words[2], "not-charged") == 0);
    }
    for (size_t at = 0; at < sizeof operations / sizeof operations[0]; at++) {
        if (strcmp(words[0], operations[at].name) == 0) {
            options->request.operation = operations[at].operation;
        }
    }
    if (options->request.operation == 0) {
        return false;
    }
    if (count == 3) {
        opi_status status =
            opi_money_parse(options_text(words[1]), options_text(words[2]), &options->request.amount);
        if (status != OPI_STATUS_OK) {
            opi_str text = opi_status_text(status);
            fprintf(stderr, "%s %s: %.*s\n", words[1], words[2], (int)text.length, text.data);
            return false;
        }
    }
    return count == 1 || count == 3;
}

bool options_read(struct options *options, int count, char **words)
{
    const char *named[4];
    int names = 0;
    bool good = true;
    *options = (struct options){.profile = "nexi", .workstation = "lane-1"};
    for (int at = 1; at < count && good; at++) {
        if (strcmp(words[at], "--yes") == 0) {
            options->yes = true;
        } else if (strncmp(words[at], "--", 2) == 0) {
            good = at + 1 < count && option(options, words[at], words[at + 1]);
            at++;
        } else if (names < 4) {
            named[names++] = words[at];
        } else {
            good = false;
        }
    }
    good = good && command(options, named, names) && (options->journal || options->command == COMMAND_ORDERS) &&
           (options->terminal || options->command == COMMAND_RESOLVE);
    if (!good) {
        fputs(usage, stderr);
    }
    return good;
}
