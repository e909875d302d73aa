/* One connection: what is half made and half sent stays here. */
#ifndef TILL_LINK_H
#define TILL_LINK_H

#include <stdbool.h>
#include <sys/socket.h>

#include "opi.h"

/* Bytes of the longest frame that is sent. */
#define FRAME_MAX 8192

struct link {
    int socket;
    /* Counts connections, so that what is known of one is not taken for news of the next. */
    unsigned count;
    bool connecting;
    /* The peer sends no more. It may still read: what it asked last can be answered. */
    bool ended;
    /* Its end is a reset: nothing shows yet that the peer has what was sent. */
    bool resets;
    /* The frame being sent, and how much of it the kernel took. */
    uint8_t frame[FRAME_MAX];
    size_t length;
    size_t written;
};

/* A host and a port. */
struct address {
    struct sockaddr_storage storage;
    socklen_t length;
};

/* Reads HOST:PORT; without a port the one given. */
bool address_parse(struct address *address, const char *text, uint16_t port);

/* Whether both are the same machine. */
bool address_same_host(const struct address *one, const struct address *other);

/* Opens a port to which the terminal connects. The socket, or -1. */
int listener_open(const struct address *address);

/* Begins to connect. False: it failed at once. */
bool link_connect(struct link *link, const struct address *address);

/* Takes a connection that the terminal opened. */
void link_take(struct link *link, int socket);

/* Whether the connection that was begun is up. */
bool link_is_up(struct link *link);

/* Begins to send a frame. False: it is too long, and nothing left. */
bool link_send(struct link *link, opi_bytes frame);

enum link_sent { LINK_SENT, LINK_SENDING, LINK_BROKEN };

/* Goes on sending. When it broke, `link->written` bytes can have left. */
enum link_sent link_go_on(struct link *link);

/* The terminal said something: it has what was sent, and the connection can end well. */
void link_heard(struct link *link);

/* Ends the connection. What has not left does not leave any more, and what nobody answered does not arrive later. */
void link_close(struct link *link);

#endif
