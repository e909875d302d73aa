/* What a cashier sees. */
#ifndef TILL_SCREEN_H
#define TILL_SCREEN_H

#include "opi.h"

/* A line that begins with a word. Card numbers are masked, and nothing in it can move the cursor. */
void screen_text(const char *word, opi_str text);

void screen_status(const char *doing, opi_status status);

void screen_started(const opi_started *started);
void screen_in_doubt(const opi_in_doubt *doubt);
void screen_line(opi_purpose purpose, const opi_line *line);
void screen_question(const opi_question *question);
void screen_total(const opi_total *total);
void screen_detail(opi_str name, opi_str value);
void screen_fault(const opi_fault *fault);
void screen_unresolved(const opi_unresolved *unresolved);

/* The end of an operation: the last line of the output begins with its outcome. */
void screen_finished(const opi_finished *finished);

#endif
