/* SPDX-License-Identifier: MIT */
/* The ABI reader over a layout that the input chooses: count, kinds, then the encoding. What is read to
 * its end is written back as the same bytes. */
#include "proto/l1/abi.h"
#include "tests/fuzz/fuzz.h"

enum { FIELDS = 8, ITEMS = 16 };

enum kind { UINT, WORD, B32, ADDRESS, BOOL, BYTES, WORDS, LIST };
enum { KINDS = 8 };

struct field {
    enum kind kind;
    unsigned bits;
    u256 word;
    wh_span bytes; /* BYTES, WORDS */
    wh_span items[ITEMS];
    size_t count;
};

static void read_field(struct abi_reader *r, struct field *f)
{
    size_t n;
    switch (f->kind) {
    case UINT: f->word = u256_from_u64(abi_read_uint(r, f->bits)); break;
    case WORD: f->word = abi_read_u256(r); break;
    case B32: {
        bytes32 v = abi_read_b32(r);
        f->word = u256_from_be(v.b);
        break;
    }
    case ADDRESS: {
        address a = abi_read_addr(r);
        uint8_t be[32] = {0};
        memcpy(be + 12, a.b, 20);
        f->word = u256_from_be(be);
        break;
    }
    case BOOL: f->word = u256_from_u64(abi_read_bool(r)); break;
    case BYTES: f->bytes = abi_read_bytes(r); break;
    case WORDS: {
        const uint8_t *p = abi_read_words(r, 64, &n);
        f->bytes = wh_span_of(p, 32 * n);
        f->count = n;
        break;
    }
    case LIST:
    default: {
        struct abi_reader list = abi_read_list(r, ITEMS, &f->count);
        for (size_t i = 0; i < f->count; i++)
            f->items[i] = abi_read_bytes(&list);
        abi_read_list_end(r, &list);
        break;
    }
    }
}

static size_t tail_size(const struct field *f)
{
    if (f->kind == BYTES) return abi_bytes_size(f->bytes.len);
    if (f->kind == WORDS) return 32 + f->bytes.len;
    if (f->kind != LIST) return 0;
    size_t n = 32 + 32 * f->count;
    for (size_t i = 0; i < f->count; i++)
        n += abi_bytes_size(f->items[i].len);
    return n;
}

static void put_tail(struct wh_buf *b, const struct field *f)
{
    if (f->kind == BYTES) abi_put_bytes(b, f->bytes);
    if (f->kind == LIST) abi_put_list(b, f->items, f->count);
    if (f->kind != WORDS) return;
    abi_put_u64(b, f->count);
    wh_buf_put(b, f->bytes.ptr, f->bytes.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct field fields[FIELDS];
    struct abi_reader r;
    memset(fields, 0, sizeof fields);
    size_t n = fuzz_u8(&in) % (FIELDS + 1);
    for (size_t i = 0; i < n; i++) {
        uint8_t b = fuzz_u8(&in);
        fields[i].kind = (enum kind)(b % KINDS);
        fields[i].bits = 8 * (1 + (b / KINDS) % 8u);
    }
    wh_span bytes = wh_span_of(in.p, in.left);
    abi_read_init(&r, bytes, n);
    for (size_t i = 0; i < n; i++)
        read_field(&r, &fields[i]);
    if (!abi_read_ok(&r)) return 0;
    struct wh_buf out = {0};
    size_t at = 32 * n;
    for (size_t i = 0; i < n; i++) {
        if (fields[i].kind < BYTES)
            abi_put_u256(&out, &fields[i].word);
        else
            abi_put_u64(&out, at);
        at += tail_size(&fields[i]);
    }
    for (size_t i = 0; i < n; i++)
        put_tail(&out, &fields[i]);
    FUZZ_MUST(fuzz_same(wh_buf_span(&out), bytes));
    wh_buf_done(&out);
    return 0;
}
