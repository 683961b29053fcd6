/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "game/store/store_private.h"

/* Why the operating system refused, by the file that it refused (database, or journal and WAL). */
static int file_errno(sqlite3 *db)
{
    sqlite3_file *f = NULL;
    int e = 0;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &f) == SQLITE_OK && f &&
        f->pMethods && f->pMethods->xFileControl(f, SQLITE_FCNTL_LAST_ERRNO, &e) == SQLITE_OK && e)
        return e;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &e) == SQLITE_OK && e) return e;
    return sqlite3_system_errno(db);
}

static enum wh_err classify(int rc, int sys)
{
    switch (rc & 0xff) {
    case SQLITE_FULL: return WH_ERR_STORE_FULL;
    case SQLITE_NOTADB: return WH_ERR_STORE_FOREIGN;
    case SQLITE_CORRUPT: return WH_ERR_STORE_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return WH_ERR_STORE_LOCKED;
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM: return WH_ERR_STORE_OPEN;
    case SQLITE_NOMEM: return WH_ERR_NOMEM;
    case SQLITE_IOERR:
        return sys == ENOSPC || sys == EFBIG || sys == EDQUOT ? WH_ERR_STORE_FULL : WH_ERR_STORE_IO;
    default: return WH_ERR_STORE_IO;
    }
}

wh_status store_fail(struct store *s, int rc, const char *doing, struct wh_error *err)
{
    int sys = s->db && (rc & 0xff) == SQLITE_IOERR ? file_errno(s->db) : 0;
    const char *file = s->db ? sqlite3_db_filename(s->db, NULL) : NULL;
    const char *why =
        s->db && sqlite3_errcode(s->db) != SQLITE_OK ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);
    if (s->depth) s->broken = true;
    return wh_fail(err, classify(rc, sys), "%s: %.60s: %s", file && *file ? file : "store", doing,
                   why);
}

wh_status store_exec(struct store *s, const char *sql, struct wh_error *err)
{
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? WH_OK : store_fail(s, rc, sql, err);
}

wh_status store_pragma(struct store *s, const char *sql, uint64_t *value, struct wh_error *err)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_step(st);
    wh_status status = WH_OK;
    if (rc == SQLITE_ROW) {
        if (value) *value = (uint64_t)sqlite3_column_int64(st, 0);
    } else if (rc != SQLITE_DONE) {
        status = store_fail(s, rc, sql, err);
    }
    sqlite3_finalize(st);
    return status;
}

sqlite3 *store_db(struct store *s)
{
    return s->db;
}

wh_status query_open(struct store *s, struct query *q, const char *sql, struct wh_error *err)
{
    *q = (struct query){.s = s, .place = -1, .next = 1, .rc = SQLITE_OK};
    for (unsigned i = 0; i < s->cached; i++) {
        if (s->cache[i].sql != sql || s->cache[i].in_use) continue;
        s->cache[i].in_use = true;
        q->stmt = s->cache[i].stmt;
        q->place = (int)i;
        return WH_OK;
    }
    bool keep = s->cached < STORE_STATEMENTS;
    int rc =
        sqlite3_prepare_v3(s->db, sql, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0, &q->stmt, NULL);
    if (rc != SQLITE_OK) return store_fail(s, rc, sql, err);
    if (keep) {
        q->place = (int)s->cached;
        s->cache[s->cached].sql = sql;
        s->cache[s->cached].stmt = q->stmt;
        s->cache[s->cached].in_use = true;
        s->cached++;
    }
    return WH_OK;
}

static void bound(struct query *q, int rc)
{
    if (q->rc == SQLITE_OK) q->rc = rc;
    q->next++;
}

void query_u64(struct query *q, uint64_t v)
{
    bound(q, sqlite3_bind_int64(q->stmt, q->next, (sqlite3_int64)v));
}

/* Bound without a copy: what is bound outlives the query. */
void query_blob(struct query *q, const void *bytes, size_t len)
{
    bound(q, len ? sqlite3_bind_blob64(q->stmt, q->next, bytes, len, SQLITE_STATIC)
                 : sqlite3_bind_zeroblob(q->stmt, q->next, 0));
}

void query_b32(struct query *q, const bytes32 *v)
{
    query_blob(q, v->b, 32);
}

void query_u256(struct query *q, const u256 *v)
{
    uint8_t be[32];
    u256_to_be(v, be);
    bound(q, sqlite3_bind_blob64(q->stmt, q->next, be, 32, SQLITE_TRANSIENT));
}

void query_text(struct query *q, const char *s)
{
    bound(q, sqlite3_bind_text(q->stmt, q->next, s, -1, SQLITE_STATIC));
}

void query_null(struct query *q)
{
    bound(q, sqlite3_bind_null(q->stmt, q->next));
}

wh_status query_row(struct query *q, bool *found, struct wh_error *err)
{
    int rc = q->rc == SQLITE_OK ? sqlite3_step(q->stmt) : q->rc;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return store_fail(q->s, rc, sqlite3_sql(q->stmt), err);
    *found = rc == SQLITE_ROW;
    return WH_OK;
}

wh_status query_run(struct query *q, struct wh_error *err)
{
    bool found = true;
    wh_status st = WH_OK;
    while (st == WH_OK && found)
        st = query_row(q, &found, err);
    query_close(q);
    return st;
}

void query_close(struct query *q)
{
    if (q->stmt == NULL) return;
    if (q->place < 0) {
        sqlite3_finalize(q->stmt);
    } else {
        sqlite3_reset(q->stmt);
        sqlite3_clear_bindings(q->stmt);
        q->s->cache[q->place].in_use = false;
    }
    q->stmt = NULL;
}

uint64_t column_u64(const struct query *q, int i)
{
    return (uint64_t)sqlite3_column_int64(q->stmt, i);
}

bool column_is_null(const struct query *q, int i)
{
    return sqlite3_column_type(q->stmt, i) == SQLITE_NULL;
}

wh_span column_blob(const struct query *q, int i)
{
    const void *p = sqlite3_column_blob(q->stmt, i); /* before the length: it may convert */
    return wh_span_of(p, (size_t)sqlite3_column_bytes(q->stmt, i));
}

static void fixed(const struct query *q, int i, uint8_t *out, size_t len)
{
    wh_span b = column_blob(q, i);
    memset(out, 0, len);
    if (b.len == len) memcpy(out, b.ptr, len);
}

bytes32 column_b32(const struct query *q, int i)
{
    bytes32 v;
    fixed(q, i, v.b, 32);
    return v;
}

address column_addr(const struct query *q, int i)
{
    address v;
    fixed(q, i, v.b, 20);
    return v;
}

u256 column_u256(const struct query *q, int i)
{
    uint8_t be[32];
    fixed(q, i, be, 32);
    return u256_from_be(be);
}

const char *column_text(const struct query *q, int i)
{
    const unsigned char *s = sqlite3_column_text(q->stmt, i);
    return s ? (const char *)s : "";
}

wh_status column_append(const struct query *q, int i, struct wh_buf *out, struct wh_error *err)
{
    wh_span b = column_blob(q, i);
    if (!b.ptr && sqlite3_errcode(q->s->db) == SQLITE_NOMEM)
        return wh_fail(err, WH_ERR_NOMEM, "a value of the store");
    wh_buf_put(out, b.ptr, b.len);
    return wh_buf_ok(out) ? WH_OK : wh_fail(err, WH_ERR_NOMEM, "%zu bytes of the store", b.len);
}
