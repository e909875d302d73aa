/* What the command line says. */
#ifndef TILL_OPTIONS_H
#define TILL_OPTIONS_H

#include <stdbool.h>

#include "opi.h"

enum command { COMMAND_OPERATION, COMMAND_RECOVER, COMMAND_RESOLVE, COMMAND_ORDERS };

struct options {
    enum command command;
    /* Everything but the time. */
    opi_request request;
    /* Of `resolve`. */
    uint32_t request_id;
    bool charged;
    const char *note;
    const char *terminal;
    const char *listen;
    const char *profile;
    const char *journal;
    const char *workstation;
    /* Standing answers to the terminal's questions: yes, and a number or text. */
    bool yes;
    const char *answer;
    /* Number of the first request where there is no journal; 0 for what is most likely beyond all that were used. */
    uint32_t first_request;
    /* In milliseconds; 0 for what is usual. */
    opi_timeouts timeouts;
};

opi_str options_text(const char *text);

/* Reads the command line. False: it says what is wrong, and how it is used, on standard error. */
bool options_read(struct options *options, int count, char **words);

#endif
