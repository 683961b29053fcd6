/* SPDX-License-Identifier: MIT */
#include "proto/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

wh_status wh_file_read(const char *path, size_t max, struct wh_buf *out, struct wh_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return wh_fail(err, WH_ERR_FILE_READ, "cannot open %s: %s", path, strerror(errno));
    wh_status st = WH_OK;
    size_t start = out->len;
    struct stat sb;
    if (fstat(fd, &sb) == 0 && S_ISDIR(sb.st_mode)) {
        st = wh_fail(err, WH_ERR_FILE_READ, "%s is a directory", path);
        goto out;
    }
    for (;;) {
        size_t have = out->len - start;
        if (have > max) {
            st = wh_fail(err, WH_ERR_FILE_SIZE, "%s has more than %zu bytes", path, max);
            goto out;
        }
        size_t want = max - have + 1 < 65536 ? max - have + 1 : 65536; /* one more shows excess */
        uint8_t *at = wh_buf_grow(out, want);
        if (at == NULL) {
            st = wh_fail(err, WH_ERR_NOMEM, "reading %s", path);
            goto out;
        }
        ssize_t n;
        do {
            n = read(fd, at, want);
        } while (n < 0 && errno == EINTR);
        out->len -= want - (n > 0 ? (size_t)n : 0);
        if (n < 0) {
            st = wh_fail(err, WH_ERR_FILE_READ, "cannot read %s: %s", path, strerror(errno));
            goto out;
        }
        if (n == 0) break;
    }
out:
    close(fd);
    if (st != WH_OK && !out->failed) out->len = start;
    return st;
}

static bool write_all(int fd, const uint8_t *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

wh_status wh_file_write(const char *path, const void *bytes, size_t len, unsigned mode,
                        struct wh_error *err)
{
    char tmp[PATH_MAX];
    int w = snprintf(tmp, sizeof tmp, "%s.XXXXXX", path);
    if (w < 0 || (size_t)w >= sizeof tmp)
        return wh_fail(err, WH_ERR_FILE_WRITE, "path too long: %.100s", path);
    int fd = mkostemp(tmp, O_CLOEXEC);
    if (fd < 0)
        return wh_fail(err, WH_ERR_FILE_WRITE, "cannot write %s: %s", path, strerror(errno));
    bool ok = fchmod(fd, (mode_t)mode) == 0 && write_all(fd, bytes, len) && fsync(fd) == 0;
    int why = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        why = errno;
    }
    if (ok && rename(tmp, path) != 0) {
        ok = false;
        why = errno;
    }
    if (!ok) {
        unlink(tmp);
        return wh_fail(err, WH_ERR_FILE_WRITE, "cannot write %s: %s", path, strerror(why));
    }
    return WH_OK;
}

wh_status wh_datadir_open(const char *dir, int *fd, struct wh_error *err)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return wh_fail(err, WH_ERR_CFG_DATADIR, "cannot make %s: %s", dir, strerror(errno));
    char path[PATH_MAX];
    int w = snprintf(path, sizeof path, "%s/lock", dir);
    if (w < 0 || (size_t)w >= sizeof path)
        return wh_fail(err, WH_ERR_CFG_DATADIR, "path too long: %.100s", dir);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        return wh_fail(err, WH_ERR_CFG_DATADIR, "cannot open %s: %s", path, strerror(errno));
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        int why = errno;
        close(lock);
        return wh_fail(err, WH_ERR_STORE_LOCKED, "%s is in use: %s", dir, strerror(why));
    }
    *fd = lock;
    return WH_OK;
}

void wh_datadir_close(int fd)
{
    if (fd >= 0) close(fd);
}

static uint64_t ms_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t wh_now_ms(void)
{
    return ms_of(CLOCK_REALTIME);
}
uint64_t wh_mono_ms(void)
{
    return ms_of(CLOCK_MONOTONIC);
}

void wh_sleep_ms(uint64_t ms)
{
    struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}

wh_status wh_random(uint8_t *out, size_t len, struct wh_error *err)
{
    while (len > 0) {
        ssize_t n = getrandom(out, len < 256 ? len : 256, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return wh_fail(err, WH_ERR_SYS, "getrandom: %s", strerror(errno));
        out += n;
        len -= (size_t)n;
    }
    return WH_OK;
}
