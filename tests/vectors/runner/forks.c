/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/forks.h"

#include <stdlib.h>
#include <string.h>

#include "tests/vectors/runner/value.h"

struct name {
    const char *text;
    uint8_t fork;
    int rule; /* of difficulty, where it is not the fork's own; -1: its own */
};

static const struct name NAMES[] = {
    {"Frontier", FORK_FRONTIER, -1},
    {"Homestead", FORK_HOMESTEAD, -1},
    {"Dao", FORK_DAO, -1},
    {"EIP150", FORK_TANGERINE, -1},
    {"EIP158", FORK_SPURIOUS, -1},
    {"Byzantium", FORK_BYZANTIUM, -1},
    {"Constantinople", FORK_CONSTANTINOPLE, -1},
    {"ConstantinopleFix", FORK_PETERSBURG, -1},
    {"Istanbul", FORK_ISTANBUL, -1},
    {"MuirGlacier", FORK_ISTANBUL, DIFFICULTY_MUIR_GLACIER},
    {"Berlin", FORK_BERLIN, -1},
    {"London", FORK_LONDON, -1},
    {"ArrowGlacier", FORK_LONDON, DIFFICULTY_ARROW_GLACIER},
    {"GrayGlacier", FORK_LONDON, DIFFICULTY_GRAY_GLACIER},
    {"Paris", FORK_PARIS, -1},
    {"Merge", FORK_PARIS, -1},
    {"Shanghai", FORK_SHANGHAI, -1},
    {"Cancun", FORK_CANCUN, -1},
    {"Prague", FORK_PRAGUE, -1},
    {"Osaka", FORK_OSAKA, -1},
    {"BPO1", FORK_BPO1, -1},
    {"BPO2", FORK_BPO2, -1},
    {"BPO3", FORK_BPO3, -1},
    {"BPO4", FORK_BPO4, -1},
};

enum { NAME_COUNT = sizeof NAMES / sizeof *NAMES };

/* EIP-4844, 7691, 7892; the last two exist in tests alone. */
static const struct chain_fork BLOBS[] = {
    {FORK_CANCUN, 0, 0, 3, 6, 3338477},  {FORK_PRAGUE, 0, 0, 6, 9, 5007716},
    {FORK_OSAKA, 0, 0, 6, 9, 5007716},   {FORK_BPO1, 0, 0, 10, 15, 8346193},
    {FORK_BPO2, 0, 0, 14, 21, 11684671}, {FORK_BPO3, 0, 0, 21, 32, 20609697},
    {FORK_BPO4, 0, 0, 14, 21, 13739630},
};

static void entry_of(const struct name *n, struct chain_fork *out)
{
    *out = (struct chain_fork){.fork = n->fork, .by = n->fork >= FORK_SHANGHAI};
    for (size_t i = 0; i < sizeof BLOBS / sizeof *BLOBS; i++)
        if (BLOBS[i].fork == n->fork) {
            out->blob_target = BLOBS[i].blob_target;
            out->blob_max = BLOBS[i].blob_max;
            out->blob_fraction = BLOBS[i].blob_fraction;
        }
}

bool fork_find(const char *name, struct chain_fork *out)
{
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (strcmp(NAMES[i].text, name) == 0) {
            entry_of(&NAMES[i], out);
            return true;
        }
    return false;
}

const char *fork_name(uint8_t fork)
{
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (NAMES[i].fork == fork && NAMES[i].rule < 0) return NAMES[i].text;
    return "";
}

bool fork_blobs(const json_t *schedule, struct chain_fork *f)
{
    uint64_t target, max, fraction;
    const json_t *row = json_object_get(schedule, fork_name(f->fork));
    if (row == NULL || f->fork < FORK_CANCUN) return true;
    if (!value_u64(json_object_get(row, "target"), &target) || target > UINT16_MAX ||
        !value_u64(json_object_get(row, "max"), &max) || max > UINT16_MAX ||
        !value_u64(json_object_get(row, "baseFeeUpdateFraction"), &fraction))
        return false;
    f->blob_target = (uint16_t)target;
    f->blob_max = (uint16_t)max;
    f->blob_fraction = fraction;
    return true;
}

/* The longest fork name that text begins with. */
static const struct name *name_at(const char *text, const char **rest)
{
    const struct name *best = NULL;
    size_t len = 0;
    for (size_t i = 0; i < NAME_COUNT; i++) {
        size_t n = strlen(NAMES[i].text);
        if (n <= len || strncmp(text, NAMES[i].text, n) != 0) continue;
        best = &NAMES[i];
        len = n;
    }
    *rest = text + len;
    return best;
}

static void base_config(const json_t *config, const struct chain_fork *first,
                        struct chain_config *out)
{
    uint64_t id = 1;
    chain_config_mainnet(out);
    (void)(json_object_get(config, "chainid") != NULL &&
           value_u64(json_object_get(config, "chainid"), &id));
    out->chain_id = id;
    out->witness_cap = CHAIN_WITNESS_UNLIMITED;
    out->forks[0] = *first;
    out->fork_count = 1;
}

/* "5", "Time15k" or "DiffC0000". */
static bool begins_at(const char *text, struct chain_fork *second, struct network *n)
{
    char *end;
    if (strncmp(text, "Diff", 4) == 0) {
        n->by_difficulty = true;
        char hex[80];
        snprintf(hex, sizeof hex, "0x%s", text + 4);
        return value_text_u256(hex, &n->terminal);
    }
    second->by = strncmp(text, "Time", 4) == 0;
    if (second->by) text += 4;
    second->at = strtoull(text, &end, 10);
    if (end == text) return false;
    if (*end == 'k') {
        second->at *= 1000;
        end++;
    }
    return *end == 0;
}

bool network_find(const char *name, const json_t *config, struct network *out)
{
    const json_t *schedule = json_object_get(config, "blobSchedule");
    const char *rest;
    struct chain_fork first, second;
    *out = (struct network){0};
    const struct name *a = name_at(name, &rest);
    if (a == NULL) return false;
    entry_of(a, &first);
    out->has_rule = a->rule >= 0;
    if (out->has_rule) out->rule = (enum difficulty_rule)a->rule;
    if (!fork_blobs(schedule, &first)) return false;
    base_config(config, &first, &out->config);
    if (*rest == 0) return true;

    if (strncmp(rest, "To", 2) != 0) return false;
    const struct name *b = name_at(rest + 2, &rest);
    if (b == NULL || strncmp(rest, "At", 2) != 0) return false;
    entry_of(b, &second);
    if (!fork_blobs(schedule, &second) || !begins_at(rest + 2, &second, out)) return false;
    if (out->by_difficulty) {
        base_config(config, &second, &out->after);
        return true;
    }
    out->config.forks[1] = second;
    out->config.fork_count = 2;
    return true;
}
