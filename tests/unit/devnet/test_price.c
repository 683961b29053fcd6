/* SPDX-License-Identifier: MIT */
#include "deploy/devnet/price.h"

#include <jansson.h>
#include <stdlib.h>

#include "tests/tap.h"

/* Vectors of the protocol model: price table, excess, blocks of runs, deposits and reverts. */

static json_t *vectors;

static u256 decimal(const char *text)
{
    const u256 ten = u256_from_u64(10);
    u256 v = {{0}};
    for (; *text; text++) {
        const u256 digit = u256_from_u64((uint64_t)(*text - '0'));
        u256_mul(&v, &v, &ten);
        u256_add(&v, &v, &digit);
    }
    return v;
}

static u256 decimal_of(const json_t *j)
{
    return decimal(json_string_value(j));
}
static uint64_t u64_of(const json_t *j)
{
    return strtoull(json_string_value(j), NULL, 10);
}

static void check_u256(u256 got, u256 want, const char *what)
{
    if (!u256_eq(&got, &want)) {
        printf("# %s differs\n", what);
        CHECK(false);
    }
}

static void test_price_of__table_of_the_model(void)
{
    const json_t *table = json_object_get(vectors, "table");
    size_t i;
    const json_t *row;
    CHECK(json_array_size(table) > 100);
    json_array_foreach(table, i, row) check_u256(price_of(u64_of(json_array_get(row, 0))),
                                                 decimal_of(json_array_get(row, 1)), "price");
}

static void test_price_of__saturates(void)
{
    const u256 top = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    check_u256(price_of(UINT64_MAX), top, "price at the largest excess");
}

static void test_price_next_excess__model(void)
{
    const json_t *rows = json_object_get(vectors, "excess");
    size_t i;
    const json_t *row;
    CHECK(json_array_size(rows) > 10);
    json_array_foreach(rows, i, row)
        CHECK_EQ(price_next_excess(u64_of(json_array_get(row, 0)), u64_of(json_array_get(row, 1))),
                 u64_of(json_array_get(row, 2)));
    CHECK(price_next_excess(UINT64_MAX, 5) == UINT64_MAX - EXECUTE_TARGET);
}

/* The journal of the model's frames: balances by one-letter names. */
struct book {
    u256 of[26];
};

static const char *const ANSWERS[] = {"ok", "ValueNotZero", "Static", "Unpaid", "LimitReached"};

static void play(const json_t *ops, struct ledger *l, struct book *b, const json_t *results,
                 size_t *at)
{
    size_t i;
    const json_t *op;
    json_array_foreach(ops, i, op)
    {
        const char *kind = json_string_value(json_array_get(op, 0));
        if (strcmp(kind, "frame") == 0) {
            struct book inner = *b;
            play(json_array_get(op, 2), l, &inner, results, at);
            if (!json_is_true(json_array_get(op, 1))) *b = inner;
            continue;
        }
        const char *answer = "ok";
        if (strcmp(kind, "deposit") == 0) {
            u256 *to = &b->of[*json_string_value(json_array_get(op, 1)) - 'a'];
            const u256 amount = decimal_of(json_array_get(op, 2));
            u256_add(to, to, &amount);
        } else {
            const u256 value = decimal_of(json_array_get(op, 2));
            answer = ANSWERS[ledger_run(l, u64_of(json_array_get(op, 1)), &value, false)];
        }
        const char *want = json_string_value(json_array_get(results, (*at)++));
        if (strcmp(answer, want) != 0) printf("# got %s, want %s\n", answer, want);
        CHECK(strcmp(answer, want) == 0);
    }
}

static void test_ledger__blocks_of_the_model(void)
{
    size_t n, t;
    const json_t *block, *tx;
    json_array_foreach(json_object_get(vectors, "blocks"), n, block)
    {
        printf("# %s\n", json_string_value(json_object_get(block, "name")));
        struct ledger l;
        ledger_open_block(&l, u64_of(json_object_get(block, "excess")));
        check_u256(l.price, decimal_of(json_object_get(block, "price")), "price");
        struct book book = {0};
        const char *name;
        json_t *v;
        json_object_foreach(json_object_get(block, "balances"), name, v) book.of[*name - 'a'] =
            decimal_of(v);
        json_array_foreach(json_object_get(block, "transactions"), t, tx)
        {
            u256 *own = &book.of[*json_string_value(json_object_get(tx, "origin")) - 'a'];
            size_t at = 0;
            ledger_open_tx(&l, own);
            play(json_object_get(tx, "ops"), &l, &book, json_object_get(tx, "results"), &at);
            CHECK_EQ(at, json_array_size(json_object_get(tx, "results")));
            CHECK(!u256_sub(own, own, &l.debits));
        }
        json_object_foreach(json_object_get(block, "after"), name, v)
            check_u256(book.of[*name - 'a'], decimal_of(v), "balance after the block");
        CHECK_EQ(l.used, u64_of(json_object_get(block, "used")));
        CHECK_EQ(price_next_excess(l.excess, l.used), u64_of(json_object_get(block, "nextExcess")));
    }
    CHECK(n >= 8);
}

static void test_ledger_run__refused_leaves_the_ledger(void)
{
    struct ledger l;
    const u256 rich = {{0, 0, 0, 1}}, nothing = {{0}}, one = {{1}};
    ledger_open_block(&l, 0);
    ledger_open_tx(&l, &rich);
    CHECK_EQ(ledger_run(&l, 1, &one, false), LEDGER_VALUE);
    CHECK_EQ(ledger_run(&l, 1, &nothing, true), LEDGER_STATIC);
    CHECK_EQ(ledger_run(&l, EXECUTE_LIMIT + 1, &nothing, false), LEDGER_LIMIT);
    CHECK_EQ(ledger_run(&l, UINT64_MAX, &nothing, false), LEDGER_LIMIT);
    CHECK_EQ(l.used, 0);
    CHECK(u256_is_zero(&l.debits));
    CHECK_EQ(ledger_run(&l, EXECUTE_LIMIT, &nothing, false), LEDGER_OK);
    CHECK_EQ(ledger_run(&l, 1, &nothing, false), LEDGER_LIMIT);
    ledger_open_tx(&l, &nothing);
    CHECK(u256_is_zero(&l.debits));
    CHECK_EQ(ledger_run(&l, 1, &nothing, false), LEDGER_UNPAID);
}

int main(int argc, char **argv)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/price.json", argc > 1 ? argv[1] : ".");
    vectors = json_load_file(path, 0, NULL);
    if (vectors == NULL) {
        printf("Bail out! cannot read %s\n", path);
        return 1;
    }
    RUN(test_price_of__table_of_the_model);
    RUN(test_price_of__saturates);
    RUN(test_price_next_excess__model);
    RUN(test_ledger__blocks_of_the_model);
    RUN(test_ledger_run__refused_leaves_the_ledger);
    json_decref(vectors);
    return tap_done();
}
