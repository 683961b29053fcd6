/* SPDX-License-Identifier: MIT */
#include "tests/parity/chain_code.h"

#include <string.h>

#include "proto/l1/abi.h"

/* step(uint64,bytes32,bytes,bytes): the 32 bytes of the proof, or a revert. Anything else (execId,
 * extraGas): 0. The selector goes to bytes 8..11. */
static const uint8_t VERIFIER[] = {
    0x60, 0x00, 0x35, 0x60, 0xe0, 0x1c,                         /* selector */
    0x80, 0x63, 0,    0,    0,    0,    0x14, 0x60, 0x15, 0x57, /* step? */
    0x60, 0x20, 0x60, 0x00, 0xf3,                               /* 0 */
    0x5b, 0x60, 0x64, 0x35, 0x60, 0x04, 0x01,                   /* offset of proof */
    0x80, 0x35, 0x60, 0x20, 0x14, 0x60, 0x29, 0x57,             /* 32 bytes? */
    0x60, 0x00, 0x60, 0x00, 0xfd,                               /* revert */
    0x5b, 0x60, 0x20, 0x01, 0x35, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3};

wh_span chain_code_verifier(uint8_t room[CHAIN_CODE_VERIFIER])
{
    _Static_assert(sizeof VERIFIER <= CHAIN_CODE_VERIFIER, "room");
    memcpy(room, VERIFIER, sizeof VERIFIER);
    abi_selector("step(uint64,bytes32,bytes,bytes)", room + 8);
    return wh_span_of(room, sizeof VERIFIER);
}

void chain_code_inbox(struct wh_buf *out)
{
    abi_put_u64(out, 0);        /* genesisTime */
    abi_put_u64(out, 2);        /* rollup */
    abi_put_u64(out, 0);        /* anyone posts */
    abi_put_u64(out, 7);        /* coinbase */
    abi_put_u64(out, 30000000); /* gasLimit */
    abi_put_u64(out, 1000);     /* itemMax */
    abi_put_u64(out, 2);        /* forcedMax */
    abi_put_u64(out, 100000);   /* forcedGasCap */
    abi_put_u64(out, 30);       /* forceDelay */
}
