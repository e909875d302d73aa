/* The output steps of a process, counted, and a strike at one of them.
 *
 * The tests put this between `opi` and the C library (LD_PRELOAD). An output step is a call that changes what others
 * see: bytes to a file, to a connection or to standard output, a synchronisation, a new file or folder, a shortened
 * file, the end of a connection. What is done at step OPI_STEP stands in OPI_STRIKE:
 *
 *   kill      the process ends before the step
 *   half      half of the bytes are written, then the process ends
 *   power     as after a power cut: what was not synchronised is gone, but for some of the last bytes; entries of folders
 *             too. At step 0, when the process ends by itself
 *   error N   the step fails with error N, and is not done
 *   lost N    the same, and what was not synchronised is gone (a disk that failed to write it)
 *   dead N    this and every later step on files fails with error N
 *   stop      the process stops before the step (SIGSTOP) until it is told to go on
 *   short     nothing is cut, but every call takes half of its bytes
 *
 * OPI_KINDS limits what counts: `f` files, `n` network, `o` standard output and error. OPI_LOG is a file that gets one
 * line for each step. OPI_OWED is a file that a process which is killed leaves to the next one: what it did not
 * synchronise. With OPI_LIES every synchronisation is a lie: it is said to be done, and is not. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { FILES = 256, CREATED = 64, PATH = 512 };

/* What is known of a file that is open for writing, by its descriptor. */
static struct {
    char path[PATH];
    off_t synced;
    int is_open;
} files[FILES];

/* Entries of folders that were made, in this order. */
static struct {
    char path[PATH];
    int is_folder, is_synced;
} created[CREATED];
static int made;

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static long step, wanted = -1;
static int log_to = -1, lies, is_dead, error_number;
static char strike[16];
static const char *kinds, *owed;

static void remember(const char *path, int is_folder) {
    if (made == CREATED) return;
    snprintf(created[made].path, PATH, "%s", path);
    created[made].is_folder = is_folder;
    created[made++].is_synced = 0;
}

/* Files that an earlier process did not synchronise. */
static struct {
    char path[PATH];
    off_t synced;
} earlier[CREATED];
static int earlier_ones;

static void take_over(void) {
    char text[2 * PATH * CREATED] = "";
    int from = owed ? (int)syscall(SYS_openat, AT_FDCWD, owed, O_RDONLY | O_CLOEXEC, 0) : -1;
    if (from < 0) return;
    if (syscall(SYS_read, from, text, sizeof text - 1) < 0) abort();
    syscall(SYS_close, from);
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n")) && *line) {
        char path[PATH], what;
        long number;
        if (sscanf(line, "%c %ld %511[^\n]", &what, &number, path) != 3) abort();
        if (what == 'E') remember(path, (int)number);
        else if (earlier_ones < CREATED) {
            snprintf(earlier[earlier_ones].path, PATH, "%s", path);
            earlier[earlier_ones++].synced = number;
        }
    }
}

static void begin(void) {
    if (wanted >= 0) return;
    owed = getenv("OPI_OWED");
    take_over();
    const char *at = getenv("OPI_STEP"), *what = getenv("OPI_STRIKE"), *path = getenv("OPI_LOG");
    wanted = at ? atol(at) : 0;
    kinds = getenv("OPI_KINDS");
    lies = getenv("OPI_LIES") != NULL;
    if (what) sscanf(what, "%15s %d", strike, &error_number);
    if (path) log_to = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int strikes(const char *name) { return strcmp(strike, name) == 0; }

/* `f`, `n`, `o`, or 0 for what is no output. */
static char kind_of(int fd) {
    struct stat it;
    if (fd == 1 || fd == 2) return 'o';
    if (fstat(fd, &it) != 0) return 0;
    if (S_ISREG(it.st_mode) || S_ISDIR(it.st_mode)) return 'f';
    if (!S_ISSOCK(it.st_mode)) return 0;
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return 0;
    return address.ss_family == AF_INET || address.ss_family == AF_INET6 ? 'n' : 0;
}

static const char *name_of(char kind, int fd) {
    if (kind == 'o') return fd == 1 ? "stdout" : "stderr";
    if (kind == 'n') return "peer";
    const char *last = fd >= 0 && fd < FILES ? strrchr(files[fd].path, '/') : NULL;
    return last ? last + 1 : "file";
}

/* Leaves to the next process what this one did not synchronise. */
static void leave(void) {
    int to = owed ? (int)syscall(SYS_openat, AT_FDCWD, owed, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (to < 0) return;
    for (int i = 0; i < made; i++)
        if (!created[i].is_synced) dprintf(to, "E %d %s\n", created[i].is_folder, created[i].path);
    for (int fd = 0; fd < FILES; fd++) {
        struct stat it;
        if (files[fd].is_open && fstat(fd, &it) == 0 && S_ISREG(it.st_mode) && it.st_size > files[fd].synced)
            dprintf(to, "F %ld %s\n", (long)files[fd].synced, files[fd].path);
    }
}

static _Noreturn void end(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

/* Takes away what was not synchronised; of the last bytes some are kept, as a disk may have written them. */
static void lose(int all) {
    for (int fd = 0; fd < FILES; fd++) {
        struct stat it;
        if (!files[fd].is_open || fstat(fd, &it) != 0 || !S_ISREG(it.st_mode) || it.st_size <= files[fd].synced) continue;
        off_t rest = it.st_size - files[fd].synced;
        syscall(SYS_ftruncate, fd, files[fd].synced + (all ? 0 : (step * 7919) % (rest + 1)));
    }
}

static void lose_entries(void) {
    for (int i = made - 1; i >= 0; i--) {
        int is_gone = 0;
        for (int j = 0; j <= i; j++) {
            size_t length = strlen(created[j].path);
            int is_inside = strncmp(created[i].path, created[j].path, length) == 0 &&
                            (created[i].path[length] == '/' || i == j);
            is_gone |= is_inside && !created[j].is_synced;
        }
        if (is_gone) syscall(SYS_unlinkat, AT_FDCWD, created[i].path, created[i].is_folder ? AT_REMOVEDIR : 0);
    }
}

static void folder_synced(const char *folder) {
    for (int i = 0; i < made; i++) {
        const char *last = strrchr(created[i].path, '/');
        if (last && (size_t)(last - created[i].path) == strlen(folder) &&
            strncmp(created[i].path, folder, strlen(folder)) == 0)
            created[i].is_synced = 1;
    }
}

/* Counts a step and strikes; gives whether it fails. The caller holds the lock. */
static int fails(char kind, const char *call, const char *name) {
    begin();
    if (is_dead && kind == 'f') {
        errno = error_number;
        return 1;
    }
    if (kinds && !strchr(kinds, kind)) return 0;
    step++;
    if (log_to >= 0) {
        char line[PATH];
        int length = snprintf(line, sizeof line, "%ld %s %s\n", step, call, name);
        syscall(SYS_write, log_to, line, (size_t)length);
    }
    if (step != wanted) return 0;
    if (strikes("kill")) {
        leave();
        end();
    }
    if (strikes("stop")) syscall(SYS_kill, getpid(), SIGSTOP);
    int is_write = strcmp(call, "write") == 0 || strcmp(call, "send") == 0;
    if (strikes("power") && !is_write) {
        lose(0);
        lose_entries();
        end();
    }
    is_dead = strikes("dead");
    if (strikes("lost")) lose(1);
    if (strikes("error") || strikes("lost") || is_dead) {
        errno = error_number;
        return 1;
    }
    return 0;
}

static ssize_t put(const char *call, int fd, const void *bytes, size_t length, int flags) {
    int is_send = strcmp(call, "send") == 0;
    char kind = kind_of(fd);
    if (!kind)
        return is_send ? syscall(SYS_sendto, fd, bytes, length, flags, NULL, 0) : syscall(SYS_write, fd, bytes, length);
    pthread_mutex_lock(&one_at_a_time);
    ssize_t done = -1;
    if (!fails(kind, call, name_of(kind, fd))) {
        int is_struck = step == wanted && (!kinds || strchr(kinds, kind));
        size_t part = length > 1 && ((is_struck && strikes("half")) || strikes("short")) ? length / 2 : length;
        done = is_send ? syscall(SYS_sendto, fd, bytes, part, flags, NULL, 0) : syscall(SYS_write, fd, bytes, part);
        if (is_struck && strikes("half")) end();
        if (is_struck && strikes("power")) {
            lose(0);
            lose_entries();
            end();
        }
    }
    int kept = errno;
    pthread_mutex_unlock(&one_at_a_time);
    errno = kept;
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return put("write", fd, bytes, length, 0); }

ssize_t send(int fd, const void *bytes, size_t length, int flags) { return put("send", fd, bytes, length, flags); }

static int sync_it(const char *call, long number, int fd) {
    pthread_mutex_lock(&one_at_a_time);
    int done = -1;
    if (!fails('f', call, name_of('f', fd))) {
        done = lies ? 0 : (int)syscall(number, fd);
        struct stat it;
        if (done == 0 && !lies && fd >= 0 && fd < FILES && fstat(fd, &it) == 0) {
            if (S_ISDIR(it.st_mode)) folder_synced(files[fd].path);
            else files[fd].synced = it.st_size;
        }
    }
    int kept = errno;
    pthread_mutex_unlock(&one_at_a_time);
    errno = kept;
    return done;
}

int fsync(int fd) { return sync_it("fsync", SYS_fsync, fd); }

int fdatasync(int fd) { return sync_it("fdatasync", SYS_fdatasync, fd); }

int ftruncate64(int fd, off64_t length) {
    pthread_mutex_lock(&one_at_a_time);
    int done = fails('f', "ftruncate", name_of('f', fd)) ? -1 : (int)syscall(SYS_ftruncate, fd, length);
    if (done == 0 && fd < FILES && files[fd].synced > length) files[fd].synced = length;
    int kept = errno;
    pthread_mutex_unlock(&one_at_a_time);
    errno = kept;
    return done;
}

int open64(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    int writes = (flags & O_ACCMODE) != O_RDONLY;
    pthread_mutex_lock(&one_at_a_time);
    struct stat it;
    int is_new = (flags & O_CREAT) && fstatat(AT_FDCWD, path, &it, 0) != 0, fd = -1;
    const char *last = strrchr(path, '/');
    if (!writes || !fails('f', is_new ? "create" : "open", last ? last + 1 : path)) {
        fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
        if (fd >= 0 && fd < FILES) {
            snprintf(files[fd].path, PATH, "%s", path);
            files[fd].is_open = writes;
            files[fd].synced = fstat(fd, &it) == 0 ? it.st_size : 0;
            for (int i = 0; i < earlier_ones; i++)
                if (strcmp(earlier[i].path, path) == 0) files[fd].synced = earlier[i].synced;
            if (is_new) remember(path, 0);
        }
    }
    int kept = errno;
    pthread_mutex_unlock(&one_at_a_time);
    errno = kept;
    return fd;
}

int mkdir(const char *path, mode_t mode) {
    pthread_mutex_lock(&one_at_a_time);
    const char *last = strrchr(path, '/');
    struct stat it;
    int is_there = fstatat(AT_FDCWD, path, &it, 0) == 0;
    int done = !is_there && fails('f', "mkdir", last ? last + 1 : path) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    if (done == 0) remember(path, 1);
    int kept = errno;
    pthread_mutex_unlock(&one_at_a_time);
    errno = kept;
    return done;
}

int shutdown(int fd, int how) {
    pthread_mutex_lock(&one_at_a_time);
    int done = kind_of(fd) == 'n' && fails('n', "shutdown", "peer") ? -1 : (int)syscall(SYS_shutdown, fd, how);
    int kept = errno;
    pthread_mutex_unlock(&one_at_a_time);
    errno = kept;
    return done;
}

__attribute__((destructor)) static void at_end(void) {
    begin();
    if (wanted != 0 || !strikes("power")) return;
    lose(0);
    lose_entries();
    end();
}
