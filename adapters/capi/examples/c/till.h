/* A session with its connections and its journal. There is one in this program. */
#ifndef TILL_TILL_H
#define TILL_TILL_H

#include <stdbool.h>

#include "journal.h"
#include "options.h"
#include "opi.h"

/* How a program ends that cannot tell how the payment ended. */
enum { EXIT_UNKNOWN = 4 };

/* Opens the journal, and begins, but where orders say when. Says what is wrong on standard error. */
bool till_open(const struct options *options);

/* Opens the session on the journal, and the port for the terminal. */
bool till_begin(void);

void till_close(void);

opi_session *till_session(void);

opi_journal *till_journal(void);

/* What became of a storing. */
enum stored { STORED, STORED_LATER, STORE_FAILED };

/* Makes sure that the numbers of the next operation are never used again. */
enum stored till_reserve(void);

opi_status till_tell(opi_input input);

/* Does what the session wants done, until it waits. */
void till_drain(void);

/* Does that, then waits until something happens, and reports it. */
void till_step(void);

/* Follows what is in progress to its end. */
opi_outcome till_follow(void);

opi_wall_time local_time(void);

#endif
