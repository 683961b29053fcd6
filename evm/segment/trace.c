/* SPDX-License-Identifier: MIT */
#include "evm/segment/trace.h"

static const uint8_t TRACE_MAGIC[4] = {'W', 'T', 'R', '2'};

uint8_t trace_kind(wh_span bytes)
{
    return bytes.len < TRACE_HEADER ? 0xff : bytes.ptr[4];
}

static wh_status header_check(wh_span bytes, uint8_t kind)
{
    if (bytes.len < TRACE_HEADER) return WH_E_FORMAT;
    const uint8_t *p = bytes.ptr;
    if (memcmp(p, TRACE_MAGIC, sizeof TRACE_MAGIC) != 0) return WH_E_FORMAT;
    if ((p[5] | p[6] | p[7]) != 0) return WH_E_FORMAT;
    return p[4] == kind ? WH_OK : WH_E_MISMATCH;
}

/* Every fault of an entry is WH_E_FORMAT, so the lengths may be read before anything is hashed and
 * the hashing done in one batch. */
static wh_status entries_split(wh_span bytes, uint32_t count, wh_span *parts)
{
    size_t at = TRACE_HEADER;
    for (uint32_t i = 0; i < count; i++) {
        if (bytes.len - at < 4) return WH_E_FORMAT;
        size_t len = load_be32(bytes.ptr + at);
        at += 4;
        if (len == 0 || len > bytes.len - at) return WH_E_FORMAT;
        parts[i] = wh_span_of(bytes.ptr + at, len);
        at += len;
    }
    return at == bytes.len ? WH_OK : WH_E_FORMAT;
}

wh_status trace_parse(const struct evm_crypto *crypto, struct wh_arena *arena, wh_span bytes,
                      uint8_t kind, struct trace *out)
{
    WH_TRY(header_check(bytes, kind));
    uint32_t count = load_be32(bytes.ptr + 8);
    /* An entry has at least five bytes: a count beyond that is no reason to ask for memory. */
    if (count > (bytes.len - TRACE_HEADER) / 5) return WH_E_FORMAT;

    out->kind = kind;
    out->count = count;
    out->entries = WH_NEW(arena, struct trace_entry, count);
    out->used = WH_NEW(arena, uint8_t, count);
    if (out->entries == NULL || out->used == NULL) return WH_E_NOMEM;
    if (count > 0) memset(out->used, 0, count);

    size_t mark = wh_arena_mark(arena);
    wh_span *parts = WH_NEW(arena, wh_span, count);
    bytes32 *hashes = WH_NEW(arena, bytes32, count);
    if (parts == NULL || hashes == NULL) return WH_E_NOMEM;
    WH_TRY(entries_split(bytes, count, parts));
    crypto->keccak_many(crypto->ctx, count, parts, hashes);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && bytes32_cmp(&hashes[i - 1], &hashes[i]) >= 0) return WH_E_FORMAT;
        out->entries[i] = (struct trace_entry){hashes[i], parts[i]};
    }
    wh_arena_rewind(arena, mark);
    return WH_OK;
}

/* Binary search: nothing an adversary can flood. */
static wh_status trace_get(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span *bytes)
{
    (void)kind; /* entries have no types */
    struct trace *t = ctx;
    uint32_t low = 0, high = t->count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        int order = bytes32_cmp(&t->entries[mid].hash, hash);
        if (order == 0) {
            t->used[mid] = 1;
            *bytes = t->entries[mid].bytes;
            return WH_OK;
        }
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return WH_E_MISSING;
}

/* An object that a cache answered must be in the trace all the same. */
static wh_status trace_use(void *ctx, enum wh_object kind, const bytes32 *hash, wh_span bytes)
{
    (void)bytes;
    wh_span ignored;
    return trace_get(ctx, kind, hash, &ignored);
}

void trace_preimages(struct trace *t, struct wh_preimages *out)
{
    *out = (struct wh_preimages){.ctx = t, .get = trace_get, .use = trace_use};
}

bool trace_all_used(const struct trace *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (!t->used[i]) return false;
    return true;
}

static void sift_down(struct trace_entry *e, size_t root, size_t count)
{
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= count) return;
        if (child + 1 < count && bytes32_cmp(&e[child].hash, &e[child + 1].hash) < 0) child++;
        if (bytes32_cmp(&e[root].hash, &e[child].hash) >= 0) return;
        struct trace_entry t = e[root];
        e[root] = e[child];
        e[child] = t;
        root = child;
    }
}

/* Heap sort: in place, no recursion, no worst case. */
static void entries_sort(struct trace_entry *e, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(e, i, count);
    for (size_t last = count; last-- > 1;) {
        struct trace_entry t = e[0];
        e[0] = e[last];
        e[last] = t;
        sift_down(e, 0, last);
    }
}

wh_status trace_write(struct wh_arena *arena, uint8_t kind, struct trace_entry *entries,
                      uint32_t count, wh_span *out)
{
    entries_sort(entries, count);
    size_t len = TRACE_HEADER;
    for (uint32_t i = 0; i < count; i++)
        len += 4 + entries[i].bytes.len;
    uint8_t *p = WH_NEW(arena, uint8_t, len);
    if (p == NULL) return WH_E_NOMEM;

    *out = wh_span_of(p, len);
    memcpy(p, TRACE_MAGIC, sizeof TRACE_MAGIC);
    p[4] = kind;
    p[5] = p[6] = p[7] = 0;
    store_be32(p + 8, count);
    p += TRACE_HEADER;
    for (uint32_t i = 0; i < count; i++) {
        WH_ASSERT(i == 0 || bytes32_cmp(&entries[i - 1].hash, &entries[i].hash) < 0);
        store_be32(p, (uint32_t)entries[i].bytes.len);
        memcpy(p + 4, entries[i].bytes.ptr, entries[i].bytes.len);
        p += 4 + entries[i].bytes.len;
    }
    return WH_OK;
}
