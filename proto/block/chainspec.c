/* SPDX-License-Identifier: MIT */
#include "proto/block/chainspec.h"

#include "proto/block/json_big.h"
#include "proto/sys/file.h"

enum { SPEC_MAX = 64 << 20 }; /* a genesis file with its accounts */

/* Blobs a fork brings where the file has no schedule of its own (EIP-4844, 7691, 7892). */
struct blob_row {
    const char *key;
    uint16_t target, max;
    uint64_t fraction;
};

struct spec_row {
    uint8_t fork;
    const char *key;
    bool by_time;
    struct blob_row blob;
};

/* Blocks and times in the order of the forks; of forks that share a place the last rules. */
static const struct spec_row ROWS[] = {
    {FORK_HOMESTEAD, "homesteadBlock", false, {0}},
    {FORK_DAO, "daoForkBlock", false, {0}},
    {FORK_TANGERINE, "eip150Block", false, {0}},
    {FORK_SPURIOUS, "eip158Block", false, {0}},
    {FORK_BYZANTIUM, "byzantiumBlock", false, {0}},
    {FORK_CONSTANTINOPLE, "constantinopleBlock", false, {0}},
    {FORK_PETERSBURG, "petersburgBlock", false, {0}},
    {FORK_ISTANBUL, "istanbulBlock", false, {0}},
    {FORK_BERLIN, "berlinBlock", false, {0}},
    {FORK_LONDON, "londonBlock", false, {0}},
    {FORK_PARIS, "mergeNetsplitBlock", false, {0}},
    {FORK_SHANGHAI, "shanghaiTime", true, {0}},
    {FORK_CANCUN, "cancunTime", true, {"cancun", 3, 6, 3338477}},
    {FORK_PRAGUE, "pragueTime", true, {"prague", 6, 9, 5007716}},
    {FORK_OSAKA, "osakaTime", true, {"osaka", 6, 9, 5007716}},
    {FORK_BPO1, "bpo1Time", true, {"bpo1", 10, 15, 8346193}},
    {FORK_BPO2, "bpo2Time", true, {"bpo2", 14, 21, 11684671}},
    {FORK_BPO3, "bpo3Time", true, {"bpo3", 0, 0, 0}},
    {FORK_BPO4, "bpo4Time", true, {"bpo4", 0, 0, 0}},
    {FORK_BPO5, "bpo5Time", true, {"bpo5", 0, 0, 0}},
};

static wh_status read_blob(const struct wh_json *root, const struct blob_row *row,
                           struct chain_fork *f, struct wh_error *err)
{
    uint64_t target, max;
    struct wh_json schedule, entry;
    *f = (struct chain_fork){f->fork, f->by, f->at, row->target, row->max, row->fraction};
    if (row->key == NULL) return WH_OK;
    if (!wh_json_opt(root, "blobSchedule", &schedule) ||
        !wh_json_opt(&schedule, row->key, &entry)) {
        if (row->max > 0) return WH_OK;
        return wh_json_fail(root, err, "blobSchedule has no entry %s", row->key);
    }
    WH_TRY(wh_json_get_number(&entry, "target", &target, err));
    WH_TRY(wh_json_get_number(&entry, "max", &max, err));
    WH_TRY(wh_json_get_number(&entry, "baseFeeUpdateFraction", &f->blob_fraction, err));
    if (target > UINT16_MAX || max > UINT16_MAX)
        return wh_json_fail(&entry, err, "more than 65535 blobs");
    f->blob_target = (uint16_t)target;
    f->blob_max = (uint16_t)max;
    return WH_OK;
}

/* A chain that is proof of stake from its first block says so by a total difficulty of 0. */
static bool paris_from_start(const struct wh_json *root)
{
    struct wh_json j;
    return wh_json_opt(root, "terminalTotalDifficulty", &j) && json_is_number(j.v) &&
           json_number_value(j.v) <= 0.0;
}

/* Where the row's fork begins; false: the chain has none. */
static wh_status place(const struct wh_json *root, const struct spec_row *row, uint64_t *at,
                       bool *has, struct wh_error *err)
{
    struct wh_json j;
    *has = true;
    *at = 0;
    if (row->fork == FORK_PARIS && paris_from_start(root)) return WH_OK;
    *has = wh_json_opt(root, row->key, &j);
    if (*has && row->fork == FORK_DAO) {
        struct wh_json support;
        *has = wh_json_opt(root, "daoForkSupport", &support) && json_is_true(support.v);
    }
    return *has ? wh_json_number(&j, at, err) : WH_OK;
}

/* Mainnet's own merge block, which its file does not hold. */
static bool is_known_merge(const struct chain_config *c, const struct spec_row *row, uint64_t *at)
{
    if (row->fork != FORK_PARIS || c->chain_id != 1) return false;
    *at = 15537394;
    return true;
}

static wh_status read_forks(const struct wh_json *root, struct chain_config *c,
                            struct wh_error *err)
{
    bool paris = false;
    c->forks[c->fork_count++] = (struct chain_fork){.fork = FORK_FRONTIER};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        bool has;
        struct chain_fork f = {.fork = ROWS[i].fork, .by = ROWS[i].by_time};
        WH_TRY(place(root, &ROWS[i], &f.at, &has, err));
        if (!has && !is_known_merge(c, &ROWS[i], &f.at)) continue;
        paris = paris || f.fork == FORK_PARIS;
        if (f.by == 1 && !paris)
            return wh_json_fail(root, err,
                                "%s without the block of the merge "
                                "(mergeNetsplitBlock, or terminalTotalDifficulty 0)",
                                ROWS[i].key);
        WH_TRY(read_blob(root, &ROWS[i].blob, &f, err));
        c->forks[c->fork_count++] = f;
    }
    return WH_OK;
}

/* What chain_config_decode demands holds for what is written here, or the file is refused. */
static wh_status accept(const struct wh_json *j, struct chain_config *c, struct wh_error *err)
{
    uint8_t bytes[CHAIN_CONFIG_MAX];
    struct chain_config again;
    if (chain_config_decode(wh_span_of(bytes, chain_config_encode(c, bytes)), &again) != WH_OK)
        return wh_json_fail(j, err, "the forks do not follow each other in their order");
    return WH_OK;
}

static wh_status read_config(const struct wh_json *j, struct chain_config *c, struct wh_error *err)
{
    struct wh_json v;
    WH_TRY(wh_json_get_number(j, "chainId", &c->chain_id, err));
    WH_TRY(read_forks(j, c, err));
    if (wh_json_opt(j, "depositContractAddress", &v))
        WH_TRY(wh_json_address(&v, &c->deposit_contract, err));
    if (wh_json_opt(j, "noRequests", &v)) {
        bool no;
        WH_TRY(wh_json_bool(&v, &no, err));
        if (no) c->flags |= CHAIN_NO_REQUESTS;
    }
    return accept(j, c, err);
}

wh_status chainspec_read(const struct wh_json *j, struct chain_config *out, struct wh_error *err)
{
    struct wh_json config = *j;
    struct chain_config c = {.ruleset = RULESET_ETHEREUM,
                             .witness_cap = CHAIN_WITNESS_CAP_ETHEREUM,
                             .item_max = CHAIN_ITEM_MAX};
    if (!json_is_object(j->v)) return wh_json_fail(j, err, "not an object");
    (void)wh_json_opt(j, "config", &config);
    WH_TRY(read_config(&config, &c, err));
    *out = c;
    return WH_OK;
}

wh_status chainspec_open(const char *path, struct chain_config *out, struct wh_error *err)
{
    json_t *tree = NULL;
    struct wh_buf text = {0};
    WH_TRY(wh_file_read_any(path, SPEC_MAX, &text, err));
    wh_status status = json_parse_big((const char *)text.ptr, text.len, &tree, err);
    wh_buf_done(&text);
    if (status == WH_OK) {
        struct wh_json root = wh_json_root(tree, "genesis");
        status = chainspec_read(&root, out, err);
        json_decref(tree);
    }
    if (status != WH_OK) wh_error_prefix(err, "%s: ", path);
    return status;
}
