/* SPDX-License-Identifier: MIT */
/* Opening, transactions, upkeep, meta. */
#include "game/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "game/store/store_private.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/log.h"

/* A write ahead log or a rollback journal that holds something: whoever wrote is at it still, or was cut
 * short, and SQLite mends the file by it. */
static bool has_journal(const char *path)
{
    static const char *const ends[] = {"-wal", "-journal"};
    char beside[PATH_MAX + 16];
    struct stat sb;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(beside, sizeof beside, "%s%s", path, ends[i]);
        if (stat(beside, &sb) == 0 && sb.st_size > 0) return true;
    }
    return false;
}

/* --- before SQLite touches the file: is it one of SQLite's at all, and whole? `cut`: shorter than its
 * head says, and a journal may bring the rest. */
static wh_status check_file(const char *path, bool *fresh, bool *cut, struct wh_error *err)
{
    static const uint8_t magic[16] = "SQLite format 3";
    uint8_t head[100];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *fresh = *cut = false;
    if (fd < 0) {
        if (errno != ENOENT)
            return wh_fail(err, WH_ERR_STORE_OPEN, "%s: %s", path, strerror(errno));
        *fresh = true;
        return WH_OK;
    }
    struct stat sb;
    ssize_t n = read(fd, head, sizeof head);
    bool ok = fstat(fd, &sb) == 0;
    close(fd);
    if (!ok || n < 0) return wh_fail(err, WH_ERR_STORE_OPEN, "%s: %s", path, strerror(errno));
    if (n == 0) { /* made, but nothing was ever committed */
        *fresh = true;
        return WH_OK;
    }
    size_t some = (size_t)n < sizeof magic ? (size_t)n : sizeof magic;
    if (memcmp(head, magic, some) != 0)
        return wh_fail(err, WH_ERR_STORE_FOREIGN, "%s is not an SQLite file", path);
    if (n < (ssize_t)sizeof head)
        return wh_fail(err, WH_ERR_STORE_CORRUPT, "%s has %zd bytes", path, n);
    uint64_t page = load_be16(head + 16) == 1 ? 65536 : load_be16(head + 16);
    uint64_t pages = load_be32(head + 28);
    bool valid = memcmp(head + 24, head + 92, 4) == 0; /* the page count in the head is current */
    *cut = valid && page * pages > (uint64_t)sb.st_size;
    if (*cut && !has_journal(path))
        return wh_fail(err, WH_ERR_STORE_CORRUPT, "%s has %llu bytes, its head says %llu", path,
                       (unsigned long long)sb.st_size, (unsigned long long)(page * pages));
    return WH_OK;
}

/* Ends an open transaction, if SQLite has not done so itself; a failure leaves nothing to do. */
static void undo(struct store *s)
{
    if (!sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

#define BUSY_MS 5000

/* --- identity and version */
static wh_status create(struct store *s, const char *const *migrations, unsigned from, unsigned to,
                        struct wh_error *err)
{
    char sql[80];
    WH_TRY(store_exec(s, "BEGIN IMMEDIATE", err));
    wh_status st = WH_OK;
    for (unsigned i = from; st == WH_OK && i < to; i++)
        st = store_exec(s, migrations[i], err);
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d", STORE_APPLICATION_ID);
    if (st == WH_OK) st = store_exec(s, sql, err);
    snprintf(sql, sizeof sql, "PRAGMA user_version = %u", to);
    if (st == WH_OK) st = store_exec(s, sql, err);
    if (st == WH_OK) st = store_exec(s, "COMMIT", err);
    if (st != WH_OK) undo(s);
    return st;
}

static wh_status migrate(struct store *s, const char *path, const char *const *migrations,
                         unsigned from, unsigned to, struct wh_error *err)
{
    char copy[PATH_MAX], tmp[PATH_MAX];
    int n = snprintf(copy, sizeof copy, "%s.v%u.bak", path, from);
    int m = snprintf(tmp, sizeof tmp, "%s.tmp", copy);
    if (n < 0 || (size_t)n >= sizeof copy || m < 0 || (size_t)m >= sizeof tmp)
        return wh_fail(err, WH_ERR_STORE_MIGRATE, "path too long: %.100s", path);
    unlink(tmp); /* of a try that was cut short */
    WH_TRY(store_backup(s, tmp, err));
    if (rename(tmp, copy) != 0)
        return wh_fail(err, WH_ERR_STORE_MIGRATE, "cannot write %s: %s", copy, strerror(errno));
    wh_status st = create(s, migrations, from, to, err);
    if (st != WH_OK) {
        char what[300];
        snprintf(what, sizeof what, "%.290s", err ? err->what : "");
        bool full = err && err->code == WH_ERR_STORE_FULL;
        return wh_fail(err, full ? WH_ERR_STORE_FULL : WH_ERR_STORE_MIGRATE, "version %u to %u: %s",
                       from, to, what);
    }
    WH_LOG(INFO, STORE_MIGRATED, "the store was brought to this version", WH_F_U64("from", from),
           WH_F_U64("to", to), WH_F_STR("copy", copy));
    return WH_OK;
}

static wh_status check_identity(struct store *s, const char *path, const char *const *migrations,
                                unsigned count, struct wh_error *err)
{
    uint64_t app = 0, version = 0, tables = 0;
    WH_TRY(store_pragma(s, "PRAGMA application_id", &app, err));
    WH_TRY(store_pragma(s, "PRAGMA user_version", &version, err));
    WH_TRY(store_pragma(s, "SELECT count(*) FROM sqlite_master", &tables, err));
    if (app == 0 && version == 0 && tables == 0 && !s->read_only)
        return create(s, migrations, 0, count, err);
    if (app != STORE_APPLICATION_ID)
        return wh_fail(err, WH_ERR_STORE_FOREIGN, "%s is another program's database (id %#llx)",
                       path, (unsigned long long)app);
    if (version > count)
        return wh_fail(err, WH_ERR_STORE_NEWER, "%s has schema %llu, this program knows up to %u",
                       path, (unsigned long long)version, count);
    if (version == count) return WH_OK;
    if (s->read_only)
        return wh_fail(err, WH_ERR_STORE_MIGRATE, "%s has schema %llu; its daemon migrates it",
                       path, (unsigned long long)version);
    return migrate(s, path, migrations, (unsigned)version, count, err);
}

static wh_status set_up(struct store *s, bool memory, struct wh_error *err)
{
    /* No mmap, one writer that alone checkpoints: SQLite before 3.51.3 can lose a WAL reset when
     * two connections write or checkpoint at once. */
    static const char *const pragmas[] = {"PRAGMA mmap_size = 0",
                                          "PRAGMA synchronous = FULL",
                                          "PRAGMA temp_store = MEMORY",
                                          "PRAGMA cache_size = -65536",
                                          "PRAGMA trusted_schema = OFF",
                                          "PRAGMA cell_size_check = ON",
                                          "PRAGMA journal_size_limit = 67108864"};
    for (size_t i = 0; i < sizeof pragmas / sizeof *pragmas; i++)
        WH_TRY(store_pragma(s, pragmas[i], NULL, err));
    if (s->read_only) {
        WH_TRY(store_pragma(s, "PRAGMA query_only = ON", NULL, err));
        return store_pragma(s, "PRAGMA wal_autocheckpoint = 0", NULL, err);
    }
    if (memory) return WH_OK;
    /* A reader holds the switch off, and SQLite says so by the mode alone. */
    uint64_t is_wal = 0;
    WH_TRY(store_pragma(s, "PRAGMA journal_mode = WAL", NULL, err));
    WH_TRY(store_pragma(s, "SELECT journal_mode = 'wal' FROM pragma_journal_mode", &is_wal, err));
    if (!is_wal) return wh_fail(err, WH_ERR_STORE_LOCKED, "no switch to WAL: somebody reads it");
    return store_pragma(s, "PRAGMA wal_autocheckpoint = 8192", NULL, err);
}

static wh_status open_db(struct store *s, const char *path, const char *const *migrations,
                         unsigned count, struct wh_error *err)
{
    bool memory = strcmp(path, ":memory:") == 0;
    int flags = s->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int rc =
        sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc != SQLITE_OK) return store_fail(s, rc, "open", err);
    /* Nobody else writes (the lock of the data directory), but somebody may read: until the first switch to
     * WAL a reader holds off a COMMIT, and the checkpoint at its end holds off a BEGIN. */
    sqlite3_busy_timeout(s->db, BUSY_MS);
    WH_TRY(check_identity(s, path, migrations, count, err));
    return set_up(s, memory, err);
}

static wh_status open_in(struct store **out, const char *datadir, bool read_only,
                         const char *const *migrations, unsigned count, struct wh_error *err)
{
    bool memory = strcmp(datadir, ":memory:") == 0, fresh = false, cut = false;
    char path[PATH_MAX];
    int n = memory ? snprintf(path, sizeof path, "%s", datadir)
                   : snprintf(path, sizeof path, "%s/%s", datadir, STORE_FILE);
    if (n < 0 || (size_t)n >= sizeof path)
        return wh_fail(err, WH_ERR_CFG_DATADIR, "path too long: %.100s", datadir);
    struct store *s = calloc(1, sizeof *s);
    if (s == NULL) return wh_fail(err, WH_ERR_NOMEM, "store");
    s->lock_fd = -1;
    s->read_only = read_only;
    wh_status st = WH_OK;
    if (!memory && !read_only) st = wh_datadir_open(datadir, &s->lock_fd, err);
    if (st == WH_OK && !memory) st = check_file(path, &fresh, &cut, err);
    if (st == WH_OK && fresh && read_only)
        st = wh_fail(err, WH_ERR_STORE_OPEN, "%s does not exist", path);
    if (st == WH_OK) st = open_db(s, path, migrations, count, err);
    if (st == WH_OK && cut && !read_only) st = store_check(s, err);
    if (st == WH_OK && !read_only) {
        bool found = false;
        st = store_meta_get_u64(s, "generation", &s->generation, &found, err);
    }
    if (st != WH_OK) {
        store_close(s);
        return st;
    }
    *out = s;
    return WH_OK;
}

wh_status store_open_with(struct store **out, const char *datadir, const char *const *migrations,
                          unsigned count, struct wh_error *err)
{
    return open_in(out, datadir, false, migrations, count, err);
}

wh_status store_open(struct store **out, const char *datadir, struct wh_error *err)
{
    WH_ASSERT(store_migration_count == STORE_SCHEMA_VERSION);
    return open_in(out, datadir, false, store_migrations, store_migration_count, err);
}

wh_status store_open_read(struct store **out, const char *datadir, struct wh_error *err)
{
    return open_in(out, datadir, true, store_migrations, store_migration_count, err);
}

void store_close(struct store *s)
{
    if (s == NULL) return;
    for (unsigned i = 0; i < s->cached; i++)
        sqlite3_finalize(s->cache[i].stmt);
    if (s->db) undo(s);
    sqlite3_close(s->db);
    wh_datadir_close(s->lock_fd);
    free(s);
}

/* --- transactions; begins nest, the outermost commit counts */
wh_status store_begin(struct store *s, struct wh_error *err)
{
    if (s->depth == 0) {
        s->broken = false;
        WH_TRY(store_exec(s, "BEGIN IMMEDIATE", err));
    }
    s->depth++;
    return WH_OK;
}

static void end(struct store *s)
{
    s->depth = 0;
    s->broken = false;
    undo(s);
}

wh_status store_commit(struct store *s, struct wh_error *err)
{
    WH_ASSERT(s->depth > 0);
    if (s->depth > 1) {
        s->depth--;
        return WH_OK;
    }
    if (s->broken || sqlite3_get_autocommit(s->db)) {
        end(s);
        return wh_fail(err, WH_ERR_STORE_IO, "not committed: a write before failed");
    }
    wh_status st = store_exec(s, "COMMIT", err);
    end(s);
    return st;
}

void store_rollback(struct store *s)
{
    if (s->depth > 1) {
        s->depth--;
        s->broken = true;
    } else if (s->depth == 1) {
        end(s);
    }
}

/* --- upkeep */
wh_status store_checkpoint(struct store *s, struct wh_error *err)
{
    int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED) return WH_OK;
    return store_fail(s, rc, "checkpoint", err);
}

wh_status store_backup(struct store *s, const char *to, struct wh_error *err)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s->db, "VACUUM INTO ?", -1, &st, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_bind_text(st, 1, to, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK) rc = sqlite3_step(st);
    wh_status status = rc == SQLITE_DONE ? WH_OK : store_fail(s, rc, "copy", err);
    sqlite3_finalize(st);
    return status;
}

wh_status store_check(struct store *s, struct wh_error *err)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &st, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(st);
    wh_status status = WH_OK;
    if (rc != SQLITE_ROW) {
        status = store_fail(s, rc, "check", err);
    } else {
        const char *text = (const char *)sqlite3_column_text(st, 0);
        if (text == NULL || strcmp(text, "ok") != 0)
            status = wh_fail(err, WH_ERR_STORE_CORRUPT, "check: %s", text ? text : "no answer");
    }
    sqlite3_finalize(st);
    return status;
}

wh_status store_limit_pages(struct store *s, uint32_t pages, struct wh_error *err)
{
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %u", pages ? pages : 1073741823u);
    return store_pragma(s, sql, NULL, err);
}

/* --- meta */
wh_status store_meta_put(struct store *s, const char *key, wh_span value, struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q,
                      "INSERT INTO meta (key, value) VALUES (?, ?) "
                      "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                      err));
    query_text(&q, key);
    query_blob(&q, value.ptr, value.len);
    return query_run(&q, err);
}

wh_status store_meta_get(struct store *s, const char *key, struct wh_buf *out, bool *found,
                         struct wh_error *err)
{
    struct query q;
    WH_TRY(query_open(s, &q, "SELECT value FROM meta WHERE key = ?", err));
    query_text(&q, key);
    wh_status st = query_row(&q, found, err);
    if (st == WH_OK && *found) st = column_append(&q, 0, out, err);
    query_close(&q);
    return st;
}

wh_status store_meta_put_u64(struct store *s, const char *key, uint64_t v, struct wh_error *err)
{
    uint8_t b[8];
    store_be64(b, v);
    return store_meta_put(s, key, wh_span_of(b, 8), err);
}

wh_status store_meta_get_u64(struct store *s, const char *key, uint64_t *v, bool *found,
                             struct wh_error *err)
{
    struct wh_buf b = {0};
    wh_status st = store_meta_get(s, key, &b, found, err);
    if (st == WH_OK && *found) {
        if (b.len == 8)
            *v = load_be64(b.ptr);
        else
            st = wh_fail(err, WH_ERR_STORE_CORRUPT, "meta %s has %zu bytes", key, b.len);
    }
    wh_buf_done(&b);
    return st;
}

wh_status store_belong(struct store *s, const bytes32 *deployment, struct wh_error *err)
{
    struct wh_buf b = {0};
    bool found = false;
    wh_status st = store_meta_get(s, "deployment", &b, &found, err);
    if (st == WH_OK && !found)
        st = store_meta_put(s, "deployment", wh_span_of(deployment->b, 32), err);
    else if (st == WH_OK && (b.len != 32 || memcmp(b.ptr, deployment->b, 32) != 0))
        st = wh_fail(err, WH_ERR_STORE_BELONGS, "%s was made for another deployment than %.10s..",
                     STORE_FILE, wh_hex32(deployment).s);
    wh_buf_done(&b);
    return st;
}
