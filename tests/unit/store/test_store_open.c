/* SPDX-License-Identifier: MIT */
/* Opening what is not ours, newer, cut, locked; migrating; a full disk; a kill in a transaction. */
#include "game/store/store.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "game/store/store_private.h"
#include "proto/sys/file.h"
#include "proto/sys/log.h"
#include "tests/tap.h"

static char dir[] = "store_test_XXXXXX";
static struct wh_error err;
#define OK(expr) CHECK_EQ((expr), WH_OK)

static const char *in_dir(const char *name)
{
    static char path[4][200];
    static unsigned turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static void clean(void)
{
    static const char *const names[] = {
        "whittle.db", "whittle.db-wal",    "whittle.db-shm",        "whittle.db-journal",
        "lock",       "whittle.db.v1.bak", "whittle.db.v1.bak.tmp", "copy"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(in_dir(names[i]));
}

static void refused(enum wh_err code, const char *part)
{
    struct store *s = NULL;
    struct wh_buf before = {0}, after = {0};
    OK(wh_file_read(in_dir("whittle.db"), 1 << 24, &before, NULL));
    wh_error_clear(&err);
    CHECK(store_open(&s, dir, &err) == WH_E_IO);
    CHECK_EQ(err.code, code);
    CHECK_EQ(err.exit_code, 5);
    if (strstr(err.what, part) == NULL) printf("# %s\n", err.what);
    CHECK(strstr(err.what, part) != NULL);
    OK(wh_file_read(in_dir("whittle.db"), 1 << 24, &after, NULL));
    CHECK(before.len == after.len && memcmp(before.ptr, after.ptr, before.len) == 0);
    CHECK(s == NULL);
    wh_buf_done(&before);
    wh_buf_done(&after);
}

static struct store *filled(void)
{
    struct store *s = NULL;
    clean();
    OK(store_open(&s, dir, &err));
    uint8_t big[4000] = {0};
    for (uint64_t i = 0; i < 50; i++) {
        bytes32 h = {{0}};
        store_be64(h.b, i);
        OK(store_preimage_put(s, STORE_DATA, &h, wh_span_of(big, sizeof big), &err));
    }
    return s;
}

static void test_open__foreign_files(void)
{
    clean();
    OK(wh_file_write(in_dir("whittle.db"), "not a database at all", 21, 0600, NULL));
    refused(WH_ERR_STORE_FOREIGN, "not an SQLite file");
    clean();
    sqlite3 *db;
    CHECK_EQ(sqlite3_open(in_dir("whittle.db"), &db), SQLITE_OK);
    CHECK_EQ(sqlite3_exec(db, "CREATE TABLE t (x); PRAGMA application_id = 77", NULL, NULL, NULL),
             SQLITE_OK);
    sqlite3_close(db);
    refused(WH_ERR_STORE_FOREIGN, "another program's");
}

static void test_open__newer_schema_is_named(void)
{
    store_close(filled());
    sqlite3 *db;
    CHECK_EQ(sqlite3_open(in_dir("whittle.db"), &db), SQLITE_OK);
    CHECK_EQ(sqlite3_exec(db, "PRAGMA user_version = 9", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    refused(WH_ERR_STORE_NEWER, "has schema 9");
}

static void test_open__truncated(void)
{
    static const off_t cuts[] = {1, 15, 50, 99, 100, 511, 512, 4096, 8192, 100000};
    store_close(filled());
    struct wh_buf whole = {0};
    OK(wh_file_read(in_dir("whittle.db"), 1 << 24, &whole, NULL));
    CHECK(whole.len > 150000);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        OK(wh_file_write(in_dir("whittle.db"), whole.ptr, (size_t)cuts[i], 0600, NULL));
        refused(WH_ERR_STORE_CORRUPT, "bytes");
    }
    /* same length, damaged inside: found by the check */
    memset(whole.ptr + 8192, 0x5a, 40960);
    OK(wh_file_write(in_dir("whittle.db"), whole.ptr, whole.len, 0600, NULL));
    struct store *s = NULL;
    if (store_open(&s, dir, &err) == WH_OK) {
        CHECK(store_check(s, &err) != WH_OK);
        CHECK_EQ(err.code, WH_ERR_STORE_CORRUPT);
    } else {
        CHECK_EQ(err.code, WH_ERR_STORE_CORRUPT);
    }
    store_close(s);
    wh_buf_done(&whole);
}

static void test_open__one_process_at_a_time(void)
{
    struct store *s = filled(), *t = NULL;
    CHECK(store_open(&t, dir, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_STORE_LOCKED);
    /* looking is allowed, writing is not */
    OK(store_open_read(&t, dir, &err));
    bool found = false;
    struct wh_buf b = {0};
    bytes32 h = {{0}};
    OK(store_preimage_get(t, STORE_DATA, &h, &b, &found, &err));
    CHECK(found && b.len == 4000);
    CHECK(store_meta_put_u64(t, "x", 1, &err) != WH_OK);
    store_close(t);
    OK(store_check(s, &err));
    OK(store_checkpoint(s, &err));
    OK(store_backup(s, in_dir("copy"), &err));
    CHECK(store_backup(s, in_dir("copy"), &err) != WH_OK); /* never over an old copy */
    store_close(s);
    wh_buf_done(&b);
    clean();
    CHECK(store_open_read(&t, dir, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_STORE_OPEN);
}

/* Somebody looks at a database that is not in WAL yet: the daemon waits for him instead of ending. */
static void test_open__waits_for_a_reader(void)
{
    struct store *s = filled();
    int said[2];
    char go = 0;
    store_close(s);
    s = NULL;
    CHECK_EQ(pipe(said), 0);
    pid_t child = fork();
    if (child == 0) {
        sqlite3 *db;
        int rc = sqlite3_open(in_dir("whittle.db"), &db);
        if (rc == SQLITE_OK)
            rc = sqlite3_exec(db, "PRAGMA journal_mode = DELETE; BEGIN; SELECT count(*) FROM meta",
                              NULL, NULL, NULL);
        (void)!write(said[1], rc == SQLITE_OK ? "y" : "n", 1);
        usleep(300000);
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
        sqlite3_close(db);
        _exit(0);
    }
    CHECK_EQ(read(said[0], &go, 1), 1);
    CHECK_EQ(go, 'y');
    wh_error_clear(&err);
    OK(store_open(&s, dir, &err));
    if (s == NULL) {
        printf("# %s\n", err.what);
        return;
    }
    uint64_t is_wal = 0;
    OK(store_pragma(s, "SELECT journal_mode = 'wal' FROM pragma_journal_mode", &is_wal, &err));
    CHECK_EQ(is_wal, 1);
    OK(store_meta_put_u64(s, "x", 1, &err));
    store_close(s);
    CHECK_EQ(waitpid(child, NULL, 0), child);
    close(said[0]);
    close(said[1]);
}

static void test_migrate__copy_first_then_all_or_nothing(void)
{
    const char *two[2] = {store_migrations[0], "ALTER TABLE blocks ADD COLUMN extra INTEGER"};
    const char *bad[2] = {store_migrations[0], "CREATE TABLE fine (x); CREATE GIBBERISH"};
    struct store *s = filled();
    store_close(s);
    s = NULL;
    CHECK(store_open_with(&s, dir, bad, 2, &err) != WH_OK);
    CHECK_EQ(err.code, WH_ERR_STORE_MIGRATE);
    CHECK_EQ(access(in_dir("whittle.db.v1.bak"), F_OK), 0);
    OK(store_open(&s, dir, &err)); /* still version 1, whole */
    uint64_t n = 0;
    OK(store_pragma(s, "SELECT count(*) FROM sqlite_master WHERE name = 'fine'", &n, &err));
    CHECK_EQ(n, 0);
    store_close(s);
    s = NULL;
    OK(store_open_with(&s, dir, two, 2, &err));
    OK(store_pragma(s, "PRAGMA user_version", &n, &err));
    CHECK_EQ(n, 2);
    OK(store_pragma(s, "SELECT count(*) FROM objects", &n, &err));
    CHECK_EQ(n, 50);
    store_close(s);
    refused(WH_ERR_STORE_NEWER, "knows up to 1");
    /* the copy is a store of the old version */
    CHECK_EQ(rename(in_dir("whittle.db.v1.bak"), in_dir("whittle.db")), 0);
    unlink(in_dir("whittle.db-wal"));
    s = NULL;
    OK(store_open(&s, dir, &err));
    store_close(s);
}

/* The schema of a new store, as text. */
static void schema_of(struct store *s, const char *sql, struct wh_buf *out)
{
    sqlite3_stmt *st;
    CHECK_EQ(sqlite3_prepare_v2(store_db(s), sql, -1, &st, NULL), SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW)
        wh_buf_printf(out, "%s\n", (const char *)sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
}

static void test_schema__is_what_migrations_make(void)
{
    static const char list[] = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name";
    struct store *a = NULL, *b = NULL;
    struct wh_buf x = {0}, y = {0};
    const char *whole[1] = {store_schema};
    OK(store_open(&a, ":memory:", &err));
    OK(store_open_with(&b, ":memory:", whole, 1, &err));
    schema_of(a, list, &x);
    schema_of(b, list, &y);
    CHECK(x.len > 1000 && x.len == y.len && memcmp(x.ptr, y.ptr, x.len) == 0);
    uint64_t loose = 1;
    OK(store_pragma(a,
                    "SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND NOT strict "
                    "AND name NOT LIKE 'sqlite_%'",
                    &loose, &err));
    CHECK_EQ(loose, 0);
    store_close(a);
    store_close(b);
    wh_buf_done(&x);
    wh_buf_done(&y);
}

/* Fills until it fails; returns how many rows were committed by then. */
static uint64_t fill(struct store *s)
{
    static uint8_t big[20000];
    for (uint64_t i = 0; i < 1000; i++) {
        bytes32 h = {{1}};
        store_be64(h.b + 8, i);
        wh_status st = store_begin(s, &err);
        if (st == WH_OK)
            st = store_preimage_put(s, STORE_DATA, &h, wh_span_of(big, sizeof big), &err);
        if (st == WH_OK) st = store_meta_put_u64(s, "rows", i + 1, &err);
        if (st == WH_OK)
            st = store_commit(s, &err);
        else
            store_rollback(s);
        if (st != WH_OK) return i;
    }
    return 1000;
}

static void check_rows(struct store *s, uint64_t rows)
{
    uint64_t n = 0, meta = 0;
    bool found = false;
    OK(store_pragma(s, "SELECT count(*) FROM objects WHERE length(bytes) = 20000", &n, &err));
    OK(store_meta_get_u64(s, "rows", &meta, &found, &err));
    CHECK_EQ(n, rows);
    CHECK_EQ(meta, rows);
    OK(store_check(s, &err));
}

static void test_full_disk__nothing_is_lost(void)
{
    struct store *s = filled();
    OK(store_limit_pages(s, 200, &err));
    uint64_t rows = fill(s);
    CHECK(rows > 5 && rows < 1000);
    CHECK_EQ(err.code, WH_ERR_STORE_FULL);
    CHECK_EQ(err.exit_code, 5);
    check_rows(s, rows);
    OK(store_limit_pages(s, 0, &err)); /* room again: it goes on */
    OK(store_meta_put_u64(s, "more", 1, &err));
    store_close(s);
    s = NULL;
    OK(store_open(&s, dir, &err));
    check_rows(s, rows);
    store_close(s);
}

/* A file that may not grow, as on a full disk or under a quota; in a child, as limits stay. */
static void test_full_disk__file_may_not_grow(void)
{
    store_close(filled());
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct store *s = NULL;
        struct rlimit lim = {600000, 600000};
        signal(SIGXFSZ, SIG_IGN);
        if (store_open(&s, dir, &err) != WH_OK) _exit(1);
        if (setrlimit(RLIMIT_FSIZE, &lim) != 0) _exit(2);
        uint64_t rows = fill(s);
        if (rows < 2 || rows >= 1000) _exit(3);
        if (err.code != WH_ERR_STORE_FULL || err.exit_code != 5) _exit(4);
        _exit(rows < 200 ? (int)rows + 10 : 5);
    }
    int status = 0;
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    int code = WEXITSTATUS(status);
    CHECK(code > 10);
    if (code <= 10) printf("# child ended with %d\n", code);
    struct store *s = NULL;
    OK(store_open(&s, dir, &err));
    check_rows(s, (uint64_t)code - 10);
    store_close(s);
}

/* Killed without a word: what was committed is there, what was not is not. */
static void test_kill__committed_rows_alone(void)
{
    store_close(filled());
    for (int round = 0; round < 3; round++) {
        int pipe_fd[2];
        CHECK_EQ(pipe(pipe_fd), 0);
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            struct store *s = NULL;
            if (store_open(&s, dir, &err) != WH_OK) _exit(1);
            for (uint64_t i = 0;; i++) {
                uint8_t b = 1;
                if (store_begin(s, &err) != WH_OK || store_meta_put_u64(s, "x", i, &err) != WH_OK ||
                    store_meta_put_u64(s, "y", i, &err) != WH_OK || store_commit(s, &err) != WH_OK)
                    _exit(1);
                if (write(pipe_fd[1], &b, 1) != 1) _exit(1);
            }
        }
        close(pipe_fd[1]);
        uint8_t b;
        uint64_t said = 0;
        while (said < 20 + (uint64_t)round * 7 && read(pipe_fd[0], &b, 1) == 1)
            said++;
        kill(pid, SIGKILL);
        while (read(pipe_fd[0], &b, 1) == 1)
            said++;
        close(pipe_fd[0]);
        waitpid(pid, NULL, 0);
        struct store *s = NULL;
        OK(store_open(&s, dir, &err));
        uint64_t x = 0, y = 1;
        bool found = false;
        OK(store_meta_get_u64(s, "x", &x, &found, &err));
        OK(store_meta_get_u64(s, "y", &y, &found, &err));
        CHECK_EQ(x, y);
        CHECK(said > 0 && x + 1 >= said && x + 1 <= said + 1);
        store_close(s);
    }
}

/* SQLite's own calls to the system, of a process that dies at the one with this number. */
static long calls_left;

static bool last_call(void)
{
    return calls_left-- == 0;
}

static ssize_t dying_pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    if (!last_call()) return pwrite(fd, bytes, n, at);
    ssize_t half = pwrite(fd, bytes, n / 2, at);
    _exit(half < 0 ? 1 : 9);
}

static int dying_ftruncate(int fd, off_t size)
{
    if (last_call()) _exit(9);
    return ftruncate(fd, size);
}

static int dying_unlink(const char *path)
{
    if (last_call()) _exit(9);
    return unlink(path);
}

static int no_fsync(int fd)
{
    (void)fd; /* the system lives on */
    return 0;
}

static void die_at(long call)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    calls_left = call;
    const struct {
        const char *name;
        sqlite3_syscall_ptr fn;
    } calls[] = {{"pwrite", (sqlite3_syscall_ptr)dying_pwrite},
                 {"pwrite64", (sqlite3_syscall_ptr)dying_pwrite},
                 {"ftruncate", (sqlite3_syscall_ptr)dying_ftruncate},
                 {"unlink", (sqlite3_syscall_ptr)dying_unlink},
                 {"fsync", (sqlite3_syscall_ptr)no_fsync},
                 {"fdatasync", (sqlite3_syscall_ptr)no_fsync}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        vfs->xSetSystemCall(vfs, calls[i].name, calls[i].fn);
}

/* Makes a store, writes rows one by one, brings them from the log into the file, writes more, ends. */
static void work_and_die(long call, int said)
{
    struct store *s = NULL;
    die_at(call);
    if (store_open(&s, dir, &err) != WH_OK) _exit(1);
    for (uint64_t i = 1; i <= 6; i++) {
        uint8_t b = 1, big[9000] = {(uint8_t)i};
        bytes32 h = {{(uint8_t)i}};
        if (store_begin(s, &err) != WH_OK || store_meta_put_u64(s, "x", i, &err) != WH_OK ||
            store_preimage_put(s, STORE_DATA, &h, wh_span_of(big, sizeof big), &err) != WH_OK ||
            store_commit(s, &err) != WH_OK || write(said, &b, 1) != 1)
            _exit(1);
        if (i % 3 == 0 && store_checkpoint(s, &err) != WH_OK) _exit(1);
    }
    store_close(s);
    _exit(0);
}

/* Killed at each write, also in the middle of it: nothing is lost, and nothing is called damaged. */
static void test_kill__at_every_write(void)
{
    int code = 9;
    long call = 0;
    for (; code == 9 && call < 2000; call++) {
        int pipe_fd[2], status = 0;
        clean();
        CHECK_EQ(pipe(pipe_fd), 0);
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) work_and_die(call, pipe_fd[1]);
        close(pipe_fd[1]);
        uint8_t b;
        uint64_t said = 0, x = 0;
        while (read(pipe_fd[0], &b, 1) == 1)
            said++;
        close(pipe_fd[0]);
        CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
        code = WEXITSTATUS(status);
        struct store *s = NULL;
        bool found = false;
        if (store_open_read(&s, dir, &err) != WH_OK) CHECK_EQ(err.code, WH_ERR_STORE_OPEN);
        store_close(s);
        s = NULL;
        if (store_open(&s, dir, &err) != WH_OK) {
            printf("# call %ld: %s\n", call, err.what);
            CHECK(false);
            return;
        }
        OK(store_meta_get_u64(s, "x", &x, &found, &err));
        CHECK(x == said || x == said + 1);
        OK(store_check(s, &err));
        store_close(s);
    }
    CHECK_EQ(code, 0);
    CHECK(call > 100);
    printf("# %ld calls\n", call);
}

/* A file that is shorter than its head says, and beside it a log that does not hold the rest: of somebody
 * else, which SQLite leaves out; or its own of one more row, which SQLite believes. */
static void test_open__cut_with_a_log_of_little(void)
{
    uint8_t junk[8192];
    memset(junk, 0x5a, sizeof junk);
    store_close(filled());
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        struct store *one = NULL;
        if (store_open(&one, dir, &err) != WH_OK || store_meta_put_u64(one, "x", 1, &err) != WH_OK)
            _exit(1);
        _exit(0);
    }
    int status = 1;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    struct wh_buf whole = {0};
    struct store *s = NULL;
    OK(wh_file_read(in_dir("whittle.db"), 1 << 24, &whole, NULL));
    for (int own = 1; own >= 0; own--) {
        if (!own) OK(wh_file_write(in_dir("whittle.db-wal"), junk, sizeof junk, 0600, NULL));
        OK(wh_file_write(in_dir("whittle.db"), whole.ptr, whole.len - 40960, 0600, NULL));
        CHECK(store_open(&s, dir, &err) != WH_OK);
        CHECK_EQ(err.code, WH_ERR_STORE_CORRUPT);
    }
    wh_buf_done(&whole);
}

int main(void)
{
    wh_log_init(stderr, WH_LEVEL_ERROR, WH_LOG_TEXT);
    if (mkdtemp(dir) == NULL) return 1;
    RUN(test_open__foreign_files);
    RUN(test_open__newer_schema_is_named);
    RUN(test_open__truncated);
    RUN(test_open__cut_with_a_log_of_little);
    RUN(test_open__one_process_at_a_time);
    RUN(test_open__waits_for_a_reader);
    RUN(test_migrate__copy_first_then_all_or_nothing);
    RUN(test_schema__is_what_migrations_make);
    RUN(test_full_disk__nothing_is_lost);
    RUN(test_full_disk__file_may_not_grow);
    RUN(test_kill__committed_rows_alone);
    RUN(test_kill__at_every_write);
    clean();
    rmdir(dir);
    return tap_done();
}
