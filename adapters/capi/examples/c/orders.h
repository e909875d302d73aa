/* The till as a program that is given orders: one a line on standard input, and what happens in lines of plain words on
 * standard output. So the conformance test of the adapters drives it; its README has all the words. */
#ifndef TILL_ORDERS_H
#define TILL_ORDERS_H

#include <stdbool.h>

#include "opi.h"

/* Obeys until it is told to quit. The exit status. */
int orders_run(void);

/* Reads what is there of standard input, and obeys. */
void orders_read(void);

/* Says what an output means, if it is one of which the test wants to hear. */
void orders_say(const opi_output *output);

/* Says that the session refused a report: a mistake in this program. */
void orders_misuse(void);

/* A part of a sheet, to be handed over with the next record. */
bool orders_gather(opi_bytes record);

/* Hands a record over, and all that was gathered before it. What became of it is told later. */
void orders_store(uint32_t ticket, opi_bytes record);

/* Whether something handed over is not stored yet. */
bool orders_storing(void);

#endif
