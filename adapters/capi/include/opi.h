/*
 * opi.h: the till side of card payments, for C.
 *
 * Made of the sources of opi-capi by cbindgen: do not change it by hand.
 *
 * A till asks a payment terminal for money and must never be wrong about the answer. This library is everything about
 * that conversation but the bytes on the wire, the time on the clock and the records on the disk:
 *
 *     opi_handle_input   what happened
 *     opi_poll_output    what is to be done
 *
 * After each opi_handle_input, call opi_poll_output until it says OPI_OUTPUT_WAIT; do what each output says, and report
 * the result as an input. You may report from inside the drain. While it waits, watch the sockets and the clock:
 *
 *  - Give OPI_INPUT_RECEIVED at most opi_session_room bytes; read more when it grew.
 *  - Loop over send and count. When it fails, OPI_INPUT_SEND_FAILED says how many bytes can have left: fewer than the
 *    frame prove that the terminal cannot act on it.
 *  - Report OPI_INPUT_STORED only when the record would survive a power cut.
 *
 * All memory is the caller's. Nothing is allocated, nothing has to be released, nothing is called back. A session is used
 * by one thread at a time. Texts are UTF-8 by pointer and length, without a zero at the end unless it is said.
 */

#ifndef OPI_H
#define OPI_H

#include <stddef.h>
#include <stdint.h>

// The version of this header: structs, codes and functions. Whatever could break a program that was compiled with an
// older header changes it.
#define OPI_ABI_VERSION 1

// The connection of the request in progress and its answer: channel 0.
#define OPI_LINK_REQUEST 0

// Channel 0 once more: an abort beside the request in progress.
#define OPI_LINK_ABORT 1

// Channel 1: the first of the connections that the terminal opens. The others follow.
#define OPI_LINK_DEVICE 2

// Connections that a terminal may hold open on channel 1 at one time. One is what terminals use; a new one may come
// before the end of the old one is seen.
#define OPI_DEVICE_LINKS 2

// All connections of a session: links are the numbers below this.
#define OPI_LINKS (2 + OPI_DEVICE_LINKS)

// No connection.
#define OPI_LINK_NONE UINT32_MAX

// Bytes of a masked card number with the zero behind it.
#define OPI_MASKED_CARD 33

// Without a deadline.
#define OPI_NEVER UINT64_MAX

// Bytes that are enough for a session on every machine. `opi_session_size` says how many this one needs.
#define OPI_SESSION_SIZE (12 * 1024)

// Bytes that are enough for a journal on every machine. `opi_journal_size` says how many this one needs.
#define OPI_JOURNAL_SIZE (3 * 1024)

// Where memory of a session or a journal may begin: at a multiple of this.
#define OPI_SESSION_ALIGN 8

// Smallest receive window, in bytes.
#define OPI_WINDOW_MIN 128

// Smallest buffer for frames and records, in bytes: whatever the terminal may ask can be answered with it.
#define OPI_BUFFER_MIN 2048

// How a call ended. Whatever is not `OK` changed nothing.
enum opi_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // It went well.
  OPI_STATUS_OK = 0,
  // The header is of another version than the library.
  OPI_STATUS_ABI_VERSION = 1,
  // A pointer is null that must not be.
  OPI_STATUS_NULL_POINTER = 2,
  // Memory is too small, or does not stand where it must (OPI_SESSION_ALIGN).
  OPI_STATUS_MEMORY = 3,
  // A text is not UTF-8.
  OPI_STATUS_NOT_UTF8 = 4,
  // No such input, operation, answer or device status.
  OPI_STATUS_UNKNOWN_CODE = 5,
  // No such profile.
  OPI_STATUS_UNKNOWN_PROFILE = 6,
  // An identifier is empty, too long, or has a character that it must not have.
  OPI_STATUS_IDENTIFIER = 7,
  // No currency of ISO 4217.
  OPI_STATUS_CURRENCY = 8,
  // Not an amount, more decimals than the currency has, or too large.
  OPI_STATUS_AMOUNT = 9,
  // A receive window is smaller than OPI_WINDOW_MIN.
  OPI_STATUS_WINDOW_TOO_SMALL = 10,
  // The buffer is smaller than OPI_BUFFER_MIN.
  OPI_STATUS_BUFFER_TOO_SMALL = 11,
  // There was a panic: a mistake in the library. The session must not be used any more; start anew with the journal.
  OPI_STATUS_PANIC = 12,
  // An operation is in progress.
  OPI_STATUS_BUSY = 32,
  // The result of an earlier request is unknown: no new money moves before it is settled. Settle it by asking the
  // terminal (OPI_INPUT_RECOVER) or by a person's decision (OPI_INPUT_RESOLVE).
  OPI_STATUS_UNRESOLVED = 33,
  // Nothing is in progress that could be stopped.
  OPI_STATUS_NOTHING_TO_ABORT = 34,
  // The last abort was too short ago, or there were too many.
  OPI_STATUS_TOO_MANY_ABORTS = 35,
  // The dialect has no such operation.
  OPI_STATUS_UNSUPPORTED = 36,
  // The operation lacks something that the dialect needs; `opi_session_refusal` says what.
  OPI_STATUS_INCOMPLETE = 37,
  // No such question stands.
  OPI_STATUS_NO_SUCH_QUESTION = 38,
  // The answer does not fit the question.
  OPI_STATUS_WRONG_ANSWER = 39,
  // No such request is unresolved.
  OPI_STATUS_NOT_UNRESOLVED = 40,
  // The input does not fit the state of this connection.
  OPI_STATUS_WRONG_LINK = 41,
  // More bytes than there is room.
  OPI_STATUS_NO_ROOM = 42,
  // No such storing is under way.
  OPI_STATUS_NO_SUCH_TICKET = 43,
  // The time is before that of an earlier input.
  OPI_STATUS_CLOCK_WENT_BACK = 44,
  // Refused, for a reason that this header does not know.
  OPI_STATUS_REFUSED = 45,
  // The journal was written by a newer version of the library. It must not be appended to.
  OPI_STATUS_JOURNAL_VERSION = 64,
  // The journal is that of another lane.
  OPI_STATUS_OTHER_LANE = 65,
  // The request numbers of the lane are used up: it needs a new name and a new journal.
  OPI_STATUS_NUMBERS_USED_UP = 66,
  // The next request number was used already: the settings say less than the journal.
  OPI_STATUS_NUMBER_USED = 67,
  // The journal was not read to its end yet, or was already.
  OPI_STATUS_JOURNAL_ORDER = 68,
  // What was given is no record, or more than one.
  OPI_STATUS_NO_RECORD = 69,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_status opi_status;
#else
typedef uint32_t opi_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a session waits for.
enum opi_why
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A wish of the till.
  OPI_WHY_IDLE = 0,
  // A decision about the request whose result is unknown.
  OPI_WHY_UNRESOLVED = 1,
  // The terminal to come to rest, before it is asked about a lost answer.
  OPI_WHY_RECOVERY = 2,
  // The store.
  OPI_WHY_STORE = 3,
  // The listener.
  OPI_WHY_LISTENER = 4,
  // The connection to the terminal.
  OPI_WHY_CONNECTION = 5,
  // The request to leave.
  OPI_WHY_TRANSMISSION = 6,
  // The terminal, the host and the card holder.
  OPI_WHY_TERMINAL = 7,
  // The cashier's answer.
  OPI_WHY_CASHIER = 8,
  // Something that this header does not know.
  OPI_WHY_OTHER = 255,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_why opi_why;
#else
typedef uint32_t opi_why;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a record says.
enum opi_record_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A request that may move money is about to be sent.
  OPI_RECORD_KIND_INTENT = 1,
  // The whole frame of it was handed to the transport. Nothing waits for the storing of this one.
  OPI_RECORD_KIND_SENT = 2,
  // A sheet came in whole. Its lines and its text must be stored before it.
  OPI_RECORD_KIND_SHEET = 3,
  // How the request ended.
  OPI_RECORD_KIND_RESULT = 4,
  // How a request was settled whose result was unknown.
  OPI_RECORD_KIND_RESOLUTION = 5,
  // Something that this header does not know. It is stored like the others.
  OPI_RECORD_KIND_OTHER = 255,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_record_kind opi_record_kind;
#else
typedef uint32_t opi_record_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Why it ended so. The sentences are those of `opi_reason_text`.
enum opi_reason
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // It simply went well.
  OPI_REASON_NONE = 0,
  // Approved, but for less than was asked.
  OPI_REASON_PARTIAL_APPROVAL = 1,
  // Approved with restrictions: look at the receipt.
  OPI_REASON_CHECK_RECEIPT = 2,
  // The card's bank said no.
  OPI_REASON_HOST_DECLINED = 3,
  // The terminal said no or failed.
  OPI_REASON_TERMINAL_REFUSED = 4,
  // The card holder pressed stop, or the abort of the cashier took effect.
  OPI_REASON_STOPPED = 5,
  // The payment host could not be reached.
  OPI_REASON_HOST_UNREACHABLE = 6,
  // Time ran out at the terminal before a card was read.
  OPI_REASON_TIMED_OUT = 7,
  // The card is not known.
  OPI_REASON_UNKNOWN_CARD = 8,
  // The terminal cannot do this.
  OPI_REASON_NOT_SUPPORTED = 9,
  // The terminal does not accept the message: never send it again unchanged.
  OPI_REASON_REJECTED = 10,
  // The terminal is busy with something else.
  OPI_REASON_BUSY = 11,
  // The terminal cannot be used now; pause some seconds.
  OPI_REASON_DEVICE_UNAVAILABLE = 12,
  // Nobody is logged in: activate, then ask again.
  OPI_REASON_LOGGED_OUT = 13,
  // The last receipts must be fetched first: reprint, then ask again.
  OPI_REASON_PRINT_LAST_TICKET = 14,
  // The till could not store the request before sending it.
  OPI_REASON_NOT_STORED = 15,
  // The till could not listen for the terminal's callbacks.
  OPI_REASON_NOT_LISTENING = 16,
  // The terminal could not be reached.
  OPI_REASON_NOT_CONNECTED = 17,
  // The connection broke before the whole request had left.
  OPI_REASON_NOT_TRANSMITTED = 18,
  // Stopped by the till before the request had left.
  OPI_REASON_WITHDRAWN = 19,
  // The request could not be written.
  OPI_REASON_NOT_ENCODABLE = 20,
  // The connection ended before the answer.
  OPI_REASON_CONNECTION_LOST = 21,
  // No answer in time.
  OPI_REASON_DEADLINE = 22,
  // The answer cannot be read.
  OPI_REASON_UNREADABLE = 23,
  // The answer belongs to another request.
  OPI_REASON_FOREIGN_ANSWER = 24,
  // The answer holds no result.
  OPI_REASON_MISSING_RESULT = 25,
  // The answer holds a result that nobody knows.
  OPI_REASON_UNLISTED_RESULT = 26,
  // A refusal, but with signs that the card was charged.
  OPI_REASON_CONTRADICTION = 27,
  // The terminal does not know what its host decided.
  OPI_REASON_AUTHORISATION_UNKNOWN = 28,
  // The terminal was asked about the request and never had it.
  OPI_REASON_NOT_RECEIVED = 29,
  // Taken in by the terminal; the host decides later.
  OPI_REASON_HOST_DECIDES_LATER = 30,
  // Approved, but the terminal sent no receipt.
  OPI_REASON_NO_RECEIPT = 31,
  // A reason that this header does not know.
  OPI_REASON_OTHER = 255,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_reason opi_reason;
#else
typedef uint32_t opi_reason;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a sheet is for.
enum opi_purpose
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A prompt for the cashier.
  OPI_PURPOSE_CASHIER_DISPLAY = 1,
  // A prompt for the customer.
  OPI_PURPOSE_CUSTOMER_DISPLAY = 2,
  // The card holder's receipt, to be kept and printed.
  OPI_PURPOSE_CUSTOMER_RECEIPT = 3,
  // The merchant's receipt, to be kept and printed.
  OPI_PURPOSE_MERCHANT_RECEIPT = 4,
  // A structured record of the transaction, to be kept. Not for printing.
  OPI_PURPOSE_JOURNAL = 5,
  // An offer to pay in the card's own currency: shown to the customer, never filed as a receipt.
  OPI_PURPOSE_OFFER = 6,
  // Something that this header does not know.
  OPI_PURPOSE_OTHER = 255,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_purpose opi_purpose;
#else
typedef uint32_t opi_purpose;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where a text stands in its line.
enum opi_alignment
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // At the left edge.
  OPI_ALIGNMENT_LEFT = 0,
  // In the middle.
  OPI_ALIGNMENT_CENTER = 1,
  // At the right edge.
  OPI_ALIGNMENT_RIGHT = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_alignment opi_alignment;
#else
typedef uint32_t opi_alignment;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What kind of answer the terminal wants of the cashier.
enum opi_question_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Yes or no.
  OPI_QUESTION_KIND_CONFIRMATION = 1,
  // Any key: yes if one was pressed.
  OPI_QUESTION_KIND_ANY_KEY = 2,
  // A number.
  OPI_QUESTION_KIND_NUMBER = 3,
  // A text.
  OPI_QUESTION_KIND_TEXT = 4,
  // An entry of a menu, by its number.
  OPI_QUESTION_KIND_MENU = 5,
  // May the goods be handed out? Yes or no, for tills without a cashier.
  OPI_QUESTION_KIND_DELIVERY = 6,
  // The forecourt reports an event; yes takes it.
  OPI_QUESTION_KIND_FORECOURT_EVENT = 7,
  // Something that this header does not know: answer it as not given.
  OPI_QUESTION_KIND_OTHER = 255,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_question_kind opi_question_kind;
#else
typedef uint32_t opi_question_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How an operation ended. `UNKNOWN` is no error: it is a fact that the till must book.
enum opi_outcome
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The money moved (or is held).
  OPI_OUTCOME_APPROVED = 1,
  // The terminal had the request and refused or failed it: no money moved.
  OPI_OUTCOME_DECLINED = 2,
  // Stopped by the card holder or the cashier: no money moved.
  OPI_OUTCOME_ABORTED = 3,
  // The terminal never had the whole request: no money moved, and asking again is safe.
  OPI_OUTCOME_NOT_SENT = 4,
  // The terminal may have moved the money or not.
  OPI_OUTCOME_UNKNOWN = 5,
  // An operation that moves no money was carried out.
  OPI_OUTCOME_DONE = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_outcome opi_outcome;
#else
typedef uint32_t opi_outcome;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// By what it became clear how an operation ended.
enum opi_settled_by
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Its own answer, or the proof that it was never sent. Also where nothing settled it.
  OPI_SETTLED_BY_ANSWER = 1,
  // The terminal repeated the answer.
  OPI_SETTLED_BY_REPEAT_LAST_MESSAGE = 2,
  // The terminal printed the receipt again.
  OPI_SETTLED_BY_TICKET_REPRINT = 3,
  // A person decided.
  OPI_SETTLED_BY_PERSON = 4,
  // The terminal was asked how the request stands.
  OPI_SETTLED_BY_TRANSACTION_STATUS = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_settled_by opi_settled_by;
#else
typedef uint32_t opi_settled_by;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What the till wants done.
enum opi_operation
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Take a payment: `amount`, and `cash_back` if a part of it is handed out in cash.
  OPI_OPERATION_PAYMENT = 1,
  // Give money back to a card: `amount`, and `original` if the card is not to be read again.
  OPI_OPERATION_REFUND = 2,
  // Take back a whole transaction: `original` or `amount`, as the dialect wants it.
  OPI_OPERATION_REVERSAL = 3,
  // Hold an amount on a card: `amount`.
  OPI_OPERATION_RESERVATION = 4,
  // Charge what was held: `amount` and `original`.
  OPI_OPERATION_COMPLETION = 5,
  // Send the last receipts again.
  OPI_OPERATION_REPRINT = 6,
  // Send the last answer again.
  OPI_OPERATION_REPEAT_LAST = 7,
  // Stop what the terminal is doing for this lane, whoever started it. To stop the operation of this session give
  // OPI_INPUT_ABORT.
  OPI_OPERATION_ABORT = 8,
  // Who the terminal is.
  OPI_OPERATION_INFO = 9,
  // How the terminal is.
  OPI_OPERATION_STATUS = 10,
  // Which brands it takes.
  OPI_OPERATION_CARD_CIRCUITS = 11,
  // Open the shift, by whichever word the terminal knows.
  OPI_OPERATION_ACTIVATE = 12,
  // Close the shift, by whichever word the terminal knows.
  OPI_OPERATION_DEACTIVATE = 13,
  // Log in.
  OPI_OPERATION_LOGIN = 14,
  // Log off.
  OPI_OPERATION_LOGOFF = 15,
  // Totals since the last closure.
  OPI_OPERATION_RECONCILIATION = 16,
  // The same, and new totals start afterwards.
  OPI_OPERATION_RECONCILIATION_WITH_CLOSURE = 17,
  // Balance, and log off.
  OPI_OPERATION_CLOSE_DAY = 18,
  // Submit what the terminal has stored.
  OPI_OPERATION_TRANSMIT = 19,
  // Fetch the configuration.
  OPI_OPERATION_CONTACT_TMS = 20,
  // Initialise with the acquirers.
  OPI_OPERATION_CONTACT_ACQUIRER = 21,
  // Self test.
  OPI_OPERATION_DIAGNOSIS = 22,
  // Restart the terminal's application.
  OPI_OPERATION_RESTART = 23,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_operation opi_operation;
#else
typedef uint32_t opi_operation;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What the cashier answered.
enum opi_answer_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Yes; a key was pressed; the goods may be handed out; the event is taken.
  OPI_ANSWER_KIND_YES = 1,
  // No.
  OPI_ANSWER_KIND_NO = 2,
  // A number, or the number of a menu entry: `text` is its digits with at most one dot.
  OPI_ANSWER_KIND_NUMBER = 3,
  // A text.
  OPI_ANSWER_KIND_TEXT = 4,
  // The cashier pressed cancel.
  OPI_ANSWER_KIND_CANCELLED = 5,
  // Nobody is there to answer.
  OPI_ANSWER_KIND_NOT_GIVEN = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_answer_kind opi_answer_kind;
#else
typedef uint32_t opi_answer_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// State of a printer or of the store of journals, as the till declares it.
enum opi_device_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The till takes it.
  OPI_DEVICE_STATUS_AVAILABLE = 1,
  // The till cannot take it.
  OPI_DEVICE_STATUS_UNAVAILABLE = 2,
  // The terminal shall print it.
  OPI_DEVICE_STATUS_PRINT_LOCAL = 3,
  // The till takes it, paper is short.
  OPI_DEVICE_STATUS_PAPER_LOW = 4,
  // No paper.
  OPI_DEVICE_STATUS_PAPER_EMPTY = 5,
  // The till takes it, memory is short.
  OPI_DEVICE_STATUS_MEMORY_LOW = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_device_status opi_device_status;
#else
typedef uint32_t opi_device_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a journal says of its lane.
typedef struct opi_journal opi_journal;

// A lane: the till's side of the conversation with one terminal.
typedef struct opi_session opi_session;

// A text by pointer and length: UTF-8, not terminated. No text is a null pointer.
//
// One that the library gives points into memory of the session or into the library itself. It stands until the next
// call with that session.
typedef struct opi_str {
  // The first byte.
  const char *data;
  // How many bytes.
  size_t length;
} opi_str;

// Bytes by pointer and length. None are a null pointer with length 0.
typedef struct opi_bytes {
  // The first byte.
  const uint8_t *data;
  // How many bytes.
  size_t length;
} opi_bytes;

// What was found in a journal.
typedef struct opi_replayed {
  // Bytes up to the end of the last whole record. Cut off what stands behind before anything is appended.
  uint64_t keep;
  // To be appended and synchronised after that, if it is not empty: the numbers that the lost end may have used stay
  // used.
  struct opi_bytes mend;
  // How many records there are.
  uint64_t records;
  // How many stretches in the middle could not be read: the disk lost what it had confirmed. Tell a person.
  uint64_t damages;
  // How many bytes could not be read, the unfinished end included.
  uint64_t dropped;
} opi_replayed;

// An amount of money. No amount has a currency of four zeros.
typedef struct opi_money {
  // Minor units (cents, rappen).
  uint64_t minor;
  // The code of ISO 4217 in upper case, and a zero.
  char currency[4];
} opi_money;

// How long things may take, in milliseconds.
typedef struct opi_timeouts {
  // Until the terminal is connected.
  uint32_t connect;
  // Until the frame has left.
  uint32_t send;
  // Without a sign of life of the terminal; callbacks refresh it.
  uint32_t idle;
  // From sending to the answer, whatever happens.
  uint32_t hard;
  // The same for operations that wait for distant hosts: closure, transmission, configuration.
  uint32_t hard_long;
  // From an answer that is not ours to giving up.
  uint32_t grace;
  // Until a record is stored, or the listener is up.
  uint32_t local;
  // From a question to the cashier to "not given", if the terminal names no time.
  uint32_t question;
  // The same for the delivery of goods.
  uint32_t delivery;
  // Until an abort is answered.
  uint32_t abort;
  // Between two aborts.
  uint32_t abort_pause;
  // Before the terminal is asked about a lost answer.
  uint32_t probe_pause;
  // Without a sign of life after that question.
  uint32_t probe;
  // Most between the time of a payment and that of a receipt which is taken for its own. (`near` is a word of some C
  // compilers.)
  uint32_t receipt_near;
  // Without a byte in the middle of a message: its connection ends then, since the others wait until it is read.
  uint32_t stalled;
} opi_timeouts;

// The settings of one lane. `opi_settings_init` fills them with what is usual; the name of the lane must be set.
typedef struct opi_settings {
  // The dialect: `nexi`, `ccv-nl`, `opi-de` or `ifsf`.
  struct opi_str profile;
  // The name of the lane: 1 to 40 characters of `A-Z a-z 0-9 _ -`, stable, and unique at its terminal.
  struct opi_str workstation;
  // Language of the texts for the cashier, two letters.
  struct opi_str language;
  // Name of the till software, where it is to be told.
  struct opi_str application_sender;
  // Number of the point of payment, such as `001`.
  struct opi_str pop_id;
  // The cashier.
  struct opi_str clerk_id;
  // The shift; none if negative.
  int64_t shift_number;
  // The number of the first request, 1 to 999 999 999. It must be beyond every number this lane ever used. A journal
  // with records knows better.
  uint32_t first_request;
  // Longest frame accepted, in bytes.
  uint32_t frame_limit;
  // Printer of the customer's copy: an opi_device_status.
  uint32_t printer;
  // Printer or store of the merchant's copy: an opi_device_status.
  uint32_t journal_printer;
  // Store of the structured journal: an opi_device_status.
  uint32_t e_journal;
  // Not 0: there is a display for the cashier.
  uint8_t cashier_display;
  // Not 0: there is a display for the customer.
  uint8_t customer_display;
  // Not 0: no other lane uses the terminal. A reprinted receipt of the same amount from the same minutes then settles
  // a lost answer.
  uint8_t alone_at_terminal;
  // Not 0: the till answers forecourt events; if not they are refused.
  uint8_t handles_events;
  // How long things may take.
  struct opi_timeouts timeouts;
} opi_settings;

// Memory for what came in and was not read yet. Messages of any length pass through it; more makes fewer and larger
// steps. The session owns it as long as it is used.
typedef struct opi_window {
  // The first byte.
  uint8_t *data;
  // How many, at least OPI_WINDOW_MIN.
  size_t length;
} opi_window;

// The windows of a session.
typedef struct opi_windows {
  // For the answers on channel 0.
  struct opi_window request;
  // For the answer to an abort.
  struct opi_window abort;
  // For the callbacks on channel 1.
  struct opi_window device[OPI_DEVICE_LINKS];
} opi_windows;

// How an earlier transaction is named. Which parts count differs by dialect; the rest is not sent.
typedef struct opi_original {
  // Reference the terminal gave (Nexi).
  struct opi_str trx_reference_number;
  // Receipt or trace number, with leading zeros (German OPI, IFSF).
  struct opi_str stan;
  // Terminal (IFSF).
  struct opi_str terminal_id;
  // Batch (IFSF).
  struct opi_str terminal_batch;
  // Time as the terminal wrote it (IFSF).
  struct opi_str time_stamp;
  // Receipt number (CCV) or approval code.
  struct opi_str reference;
} opi_original;

// Local date and time with its distance to UTC.
typedef struct opi_wall_time {
  // Seconds since 1970-01-01T00:00:00Z.
  int64_t unix_seconds;
  // Minutes by which local time is ahead of UTC.
  int32_t offset_minutes;
} opi_wall_time;

// One operation, with what goes along with it. Set the rest to zero.
typedef struct opi_request {
  // What is wanted: an opi_operation.
  uint32_t operation;
  // The amount, where the operation has one.
  struct opi_money amount;
  // The part of a payment that is handed out in cash.
  struct opi_money cash_back;
  // The earlier transaction, where the operation has one.
  struct opi_original original;
  // The merchant's own reference: 1 to 20 characters of `A-Z a-z 0-9 _ -`.
  struct opi_str reference;
  // Local time now.
  struct opi_wall_time at;
} opi_request;

// The cashier's answer to a question.
typedef struct opi_answer {
  // Which question.
  uint32_t question;
  // What kind of answer: an opi_answer_kind.
  uint32_t kind;
  // The number or the text.
  struct opi_str text;
} opi_answer;

// A person's decision about the unresolved request.
typedef struct opi_resolve {
  // The request that is unresolved.
  uint32_t request_id;
  // Not 0: the customer was charged.
  uint8_t charged;
  // Why, in the person's words.
  struct opi_str note;
} opi_resolve;

// Bytes that came in.
typedef struct opi_received {
  // The connection.
  uint32_t link;
  // The bytes, at most `opi_session_room` of them.
  const uint8_t *data;
  // How many.
  size_t length;
} opi_received;

// How much of a frame can have left.
typedef struct opi_send_failed {
  // The connection.
  uint32_t link;
  // Bytes of the frame that can have left; when in doubt, all of them.
  size_t at_most;
} opi_send_failed;

// What happened.
enum opi_input_Tag
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Time passed.
  OPI_INPUT_TICK,
  // The till wants something done.
  OPI_INPUT_START,
  // The till wants the operation in progress stopped. Its outcome still comes from its own answer.
  OPI_INPUT_ABORT,
  // The cashier answered a question.
  OPI_INPUT_ANSWER,
  // A person decided about the unresolved request.
  OPI_INPUT_RESOLVE,
  // The till wants the unresolved request settled: the terminal is asked about it. Local time now.
  OPI_INPUT_RECOVER,
  // Callbacks of the terminal can come in.
  OPI_INPUT_LISTENING,
  // Callbacks of the terminal cannot come in.
  OPI_INPUT_LISTEN_FAILED,
  // The connection asked for is up.
  OPI_INPUT_CONNECTED,
  // The connection asked for could not be made.
  OPI_INPUT_CONNECT_FAILED,
  // The terminal opened a connection; it was given the slot of `opi_session_free_link`.
  OPI_INPUT_ACCEPTED,
  // The terminal wants to open a connection, and no slot is free for it.
  OPI_INPUT_CROWDED,
  // Bytes came in.
  OPI_INPUT_RECEIVED,
  // The frame was handed to the transport as a whole.
  OPI_INPUT_SENT,
  // Sending stopped.
  OPI_INPUT_SEND_FAILED,
  // The connection ended, by the peer or by a fault.
  OPI_INPUT_CLOSED,
  // The record of this ticket would survive a power cut.
  OPI_INPUT_STORED,
  // The record of this ticket could not be stored.
  OPI_INPUT_STORE_FAILED,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_input_Tag opi_input_Tag;
#else
typedef uint32_t opi_input_Tag;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

typedef struct opi_input {
  opi_input_Tag tag;
  union {
    struct {
      const struct opi_request *start;
    };
    struct {
      struct opi_answer answer;
    };
    struct {
      struct opi_resolve resolve;
    };
    struct {
      struct opi_wall_time recover;
    };
    struct {
      uint32_t connected;
    };
    struct {
      uint32_t connect_failed;
    };
    struct {
      uint32_t accepted;
    };
    struct {
      struct opi_received received;
    };
    struct {
      uint32_t sent;
    };
    struct {
      struct opi_send_failed send_failed;
    };
    struct {
      uint32_t closed;
    };
    struct {
      uint32_t stored;
    };
    struct {
      uint32_t store_failed;
    };
  };
} opi_input;

// Until when there is nothing to do, and what for.
typedef struct opi_wait {
  // When OPI_INPUT_TICK must come at the latest, in milliseconds of the caller's clock, or OPI_NEVER.
  uint64_t until;
  // What the session waits for.
  opi_why why;
} opi_wait;

// A frame to be sent.
typedef struct opi_send {
  // The connection.
  uint32_t link;
  // The frame, at the front of the buffer: take it from there before the next call.
  struct opi_bytes frame;
} opi_send;

// A record to be stored so that it survives a power cut.
typedef struct opi_persist {
  // Names the storing: OPI_INPUT_STORED and OPI_INPUT_STORE_FAILED carry it back.
  uint32_t ticket;
  // What the record says.
  opi_record_kind kind;
  // The sheet that is complete with it, or 0. If any line or text of it was not stored, report
  // OPI_INPUT_STORE_FAILED.
  uint32_t sheet;
  // The record, at the front of the buffer. To be appended to the journal as it is.
  struct opi_bytes record;
} opi_persist;

// A request got its number.
typedef struct opi_started {
  // The number.
  uint32_t request_id;
  // The request type as it goes on the wire.
  struct opi_str request_type;
} opi_started;

// The answer to a request that may move money is lost or says nothing. The terminal is asked about it.
typedef struct opi_in_doubt {
  // The request.
  uint32_t request_id;
  // Why.
  opi_reason reason;
} opi_in_doubt;

// The terminal begins a sheet; its lines follow.
typedef struct opi_sheet_begun {
  // Its name in this session. Sheets may come side by side.
  uint32_t sheet;
  // What it is for.
  opi_purpose purpose;
  // 1 if it must be stored: then the records of its lines and its text are to be appended to the journal as they
  // come.
  uint8_t keep;
  // The request it belongs to, or 0.
  uint32_t request_id;
  // The device as the terminal named it.
  struct opi_str target;
} opi_sheet_begun;

// A line of a sheet.
typedef struct opi_line {
  // Which sheet.
  uint32_t sheet;
  // The text, leading and trailing blanks included, as the terminal wrote it: mask it where it is logged.
  struct opi_str text;
  // Place from the top, or -1; where given, lines are ordered by it.
  int32_t row;
  // Columns to leave free on the left, or -1.
  int32_t column;
  // The entry of a menu that this line is, or -1.
  int32_t menu_item;
  // Where the text stands in the line.
  opi_alignment alignment;
  // 1: heavier letters.
  uint8_t bold;
  // 1: letters of double width.
  uint8_t double_width;
  // 1: letters of double height.
  uint8_t double_height;
  // 1: the paper is to be cut after this line.
  uint8_t paper_cut;
  // For the journal, if the sheet must be stored. It need not survive a power cut before the sheet is complete.
  struct opi_bytes record;
} opi_line;

// A piece of the raw text of a journal sheet.
typedef struct opi_journal_text {
  // Which sheet.
  uint32_t sheet;
  // The piece, as the terminal wrote it: mask it where it is logged.
  struct opi_str text;
  // For the journal, if the sheet must be stored. It need not survive a power cut before the sheet is complete.
  struct opi_bytes record;
} opi_journal_text;

// A sheet is complete.
typedef struct opi_sheet_ended {
  // Which sheet.
  uint32_t sheet;
  // 0 if it could not be stored: the terminal was told so.
  uint8_t kept;
} opi_sheet_ended;

// A question to the cashier. What is asked came as a display sheet right before.
typedef struct opi_question {
  // Its name in this session: OPI_INPUT_ANSWER carries it back.
  uint32_t question;
  // What kind of answer is wanted.
  opi_question_kind kind;
  // The sheet that holds the text of the question, or 0.
  uint32_t sheet;
  // Fewest characters of the answer, or -1.
  int32_t min_length;
  // Most characters of the answer, or -1.
  int32_t max_length;
  // Decimals of a number, or -1.
  int32_t decimals;
  // When it is answered as not given, in milliseconds of the caller's clock.
  uint64_t until;
} opi_question;

// A total of a reconciliation.
typedef struct opi_total {
  // The sum.
  struct opi_money amount;
  // How many payments, or -1.
  int64_t number_payments;
  // `Debit` for what the merchant gets, `Credit` for what was given back.
  struct opi_str payment_type;
  // The brand.
  struct opi_str card_circuit;
  // The acquirer.
  struct opi_str acquirer;
} opi_total;

// A brand that the terminal takes.
typedef struct opi_card_circuit {
  // The code.
  struct opi_str code;
  // The name for people.
  struct opi_str name;
} opi_card_circuit;

// A fact of the terminal's identity or state.
typedef struct opi_detail {
  // Its name in the protocol.
  struct opi_str name;
  // Its value.
  struct opi_str value;
} opi_detail;

// The terminal did something that it must not do. The session handles it; this is for the log.
typedef struct opi_fault {
  // Where it happened.
  uint32_t link;
  // Byte of the message, or -1.
  int64_t offset;
  // What happened.
  struct opi_str what;
} opi_fault;

// What the answer says of the transaction, as the terminal wrote it.
typedef struct opi_facts {
  // The amount booked.
  struct opi_money amount;
  // The part of it beyond what was asked.
  struct opi_money tip;
  // The part of it handed out in cash.
  struct opi_money cash_back;
  // Approval code.
  struct opi_str approval_code;
  // Card number as its mask, with a zero behind it; empty if there is none.
  char masked_card_number[OPI_MASKED_CARD];
  // Brand.
  struct opi_str card_circuit;
  // Trace number, with leading zeros.
  struct opi_str stan;
  // Terminal.
  struct opi_str terminal_id;
  // Batch.
  struct opi_str terminal_batch;
  // Reference of the transaction, for refunds and completions.
  struct opi_str trx_reference_number;
  // Receipt number.
  struct opi_str receipt_number;
  // Time of the authorisation as the terminal wrote it.
  struct opi_str time_stamp;
  // The result in the protocol's own word.
  struct opi_str overall_result;
  // Why the host declined.
  struct opi_str host_decline_reason;
  // Why the terminal declined.
  struct opi_str terminal_decline_reason;
} opi_facts;

// The end of an operation.
typedef struct opi_finished {
  // The request, or 0 if no number was used.
  uint32_t request_id;
  // How it ended.
  opi_outcome outcome;
  // Why it ended so.
  opi_reason reason;
  // By what it became clear.
  opi_settled_by settled_by;
  // 1 if this end was confirmed stored. If not, and money may have moved, the till must book it now: after a restart
  // it is unresolved.
  uint8_t stored;
  // What the answer said.
  struct opi_facts facts;
} opi_finished;

// What is to be done, or what the till wants to know.
enum opi_output_Tag
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Nothing more until an input comes, at the latest until the deadline: then OPI_INPUT_TICK.
  OPI_OUTPUT_WAIT,
  // Let callbacks of the terminal come in, if they cannot yet; then OPI_INPUT_LISTENING or OPI_INPUT_LISTEN_FAILED.
  OPI_OUTPUT_LISTEN,
  // Connect to the terminal; then OPI_INPUT_CONNECTED or OPI_INPUT_CONNECT_FAILED.
  OPI_OUTPUT_CONNECT,
  // Send the frame; then OPI_INPUT_SENT or OPI_INPUT_SEND_FAILED.
  OPI_OUTPUT_SEND,
  // Close the connection and forget it. What has not left must not leave any more: end it by a reset. No input
  // follows.
  OPI_OUTPUT_CLOSE,
  // Store the record; then OPI_INPUT_STORED or OPI_INPUT_STORE_FAILED.
  OPI_OUTPUT_PERSIST,
  // A request got its number.
  OPI_OUTPUT_STARTED,
  // The answer is lost; the end follows.
  OPI_OUTPUT_IN_DOUBT,
  // The terminal begins a sheet.
  OPI_OUTPUT_SHEET_BEGUN,
  // A line of a sheet.
  OPI_OUTPUT_LINE,
  // A piece of the raw text of a journal sheet.
  OPI_OUTPUT_JOURNAL_TEXT,
  // A sheet is complete.
  OPI_OUTPUT_SHEET_ENDED,
  // The terminal asks the cashier; answer with OPI_INPUT_ANSWER.
  OPI_OUTPUT_QUESTION,
  // This question does not stand any more.
  OPI_OUTPUT_QUESTION_WITHDRAWN,
  // The terminal answered an abort: 1 if it says that it took it. It never decides the outcome.
  OPI_OUTPUT_ABORT_ANSWERED,
  // A total of a reconciliation.
  OPI_OUTPUT_TOTAL,
  // A brand that the terminal takes.
  OPI_OUTPUT_CARD_CIRCUIT,
  // A fact of the terminal's identity or state.
  OPI_OUTPUT_DETAIL,
  // A piece of the raw private data of an answer.
  OPI_OUTPUT_PRIVATE_TEXT,
  // The terminal did something that it must not do.
  OPI_OUTPUT_FAULT,
  // The operation ended.
  OPI_OUTPUT_FINISHED,
  // Something that this header does not know, and that may be passed over.
  OPI_OUTPUT_OTHER,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum opi_output_Tag opi_output_Tag;
#else
typedef uint32_t opi_output_Tag;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

typedef struct opi_output {
  opi_output_Tag tag;
  union {
    struct {
      struct opi_wait wait;
    };
    struct {
      uint32_t connect;
    };
    struct {
      struct opi_send send;
    };
    struct {
      uint32_t close;
    };
    struct {
      struct opi_persist persist;
    };
    struct {
      struct opi_started started;
    };
    struct {
      struct opi_in_doubt in_doubt;
    };
    struct {
      struct opi_sheet_begun sheet_begun;
    };
    struct {
      struct opi_line line;
    };
    struct {
      struct opi_journal_text journal_text;
    };
    struct {
      struct opi_sheet_ended sheet_ended;
    };
    struct {
      struct opi_question question;
    };
    struct {
      uint32_t question_withdrawn;
    };
    struct {
      uint8_t abort_answered;
    };
    struct {
      struct opi_total total;
    };
    struct {
      struct opi_card_circuit card_circuit;
    };
    struct {
      struct opi_detail detail;
    };
    struct {
      struct opi_str private_text;
    };
    struct {
      struct opi_fault fault;
    };
    struct {
      struct opi_finished finished;
    };
  };
} opi_output;

// The request whose result is unknown. It blocks the lane.
typedef struct opi_unresolved {
  // The request.
  uint32_t request_id;
  // The request type as it went on the wire.
  struct opi_str request_type;
  // The amount asked for.
  struct opi_money amount;
  // When it was asked for.
  struct opi_wall_time at;
  // Approval code or transaction reference that a receipt of it already showed.
  struct opi_str reference;
  // Why its result is unknown.
  opi_reason reason;
  // 1 if more requests of the lane are unresolved.
  uint8_t others;
} opi_unresolved;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the library's interface, to be compared with OPI_ABI_VERSION of the header.
uint32_t opi_abi_version(void);

// The version of the library for people, such as `0.1.0`. It stands for ever.
struct opi_str opi_version(void);

// How many bytes a journal needs on this machine.
size_t opi_journal_size(void);

// Makes the reader of a journal in `memory`, and says in `journal` where it stands. Give it all bytes of the store by
// `opi_journal_read`, then call `opi_journal_end`, also where the store is empty. There is nothing to release.
//
// # Safety
// `memory` has `size` bytes and belongs to the journal as long as it is used; `journal` has room.
opi_status opi_journal_new(uint8_t *memory, size_t size, struct opi_journal **journal);

// Reads the next bytes of the store, in pieces of any length.
//
// # Safety
// `journal` was made by `opi_journal_new`, and nobody else uses it meanwhile. `data` has `length` bytes.
opi_status opi_journal_read(struct opi_journal *journal, const uint8_t *data, size_t length);

// Says that all of the store was read. `found` says what is to be cut off and what is to be appended.
//
// # Safety
// `journal` was made by `opi_journal_new`, and nobody else uses it meanwhile. `buffer` has `size` bytes, at least
// OPI_BUFFER_MIN; `found` has room.
opi_status opi_journal_end(struct opi_journal *journal, uint8_t *buffer, size_t size, struct opi_replayed *found);

// Reserves request numbers for the next operation, so that none is ever used twice. To be called before
// OPI_INPUT_START of anything and before OPI_INPUT_RECOVER. If `record` is not empty, append and synchronise it, say so
// by `opi_journal_stored`, and only then begin. If it cannot be stored, do not begin.
//
// # Safety
// Both were made by this library, and nobody else uses them meanwhile. `buffer` has `size` bytes, at least
// OPI_BUFFER_MIN; `record` has room.
opi_status opi_journal_reserve(const struct opi_journal *journal,
                               const struct opi_session *session,
                               uint8_t *buffer,
                               size_t size,
                               struct opi_bytes *record);

// Says that a record is stored, so that the journal stays what the store is: every record that the session gave, in
// their order, those of lines and texts included, and those of reservations.
//
// # Safety
// `journal` was made by `opi_journal_new`, and nobody else uses it meanwhile. The record is readable.
opi_status opi_journal_stored(struct opi_journal *journal, struct opi_bytes record);

// Gives what a new journal begins with, one record for each `number` from 0 on, until `record` is empty: how far the
// request numbers are used, what names the transaction settled last, and what is unresolved. Once all of it is stored,
// the old journal may be put away. To be done while the session is idle. Go on with the same `opi_journal`, which knows
// these records already.
//
// # Safety
// `journal` was made by `opi_journal_new`, and nobody else uses it meanwhile. `buffer` has `size` bytes, at least
// OPI_BUFFER_MIN; `record` has room.
opi_status opi_journal_carry_over(const struct opi_journal *journal,
                                  uint32_t number,
                                  uint8_t *buffer,
                                  size_t size,
                                  struct opi_bytes *record);

// Reads an amount such as `25.00` and a currency such as `CHF`, exactly: fewer decimals than the currency has are read,
// more only if they are zeros.
//
// # Safety
// The texts are readable; `money` has room.
opi_status opi_money_parse(struct opi_str amount, struct opi_str currency, struct opi_money *money);

// Writes an amount such as `25.00 CHF` and a zero behind it, as much as has room; how many bytes the whole text has.
// No amount is an empty text.
//
// # Safety
// `money` is readable; `to` has room for `size` bytes.
size_t opi_money_text(const struct opi_money *money, char *to, size_t size);

// Writes a text with the card numbers in it masked, and a zero behind it, as much as has room; how many bytes the whole
// text has. For everything that is logged or shown and came from the terminal.
//
// # Safety
// The text is readable; `to` has room for `size` bytes and does not overlap with it.
size_t opi_mask(struct opi_str text, char *to, size_t size);

// How many bytes a session needs on this machine.
size_t opi_session_size(void);

// Makes a lane at rest in `memory`, and says in `session` where it stands.
//
// With a journal that was read to its end, numbers go on where it ends, what it knows of the last transaction is
// known, and its oldest request without an end blocks the lane. Without one (null) the settings have to be right.
//
// There is nothing to release: a session that is not used any more is memory. Close its connections.
//
// # Safety
// `memory` has `size` bytes. It and the windows belong to the session as long as it is used. The settings are readable,
// texts included. `journal` is null or was made by `opi_journal_new`. `session` has room.
opi_status opi_session_new(uint8_t *memory,
                           size_t size,
                           const struct opi_settings *settings,
                           const struct opi_windows *windows,
                           const struct opi_journal *journal,
                           struct opi_session **session);

// Takes in what happened, at `now` in milliseconds of any clock that never goes back. Afterwards call
// `opi_poll_output` until it says OPI_OUTPUT_WAIT.
//
// # Safety
// `session` was made by `opi_session_new`, and nobody else uses it meanwhile. `input` is readable, with what it points
// to; nothing of it is kept.
opi_status opi_handle_input(struct opi_session *session, uint64_t now, const struct opi_input *input);

// What is to be done next. Call it until it says OPI_OUTPUT_WAIT; do what each output says, and report the result by
// `opi_handle_input`. You may report from inside the drain.
//
// Frames and records are written to the front of `buffer`. They, and every text of the output, stand until the next
// call with this session.
//
// # Safety
// `session` was made by `opi_session_new`, and nobody else uses it meanwhile. `buffer` has `size` bytes; `next` has
// room.
opi_status opi_poll_output(struct opi_session *session, uint8_t *buffer, size_t size, struct opi_output *next);

// Lets the oldest request without an end in the journal block the lane, if none does and no operation is in progress.
// To be called whenever the session waits and nothing is being stored: one decision may not be the last.
//
// # Safety
// Both were made by this library, and nobody else uses them meanwhile.
opi_status opi_session_take_up(struct opi_session *session, const struct opi_journal *journal);

// How many bytes OPI_INPUT_RECEIVED may bring on this connection now.
//
// # Safety
// `session` is null or was made by `opi_session_new`.
size_t opi_session_room(const struct opi_session *session, uint32_t link);

// A slot for a connection that the terminal opens, or OPI_LINK_NONE: then give OPI_INPUT_CROWDED and keep it waiting.
//
// # Safety
// `session` is null or was made by `opi_session_new`.
uint32_t opi_session_free_link(const struct opi_session *session);

// 1 if no operation is in progress.
//
// # Safety
// `session` is null or was made by `opi_session_new`.
uint8_t opi_session_is_idle(const struct opi_session *session);

// The number that the next request will have, or 0 without a session.
//
// # Safety
// `session` is null or was made by `opi_session_new`.
uint32_t opi_session_next_request(const struct opi_session *session);

// The request whose result is unknown: 1 if there is one. Its texts stand until the next call with this session.
//
// # Safety
// `session` is null or was made by `opi_session_new`; `unresolved` is null or has room.
uint8_t opi_session_unresolved(const struct opi_session *session, struct opi_unresolved *unresolved);

// Writes a sentence on the last input that was refused as a misuse, and a zero behind it, as much as has room; how many
// bytes the whole text has.
//
// # Safety
// `session` is null or was made by `opi_session_new`; `to` has room for `size` bytes.
size_t opi_session_refusal(const struct opi_session *session, char *to, size_t size);

// Which lane the first bytes of a connection are for, where several tills share a listener: 1 if it is known, 0 if more
// bytes are needed. A connection that names no lane, or says no message, is known and has no name.
//
// # Safety
// `data` has `length` bytes; `to` has room for `size` bytes, of which 41 are enough.
uint8_t opi_workstation_of(struct opi_bytes bytes, char *to, size_t size);

// Fills settings with what is usual: English texts, a display, both printers, a store of journals, number 1 for the
// first request. `abi_version` must be OPI_ABI_VERSION; then header and library are of the same version.
//
// # Safety
// `profile` is readable and stands for ever; `settings` has room.
opi_status opi_settings_init(uint32_t abi_version, struct opi_str profile, struct opi_settings *settings);

// The TCP ports of a dialect: channel 0 on the terminal, channel 1 on the till.
//
// # Safety
// `profile` is readable; `request` and `device` have room.
opi_status opi_profile_ports(struct opi_str profile, uint16_t *request, uint16_t *device);

// A sentence on a status, without a full stop. It stands for ever.
struct opi_str opi_status_text(uint32_t status);

// One word for an outcome, such as `approved`. It stands for ever.
struct opi_str opi_outcome_name(uint32_t outcome);

// A sentence on a reason, for the cashier's log, without a full stop; no text for OPI_REASON_NONE. It stands for ever.
struct opi_str opi_reason_text(uint32_t reason);

// A few words on what a session waits for. They stand for ever.
struct opi_str opi_why_text(uint32_t why);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* OPI_H */
