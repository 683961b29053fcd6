/* SPDX-License-Identifier: MIT */
/* Runs files of cases (cases.h) through precompile_run: output, failure, price, and the price as a
 * limit: with one gas less the call must fail. Usage: test_cases FILE... */

#include "evm/native/crypto.h"
#include "evm/precompile/precompile.h"
#include "tests/tap.h"
#include "tests/unit/precompile/cases.h"

static struct wh_arena scratch;
static const char *file_name;

#ifdef PORTABLE
#    include "evm/precompile/portable/portable.h"
#    ifdef GUEST_BLS
#        define native_bls_g1_add  guest_bls_g1_add
#        define native_bls_g1_msm  guest_bls_g1_msm
#        define native_bls_g2_add  guest_bls_g2_add
#        define native_bls_g2_msm  guest_bls_g2_msm
#        define native_bls_map_fp  guest_bls_map_fp
#        define native_bls_map_fp2 guest_bls_map_fp2
#        define native_bls_pairing guest_bls_pairing
#        define native_kzg_verify  guest_kzg_verify
#    endif
#    include "evm/native/private.h"
/* Everything in plain C; BLS12-381 and KZG from blst. */
static const struct evm_crypto *table(void)
{
    static struct evm_crypto portable;
    static struct wh_arena work;
    static uint8_t block[1 << 20];
    static const struct evm_crypto bls = {.bls_g1_add = native_bls_g1_add,
                                          .bls_g1_msm = native_bls_g1_msm,
                                          .bls_g2_add = native_bls_g2_add,
                                          .bls_g2_msm = native_bls_g2_msm,
                                          .bls_pairing = native_bls_pairing,
                                          .bls_map_fp = native_bls_map_fp,
                                          .bls_map_fp2 = native_bls_map_fp2,
                                          .kzg_verify = native_kzg_verify};
    if (wh_native_crypto() == NULL) return NULL; /* its set-up serves the hosted kzg_verify */
    wh_arena_init(&work, block, sizeof block);
    evm_crypto_portable(&portable, &work, &bls);
    return &portable;
}
#else
static const struct evm_crypto *table(void)
{
    return wh_native_crypto();
}
#endif

static bool check(const struct precompile_case *c)
{
    const struct evm_crypto *crypto = table();
    unsigned index;
    if (crypto == NULL || !precompile_find(c->fork, &c->at, &index)) return false;
    wh_span input = wh_span_of(c->input, c->input_len);
    int64_t gas = precompile_gas(index, c->fork, input);
    if (c->gas >= 0 && gas != c->gas) {
        printf("# gas %lld, want %lld\n", (long long)gas, (long long)c->gas);
        return false;
    }

    struct precompile_result r;
    size_t mark = wh_arena_mark(&scratch);
    if (precompile_run(index, c->fork, crypto, input, gas + 7, &scratch, &r) != WH_OK) return false;
    bool good = r.ok == !c->fails && r.gas_used == (r.ok ? gas : gas + 7) &&
                r.output.len == c->output_len &&
                (c->output_len == 0 || memcmp(r.output.ptr, c->output, c->output_len) == 0);
    if (!good) {
        printf("# ok %d, output ", r.ok);
        for (size_t i = 0; i < r.output.len && i < 256; i++)
            printf("%02x", r.output.ptr[i]);
        printf("\n");
    }
    wh_arena_rewind(&scratch, mark);
    if (gas == 0) return good;
    if (precompile_run(index, c->fork, crypto, input, gas - 1, &scratch, &r) != WH_OK) return false;
    return good && !r.ok && r.gas_used == gas - 1 && wh_arena_mark(&scratch) == mark;
}

static void test_cases__all_of_a_file(void)
{
    FILE *f = fopen(file_name, "r");
    CHECK(f != NULL);
    if (f == NULL) return;
    struct precompile_case c;
    unsigned n = 0;
    while (case_next(f, &c)) {
        n++;
        if (!check(&c)) {
            printf("# %s: %s\n", file_name, c.name);
            tap_bad++;
        }
        case_free(&c);
    }
    fclose(f);
    printf("# %s: %u cases\n", file_name, n);
    CHECK(n > 0);
}

int main(int argc, char **argv)
{
    enum { CAP = 1 << 24 };
    void *block = malloc(CAP);
    if (block == NULL) return 1;
    wh_arena_init(&scratch, block, CAP);
    for (int i = 1; i < argc; i++) {
        file_name = argv[i];
        RUN(test_cases__all_of_a_file);
    }
    free(block);
    return tap_done();
}
