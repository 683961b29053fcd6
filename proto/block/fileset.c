/* SPDX-License-Identifier: MIT */
#include "proto/block/fileset.h"

#include <stdio.h>
#include <stdlib.h>

/* A half, and whose. */
struct half {
    const char *path;
    struct block_parts parts;
};

struct halves {
    struct half *v;
    size_t count;
};

struct reading {
    const struct fileset_hints *hints;
    const struct evm_crypto *crypto;
    fileset_sink *sink;
    void *ctx;
    struct halves blocks, witnesses;
};

void fileset_hint(struct block_parts *p, const struct fileset_hints *hints)
{
    if (hints == NULL) return;
    if (hints->spec != NULL) {
        p->has_config = true;
        p->config = *hints->spec;
        if (p->chain_id == 0) p->chain_id = hints->spec->chain_id;
    }
    if (hints->chain_id != 0) p->chain_id = hints->chain_id;
}

static void deliver(struct reading *r, const char *name, struct block_parts *p)
{
    struct blockfile f;
    struct wh_error err = {0};
    fileset_hint(p, r->hints);
    if (parts_assemble(p, &f, &err) == WH_OK) {
        r->sink(r->ctx, name, &f, NULL);
        blockfile_close(&f);
        return;
    }
    wh_error_prefix(&err, "%s: ", name);
    r->sink(r->ctx, name, NULL, &err);
}

static void read_file(struct reading *r, const char *path)
{
    struct block_parts p;
    struct wh_error err = {0};
    if (parts_open(path, r->crypto, &p, &err) != WH_OK) {
        r->sink(r->ctx, path, NULL, &err);
        return;
    }
    if (p.has_block && p.has_witness) {
        deliver(r, path, &p);
        return;
    }
    struct halves *h = p.has_block ? &r->blocks : &r->witnesses;
    h->v[h->count++] = (struct half){path, p};
}

/* The witness of a block; NULL: none of them. */
static struct half *partner(struct reading *r, const struct half *block)
{
    for (size_t i = 0; i < r->witnesses.count; i++) {
        struct half *w = &r->witnesses.v[i];
        if (w->path != NULL && parts_fits(&block->parts, &w->parts)) return w;
    }
    const bool alone = r->blocks.count == 1 && r->witnesses.count == 1;
    return alone && r->witnesses.v[0].parts.headers.count == 0 ? &r->witnesses.v[0] : NULL;
}

static void deliver_pair(struct reading *r, struct half *block, struct half *witness)
{
    char name[1024];
    struct wh_error err = {0};
    snprintf(name, sizeof name, "%s + %s", block->path, witness->path);
    wh_status status = parts_join(&block->parts, &witness->parts, &err);
    witness->path = NULL;
    if (status == WH_OK)
        deliver(r, name, &block->parts);
    else
        r->sink(r->ctx, name, NULL, &err);
}

static void deliver_halves(struct reading *r)
{
    for (size_t i = 0; i < r->blocks.count; i++) {
        struct half *b = &r->blocks.v[i], *w = partner(r, b);
        if (w != NULL)
            deliver_pair(r, b, w);
        else
            deliver(r, b->path, &b->parts); /* says what is missing */
    }
    for (size_t i = 0; i < r->witnesses.count; i++) {
        struct half *w = &r->witnesses.v[i];
        if (w->path != NULL) deliver(r, w->path, &w->parts);
    }
}

static void halves_done(struct halves *h)
{
    for (size_t i = 0; i < h->count; i++)
        parts_done(&h->v[i].parts);
    free(h->v);
}

wh_status fileset_read(const char *const *paths, size_t count, const struct fileset_hints *hints,
                       const struct evm_crypto *crypto, fileset_sink *sink, void *ctx)
{
    struct reading r = {.hints = hints, .crypto = crypto, .sink = sink, .ctx = ctx};
    r.blocks.v = calloc(count + 1, sizeof *r.blocks.v);
    r.witnesses.v = calloc(count + 1, sizeof *r.witnesses.v);
    const bool ok = r.blocks.v != NULL && r.witnesses.v != NULL;
    for (size_t i = 0; ok && i < count; i++)
        read_file(&r, paths[i]);
    if (ok) deliver_halves(&r);
    halves_done(&r.blocks);
    halves_done(&r.witnesses);
    return ok ? WH_OK : WH_E_NOMEM;
}

/* ---- exactly one ---- */

struct single {
    size_t count;
    struct blockfile *out;
    struct wh_error *err;
    wh_status status;
};

static void single_sink(void *ctx, const char *name, struct blockfile *f,
                        const struct wh_error *err)
{
    struct single *s = ctx;
    if (s->status != WH_OK) return;
    if (f == NULL) {
        *s->err = *err;
        s->status = err->status;
    } else if (s->count++ > 0) {
        s->status = wh_fail(s->err, WH_ERR_FILE_FORM, "%s: a second block", name);
    } else {
        *s->out = *f;
        *f = (struct blockfile){0};
    }
}

wh_status fileset_read_one(const char *const *paths, size_t count,
                           const struct fileset_hints *hints, const struct evm_crypto *crypto,
                           struct blockfile *out, struct wh_error *err)
{
    struct wh_error own;
    struct single s = {.out = out, .err = err ? err : &own, .status = WH_OK};
    *out = (struct blockfile){0};
    if (fileset_read(paths, count, hints, crypto, single_sink, &s) != WH_OK)
        s.status = wh_fail(s.err, WH_ERR_NOMEM, "%zu files", count);
    if (s.status != WH_OK) blockfile_close(out);
    return s.status;
}
