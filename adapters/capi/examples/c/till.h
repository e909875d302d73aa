/* A session with its connections and its journal. There is one in this program. */
#ifndef TILL_TILL_H
#define TILL_TILL_H

#include <stdbool.h>

#include "journal.h"
#include "options.h"
#include "opi.h"

/* How a program ends that cannot tell how the payment ended. */
enum { EXIT_UNKNOWN = 4 };

/* Opens the journal, the session on it, and the port for the terminal. Says what is wrong on standard error. */
bool till_open(const struct options *options);

void till_close(void);

opi_session *till_session(void);

/* Makes sure that the numbers of the next operation are never used again. */
bool till_reserve(void);

opi_status till_tell(opi_input input);

/* Does what the session wants done, until it waits. */
void till_drain(void);

/* Follows what is in progress to its end. */
opi_outcome till_follow(void);

opi_wall_time local_time(void);

#endif
