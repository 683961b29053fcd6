/* SPDX-License-Identifier: MIT */
#include "proto/block/parts.h"

#include <stdlib.h>

#include "proto/sys/file.h"

enum { CHUNK = 1 << 20 };

struct parts_memory {
    struct parts_memory *next;
    size_t used, cap;
    _Alignas(16) uint8_t bytes[];
};

struct form_row {
    const char *word, *what;
};
static const struct form_row FORMS[FORM_COUNT] = {
#define FORM(name, word, block, witness, what) {word, what},
#include "proto/block/forms.def"
#undef FORM
};

const char *block_form_word(enum block_form form)
{
    return FORMS[form].word;
}

const char *block_form_what(enum block_form form)
{
    return FORMS[form].what;
}

/* Large pieces get a chunk of their own behind the one that is being filled. */
uint8_t *parts_take(struct block_parts *p, size_t len)
{
    struct parts_memory *m = p->memory;
    if (m != NULL && len <= m->cap - m->used) {
        m->used += len;
        return m->bytes + m->used - len;
    }
    const size_t cap = len > CHUNK / 4 ? len : CHUNK;
    struct parts_memory *fresh = malloc(sizeof *fresh + cap);
    if (fresh == NULL) return NULL;
    *fresh = (struct parts_memory){.used = len, .cap = cap};
    if (cap == len && m != NULL) {
        fresh->next = m->next;
        m->next = fresh;
    } else {
        fresh->next = m;
        p->memory = fresh;
    }
    return fresh->bytes;
}

void parts_memory_free(struct parts_memory *m)
{
    while (m != NULL) {
        struct parts_memory *next = m->next;
        free(m);
        m = next;
    }
}

wh_status parts_copy(struct block_parts *p, wh_span bytes, wh_span *out, struct wh_error *err)
{
    uint8_t *copy = parts_take(p, bytes.len);
    if (copy == NULL) return wh_fail(err, WH_ERR_NOMEM, "%zu bytes of a block", bytes.len);
    if (bytes.len > 0) memcpy(copy, bytes.ptr, bytes.len);
    *out = wh_span_of(copy, bytes.len);
    return WH_OK;
}

wh_status parts_add(struct block_list *list, wh_span bytes, struct wh_error *err)
{
    if (list->count == list->cap) {
        const size_t cap = list->cap > 0 ? 2 * list->cap : 64;
        wh_span *v = realloc(list->v, cap * sizeof *v);
        if (v == NULL) return wh_fail(err, WH_ERR_NOMEM, "a list of %zu byte strings", cap);
        list->v = v;
        list->cap = cap;
    }
    list->v[list->count++] = bytes;
    return WH_OK;
}

bytes32 parts_hash(const struct block_parts *p, wh_span bytes)
{
    bytes32 h;
    p->crypto->keccak256(p->crypto->ctx, bytes.ptr, bytes.len, &h);
    return h;
}

void parts_done(struct block_parts *p)
{
    free(p->txs.v);
    free(p->uncles.v);
    free(p->withdrawals.v);
    free(p->headers.v);
    free(p->nodes.v);
    free(p->codes.v);
    free(p->refs);
    parts_memory_free(p->memory);
    *p = (struct block_parts){0};
}

bool parts_fits(const struct block_parts *block, const struct block_parts *witness)
{
    struct block_header head;
    if (!block->has_block || header_decode(block->header, &head) != WH_OK) return false;
    for (size_t i = 0; i < witness->headers.count; i++) {
        const bytes32 hash = parts_hash(witness, witness->headers.v[i]);
        if (bytes32_eq(&hash, &head.parent_hash)) return true;
    }
    return false;
}

static wh_status append(struct block_list *to, const struct block_list *from, struct wh_error *err)
{
    for (size_t i = 0; i < from->count; i++)
        WH_TRY(parts_add(to, from->v[i], err));
    return WH_OK;
}

wh_status parts_join(struct block_parts *block, struct block_parts *witness, struct wh_error *err)
{
    struct parts_memory **end = &block->memory;
    while (*end != NULL)
        end = &(*end)->next;
    *end = witness->memory;
    witness->memory = NULL;
    wh_status status = append(&block->headers, &witness->headers, err);
    if (status == WH_OK) status = append(&block->nodes, &witness->nodes, err);
    if (status == WH_OK) status = append(&block->codes, &witness->codes, err);
    block->has_witness = true;
    if (block->chain_id == 0) block->chain_id = witness->chain_id;
    parts_done(witness);
    return status;
}
