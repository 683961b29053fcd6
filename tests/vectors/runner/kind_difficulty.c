/* SPDX-License-Identifier: MIT */
/* DifficultyTests (test, fork, case) and the older files of BasicTests, whose name tells the rules. */
#include <stdlib.h>
#include <string.h>

#include "evm/hash/keccak.h"
#include "evm/segment/difficulty.h"
#include "tests/vectors/runner/forks.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/value.h"

struct era {
    uint64_t from; /* block */
    enum difficulty_rule rule;
};

/* Facts of the networks. */
static const struct era MAINNET[] = {
    {0, DIFFICULTY_FRONTIER},
    {1150000, DIFFICULTY_HOMESTEAD},
    {4370000, DIFFICULTY_BYZANTIUM},
    {7280000, DIFFICULTY_CONSTANTINOPLE},
    {9200000, DIFFICULTY_MUIR_GLACIER},
    {12965000, DIFFICULTY_LONDON},
    {13773000, DIFFICULTY_ARROW_GLACIER},
    {15050000, DIFFICULTY_GRAY_GLACIER},
};
static const struct era ROPSTEN[] = {
    {0, DIFFICULTY_HOMESTEAD},
    {1700000, DIFFICULTY_BYZANTIUM},
    {4230000, DIFFICULTY_CONSTANTINOPLE},
};

struct rules {
    const char *name; /* end of the file's name, before ".json" */
    const char *fork; /* one fork, or NULL */
    const struct era *eras;
    size_t count;
};

static const struct rules FILES[] = {
    {"difficultyFrontier", "Frontier", NULL, 0},
    {"difficultyHomestead", "Homestead", NULL, 0},
    {"difficultyByzantium", "Byzantium", NULL, 0},
    {"difficultyConstantinople", "Constantinople", NULL, 0},
    {"difficultyEIP2384", "MuirGlacier", NULL, 0},
    {"difficultyEIP2384_random", "MuirGlacier", NULL, 0},
    {"difficultyEIP2384_random_to20M", "MuirGlacier", NULL, 0},
    {"difficultyRopsten", NULL, ROPSTEN, sizeof ROPSTEN / sizeof *ROPSTEN},
    {"difficultyMainNetwork", NULL, MAINNET, sizeof MAINNET / sizeof *MAINNET},
    {"difficultyCustomMainNetwork", NULL, MAINNET, sizeof MAINNET / sizeof *MAINNET},
    {"difficultyCustomHomestead", "Homestead", NULL, 0},
    {"difficulty", NULL, MAINNET, sizeof MAINNET / sizeof *MAINNET},
};

static bool fork_rule(const char *fork, enum difficulty_rule *out)
{
    struct network n;
    if (!network_find(fork, NULL, &n)) return false;
    *out = n.has_rule ? n.rule : difficulty_rule_of((enum evm_fork)n.config.forks[0].fork);
    return true;
}

static const struct rules *file_rules(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    size_t len = strcspn(name, ".");
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        if (strlen(FILES[i].name) == len && strncmp(FILES[i].name, name, len) == 0)
            return &FILES[i];
    return NULL;
}

static bool rule_at(const struct rules *rules, uint64_t number, enum difficulty_rule *out)
{
    if (rules->fork != NULL) return fork_rule(rules->fork, out);
    for (size_t i = 0; i < rules->count; i++)
        if (rules->eras[i].from <= number) *out = rules->eras[i].rule;
    return true;
}

/* 0x00 or 0x01, or the hash of the list. */
static bool has_ommers(const json_t *v, bool *out)
{
    bytes32 hash;
    u256 n;
    *out = false;
    if (v == NULL) return true;
    if (!value_u256(v, &n)) return false;
    u256_to_be(&n, hash.b);
    *out = !u256_is_zero(&n) && !bytes32_eq(&hash, &KECCAK_EMPTY_LIST);
    return true;
}

static void run_case(struct runner *r, const json_t *test, const struct rules *rules)
{
    struct difficulty_parent parent;
    uint64_t number, timestamp;
    u256 want;
    enum difficulty_rule rule = DIFFICULTY_FRONTIER;
    if (!value_u256(json_object_get(test, "parentDifficulty"), &parent.difficulty) ||
        !value_u64(json_object_get(test, "parentTimestamp"), &parent.timestamp) ||
        !has_ommers(json_object_get(test, "parentUncles"), &parent.has_ommers) ||
        !value_u64(json_object_get(test, "currentBlockNumber"), &number) ||
        !value_u64(json_object_get(test, "currentTimestamp"), &timestamp) ||
        !value_u256(json_object_get(test, "currentDifficulty"), &want) ||
        !rule_at(rules, number, &rule)) {
        case_differs(r, "test", "understood", "not");
        return;
    }
    u256 got = difficulty_next(rule, &parent, number, timestamp);
    bytes32 a, b;
    u256_to_be(&want, a.b);
    u256_to_be(&got, b.b);
    case_hash(r, "difficulty", &a, &b);
}

static void run_cases(struct runner *r, json_t *cases, const char *fork, const struct rules *rules)
{
    const char *name;
    json_t *test;
    json_object_foreach(cases, name, test)
    {
        if (!json_is_object(test) || strcmp(name, "_info") == 0 || !case_begin(r, name, fork))
            continue;
        run_case(r, test, rules);
        case_end(r);
    }
}

static bool is_case(const json_t *t)
{
    return json_object_get(t, "currentDifficulty") != NULL;
}

bool kind_difficulty_is(const struct member *m, const json_t *file)
{
    const json_t *t = kind_first(file), *fork = kind_first(t);
    if (is_case(t)) return file_rules(m->path) != NULL;
    return is_case(kind_first(fork));
}

void kind_difficulty_run(struct runner *r, json_t *file)
{
    const char *name, *fork;
    json_t *test, *cases;
    if (is_case(kind_first(file))) {
        const struct rules *rules = file_rules(r->member->path);
        if (rules == NULL) return; /* kind_difficulty_is has found them */
        run_cases(r, file, rules->fork != NULL ? rules->fork : NO_FORK, rules);
        return;
    }
    json_object_foreach(file, name, test) json_object_foreach(test, fork, cases)
    {
        struct rules rules = {.fork = fork};
        if (strcmp(fork, "_info") != 0) run_cases(r, cases, fork, &rules);
    }
}
