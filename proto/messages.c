/* SPDX-License-Identifier: MIT */
#include "proto/messages.h"

#include <stdlib.h>
#include <string.h>

#include "proto/whittle.pb-c.h"

#define VERSION 1u

/* A message has one encoding: packing it again must give the bytes that were read. That refuses
 * other field orders, long varints and explicit defaults at once. Unknown fields would survive it
 * and are refused by count. */
static wh_status same_again(const ProtobufCMessage *m, wh_span bytes, const char *what,
                            struct wh_error *err)
{
    if (m->n_unknown_fields)
        return wh_fail(err, WH_ERR_MSG_FORM, "%s: a field that this version does not know", what);
    size_t size = protobuf_c_message_get_packed_size(m);
    uint8_t *again = size == bytes.len ? (uint8_t *)malloc(size + 1) : NULL;
    bool same = false;
    if (again)
        same = protobuf_c_message_pack(m, again) == size && memcmp(again, bytes.ptr, size) == 0;
    free(again);
    return same ? WH_OK : wh_fail(err, WH_ERR_MSG_FORM, "%s: not in its one encoding", what);
}

static wh_status pack(const ProtobufCMessage *m, struct wh_buf *out, struct wh_error *err)
{
    size_t size = protobuf_c_message_get_packed_size(m);
    if (size > MESSAGE_MAX) return wh_fail(err, WH_ERR_MSG_FORM, "a message of %zu bytes", size);
    uint8_t *at = wh_buf_grow(out, size);
    if (!at && size) return wh_fail(err, WH_ERR_NOMEM, "a message of %zu bytes", size);
    protobuf_c_message_pack(m, at);
    return WH_OK;
}

static ProtobufCBinaryData data_of(const void *bytes, size_t len)
{
    /* protobuf-c's struct is not const; packing only reads */
    ProtobufCBinaryData d;
    memcpy(&d.data, &bytes, sizeof d.data);
    d.len = len;
    return d;
}

static bool fixed(const ProtobufCBinaryData *d, void *out, size_t len)
{
    if (d->len != len) return false;
    memcpy(out, d->data, len);
    return true;
}

/* --- evidence of one step */

wh_status evidence_write(const struct step_evidence *e, struct wh_buf *out, struct wh_error *err)
{
    Whittle__StepEvidence m = WHITTLE__STEP_EVIDENCE__INIT;
    Whittle__NodePlace place = WHITTLE__NODE_PLACE__INIT;
    ProtobufCBinaryData claimed[EVIDENCE_CLAIMS_MAX], mp[EVIDENCE_MP_MAX];
    m.version = VERSION;
    m.target = e->target;
    m.input_hash = data_of(e->input_hash.b, 32);
    m.pre = data_of(e->pre, sizeof e->pre);
    m.trace = data_of(e->trace.ptr, e->trace.len);
    m.post_leaf = data_of(e->post_leaf.b, 32);
    m.n_claimed = e->claimed_count;
    m.claimed = claimed;
    for (size_t i = 0; i < e->claimed_count; i++)
        claimed[i] = data_of(e->claimed[i].b, 32);
    if (e->has_place) {
        const struct step_place *p = &e->place;
        place.l1_chain_id = p->l1_chain_id;
        place.game = data_of(p->game.b, 20);
        place.gid = data_of(p->gid.b, 32);
        place.pos = p->pos;
        place.a = p->a;
        place.base_hash = data_of(p->base.b, 32);
        place.n_mp = p->mp_count;
        place.mp = mp;
        for (size_t i = 0; i < p->mp_count; i++)
            mp[i] = data_of(p->mp[i].b, 32);
        m.place = &place;
    }
    return pack(&m.base, out, err);
}

static bool read_place(const Whittle__NodePlace *m, struct step_place *p)
{
    p->l1_chain_id = m->l1_chain_id;
    p->pos = m->pos;
    p->a = m->a;
    p->mp_count = m->n_mp;
    if (m->base.n_unknown_fields || m->n_mp > EVIDENCE_MP_MAX || m->a < 1 || m->a > 4) return false;
    for (size_t i = 0; i < m->n_mp; i++)
        if (!fixed(&m->mp[i], p->mp[i].b, 32)) return false;
    return fixed(&m->game, p->game.b, 20) && fixed(&m->gid, p->gid.b, 32) &&
           fixed(&m->base_hash, p->base.b, 32);
}

static bool read_evidence(const Whittle__StepEvidence *m, struct step_evidence *e,
                          struct wh_buf *hold)
{
    if (m->version != VERSION || m->n_claimed > EVIDENCE_CLAIMS_MAX) return false;
    e->target = m->target;
    e->claimed_count = m->n_claimed;
    for (size_t i = 0; i < m->n_claimed; i++)
        if (!fixed(&m->claimed[i], e->claimed[i].b, 32)) return false;
    e->has_place = m->place != NULL;
    if (m->place && !read_place(m->place, &e->place)) return false;
    wh_buf_put(hold, m->trace.data, m->trace.len);
    e->trace = wh_buf_span(hold);
    return wh_buf_ok(hold) && fixed(&m->input_hash, e->input_hash.b, 32) &&
           fixed(&m->pre, e->pre, sizeof e->pre) && fixed(&m->post_leaf, e->post_leaf.b, 32);
}

wh_status evidence_read(wh_span bytes, struct step_evidence *out, struct wh_buf *hold,
                        struct wh_error *err)
{
    memset(out, 0, sizeof *out);
    Whittle__StepEvidence *m = bytes.len <= MESSAGE_MAX
                                   ? whittle__step_evidence__unpack(NULL, bytes.len, bytes.ptr)
                                   : NULL;
    if (!m) return wh_fail(err, WH_ERR_MSG_FORM, "evidence: no message, or over its bound");
    wh_status st = same_again(&m->base, bytes, "evidence", err);
    if (st == WH_OK && !read_evidence(m, out, hold))
        st = wh_fail(err, WH_ERR_MSG_FORM, "evidence: a field has another version, width or count");
    whittle__step_evidence__free_unpacked(m, NULL);
    return st;
}

/* --- transcript of a game */

wh_status transcript_write(const struct transcript *t, struct wh_buf *out, struct wh_error *err)
{
    Whittle__GameTranscript m = WHITTLE__GAME_TRANSCRIPT__INIT;
    Whittle__TranscriptLog *logs = (Whittle__TranscriptLog *)calloc(t->count + 1, sizeof *logs);
    Whittle__TranscriptLog **list =
        (Whittle__TranscriptLog **)calloc(t->count + 1, sizeof(Whittle__TranscriptLog *));
    ProtobufCBinaryData *topics = (ProtobufCBinaryData *)calloc(4 * t->count + 1, sizeof *topics);
    wh_status st = WH_OK;
    if (!logs || !list || !topics) st = wh_fail(err, WH_ERR_NOMEM, "%zu logs", t->count);
    for (size_t i = 0; st == WH_OK && i < t->count; i++) {
        const struct transcript_log *l = &t->logs[i];
        Whittle__TranscriptLog one = WHITTLE__TRANSCRIPT_LOG__INIT;
        one.l1_block = l->l1_block;
        one.l1_time = l->l1_time;
        one.log_index = l->log_index;
        one.tx_hash = data_of(l->tx_hash.b, 32);
        one.address = data_of(l->at.b, 20);
        one.n_topics = l->topic_count;
        one.topics = topics + 4 * i;
        for (unsigned k = 0; k < l->topic_count; k++)
            topics[4 * i + k] = data_of(l->topics[k].b, 32);
        one.data = data_of(l->data.ptr, l->data.len);
        logs[i] = one;
        list[i] = &logs[i];
    }
    if (st == WH_OK) {
        m.version = VERSION;
        m.l1_chain_id = t->l1_chain_id;
        m.game = data_of(t->game.b, 20);
        m.inbox = data_of(t->inbox.b, 20);
        m.config = data_of(t->config, sizeof t->config);
        m.deployed_at = t->deployed_at;
        m.n_logs = t->count;
        m.logs = list;
        st = pack(&m.base, out, err);
    }
    free(logs);
    free(list);
    free(topics);
    return st;
}

static bool read_log(const Whittle__TranscriptLog *m, struct transcript_log *l)
{
    l->l1_block = m->l1_block;
    l->l1_time = m->l1_time;
    l->log_index = m->log_index;
    l->data = wh_span_of(m->data.data, m->data.len);
    if (m->base.n_unknown_fields || m->n_topics > 4) return false;
    l->topic_count = (unsigned)m->n_topics;
    for (size_t i = 0; i < m->n_topics; i++)
        if (!fixed(&m->topics[i], l->topics[i].b, 32)) return false;
    return fixed(&m->tx_hash, l->tx_hash.b, 32) && fixed(&m->address, l->at.b, 20);
}

static bool read_transcript(const Whittle__GameTranscript *m, struct transcript *t)
{
    if (m->version != VERSION) return false;
    t->l1_chain_id = m->l1_chain_id;
    t->deployed_at = m->deployed_at;
    if (!fixed(&m->game, t->game.b, 20) || !fixed(&m->inbox, t->inbox.b, 20) ||
        !fixed(&m->config, t->config, sizeof t->config))
        return false;
    for (size_t i = 0; i < m->n_logs; i++)
        if (!read_log(m->logs[i], &t->logs[i])) return false;
    return true;
}

wh_status transcript_read(wh_span bytes, struct transcript *out, struct wh_error *err)
{
    memset(out, 0, sizeof *out);
    Whittle__GameTranscript *m = bytes.len <= MESSAGE_MAX
                                     ? whittle__game_transcript__unpack(NULL, bytes.len, bytes.ptr)
                                     : NULL;
    if (!m) return wh_fail(err, WH_ERR_MSG_FORM, "transcript: no message, or over its bound");
    out->hold = m;
    out->count = m->n_logs;
    out->logs = (struct transcript_log *)calloc(m->n_logs + 1, sizeof *out->logs);
    wh_status st = out->logs ? same_again(&m->base, bytes, "transcript", err)
                             : wh_fail(err, WH_ERR_NOMEM, "%zu logs", m->n_logs);
    if (st == WH_OK && !read_transcript(m, out))
        st = wh_fail(err, WH_ERR_MSG_FORM,
                     "transcript: a field has another version, width or count");
    if (st != WH_OK) transcript_done(out);
    return st;
}

void transcript_done(struct transcript *t)
{
    if (t->hold) whittle__game_transcript__free_unpacked((Whittle__GameTranscript *)t->hold, NULL);
    free(t->logs);
    memset(t, 0, sizeof *t);
}

/* --- witness bundle */

/* The lists of a bundle, once: struct, message field. */
#define BUNDLE_LISTS(L) \
    L(transactions)     \
    L(ommers) L(withdrawals) L(ancestors) L(nodes) L(codes)

static bool list_out(const struct bundle_list *l, size_t *n, ProtobufCBinaryData **v)
{
    *n = l->count;
    *v = (ProtobufCBinaryData *)calloc(l->count + 1, sizeof **v);
    for (size_t i = 0; *v && i < l->count; i++)
        (*v)[i] = data_of(l->v[i].ptr, l->v[i].len);
    return *v != NULL;
}

wh_status bundle_write(const struct witness_bundle *b, struct wh_buf *out, struct wh_error *err)
{
    Whittle__WitnessBundle m = WHITTLE__WITNESS_BUNDLE__INIT;
    bool ok = true;
    m.version = VERSION;
    m.chain_id = b->chain_id;
    m.header = data_of(b->header.ptr, b->header.len);
    m.parent_header = data_of(b->parent_header.ptr, b->parent_header.len);
    m.has_withdrawals = b->has_withdrawals;
#define L(name) ok = list_out(&b->name, &m.n_##name, &m.name) && ok;
    BUNDLE_LISTS(L)
#undef L
    wh_status st = ok ? pack(&m.base, out, err) : wh_fail(err, WH_ERR_NOMEM, "witness bundle");
#define L(name) free(m.name);
    BUNDLE_LISTS(L)
#undef L
    return st;
}

static bool list_in(size_t n, const ProtobufCBinaryData *v, struct bundle_list *l)
{
    l->count = n;
    l->v = (wh_span *)calloc(n + 1, sizeof *l->v);
    for (size_t i = 0; l->v && i < n; i++)
        l->v[i] = wh_span_of(v[i].data, v[i].len);
    return l->v != NULL;
}

wh_status bundle_read(wh_span bytes, struct witness_bundle *out, struct wh_error *err)
{
    bool ok = true;
    memset(out, 0, sizeof *out);
    Whittle__WitnessBundle *m = bytes.len <= MESSAGE_MAX
                                    ? whittle__witness_bundle__unpack(NULL, bytes.len, bytes.ptr)
                                    : NULL;
    if (!m) return wh_fail(err, WH_ERR_MSG_FORM, "witness bundle: no message, or over its bound");
    out->hold = m;
    out->chain_id = m->chain_id;
    out->header = wh_span_of(m->header.data, m->header.len);
    out->parent_header = wh_span_of(m->parent_header.data, m->parent_header.len);
    out->has_withdrawals = m->has_withdrawals;
#define L(name) ok = list_in(m->n_##name, m->name, &out->name) && ok;
    BUNDLE_LISTS(L)
#undef L
    wh_status st = ok ? same_again(&m->base, bytes, "witness bundle", err)
                      : wh_fail(err, WH_ERR_NOMEM, "witness bundle");
    if (st == WH_OK && m->version != VERSION)
        st = wh_fail(err, WH_ERR_MSG_FORM, "witness bundle: version %u", m->version);
    if (st != WH_OK) bundle_done(out);
    return st;
}

void bundle_done(struct witness_bundle *b)
{
#define L(name) free(b->name.v);
    BUNDLE_LISTS(L)
#undef L
    if (b->hold) whittle__witness_bundle__free_unpacked((Whittle__WitnessBundle *)b->hold, NULL);
    memset(b, 0, sizeof *b);
}
