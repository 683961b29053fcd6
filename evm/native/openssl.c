/* SPDX-License-Identifier: MIT */
/* SHA-256 and P-256 by OpenSSL. The low-level calls are chosen on purpose: EVP fetches its algorithm
 * on each call, which costs more than hashing 64 bytes. */

#define OPENSSL_SUPPRESS_DEPRECATED
#include "evm/native/private.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>

wh_status native_sha256(void *ctx, const uint8_t *data, size_t len, uint8_t out[32])
{
    (void)ctx;
    SHA256_CTX h;
    if (!SHA256_Init(&h) || !SHA256_Update(&h, data, len) || !SHA256_Final(out, &h))
        return WH_E_CRYPTO;
    return WH_OK;
}

static EC_GROUP *p256; /* read-only after native_p256_init */

bool native_p256_init(void)
{
    p256 = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    return p256 != NULL;
}

/* P-256's field prime and group order (SEC 2, secp256r1). */
static const uint8_t p256_p[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
                                   0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
                                   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t p256_n[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                   0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                   0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

static bool scalar_ok(const uint8_t v[32])
{
    static const uint8_t zero[32];
    return memcmp(v, zero, 32) != 0 && memcmp(v, p256_n, 32) < 0;
}

/* set_key makes a key of the point (x, y). *on_curve false: it is none. */
static wh_status set_key(EC_KEY *key, const BIGNUM *x, const BIGNUM *y, bool *on_curve)
{
    EC_POINT *q = EC_POINT_new(p256);
    if (q == NULL) return WH_E_NOMEM;
    wh_status status = WH_OK;
    if (EC_POINT_set_affine_coordinates(p256, q, x, y, NULL)) {
        *on_curve = true;
        if (!EC_KEY_set_public_key(key, q)) status = WH_E_CRYPTO;
    } else if (ERR_GET_REASON(ERR_peek_last_error()) == EC_R_POINT_IS_NOT_ON_CURVE) {
        *on_curve = false;
    } else {
        status = WH_E_CRYPTO;
    }
    EC_POINT_free(q);
    return status;
}

static wh_status verify(const uint8_t hash[32], EC_KEY *key, const ECDSA_SIG *sig, const BIGNUM *x,
                        const BIGNUM *y, bool *valid)
{
    bool on_curve = false;
    WH_TRY(set_key(key, x, y, &on_curve));
    if (!on_curve) {
        *valid = false;
        return WH_OK;
    }
    int ok = ECDSA_do_verify(hash, 32, sig, key);
    /* u1 G + u2 Q at infinity is a refusal by ECDSA, reported as an error. */
    if (ok < 0 && ERR_GET_REASON(ERR_peek_error()) != EC_R_POINT_AT_INFINITY) {
        return WH_E_CRYPTO;
    }
    *valid = ok == 1;
    return WH_OK;
}

/* Ranges are checked here, so that what is left to fail in OpenSSL is the curve equation, the
 * signature, or memory, and these can be told apart. */
wh_status native_p256_verify(void *ctx, const uint8_t in[160], bool *valid)
{
    (void)ctx;
    const uint8_t *r = in + 32, *s = in + 64, *qx = in + 96, *qy = in + 128;
    if (!scalar_ok(r) || !scalar_ok(s) || memcmp(qx, p256_p, 32) >= 0 ||
        memcmp(qy, p256_p, 32) >= 0) {
        *valid = false;
        return WH_OK;
    }

    wh_status status = WH_E_NOMEM;
    ERR_clear_error();
    EC_KEY *key = EC_KEY_new();
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r_bn = BN_bin2bn(r, 32, NULL), *s_bn = BN_bin2bn(s, 32, NULL);
    BIGNUM *x = BN_bin2bn(qx, 32, NULL), *y = BN_bin2bn(qy, 32, NULL);
    if (key == NULL || sig == NULL || x == NULL || y == NULL || r_bn == NULL || s_bn == NULL)
        goto out;
    if (!EC_KEY_set_group(key, p256)) goto out;
    if (!ECDSA_SIG_set0(sig, r_bn, s_bn)) goto out;
    r_bn = s_bn = NULL; /* sig owns them now */
    status = verify(in, key, sig, x, y, valid);
out:
    BN_free(r_bn);
    BN_free(s_bn);
    BN_free(x);
    BN_free(y);
    ECDSA_SIG_free(sig);
    EC_KEY_free(key);
    ERR_clear_error();
    return status;
}
