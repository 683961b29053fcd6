/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "deploy/devnet/node.h"
#include "evm/native/sign.h"

wh_status accounts_derive(const struct evm_crypto *crypto, struct dev_account *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[64];
        bytes32 key;
        const int len = snprintf(text, sizeof text, "whittle devnet account %zu", i);
        crypto->keccak256(crypto->ctx, (const uint8_t *)text, (size_t)len, &key);
        memcpy(out[i].key, key.b, 32);
        WH_TRY(wh_key_address(out[i].key, &out[i].at));
    }
    return WH_OK;
}

const struct dev_account *accounts_find(const struct node *n, const address *at)
{
    for (size_t i = 0; i < n->config.accounts; i++)
        if (address_eq(&n->accounts[i].at, at)) return &n->accounts[i];
    return NULL;
}
