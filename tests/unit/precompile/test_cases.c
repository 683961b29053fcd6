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
/* Everything in plain C; BLS12-381 and KZG from the libraries. */
static const struct evm_crypto *table(void)
{
    static struct evm_crypto portable;
    static struct wh_arena work;
    static uint8_t block[1 << 20];
    if (wh_native_crypto() == NULL) return NULL;
    wh_arena_init(&work, block, sizeof block);
    evm_crypto_portable(&portable, &work, wh_native_crypto());
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
