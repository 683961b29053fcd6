/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_BLOCK_PROVER_H
#define WH_TESTS_BLOCK_PROVER_H

/* Runs a block file step by step and keeps, for each step, pre state, trace and leaf: the material of
 * the tests on real blocks. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "evm/native/crypto.h"
#include "evm/segment/execute.h"
#include "evm/segment/overlay.h"
#include "evm/segment/run.h"
#include "proto/block/blockfile.h"

struct proved_step {
    uint8_t pre[SEG_STATE_SIZE], post[SEG_STATE_SIZE];
    struct seg_result result;
    wh_span trace; /* in the keep arena */
    uint64_t x;
};

struct prover {
    struct wh_arena arena; /* of a step */
    struct wh_arena keep;  /* traces, objects made by earlier steps */
    struct blockfile_chain chain;
    struct overlay overlay;
    struct wh_preimages below, io;
    struct wh_sink made;
    struct proved_step *steps;
    size_t count;
};

static inline void prover_arena(struct wh_arena *a, size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED) {
        printf("Bail out! no address space\n");
        exit(1);
    }
    wh_arena_init(a, p, size);
}

/* Objects made live as long as the prover: a step's arena is rewound after it. */
static inline wh_status prover_keep(void *ctx, enum wh_object kind, const bytes32 *hash,
                                    wh_span bytes)
{
    struct prover *p = ctx;
    uint8_t *copy = WH_NEW(&p->keep, uint8_t, bytes.len);
    if (copy == NULL) return WH_E_NOMEM;
    memcpy(copy, bytes.ptr, bytes.len);
    return overlay_put(&p->overlay, kind, hash, wh_span_of(copy, bytes.len));
}

/* Captures every step of the block under config. Returns the status of the first that fails. */
static inline wh_status prover_run(struct prover *p, const struct blockfile *f,
                                   const struct chain_config *config)
{
    const struct evm_crypto *crypto = wh_native_crypto();
    WH_TRY(blockfile_chain_open(f, config, crypto, &p->chain, NULL));
    blockfile_chain_preimages(f, &p->chain, &p->below);
    overlay_init(&p->overlay, &p->keep, &p->below, NULL);
    overlay_preimages(&p->overlay, &p->io);
    p->made = (struct wh_sink){.ctx = p, .put = prover_keep};
    p->steps = calloc(f->tx_count + 2, sizeof *p->steps);
    uint8_t state[SEG_STATE_SIZE];
    memcpy(state, p->chain.pre, sizeof state);
    for (p->count = 0; p->count < f->tx_count + 2 && !seg_halted(state, 1); p->count++) {
        struct proved_step *s = &p->steps[p->count];
        struct seg_env env = {
            .preimages = &p->io, .made = &p->made, .arena = &p->arena, .crypto = crypto};
        wh_span trace;
        memcpy(s->pre, state, sizeof state);
        p->arena.used = 0;
        WH_TRY(
            seg_capture(&env, s->pre, 1, &p->chain.input_hash, s->post, &s->result, &trace, &s->x));
        uint8_t *copy = WH_NEW(&p->keep, uint8_t, trace.len);
        if (copy == NULL) return WH_E_NOMEM;
        memcpy(copy, trace.ptr, trace.len);
        s->trace = wh_span_of(copy, trace.len);
        memcpy(state, s->post, sizeof state);
    }
    return WH_OK;
}

static inline void prover_done(struct prover *p)
{
    blockfile_chain_close(&p->chain);
    free(p->steps);
    p->steps = NULL;
    p->count = 0;
}

#endif
