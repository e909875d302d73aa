/* Short writes, and a connection that breaks after so many bytes: put between a till and the C library (LD_PRELOAD).
 *
 * Loopback connections take a whole frame at once, networks do not. SHIM_PORT is the port of the terminal;
 * of what is written to it, each call takes SHIM_CHUNK bytes at most, and all calls SHIM_BYTES together: then the
 * connection is reset and the call fails. What was taken before really left. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WATCHED = 1024 };

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static long taken;
static struct {
    int epoll;
    struct epoll_event event;
} watched[WATCHED];

static long number(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

static int is_terminal(int fd) {
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &length) != 0 || peer.sin_family != AF_INET) return 0;
    return ntohs(peer.sin_port) == number("SHIM_PORT", 0);
}

static ssize_t real_send(int fd, const void *bytes, size_t length, int flags) {
    static ssize_t (*next)(int, const void *, size_t, int);
    if (!next) next = (ssize_t(*)(int, const void *, size_t, int))dlsym(RTLD_NEXT, "send");
    return next(fd, bytes, length, flags);
}

int epoll_ctl(int epoll, int what, int fd, struct epoll_event *event) {
    static int (*next)(int, int, int, struct epoll_event *);
    if (!next) next = (int (*)(int, int, int, struct epoll_event *))dlsym(RTLD_NEXT, "epoll_ctl");
    if (event && what != EPOLL_CTL_DEL && fd >= 0 && fd < WATCHED) {
        watched[fd].epoll = epoll;
        watched[fd].event = *event;
    }
    return next(epoll, what, fd, event);
}

static ssize_t limited(int fd, const void *bytes, size_t length, int flags) {
    pthread_mutex_lock(&one_at_a_time);
    long room = number("SHIM_BYTES", 1L << 30) - taken, chunk = number("SHIM_CHUNK", 1L << 30);
    ssize_t result;
    if (room <= 0 && length > 0) {
        /* The terminal sees the end, the till an error. */
        shutdown(fd, SHUT_RDWR);
        errno = ECONNRESET;
        result = -1;
    } else {
        long most = room < chunk ? room : chunk;
        result = real_send(fd, bytes, length < (size_t)most ? length : (size_t)most, flags | MSG_NOSIGNAL);
        if (result > 0) taken += result;
        /* The kernel would tell that there is room again; a poller that waits for the edge must see one. */
        if (result > 0 && (size_t)result < length && fd < WATCHED && watched[fd].event.events & EPOLLET)
            epoll_ctl(watched[fd].epoll, EPOLL_CTL_MOD, fd, &watched[fd].event);
    }
    int error = errno;
    pthread_mutex_unlock(&one_at_a_time);
    errno = error;
    return result;
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    return is_terminal(fd) ? limited(fd, bytes, length, flags) : real_send(fd, bytes, length, flags);
}

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    static ssize_t (*next)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    if (!to && is_terminal(fd)) return limited(fd, bytes, length, flags);
    if (!next)
        next = (ssize_t(*)(int, const void *, size_t, int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "sendto");
    return next(fd, bytes, length, flags, to, size);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    static ssize_t (*next)(int, const void *, size_t);
    if (is_terminal(fd)) return limited(fd, bytes, length, 0);
    if (!next) next = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    return next(fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    static ssize_t (*next)(int, const struct iovec *, int);
    if (count > 0 && is_terminal(fd)) {
        for (int place = 0; place < count; place++)
            if (pieces[place].iov_len) return limited(fd, pieces[place].iov_base, pieces[place].iov_len, 0);
        return 0;
    }
    if (!next) next = (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
    return next(fd, pieces, count);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    static ssize_t (*next)(int, const struct msghdr *, int);
    if (message->msg_iovlen > 0 && is_terminal(fd)) {
        for (size_t place = 0; place < message->msg_iovlen; place++)
            if (message->msg_iov[place].iov_len)
                return limited(fd, message->msg_iov[place].iov_base, message->msg_iov[place].iov_len, flags);
        return 0;
    }
    if (!next) next = (ssize_t(*)(int, const struct msghdr *, int))dlsym(RTLD_NEXT, "sendmsg");
    return next(fd, message, flags);
}
