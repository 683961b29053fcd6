/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/node.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "deploy/devnet/build.h"
#include "evm/native/crypto.h"
#include "proto/sys/file.h"

/* Address space alone: pages are taken when they are touched. */
static wh_status map_arena(struct wh_arena *a, size_t size, struct wh_error *err)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED) return wh_fail(err, WH_ERR_NOMEM, "mapping %zu bytes", size);
    wh_arena_init(a, p, size);
    return WH_OK;
}

static void unmap_arena(struct wh_arena *a)
{
    if (a->base != NULL) munmap(a->base, a->cap);
}

static wh_status fill(struct node *n, struct wh_error *err)
{
    WH_TRY(map_arena(&n->arena, n->config.memory, err));
    WH_TRY(map_arena(&n->frames, n->config.memory, err));
    WH_TRY(map_arena(&n->execute_arena, n->config.execute_memory, err));
    n->crypto = wh_native_crypto();
    if (n->crypto == NULL) return wh_fail(err, WH_ERR_CRYPTO, "set-up");
    if (n->config.genesis_time == 0) n->config.genesis_time = wh_now_ms() / 1000;
    wh_status status = accounts_derive(n->crypto, n->accounts, n->config.accounts);
    struct block *genesis;
    if (status == WH_OK) status = build_genesis(n, &genesis);
    if (status == WH_OK) status = chain_append(n, genesis);
    if (status != WH_OK) {
        (void)wh_fail(err, WH_ERR_NOMEM, "genesis could not be made (status %d)", (int)status);
        return status < 0 ? status : WH_E_IO;
    }
    return WH_OK;
}

wh_status node_open(struct node **out, const struct node_config *config, struct wh_error *err)
{
    struct node *n = calloc(1, sizeof *n);
    if (n == NULL) return wh_fail(err, WH_ERR_NOMEM, "node");
    n->config = *config;
    pthread_mutex_init(&n->lock, NULL);
    const wh_status status = fill(n, err);
    if (status != WH_OK) {
        node_close(n);
        return status;
    }
    *out = n;
    return WH_OK;
}

void node_close(struct node *n)
{
    if (n == NULL) return;
    while (n->filters != NULL) {
        struct filter *next = n->filters->link;
        free(n->filters);
        n->filters = next;
    }
    while (n->all_blocks != NULL) {
        struct block *next = n->all_blocks->next;
        block_free(n->all_blocks);
        n->all_blocks = next;
    }
    while (n->all_txns != NULL) {
        struct txn *next = n->all_txns->next;
        free(n->all_txns);
        n->all_txns = next;
    }
    free(n->canon);
    free(n->snapshots);
    pool_done(&n->pool);
    chunks_done(&n->chunks);
    table_done(&n->blocks);
    table_done(&n->txns);
    objects_done(&n->objects);
    unmap_arena(&n->arena);
    unmap_arena(&n->frames);
    unmap_arena(&n->execute_arena);
    pthread_mutex_destroy(&n->lock);
    free(n);
}
