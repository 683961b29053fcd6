/* SPDX-License-Identifier: MIT */
#ifndef WH_GAME_STORE_STORE_PRIVATE_H
#define WH_GAME_STORE_STORE_PRIVATE_H

/* Shared by the files of game/store: the connection, and queries in four verbs.
 *
 *   struct query q;
 *   WH_TRY(query_open(s, &q, "SELECT ... WHERE n = ?", err));
 *   query_u64(&q, n);                      bind, from the left
 *   st = query_row(&q, &found, err);       or query_run for statements without rows
 *   if (found) v = column_u64(&q, 0); ...
 *   query_close(&q);
 * Every SQL text is a literal at one place: its address is the key of the statement cache. */

#include <sqlite3.h>

#include "game/store/store.h"

#define STORE_STATEMENTS 96

struct store {
    sqlite3 *db;
    int lock_fd;    /* -1: none */
    unsigned depth; /* nested begins */
    bool broken;    /* something failed since the outermost begin: no commit */
    bool read_only;
    uint64_t generation;
    struct {
        const char *sql;
        sqlite3_stmt *stmt; /* owns */
        bool in_use;
    } cache[STORE_STATEMENTS];
    unsigned cached;
};

struct query {
    struct store *s;
    sqlite3_stmt *stmt;
    int place; /* in the cache; -1: owned by this query */
    int next;  /* parameter to bind */
    int rc;    /* first binding that failed */
};

WH_MUST wh_status query_open(struct store *s, struct query *q, const char *sql,
                             struct wh_error *err);
void query_u64(struct query *q, uint64_t v);
void query_blob(struct query *q, const void *bytes, size_t len);
void query_b32(struct query *q, const bytes32 *v);
void query_u256(struct query *q, const u256 *v);
void query_text(struct query *q, const char *s);
void query_null(struct query *q);
WH_MUST wh_status query_row(struct query *q, bool *found, struct wh_error *err);
/* query_run steps to the end and closes. */
WH_MUST wh_status query_run(struct query *q, struct wh_error *err);
void query_close(struct query *q);

uint64_t column_u64(const struct query *q, int i);
bool column_is_null(const struct query *q, int i);
wh_span column_blob(const struct query *q, int i); /* until the next step */
bytes32 column_b32(const struct query *q, int i);  /* width is checked by the schema */
address column_addr(const struct query *q, int i);
u256 column_u256(const struct query *q, int i);
const char *column_text(const struct query *q, int i);
WH_MUST wh_status column_append(const struct query *q, int i, struct wh_buf *out,
                                struct wh_error *err);

/* store_fail turns SQLite's code into one of WH_ERR_STORE_* and marks the transaction broken. */
wh_status store_fail(struct store *s, int rc, const char *doing, struct wh_error *err);
WH_MUST wh_status store_exec(struct store *s, const char *sql, struct wh_error *err);
WH_MUST wh_status store_pragma(struct store *s, const char *sql, uint64_t *value,
                               struct wh_error *err);

extern const char store_schema[];
extern const char *const store_migrations[]; /* migration i brings version i to i + 1 */
extern const unsigned store_migration_count;

/* store_open_with: as store_open with other migrations; tests of migrating. */
WH_MUST wh_status store_open_with(struct store **out, const char *datadir,
                                  const char *const *migrations, unsigned count,
                                  struct wh_error *err);
sqlite3 *store_db(struct store *s); /* tests look behind the curtain */

#endif
