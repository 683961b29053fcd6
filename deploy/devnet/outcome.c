/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "deploy/devnet/block.h"
#include "evm/segment/receipt.h"

/* The receipt that the receipts trie holds. */
static struct receipt receipt_of(enum tx_type type, const struct outcome *o)
{
    struct receipt r = {.type = type,
                        .has_status = true,
                        .success = o->ok,
                        .cumulative_gas = o->cumulative_gas,
                        .logs = o->logs,
                        .log_count = o->log_count};
    memcpy(r.bloom, o->bloom, sizeof r.bloom);
    return r;
}

wh_status outcome_make(const struct evm_crypto *crypto, struct wh_arena *scratch,
                       const struct tx_result *result, uint32_t first_log, uint64_t cumulative_gas,
                       struct outcome *o)
{
    *o = (struct outcome){.ok = result->success,
                          .created = result->has_created,
                          .contract = result->created,
                          .gas_used = result->gas_used,
                          .cumulative_gas = cumulative_gas,
                          .blob_gas = result->blob_gas,
                          .price = result->effective_price,
                          .first_log = first_log,
                          .log_count = (uint32_t)result->log_count};
    if (result->log_count == 0) return WH_OK;
    size_t bytes = result->log_count * sizeof *o->logs;
    for (size_t i = 0; i < result->log_count; i++)
        bytes += result->logs[i].data.len;
    o->logs = malloc(bytes);
    if (o->logs == NULL) return WH_E_NOMEM;
    uint8_t *data = (uint8_t *)(o->logs + result->log_count);
    for (size_t i = 0; i < result->log_count; i++) {
        const wh_span from = result->logs[i].data;
        o->logs[i] = result->logs[i];
        if (from.len > 0) memcpy(data, from.ptr, from.len);
        o->logs[i].data = wh_span_of(data, from.len);
        data += from.len;
    }
    struct receipt r = receipt_of(TX_LEGACY, o);
    const wh_status status = receipt_bloom(crypto, scratch, &r);
    if (status != WH_OK) {
        free(o->logs);
        o->logs = NULL;
        return status;
    }
    memcpy(o->bloom, r.bloom, sizeof o->bloom);
    return WH_OK;
}

wh_status outcome_encode(struct wh_arena *arena, enum tx_type type, const struct outcome *o,
                         wh_span *out)
{
    const struct receipt r = receipt_of(type, o);
    return receipt_encode(arena, &r, out);
}
