#include "screen.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Room for the longest text that is shown in one piece. */
#define SHOWN 1024

/* Text of the wire, fit for a window: a control character could forge an APPROVED. */
static void put(opi_str text)
{
    char shown[SHOWN];
    opi_mask(text, shown, sizeof shown);
    for (unsigned char *at = (unsigned char *)shown; *at; at++) {
        if (*at < 0x20 || *at == 0x7f) {
            putchar('.');
        } else if (*at == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f) {
            putchar('.');
            at++;
        } else if (*at == 0xe2 && at[1] == 0x80 && (at[2] == 0x8e || at[2] == 0x8f || (at[2] & 0xf8) == 0xa8)) {
            /* Marks that turn the direction of text, and line ends. */
            putchar('.');
            at += 2;
        } else {
            putchar(*at);
        }
    }
}

static void put_fact(const char *word, opi_str fact)
{
    if (fact.length > 0) {
        printf(*word ? "  %s " : " %s", word);
        put(fact);
    }
}

static void end_line(void)
{
    putchar('\n');
    fflush(stdout);
}

void screen_text(const char *word, opi_str text)
{
    printf("%s: ", word);
    put(text);
    end_line();
}

void screen_status(const char *doing, opi_status status)
{
    opi_str text = opi_status_text(status);
    fprintf(stderr, "%s: %.*s\n", doing, (int)text.length, text.data);
}

void screen_started(const opi_started *started)
{
    printf("request %u: ", started->request_id);
    put(started->request_type);
    end_line();
}

void screen_in_doubt(const opi_in_doubt *doubt)
{
    printf("request %u: the answer is lost, ", doubt->request_id);
    put(opi_reason_text(doubt->reason));
    end_line();
}

void screen_line(opi_purpose purpose, const opi_line *line)
{
    static const char *const words[] = {
        [OPI_PURPOSE_CASHIER_DISPLAY] = "cashier", [OPI_PURPOSE_CUSTOMER_DISPLAY] = "customer",
        [OPI_PURPOSE_CUSTOMER_RECEIPT] = "receipt for the customer",
        [OPI_PURPOSE_MERCHANT_RECEIPT] = "receipt for the merchant", [OPI_PURPOSE_JOURNAL] = "journal",
        [OPI_PURPOSE_OFFER] = "offer",
    };
    const char *word = purpose < sizeof words / sizeof words[0] ? words[purpose] : NULL;
    printf("%s | ", word ? word : "sheet");
    for (int32_t column = 0; column < line->column && column < 80; column++) {
        putchar(' ');
    }
    put(line->text);
    end_line();
}

void screen_question(const opi_question *question)
{
    static const char *const words[] = {
        [OPI_QUESTION_KIND_CONFIRMATION] = "yes or no", [OPI_QUESTION_KIND_ANY_KEY] = "press enter",
        [OPI_QUESTION_KIND_NUMBER] = "a number", [OPI_QUESTION_KIND_TEXT] = "a text",
        [OPI_QUESTION_KIND_MENU] = "the number of an entry",
        [OPI_QUESTION_KIND_DELIVERY] = "may the goods be handed out? yes or no",
        [OPI_QUESTION_KIND_FORECOURT_EVENT] = "is the event taken? yes or no",
    };
    const char *word = question->kind < sizeof words / sizeof words[0] ? words[question->kind] : NULL;
    printf("question %u: %s", question->question, word ? word : "?");
    end_line();
}

void screen_total(const opi_total *total)
{
    char amount[64];
    opi_money_text(&total->amount, amount, sizeof amount);
    printf("total: %s", amount);
    if (total->number_payments >= 0) {
        printf("  %lld payments", (long long)total->number_payments);
    }
    put_fact("type", total->payment_type);
    put_fact("brand", total->card_circuit);
    put_fact("acquirer", total->acquirer);
    end_line();
}

void screen_detail(opi_str name, opi_str value)
{
    put(name);
    printf(": ");
    put(value);
    end_line();
}

void screen_fault(const opi_fault *fault)
{
    fprintf(stderr, "the terminal made a mistake on link %u", fault->link);
    if (fault->offset >= 0) {
        fprintf(stderr, ", byte %lld", (long long)fault->offset);
    }
    fprintf(stderr, ": %.*s\n", (int)fault->what.length, fault->what.data);
}

void screen_unresolved(const opi_unresolved *unresolved)
{
    char amount[64];
    opi_money_text(&unresolved->amount, amount, sizeof amount);
    printf("request %u%s%s has no known end: no new money moves before it is settled, by `recover` or, after a look at "
           "the terminal, by `resolve %u charged|not-charged`",
           unresolved->request_id, *amount ? " of " : "", amount, unresolved->request_id);
    end_line();
}

void screen_finished(const opi_finished *finished)
{
    char amount[64];
    const opi_facts *facts = &finished->facts;
    opi_str word = opi_outcome_name(finished->outcome), reason = opi_reason_text(finished->reason);
    for (size_t at = 0; at < word.length; at++) {
        putchar(word.data[at] == '_' ? ' ' : toupper((unsigned char)word.data[at]));
    }
    if (opi_money_text(&facts->amount, amount, sizeof amount) > 0) {
        printf(" %s", amount);
    }
    put_fact("", facts->card_circuit);
    put_fact("", (opi_str){facts->masked_card_number, strlen(facts->masked_card_number)});
    put_fact("approval", facts->approval_code);
    put_fact("trx", facts->trx_reference_number);
    put_fact("because", reason);
    if (!finished->stored && finished->request_id != 0 &&
        (finished->outcome == OPI_OUTCOME_APPROVED || finished->outcome == OPI_OUTCOME_UNKNOWN)) {
        printf("  (NOT STORED: write it down now)");
    }
    end_line();
}
