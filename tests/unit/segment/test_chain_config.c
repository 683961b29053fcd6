/* SPDX-License-Identifier: MIT */
/* Known answers: tests/vectors/protocol/segstate.json.zst, chainConfigs. */
#include "evm/segment/chain_config.h"

#include "tests/plain_crypto.h"
#include "tests/tap.h"
#include "tests/vec.h"

static json_t *configs;

static void test_chain_config_decode__takes_valid_and_refuses_each_broken_rule(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(configs, i, row)
    {
        struct chain_config c;
        wh_span raw = vec_bytes(vec_get(row, "bytes"));
        bool valid = json_is_true(vec_get(row, "valid"));
        wh_status status = chain_config_decode(raw, &c);
        if ((status == WH_OK) != valid) printf("# %s\n", json_string_value(vec_get(row, "name")));
        CHECK_EQ(status, valid ? WH_OK : WH_E_FORMAT);
        if (!valid) continue;

        uint8_t again[CHAIN_CONFIG_MAX];
        bytes32 hash, want;
        CHECK_EQ(chain_config_encode(&c, again), raw.len);
        CHECK_MEM(again, raw.ptr, raw.len);
        chain_config_hash(&plain_crypto, &c, &hash);
        vec_fixed(vec_get(row, "hash"), want.b, 32);
        CHECK_MEM(hash.b, want.b, 32);
    }
    CHECK(i > 15);
}

static void test_chain_config_active__is_the_models(void)
{
    size_t i, k;
    json_t *row, *point;
    json_array_foreach(configs, i, row)
    {
        struct chain_config c;
        if (!json_is_true(vec_get(row, "valid"))) continue;
        CHECK_EQ(chain_config_decode(vec_bytes(vec_get(row, "bytes")), &c), WH_OK);
        json_array_foreach(vec_get(row, "active"), k, point)
        {
            const struct chain_fork *f = chain_config_active(&c, vec_u64(json_array_get(point, 0)),
                                                             vec_u64(json_array_get(point, 1)));
            CHECK(f != NULL && f->fork == vec_u64(json_array_get(point, 2)));
        }
    }
}

static void check_preset(const struct chain_config *c)
{
    uint8_t raw[CHAIN_CONFIG_MAX];
    struct chain_config again;
    size_t len = chain_config_encode(c, raw);
    CHECK_EQ(chain_config_decode(wh_span_of(raw, len), &again), WH_OK);
}

static void test_chain_config__presets_obey_the_rules(void)
{
    struct chain_config c;
    chain_config_mainnet(&c);
    check_preset(&c);
    CHECK_EQ(chain_config_active(&c, 22615247, 1748874263)->fork, FORK_PRAGUE);
    CHECK_EQ(chain_config_active(&c, 1920000, 1469020840)->fork, FORK_DAO);
    CHECK_EQ(chain_config_active(&c, 7280000, 1551383524)->fork, FORK_PETERSBURG);
    CHECK(chain_config_entry(&c, FORK_BPO2)->blob_max == 21);
    CHECK(chain_config_entry(&c, FORK_BPO3) == NULL);
    chain_config_hoodi(&c);
    check_preset(&c);
    chain_config_rollup(1337, 1000000, &c);
    check_preset(&c);
}

int main(int argc, char **argv)
{
    (void)argc;
    json_t *vectors = vec_load(argv[1], "tests/vectors/protocol/segstate.json.zst");
    configs = vec_get(vectors, "chainConfigs");
    RUN(test_chain_config_decode__takes_valid_and_refuses_each_broken_rule);
    RUN(test_chain_config_active__is_the_models);
    RUN(test_chain_config__presets_obey_the_rules);
    json_decref(vectors);
    return tap_done();
}
