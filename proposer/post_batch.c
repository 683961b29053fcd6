/* SPDX-License-Identifier: MIT */
#include "proposer/post_batch.h"

#include <stdlib.h>
#include <string.h>

#include "game/contracts/generated/contracts.h"
#include "proposer/poster.h"
#include "proto/l1/calls.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"

enum {
    FILE_MAX = 16 << 20,
    ITEMS_MAX = 65535, /* of an input */
};

/* ---- the file ---- */

struct batch {
    struct wh_buf bytes; /* of all items; owns */
    wh_span *items;      /* owns; into bytes */
    size_t count;
};

static void batch_done(struct batch *b)
{
    wh_buf_done(&b->bytes);
    free(b->items);
    memset(b, 0, sizeof *b);
}

static wh_status read_line(struct batch *b, size_t number, const char *line, size_t len,
                           struct wh_error *err)
{
    while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' '))
        len--;
    if (len == 0 || line[0] == '#') return WH_OK;
    if (b->count == ITEMS_MAX)
        return wh_fail(err, WH_ERR_FILE_FORM, "line %zu: more than %d transactions", number,
                       ITEMS_MAX);
    size_t size = (len - 2) / 2;
    if (len < 4 || len % 2 != 0 || line[0] != '0' || line[1] != 'x')
        return wh_fail(err, WH_ERR_FILE_FORM, "line %zu is not 0x and the bytes of a transaction",
                       number);
    uint8_t *to = b->bytes.ptr + b->bytes.len; /* the buffer holds half of the text */
    if (!wh_hex_decode(line + 2, len - 2, to, size))
        return wh_fail(err, WH_ERR_FILE_FORM, "line %zu: not a hexadecimal digit", number);
    b->items[b->count++] = wh_span_of(to, size);
    b->bytes.len += size;
    return WH_OK;
}

static wh_status read_lines(struct batch *b, const char *text, size_t len, struct wh_error *err)
{
    size_t lines = 1;
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    b->items = (wh_span *)calloc(lines, sizeof *b->items);
    if (!b->items || !wh_buf_grow(&b->bytes, len / 2 + 1))
        return wh_fail(err, WH_ERR_NOMEM, "%zu transactions", lines);
    b->bytes.len = 0;
    for (size_t at = 0, number = 1; at < len; number++) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t size = end ? (size_t)(end - text) - at : len - at;
        WH_TRY(read_line(b, number, text + at, size, err));
        at += size + 1;
    }
    return WH_OK;
}

static wh_status batch_open(const char *path, struct batch *b, struct wh_error *err)
{
    struct wh_buf text = {0};
    wh_status st = wh_file_read(path, FILE_MAX, &text, err);
    if (st == WH_OK) {
        st = read_lines(b, (const char *)text.ptr, text.len, err);
        if (st != WH_OK) wh_error_prefix(err, "%s: ", path);
    }
    wh_buf_done(&text);
    if (st != WH_OK) batch_done(b);
    return st;
}

/* ---- the calls ---- */

/* What a batch may be now: time and forced entries (PROTOCOL 3, checks of `post`). */
static wh_status batch_terms(const struct poster *p, uint64_t *timestamp, uint32_t *forced,
                             struct wh_error *err)
{
    struct l1_block head;
    uint64_t last = 0, length = 0, taken = 0, most = 0;
    WH_TRY(poster_head(p, &head, err));
    WH_TRY(poster_view(p, CONTRACT_SEL_INBOX_LAST_TIMESTAMP, &head.hash, &last, err));
    WH_TRY(poster_view(p, CONTRACT_SEL_INBOX_QUEUE_LENGTH, &head.hash, &length, err));
    WH_TRY(poster_view(p, CONTRACT_SEL_INBOX_TAKEN, &head.hash, &taken, err));
    WH_TRY(poster_view(p, CONTRACT_SEL_INBOX_FORCED_MAX, &head.hash, &most, err));
    *timestamp = head.timestamp > last ? head.timestamp : last + 1;
    *forced = (uint32_t)(length - taken < most ? length - taken : most);
    return WH_OK;
}

static wh_status finish(const struct poster *p, const char *name, const struct wh_buf *data,
                        size_t items, struct wh_error *err)
{
    struct l1_receipt receipt;
    if (!wh_buf_ok(data)) return wh_fail(err, WH_ERR_NOMEM, "calldata of %s", name);
    WH_TRY(poster_rehearse(p, name, data, err));
    WH_TRY(poster_send(p, data, items, &receipt, err));
    printf("%s: transaction %s, L1 block %llu, gas %llu, %zu bytes\n", name,
           wh_hex32(&receipt.tx_hash).s, (unsigned long long)receipt.block_number,
           (unsigned long long)receipt.gas_used, data->len);
    return WH_OK;
}

static wh_status post_batch(const struct poster *p, const struct batch *b, struct wh_error *err)
{
    struct wh_buf data = {0};
    uint64_t timestamp = 0;
    uint32_t forced = 0;
    WH_TRY(poster_quiet(p, err));
    WH_TRY(batch_terms(p, &timestamp, &forced, err));
    calls_inbox_post(timestamp, forced, b->items, b->count, &data);
    wh_status st = finish(p, "post", &data, b->count + forced, err);
    wh_buf_done(&data);
    return st;
}

static wh_status send_forced(const struct poster *p, const struct batch *b, struct wh_error *err)
{
    struct wh_buf data = {0};
    if (b->count != 1)
        return wh_fail(err, WH_ERR_FILE_FORM, "%zu transactions; send-forced takes one", b->count);
    calls_inbox_send_forced(b->items[0], &data);
    wh_status st = finish(p, "sendForced", &data, 1, err);
    wh_buf_done(&data);
    return st;
}

static wh_status post_forced(const struct poster *p, const struct batch *b, struct wh_error *err)
{
    struct wh_buf data = {0};
    struct l1_block head;
    uint64_t most = 0;
    (void)b;
    WH_TRY(poster_head(p, &head, err));
    WH_TRY(poster_view(p, CONTRACT_SEL_INBOX_FORCED_MAX, &head.hash, &most, err));
    calls_inbox_post_forced(&data);
    wh_status st = finish(p, "postForced", &data, most, err);
    wh_buf_done(&data);
    return st;
}

typedef wh_status command_fn(const struct poster *p, const struct batch *b, struct wh_error *err);

static int run(const struct daemon_config *cfg, const char *program, const char *path,
               command_fn *fn)
{
    struct poster p = {0};
    struct batch b = {0};
    struct wh_error err = {0};
    daemon_log(cfg);
    wh_status st = path ? batch_open(path, &b, &err) : WH_OK;
    if (st == WH_OK) st = poster_open(cfg, &p, &err);
    if (st == WH_OK) st = fn(&p, &b, &err);
    poster_close(&p);
    batch_done(&b);
    return st == WH_OK ? WH_EXIT_OK : wh_error_print(stderr, program, &err);
}

int proposer_post_batch(const struct daemon_config *cfg, const char *program, const char *path)
{
    return run(cfg, program, path, post_batch);
}

int proposer_send_forced(const struct daemon_config *cfg, const char *program, const char *path)
{
    return run(cfg, program, path, send_forced);
}

int proposer_post_forced(const struct daemon_config *cfg, const char *program)
{
    return run(cfg, program, NULL, post_forced);
}
