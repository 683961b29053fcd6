/* SPDX-License-Identifier: MIT */
/* Writes the first inputs of the corpora: fuzz_seeds FOLDER BLOCKS... (block files of tests/data/blocks).
 * Run by hand when a target is added; what the fuzzers find joins them. */
#include <sys/stat.h>

#include "evm/hash/keccak.h"
#include "evm/mpt/mpt.h"
#include "evm/native/crypto.h"
#include "evm/rlp/rlp.h"
#include "evm/segment/chain_config.h"
#include "evm/segment/frontier.h"
#include "evm/segment/input.h"
#include "evm/segment/seg_state.h"
#include "proto/block/write.h"
#include "proto/sys/file.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/seeds.h"
#include "tests/plain_crypto.h"

static const char *folder;
static unsigned number;

void put(const char *target, wh_span bytes)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, target);
    (void)mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/seed-%03u", folder, target, number++);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes.ptr, 1, bytes.len, f) != bytes.len || fclose(f) != 0) exit(1);
}

void put_kind(const char *target, uint8_t kind, wh_span bytes)
{
    struct wh_buf b = {0};
    wh_buf_put(&b, &kind, 1);
    wh_buf_put(&b, bytes.ptr, bytes.len);
    put(target, wh_buf_span(&b));
    wh_buf_done(&b);
}

static void segment_seeds(void)
{
    struct chain_config c;
    uint8_t bytes[CHAIN_CONFIG_MAX], state[SEG_STATE_SIZE], input[BLOCK_INPUT_SIZE];
    chain_config_mainnet(&c);
    put_kind("seg_state", 1, wh_span_of(bytes, chain_config_encode(&c, bytes)));
    chain_config_rollup(1337, 1000000, &c);
    put_kind("seg_state", 1, wh_span_of(bytes, chain_config_encode(&c, bytes)));
    struct seg_state s = {.ruleset = 1, .chain_id = 1, .number = 41, .inbox_pos = 3};
    seg_state_encode(&s, state);
    put_kind("seg_state", 0, wh_span_of(state, sizeof state));
    s.phase = SEG_OPEN;
    s.fork = FORK_OSAKA;
    s.items_left = 3;
    s.base_fee = u256_from_u64(7);
    seg_state_encode(&s, state);
    put_kind("seg_state", 0, wh_span_of(state, sizeof state));
    struct block_input b = {
        .items_count = 2, .l1_number = 5, .timestamp = 6, .gas_limit = 30000000};
    block_input_encode(&b, input);
    put_kind("seg_state", 2, wh_span_of(input, BLOCK_INPUT_SIZE));
    struct eth_input e = {.items_count = 2};
    memset(e.block_hash.b, 1, 32);
    eth_input_encode(&e, input);
    put_kind("seg_state", 2, wh_span_of(input, ETH_INPUT_SIZE));
}

static void frontier_seeds(void)
{
    static const uint32_t sizes[] = {0, 1, 2, 3, 17, 127, 128, 129, 257, 300};
    struct frontier f;
    uint8_t value[40] = {0}, out[FRONTIER_BYTES_MAX];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        frontier_init(&f);
        for (uint32_t n = 0; n < sizes[i]; n++) {
            store_be32(value, n + 1);
            wh_span v = wh_span_of(value, n % 3 == 0 ? 4 : sizeof value);
            if (frontier_push(&f, &plain_crypto, v) != WH_OK) exit(1);
        }
        put_kind("header", 1, wh_span_of(out, frontier_encode(&f, out, sizeof out)));
    }
}

/* ---- tries: nodes parents first, references to them as fuzz_mpt_node reads them ---- */

struct made {
    struct {
        bytes32 hash;
        struct wh_buf bytes;
    } v[64];
    size_t n;
};

static wh_status collect(void *ctx, const bytes32 *hash, wh_span bytes)
{
    struct made *m = ctx;
    if (m->n == 64) return WH_E_NOMEM;
    m->v[m->n].hash = *hash;
    m->v[m->n].bytes = (struct wh_buf){0};
    wh_buf_put(&m->v[m->n++].bytes, bytes.ptr, bytes.len);
    return WH_OK;
}

/* The first `from` nodes are left out, and `more` stand before the others. */
static void put_nodes(const struct made *m, size_t from, size_t more, struct wh_buf *out)
{
    for (size_t i = m->n - from; i-- > 0;) { /* children come first from a commit */
        const struct wh_buf *node = &m->v[i].bytes;
        uint8_t len[2];
        store_be16(len, (uint16_t)node->len);
        wh_buf_put(out, len, 2);
        size_t at = out->len;
        wh_buf_put(out, node->ptr, node->len);
        for (size_t k = 0; k + 32 <= node->len; k++)
            for (size_t c = 0; c < i; c++)
                if (memcmp(node->ptr + k, m->v[c].hash.b, 32) == 0) {
                    memset(out->ptr + at + k, 0, 32);
                    memset(out->ptr + at + k, '@', 2);
                    out->ptr[at + k + 2] = (uint8_t)(m->n - 1 - c - from + more);
                }
    }
}

/* Nodes that no trie has: an extension of no nibbles above the root; the root's extension as two. */
static void put_extension(struct wh_buf *out, wh_span path, uint8_t child)
{
    uint8_t node[64] = {0}, len[2];
    size_t n = 1;
    if (path.len > 1) node[n++] = (uint8_t)(0x80 + path.len);
    memcpy(node + n, path.ptr, path.len);
    n += path.len;
    node[n++] = 0xa0;
    node[n] = node[n + 1] = '@';
    node[n + 2] = child;
    n += 32;
    node[0] = (uint8_t)(0xc0 + n - 1);
    store_be16(len, (uint16_t)n);
    wh_buf_put(out, len, 2);
    wh_buf_put(out, node, n);
}

enum hostile { SOUND, NO_NIBBLES, TWO_EXTENSIONS };

static void put_trie(const struct made *m, enum hostile how, struct wh_buf *out)
{
    static const uint8_t one[1] = {0x10}, ten[6] = {0};
    if (how == NO_NIBBLES) put_extension(out, wh_span_of(ten, 1), 1);
    if (how == TWO_EXTENSIONS) { /* of eleven nibbles, all zero */
        put_extension(out, wh_span_of(one, 1), 1);
        put_extension(out, wh_span_of(ten, 6), 2);
    }
    put_nodes(m, how == TWO_EXTENSIONS ? 1 : 0, how == SOUND ? 0 : how == NO_NIBBLES ? 1 : 2, out);
}

static void trie_seed(unsigned keys, unsigned shift, uint16_t ops, enum hostile how)
{
    static struct wh_arena arena;
    struct mpt_pool pool;
    struct made made = {.n = 0};
    bytes32 key[16];
    struct mpt_change changes[16];
    struct wh_buf out = {0};
    static const uint8_t value[40] = {0x11, 0x22, 0x33};
    mpt_pool_init(&pool, fuzz_arena(&arena, 1 << 24), NULL, &plain_crypto);
    pool.step = 1;
    struct mpt t = mpt_empty(&pool, false), *list = &t;
    for (unsigned i = 0; i < keys; i++) {
        memset(key[i].b, 0, 32);
        key[i].b[shift / 2] = (uint8_t)(shift % 2 == 0 ? i << 4 : i);
        key[i].b[31] = (uint8_t)i;
        changes[i] = (struct mpt_change){wh_span_of(key[i].b, 32),
                                         wh_span_of(value, i % 2 == 0 ? 2 : sizeof value)};
    }
    if (mpt_update(&t, changes, keys) != WH_OK ||
        mpt_commit_many(&list, 1, collect, &made) != WH_OK)
        exit(1);
    uint8_t head[3] = {(uint8_t)(ops >> 8), (uint8_t)ops, (uint8_t)(keys < 6 ? keys : 6)};
    wh_buf_put(&out, head, 3);
    for (unsigned i = 0; i < head[2]; i++)
        wh_buf_put(&out, key[i].b, 32);
    put_trie(&made, how, &out);
    put("mpt_node", wh_buf_span(&out));
    wh_buf_done(&out);
    for (size_t i = 0; i < made.n; i++)
        wh_buf_done(&made.v[i].bytes);
}

/* ---- blocks ---- */

static void block_seeds(const char *path)
{
    struct blockfile f;
    struct wh_error err;
    struct wh_buf out = {0};
    enum block_form form;
    unsigned types = 0;
    if (blockfile_open(path, wh_native_crypto(), &f, &err) != WH_OK) {
        fprintf(stderr, "%s: %s\n", path, err.what);
        exit(1);
    }
    if (wh_file_read(path, 8192, &out, &err) == WH_OK) put("witness", wh_buf_span(&out));
    wh_buf_reset(&out);
    put_kind("header", 0, f.header);
    put("rlp", f.header);
    for (size_t i = 0; i < f.tx_count; i++) {
        unsigned bit = 1u << (f.txs[i].ptr[0] < 0xc0 ? f.txs[i].ptr[0] : 0);
        if ((types & bit) != 0 || f.txs[i].len > 1000) continue;
        types |= bit;
        put("tx", f.txs[i]);
    }
    if (f.node_count > 0) put("rlp", f.nodes[0]);
    if (f.tx_count < 6 && block_form_find("block", &form) &&
        block_write(&f, form, &out, &err) == WH_OK) {
        put_kind("header", 2, wh_buf_span(&out));
        put("rlp", wh_buf_span(&out));
    }
    static const char *const forms[] = {"stateless-block", "bundle", "payload", "pair", "block"};
    for (size_t i = 0; f.tx_count < 6 && i < 5; i++) {
        wh_buf_reset(&out);
        if (!block_form_find(forms[i], &form) || block_write(&f, form, &out, &err) != WH_OK)
            continue;
        put("witness", wh_buf_span(&out));
        if (i == 1) put_kind("evidence", 2, wh_buf_span(&out));
    }
    wh_buf_done(&out);
    blockfile_close(&f);
}

static void list_seeds(void)
{
    uint8_t buf[200];
    struct rlp_back w;
    wh_span list;
    rlp_back_init(&w, buf, sizeof buf);
    for (unsigned i = 0; i < 2; i++) {
        size_t one = rlp_back_mark(&w);
        rlp_back_u64(&w, 1000 + i);
        rlp_back_string(&w, wh_span_of("twenty bytes address", 20));
        rlp_back_u64(&w, 7);
        rlp_back_u64(&w, i);
        rlp_back_list(&w, one);
    }
    rlp_back_list(&w, 0);
    if (rlp_back_done(&w, &list) != WH_OK) exit(1);
    put_kind("header", 3, list);
    put("rlp", list);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    folder = argv[1];
    (void)mkdir(folder, 0777);
    for (int i = 2; i < argc; i++)
        block_seeds(argv[i]);
    segment_seeds();
    frontier_seeds();
    for (unsigned i = 0; i < 6; i++)
        trie_seed(2 + 2 * i, i * 11, (uint16_t)(0x1b6d + 977 * i), SOUND);
    trie_seed(2, 0, 1, NO_NIBBLES); /* one of the two is taken out */
    trie_seed(4, 11, 0x1b6d, TWO_EXTENSIONS);
    list_seeds();
    l1_seeds();
    chain_seeds();
    fetch_seeds();
    return 0;
}
