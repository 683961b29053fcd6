/* SPDX-License-Identifier: MIT */
/* eth_getLogs and the filters. */
#include <stdlib.h>

#include "deploy/devnet/rpc.h"

enum { FILTERS_MAX = 256 };

/* ---- reading a filter ---- */

static bool read_addresses(struct rpc *c, const json_t *v, struct log_filter *f)
{
    if (v == NULL || json_is_null(v)) return true;
    if (!json_is_array(v)) {
        f->address_count = 1;
        return value_address(c, v, "address", &f->addresses[0]);
    }
    if (json_array_size(v) > LOG_FILTER_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "too many addresses");
    f->address_count = (uint32_t)json_array_size(v);
    for (uint32_t i = 0; i < f->address_count; i++)
        if (!value_address(c, json_array_get(v, i), "address", &f->addresses[i])) return false;
    return true;
}

/* A place of the topics: null = any, one hash, or a list of alternatives. */
static bool read_topic(struct rpc *c, const json_t *v, unsigned place, struct log_filter *f)
{
    if (json_is_null(v)) return true;
    if (!json_is_array(v)) {
        f->topic_count[place] = 1;
        return value_b32(c, v, "topics", &f->topics[place][0]);
    }
    if (json_array_size(v) > LOG_FILTER_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "too many topics");
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *one = json_array_get(v, i);
        if (json_is_null(one)) { /* any */
            f->topic_count[place] = 0;
            return true;
        }
        if (!value_b32(c, one, "topics", &f->topics[place][i])) return false;
        f->topic_count[place]++;
    }
    return true;
}

static bool read_range(struct rpc *c, const json_t *o, struct log_filter *f,
                       const struct block **only)
{
    const json_t *hash = json_object_get(o, "blockHash");
    const json_t *from = json_object_get(o, "fromBlock"), *to = json_object_get(o, "toBlock");
    const uint64_t head = c->node->count - 1;
    *only = NULL;
    if (hash != NULL && !json_is_null(hash)) {
        bytes32 h;
        if (from != NULL || to != NULL)
            return rpc_fail(c, RPC_INVALID_PARAMS,
                            "cannot specify both BlockHash and FromBlock/ToBlock, choose one or "
                            "the other");
        if (!value_b32(c, hash, "blockHash", &h)) return false;
        *only = chain_by_hash(c->node, &h);
        return *only != NULL ? true : rpc_fail(c, RPC_SERVER, "unknown block");
    }
    struct block *first = NULL, *last = NULL;
    if (!value_block(c, from, &first, NULL) || !value_block(c, to, &last, NULL)) return false;
    /* A number above the head: nothing is there yet. */
    f->first = first != NULL ? first->head.number : head + 1;
    f->last = last != NULL ? last->head.number : head;
    if (first != NULL && f->first > f->last)
        return rpc_fail(c, RPC_SERVER, "invalid block range params");
    return true;
}

static bool read_filter(struct rpc *c, const json_t *o, struct log_filter *f,
                        const struct block **only)
{
    *f = (struct log_filter){0};
    if (!json_is_object(o)) return rpc_fail(c, RPC_INVALID_PARAMS, "want a filter object");
    const json_t *topics = json_object_get(o, "topics");
    if (!read_range(c, o, f, only) || !read_addresses(c, json_object_get(o, "address"), f))
        return false;
    if (topics == NULL || json_is_null(topics)) return true;
    if (!json_is_array(topics) || json_array_size(topics) > 4)
        return rpc_fail(c, RPC_INVALID_PARAMS, "exceed max topics");
    for (unsigned i = 0; i < json_array_size(topics); i++)
        if (!read_topic(c, json_array_get(topics, i), i, f)) return false;
    return true;
}

/* ---- matching ---- */

static bool any_in_bloom(const struct node *n, const uint8_t bloom[256], const uint8_t *items,
                         size_t size, uint32_t count)
{
    if (count == 0) return true;
    for (uint32_t i = 0; i < count; i++)
        if (bloom_has(n->crypto, bloom, items + i * size, size)) return true;
    return false;
}

static bool bloom_matches(const struct node *n, const struct log_filter *f,
                          const uint8_t bloom[256])
{
    if (!any_in_bloom(n, bloom, f->addresses[0].b, 20, f->address_count)) return false;
    for (unsigned t = 0; t < 4; t++)
        if (!any_in_bloom(n, bloom, f->topics[t][0].b, 32, f->topic_count[t])) return false;
    return true;
}

static bool log_matches(const struct log_filter *f, const struct state_log *l)
{
    bool hit = f->address_count == 0;
    for (uint32_t i = 0; i < f->address_count && !hit; i++)
        hit = address_eq(&f->addresses[i], &l->at);
    for (unsigned t = 0; t < 4 && hit; t++) {
        if (f->topic_count[t] == 0) continue;
        hit = false;
        for (uint32_t i = 0; i < f->topic_count[t] && t < l->topic_count && !hit; i++)
            hit = bytes32_eq(&f->topics[t][i], &l->topics[t]);
    }
    return hit;
}

static void show_logs_of(struct rpc *c, const struct block *b, const struct log_filter *f)
{
    if (!bloom_matches(c->node, f, b->head.bloom)) return;
    for (uint32_t i = 0; i < b->tx_count; i++)
        for (uint32_t l = 0; l < b->outcomes[i].log_count; l++)
            if (log_matches(f, &b->outcomes[i].logs[l])) show_log(c, b, i, l, false);
}

static void show_range(struct rpc *c, const struct log_filter *f, uint64_t first, uint64_t last)
{
    wh_jw_arr(&c->w, NULL);
    for (uint64_t i = first; i <= last && i < c->node->count; i++)
        show_logs_of(c, c->node->canon[i], f);
    wh_jw_end(&c->w);
}

bool rpc_get_logs(struct rpc *c)
{
    struct log_filter f;
    const struct block *only;
    if (!read_filter(c, arg_at(c, 0), &f, &only)) return false;
    if (only == NULL) {
        show_range(c, &f, f.first, f.last);
        return true;
    }
    wh_jw_arr(&c->w, NULL);
    show_logs_of(c, only, &f);
    wh_jw_end(&c->w);
    return true;
}

/* ---- filters that remember ---- */

static bool add_filter(struct rpc *c, struct filter *made)
{
    struct node *n = c->node;
    size_t count = 0;
    for (const struct filter *f = n->filters; f != NULL; f = f->link)
        count++;
    if (count >= FILTERS_MAX) return rpc_fail(c, RPC_SERVER, "too many filters");
    struct filter *f = malloc(sizeof *f);
    if (f == NULL) return rpc_trouble(c, WH_E_NOMEM);
    *f = *made;
    f->id = ++n->filter_id;
    f->link = n->filters;
    n->filters = f;
    wh_jw_qty(&c->w, NULL, f->id);
    return true;
}

bool rpc_new_filter(struct rpc *c)
{
    struct filter f = {.kind = FILTER_LOGS, .next = c->node->count};
    const struct block *only;
    const json_t *o = arg_at(c, 0);
    if (!read_filter(c, o, &f.logs, &only)) return false;
    const json_t *to = json_object_get(o, "toBlock");
    if (to == NULL || !json_is_string(to) || json_string_value(to)[0] != '0')
        f.logs.last = UINT64_MAX; /* a tag: the filter goes on with the chain */
    return add_filter(c, &f);
}

bool rpc_new_block_filter(struct rpc *c)
{
    struct filter f = {.kind = FILTER_BLOCKS, .next = c->node->count};
    return add_filter(c, &f);
}

bool rpc_new_pending_filter(struct rpc *c)
{
    struct filter f = {.kind = FILTER_PENDING, .next = c->node->pool.arrivals + 1};
    return add_filter(c, &f);
}

static bool get_filter(struct rpc *c, struct filter ***place)
{
    uint64_t id;
    if (!arg_u64(c, 0, &id)) return false;
    struct filter **f = &c->node->filters;
    while (*f != NULL && (*f)->id != id)
        f = &(*f)->link;
    *place = f;
    return *f != NULL ? true : rpc_fail(c, RPC_SERVER, "filter not found");
}

static void show_pending_since(struct rpc *c, struct filter *f)
{
    const struct pool *p = &c->node->pool;
    wh_jw_arr(&c->w, NULL);
    for (const struct txn *t = c->node->all_txns; t != NULL; t = t->next)
        if (t->arrival >= f->next) wh_jw_b32(&c->w, NULL, &t->hash);
    wh_jw_end(&c->w);
    f->next = p->arrivals + 1;
}

bool rpc_filter_changes(struct rpc *c)
{
    struct filter **place;
    if (!get_filter(c, &place)) return false;
    struct filter *f = *place;
    const uint64_t count = c->node->count;
    switch (f->kind) {
    case FILTER_PENDING: show_pending_since(c, f); return true;
    case FILTER_LOGS:
        show_range(c, &f->logs, f->next > f->logs.first ? f->next : f->logs.first, f->logs.last);
        break;
    case FILTER_BLOCKS:
        wh_jw_arr(&c->w, NULL);
        for (uint64_t i = f->next; i < count; i++)
            wh_jw_b32(&c->w, NULL, &c->node->canon[i]->hash);
        wh_jw_end(&c->w);
        break;
    }
    f->next = count;
    return true;
}

bool rpc_filter_logs(struct rpc *c)
{
    struct filter **place;
    if (!get_filter(c, &place)) return false;
    if ((*place)->kind != FILTER_LOGS) return rpc_fail(c, RPC_SERVER, "filter not found");
    show_range(c, &(*place)->logs, (*place)->logs.first, (*place)->logs.last);
    return true;
}

bool rpc_uninstall_filter(struct rpc *c)
{
    struct filter **place;
    if (!get_filter(c, &place)) {
        if (c->code != RPC_SERVER) return false;
        c->code = 0;
        wh_jw_bool(&c->w, NULL, false);
        return true;
    }
    struct filter *gone = *place;
    *place = gone->link;
    free(gone);
    wh_jw_bool(&c->w, NULL, true);
    return true;
}
