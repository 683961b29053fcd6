/* SPDX-License-Identifier: MIT */
#include "proto/l1/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evm/hash/keccak.h"
#include "evm/native/sign.h"
#include "proto/sys/file.h"
#include "proto/sys/hex.h"
#include "proto/sys/json.h"

#define KEYSTORE_MAX ((size_t)64 << 10)

void l1_key_wipe(struct l1_key *key)
{
    OPENSSL_cleanse(key, sizeof *key);
}

wh_status l1_key_init(struct l1_key *key, const uint8_t secret[32], struct wh_error *err)
{
    address addr;
    if (wh_key_address(secret, &addr) != WH_OK)
        return wh_fail(err, WH_ERR_KEY_SIGN, "not a secp256k1 key");
    memcpy(key->secret, secret, 32);
    key->addr = addr;
    return WH_OK;
}

/* Reads a small file that nobody else may read. */
static wh_status read_private(const char *path, char *out, size_t cap, size_t *len,
                              struct wh_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return wh_fail(err, WH_ERR_KEY_FILE, "cannot open %s: %s", path, strerror(errno));
    struct stat sb;
    wh_status st = WH_OK;
    if (fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode))
        st = wh_fail(err, WH_ERR_KEY_FILE, "%s is not a file", path);
    else if (sb.st_uid != geteuid())
        st = wh_fail(err, WH_ERR_KEY_MODE, "%s belongs to uid %u", path, (unsigned)sb.st_uid);
    else if (sb.st_mode & 077)
        st =
            wh_fail(err, WH_ERR_KEY_MODE, "%s has mode %04o", path, (unsigned)(sb.st_mode & 07777));
    if (st == WH_OK) {
        ssize_t n = read(fd, out, cap);
        if (n < 0)
            st = wh_fail(err, WH_ERR_KEY_FILE, "cannot read %s: %s", path, strerror(errno));
        else
            *len = (size_t)n;
    }
    close(fd);
    return st;
}

wh_status l1_key_file(const char *path, struct l1_key *out, struct wh_error *err)
{
    char text[80];
    size_t n = 0;
    uint8_t secret[32];
    WH_TRY(read_private(path, text, sizeof text, &n, err));
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    size_t skip = n >= 2 && text[0] == '0' && text[1] == 'x' ? 2 : 0;
    bool ok = wh_hex_decode(text + skip, n - skip, secret, 32);
    wh_status st = ok ? l1_key_init(out, secret, err)
                      : wh_fail(err, WH_ERR_KEY_FORM, "%s does not hold one key", path);
    OPENSSL_cleanse(text, sizeof text);
    OPENSSL_cleanse(secret, sizeof secret);
    return st;
}

wh_status l1_key_file_new(const char *path, struct l1_key *out, struct wh_error *err)
{
    uint8_t secret[32];
    char text[66];
    do {
        WH_TRY(wh_random(secret, 32, err));
    } while (l1_key_init(out, secret, NULL) != WH_OK); /* 0 or >= n: once in 2^128 */
    wh_hex_encode(secret, 32, text);
    text[64] = '\n';
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    wh_status st = WH_OK;
    if (fd < 0 || write(fd, text, 65) != 65 || fsync(fd) != 0)
        st = wh_fail(err, WH_ERR_KEY_FILE, "cannot write %s: %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    OPENSSL_cleanse(text, sizeof text);
    OPENSSL_cleanse(secret, sizeof secret);
    return st;
}

/* --- keystore, version 3 ("Web3 secret storage definition") */
struct keystore {
    uint8_t derived[32];
    struct wh_buf salt, iv, cipher, mac;
};

static bool hex_field(const struct wh_json *obj, const char *key, size_t min, size_t max,
                      struct wh_buf *out)
{
    const char *s = NULL;
    if (wh_json_get_string(obj, key, &s, NULL) != WH_OK) return false;
    if (s[0] == '0' && s[1] == 'x') s += 2;
    size_t n = strlen(s) / 2;
    if (n < min || n > max) return false;
    uint8_t *at = wh_buf_grow(out, n);
    return at && wh_hex_decode(s, strlen(s), at, n);
}

static bool derive(const struct wh_json *crypto, wh_span password, struct keystore *k,
                   const char **why)
{
    const char *kdf = NULL, *prf = NULL;
    struct wh_json p;
    uint64_t n = 0, r = 0, par = 0, len = 0;
    *why = "kdf";
    if (wh_json_get_string(crypto, "kdf", &kdf, NULL) != WH_OK ||
        wh_json_get(crypto, "kdfparams", &p, NULL) != WH_OK ||
        wh_json_get_number(&p, "dklen", &len, NULL) != WH_OK || len != 32 ||
        !hex_field(&p, "salt", 1, 1024, &k->salt))
        return false;
    const char *pass = password.len ? (const char *)password.ptr : "";
    if (strcmp(kdf, "scrypt") == 0) {
        *why = "scrypt parameters";
        if (wh_json_get_number(&p, "n", &n, NULL) != WH_OK ||
            wh_json_get_number(&p, "r", &r, NULL) != WH_OK ||
            wh_json_get_number(&p, "p", &par, NULL) != WH_OK)
            return false;
        if (n < 2 || n > 1u << 20 || (n & (n - 1)) || r == 0 || r > 16 || par == 0 || par > 16)
            return false;
        return EVP_PBE_scrypt(pass, password.len, k->salt.ptr, k->salt.len, n, r, par,
                              UINT64_C(3) << 30, k->derived, 32) == 1;
    }
    if (strcmp(kdf, "pbkdf2") == 0) {
        *why = "pbkdf2 parameters";
        if (wh_json_get_number(&p, "c", &n, NULL) != WH_OK || n == 0 || n > 100000000 ||
            wh_json_get_string(&p, "prf", &prf, NULL) != WH_OK || strcmp(prf, "hmac-sha256") != 0)
            return false;
        return PKCS5_PBKDF2_HMAC(pass, (int)password.len, k->salt.ptr, (int)k->salt.len, (int)n,
                                 EVP_sha256(), 32, k->derived) == 1;
    }
    return false;
}

static bool decrypt(const struct keystore *k, uint8_t out[32])
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0, m = 0;
    bool ok = ctx && EVP_DecryptInit_ex(ctx, EVP_aes_128_ctr(), NULL, k->derived, k->iv.ptr) == 1 &&
              EVP_DecryptUpdate(ctx, out, &n, k->cipher.ptr, 32) == 1 &&
              EVP_DecryptFinal_ex(ctx, out + n, &m) == 1 && n + m == 32;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

static wh_status open_v3(const struct wh_json *root, wh_span password, struct keystore *k,
                         struct l1_key *out, struct wh_error *err)
{
    struct wh_json crypto, params, addr;
    uint64_t version = 0;
    const char *cipher = NULL, *why = "version";
    if (wh_json_get_number(root, "version", &version, NULL) != WH_OK || version != 3 ||
        (wh_json_get(root, "crypto", &crypto, NULL) != WH_OK &&
         wh_json_get(root, "Crypto", &crypto, NULL) != WH_OK))
        return wh_fail(err, WH_ERR_KEY_STORE, "keystore: %s is not understood", why);
    if (wh_json_get_string(&crypto, "cipher", &cipher, NULL) != WH_OK ||
        strcmp(cipher, "aes-128-ctr") != 0 ||
        wh_json_get(&crypto, "cipherparams", &params, NULL) != WH_OK ||
        !hex_field(&params, "iv", 16, 16, &k->iv) ||
        !hex_field(&crypto, "ciphertext", 32, 32, &k->cipher) ||
        !hex_field(&crypto, "mac", 32, 32, &k->mac))
        return wh_fail(err, WH_ERR_KEY_STORE, "keystore: cipher is not understood");
    if (!derive(&crypto, password, k, &why))
        return wh_fail(err, WH_ERR_KEY_STORE, "keystore: %s not understood", why);
    bytes32 mac;
    keccak256_2(wh_span_of(k->derived + 16, 16), wh_buf_span(&k->cipher), &mac);
    if (CRYPTO_memcmp(mac.b, k->mac.ptr, 32) != 0)
        return wh_fail(err, WH_ERR_KEY_PASSWORD, "keystore: wrong password");
    uint8_t secret[32];
    wh_status st = decrypt(k, secret) ? l1_key_init(out, secret, err)
                                      : wh_fail(err, WH_ERR_CRYPTO, "aes-128-ctr");
    OPENSSL_cleanse(secret, sizeof secret);
    if (st != WH_OK || !wh_json_opt(root, "address", &addr)) return st;
    struct wh_buf named = {0};
    if (!hex_field(root, "address", 20, 20, &named) || memcmp(named.ptr, out->addr.b, 20) != 0) {
        l1_key_wipe(out);
        st = wh_fail(err, WH_ERR_KEY_ADDRESS, "keystore: its key has another address");
    }
    wh_buf_done(&named);
    return st;
}

wh_status l1_key_store_open(wh_span json, wh_span password, struct l1_key *out,
                            struct wh_error *err)
{
    json_t *v = NULL;
    if (wh_json_parse((const char *)json.ptr, json.len, &v, NULL) != WH_OK)
        return wh_fail(err, WH_ERR_KEY_STORE, "keystore: not JSON");
    struct wh_json root = wh_json_root(v, "keystore");
    struct keystore k = {{0}, {0}, {0}, {0}, {0}};
    wh_status st = open_v3(&root, password, &k, out, err);
    wh_buf_done(&k.salt);
    wh_buf_done(&k.iv);
    wh_buf_done(&k.cipher);
    wh_buf_done(&k.mac);
    OPENSSL_cleanse(&k, sizeof k);
    json_decref(v);
    return st;
}

wh_status l1_key_store(const char *path, const char *password_path, struct l1_key *out,
                       struct wh_error *err)
{
    char password[1024];
    size_t n = 0;
    struct wh_buf json = {0};
    wh_status st = read_private(password_path, password, sizeof password, &n, err);
    while (st == WH_OK && n > 0 && (password[n - 1] == '\n' || password[n - 1] == '\r'))
        n--;
    if (st == WH_OK && wh_file_read(path, KEYSTORE_MAX, &json, NULL) != WH_OK)
        st = wh_fail(err, WH_ERR_KEY_FILE, "cannot read %s", path);
    if (st == WH_OK) st = l1_key_store_open(wh_buf_span(&json), wh_span_of(password, n), out, err);
    OPENSSL_cleanse(password, sizeof password);
    wh_buf_done(&json);
    return st;
}
