/* SPDX-License-Identifier: MIT */
/* secp256k1 by libsecp256k1: recovery for pure rooms, signing for the host. */

#include "evm/native/crypto.h"
#include "evm/native/private.h"
#include "evm/native/sign.h"

#include <pthread.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <sys/random.h>

static secp256k1_context *signer;
static pthread_once_t signer_once = PTHREAD_ONCE_INIT;

/* The library blinds its tables with a seed. Without one it signs all the same. */
static void signer_init(void)
{
    signer = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    uint8_t seed[32];
    if (signer != NULL && getrandom(seed, sizeof seed, 0) == (ssize_t)sizeof seed)
        (void)!secp256k1_context_randomize(signer, seed);
}

static void public_bytes(const secp256k1_pubkey *key, uint8_t out[64])
{
    uint8_t bytes[65]; /* 0x04 || x || y */
    size_t len = sizeof bytes;
    (void)secp256k1_ec_pubkey_serialize(secp256k1_context_static, bytes, &len, key,
                                        SECP256K1_EC_UNCOMPRESSED);
    memcpy(out, bytes + 1, 64);
}

/* Recovery needs no context of its own: the static one is read-only, so any thread may call. */
wh_status native_ecrecover(void *ctx, const uint8_t hash[32], const uint8_t r[32],
                           const uint8_t s[32], unsigned parity, uint8_t out[64])
{
    (void)ctx;
    if (parity > 1) return WH_E_FORMAT;
    uint8_t compact[64];
    memcpy(compact, r, 32);
    memcpy(compact + 32, s, 32);
    secp256k1_ecdsa_recoverable_signature sig;
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(secp256k1_context_static, &sig,
                                                             compact, (int)parity))
        return WH_E_FORMAT;
    secp256k1_pubkey key;
    if (!secp256k1_ecdsa_recover(secp256k1_context_static, &key, &sig, hash)) return WH_E_FORMAT;
    public_bytes(&key, out);
    return WH_OK;
}

wh_status wh_sign(const uint8_t key[32], const bytes32 *hash, uint8_t r[32], uint8_t s[32],
                  unsigned *parity)
{
    pthread_once(&signer_once, signer_init);
    if (signer == NULL) return WH_E_NOMEM;
    if (!secp256k1_ec_seckey_verify(signer, key)) return WH_E_FORMAT;
    secp256k1_ecdsa_recoverable_signature sig;
    if (!secp256k1_ecdsa_sign_recoverable(signer, &sig, hash->b, key, NULL, NULL))
        return WH_E_CRYPTO;
    uint8_t compact[64];
    int id;
    (void)secp256k1_ecdsa_recoverable_signature_serialize_compact(signer, compact, &id, &sig);
    /* Ids 2 and 3 mean r >= n: nobody can produce one, and Ethereum has no room for it. */
    if (id > 1) return WH_E_CRYPTO;
    memcpy(r, compact, 32);
    memcpy(s, compact + 32, 32);
    *parity = (unsigned)id;
    return WH_OK;
}

wh_status wh_key_public(const uint8_t key[32], uint8_t out[64])
{
    pthread_once(&signer_once, signer_init);
    if (signer == NULL) return WH_E_NOMEM;
    secp256k1_pubkey point;
    if (!secp256k1_ec_pubkey_create(signer, &point, key)) return WH_E_FORMAT;
    public_bytes(&point, out);
    return WH_OK;
}

static wh_status address_of(const uint8_t point[64], address *out)
{
    const struct evm_crypto *crypto = wh_native_crypto();
    if (crypto == NULL) return WH_E_NOMEM;
    bytes32 hash;
    crypto->keccak256(crypto->ctx, point, 64, &hash);
    memcpy(out->b, hash.b + 12, 20);
    return WH_OK;
}

wh_status wh_key_address(const uint8_t key[32], address *out)
{
    uint8_t point[64];
    WH_TRY(wh_key_public(key, point));
    return address_of(point, out);
}

wh_status wh_recover_address(const bytes32 *hash, const uint8_t r[32], const uint8_t s[32],
                             unsigned parity, address *out)
{
    uint8_t point[64];
    WH_TRY(native_ecrecover(NULL, hash->b, r, s, parity, point));
    return address_of(point, out);
}
