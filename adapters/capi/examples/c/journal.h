/* A journal in a file: what must survive a power cut. */
#ifndef TILL_JOURNAL_H
#define TILL_JOURNAL_H

#include <stdbool.h>

#include "opi.h"

/* The folder is that of the command `opi`: `opi journal --journal FOLDER` shows it, as long as it has one segment. */
struct journal {
    int lock;
    int file;
    /* Bytes that are whole records. */
    uint64_t length;
    /* What stands behind them is not known any more: nothing may be appended. */
    bool broken;
    opi_journal *known;
};

/* Opens or makes the journal in this folder, reads it, and cuts an unfinished end off. Says what is wrong on standard
 * error. Exactly one till has it open. */
bool journal_open(struct journal *journal, const char *folder);

/* A journal that knows what it is told, and is kept by somebody else. */
bool journal_elsewhere(struct journal *journal);

/* Appends a record. It need not survive a power cut yet. */
bool journal_append(struct journal *journal, opi_bytes record);

/* Appends a record and returns when it, and all before it, would survive a power cut. */
bool journal_store(struct journal *journal, opi_bytes record);

void journal_close(struct journal *journal);

#endif
