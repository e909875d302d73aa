#define _DEFAULT_SOURCE
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static alignas(OPI_SESSION_ALIGN) uint8_t memory[OPI_JOURNAL_SIZE];

static bool wrong(const char *what)
{
    fprintf(stderr, "journal: %s: %s\n", what, strerror(errno));
    return false;
}

static bool refused(const char *what, opi_status status)
{
    opi_str text = opi_status_text(status);
    fprintf(stderr, "journal: %s: %.*s\n", what, (int)text.length, text.data);
    return false;
}

/* A new file survives only when its folder knows it. */
static bool sync_folder(const char *folder)
{
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return false;
    }
    bool synced = fsync(directory) == 0;
    close(directory);
    return synced;
}

static bool join(char *to, size_t size, const char *folder, const char *name)
{
    int length = snprintf(to, size, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= size) {
        errno = ENAMETOOLONG;
        return false;
    }
    return true;
}

static bool write_all(int file, const uint8_t *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, data, length);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        data += written;
        length -= (size_t)written;
    }
    return true;
}

static bool replay(struct journal *journal)
{
    static uint8_t piece[4096];
    static uint8_t buffer[OPI_BUFFER_MIN];
    opi_status status = opi_journal_new(memory, sizeof memory, &journal->known);
    for (;;) {
        ssize_t got = read(journal->file, piece, sizeof piece);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return wrong("cannot be read");
        }
        if (got == 0 || status != OPI_STATUS_OK) {
            break;
        }
        status = opi_journal_read(journal->known, piece, (size_t)got);
    }
    opi_replayed found;
    if (status == OPI_STATUS_OK) {
        status = opi_journal_end(journal->known, buffer, sizeof buffer, &found);
    }
    if (status != OPI_STATUS_OK) {
        return refused("cannot be used", status);
    }
    if (found.damages > 0) {
        fprintf(stderr, "journal: %llu damaged places: the disk lost what it had confirmed\n",
                (unsigned long long)found.damages);
    }
    /* Of a till that died after writing the end it is not known whether the disk has it, so all is synchronised. */
    if (ftruncate(journal->file, (off_t)found.keep) != 0 || fsync(journal->file) != 0) {
        return wrong("the unfinished end cannot be cut off");
    }
    journal->length = found.keep;
    if (found.mend.length > 0 && !journal_store(journal, found.mend)) {
        return wrong("cannot be mended");
    }
    return true;
}

bool journal_open(struct journal *journal, const char *folder)
{
    char path[4096];
    *journal = (struct journal){.lock = -1, .file = -1};
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        return wrong(folder);
    }
    if (!join(path, sizeof path, folder, "lock")) {
        return wrong(folder);
    }
    journal->lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    /* The system lets it go when the process ends, however it ends. */
    if (journal->lock < 0 || flock(journal->lock, LOCK_EX | LOCK_NB) != 0) {
        return wrong("is in use by another till, or cannot be locked");
    }
    if (!join(path, sizeof path, folder, "journal-00000002.opi")) {
        return wrong(folder);
    }
    if (access(path, F_OK) == 0) {
        fputs("journal: has several segments: this till reads only one\n", stderr);
        return false;
    }
    if (!join(path, sizeof path, folder, "journal-00000001.opi")) {
        return wrong(folder);
    }
    journal->file = open(path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    if (journal->file < 0 || !join(path, sizeof path, folder, "..") || !sync_folder(folder) || !sync_folder(path)) {
        return wrong("cannot be made");
    }
    return replay(journal);
}

bool journal_elsewhere(struct journal *journal)
{
    *journal = (struct journal){.lock = -1, .file = -1};
    return opi_journal_new(memory, sizeof memory, &journal->known) == OPI_STATUS_OK;
}

/* Half a record is worse than none: something may be appended to it. */
static bool take_back(struct journal *journal)
{
    int error = errno;
    if (ftruncate(journal->file, (off_t)journal->length) != 0 || fdatasync(journal->file) != 0) {
        journal->broken = true;
    }
    errno = error;
    return false;
}

bool journal_append(struct journal *journal, opi_bytes record)
{
    if (journal->broken || record.length == 0) {
        errno = EIO;
        return false;
    }
    if (!write_all(journal->file, record.data, record.length)) {
        return take_back(journal);
    }
    journal->length += record.length;
    return opi_journal_stored(journal->known, record) == OPI_STATUS_OK;
}

bool journal_store(struct journal *journal, opi_bytes record)
{
    if (journal->broken || record.length == 0) {
        errno = EIO;
        return false;
    }
    if (!write_all(journal->file, record.data, record.length)) {
        return take_back(journal);
    }
    if (fdatasync(journal->file) != 0) {
        /* After a failed fsync the system may forget what it could not write, and say nothing the next time. */
        take_back(journal);
        journal->broken = true;
        return false;
    }
    journal->length += record.length;
    return opi_journal_stored(journal->known, record) == OPI_STATUS_OK;
}

void journal_close(struct journal *journal)
{
    if (journal->file >= 0) {
        close(journal->file);
    }
    if (journal->lock >= 0) {
        close(journal->lock);
    }
}
