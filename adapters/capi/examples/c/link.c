#define _DEFAULT_SOURCE
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool address_parse(struct address *address, const char *text, uint16_t port)
{
    char host[256], service[16];
    const char *colon = strrchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : strlen(text);
    if (length >= sizeof host) {
        return false;
    }
    memcpy(host, text, length);
    host[length] = 0;
    if (colon) {
        snprintf(service, sizeof service, "%s", colon + 1);
    } else {
        snprintf(service, sizeof service, "%u", port);
    }
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(host, service, &hints, &found) != 0 || !found || found->ai_addrlen > sizeof address->storage) {
        return false;
    }
    memcpy(&address->storage, found->ai_addr, found->ai_addrlen);
    address->length = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

bool address_same_host(const struct address *one, const struct address *other)
{
    if (one->storage.ss_family != other->storage.ss_family) {
        return false;
    }
    if (one->storage.ss_family == AF_INET) {
        struct sockaddr_in a, b;
        memcpy(&a, &one->storage, sizeof a);
        memcpy(&b, &other->storage, sizeof b);
        return a.sin_addr.s_addr == b.sin_addr.s_addr;
    }
    struct sockaddr_in6 a, b;
    memcpy(&a, &one->storage, sizeof a);
    memcpy(&b, &other->storage, sizeof b);
    return memcmp(&a.sin6_addr, &b.sin6_addr, sizeof a.sin6_addr) == 0;
}

int listener_open(const struct address *address)
{
    int yes = 1, listener = socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener >= 0 && setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(listener, (const struct sockaddr *)&address->storage, address->length) == 0 && listen(listener, 8) == 0) {
        return listener;
    }
    if (listener >= 0) {
        close(listener);
    }
    return -1;
}

/* No waiting for more to send, and a dead peer is noticed. */
static void set_options(int socket)
{
    int yes = 1, idle = 5, interval = 3, count = 3;
    (void)setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    (void)setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    (void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    (void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    (void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

/* Whether closing throws away what the kernel has taken and not delivered: otherwise it does so for minutes. */
static void reset_at_end(int socket, bool reset)
{
    struct linger linger = {.l_onoff = reset, .l_linger = 0};
    (void)setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static void begin(struct link *link, int socket, bool connecting)
{
    link_close(link);
    /* Answers on connections of the terminal have to arrive. */
    link->resets = connecting;
    reset_at_end(socket, connecting);
    link->socket = socket;
    link->connecting = connecting;
    link->ended = false;
    link->length = link->written = 0;
    set_options(socket);
}

bool link_connect(struct link *link, const struct address *address)
{
    int made = socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) {
        return false;
    }
    begin(link, made, true);
    if (connect(made, (const struct sockaddr *)&address->storage, address->length) == 0 || errno == EINPROGRESS) {
        return true;
    }
    link_close(link);
    return false;
}

void link_take(struct link *link, int socket)
{
    begin(link, socket, false);
}

bool link_is_up(struct link *link)
{
    int error = 0;
    socklen_t length = sizeof error;
    link->connecting = false;
    if (getsockopt(link->socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0) {
        return true;
    }
    link_close(link);
    return false;
}

bool link_send(struct link *link, opi_bytes frame)
{
    if (link->socket < 0 || frame.length > sizeof link->frame) {
        return false;
    }
    memcpy(link->frame, frame.data, frame.length);
    link->length = frame.length;
    link->written = 0;
    return true;
}

enum link_sent link_go_on(struct link *link)
{
    while (link->written < link->length) {
        ssize_t taken =
            send(link->socket, link->frame + link->written, link->length - link->written, MSG_NOSIGNAL);
        if (taken > 0) {
            link->written += (size_t)taken;
        } else if (taken < 0 && errno == EINTR) {
            continue;
        } else if (taken < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return LINK_SENDING;
        } else {
            link->length = 0;
            return LINK_BROKEN;
        }
    }
    link->length = link->written = 0;
    return LINK_SENT;
}

void link_heard(struct link *link)
{
    if (link->resets) {
        link->resets = false;
        reset_at_end(link->socket, false);
    }
}

void link_close(struct link *link)
{
    if (link->socket < 0) {
        return;
    }
    if (link->written < link->length) {
        /* A frame that has not left as a whole must not leave any more. */
        reset_at_end(link->socket, true);
    }
    close(link->socket);
    link->socket = -1;
    link->count++;
    link->length = link->written = 0;
    link->connecting = false;
}
