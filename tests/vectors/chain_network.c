/* SPDX-License-Identifier: MIT */
#include "tests/vectors/chain_network.h"

#include <stdlib.h>

#include "tests/vectors/value.h"

static const struct {
    const char *name;
    uint8_t fork;
} FORKS[] = {
    {"Frontier", FORK_FRONTIER},
    {"Homestead", FORK_HOMESTEAD},
    {"Dao", FORK_DAO},
    {"EIP150", FORK_TANGERINE},
    {"EIP158", FORK_SPURIOUS},
    {"Byzantium", FORK_BYZANTIUM},
    {"ConstantinopleFix", FORK_PETERSBURG},
    {"Constantinople", FORK_CONSTANTINOPLE},
    {"Istanbul", FORK_ISTANBUL},
    {"Berlin", FORK_BERLIN},
    {"London", FORK_LONDON},
    {"Paris", FORK_PARIS},
    {"Merge", FORK_PARIS},
    {"Shanghai", FORK_SHANGHAI},
    {"Cancun", FORK_CANCUN},
    {"Prague", FORK_PRAGUE},
    {"Osaka", FORK_OSAKA},
    {"BPO1", FORK_BPO1},
    {"BPO2", FORK_BPO2},
    {"BPO3", FORK_BPO3},
    {"BPO4", FORK_BPO4},
};

/* EIP-4844, EIP-7691; what a test says itself goes first. */
static bool blob_fields(const char *name, const json_t *schedule, struct chain_fork *f)
{
    uint64_t target = f->fork >= FORK_PRAGUE ? 6 : 3, max = f->fork >= FORK_PRAGUE ? 9 : 6;
    uint64_t fraction = f->fork >= FORK_PRAGUE ? 5007716 : 3338477;
    const json_t *own = json_object_get(schedule, name);
    if (f->fork < FORK_CANCUN) return true;
    if (own == NULL && f->fork >= FORK_BPO1) return false;
    if (own != NULL && (!value_u64(json_object_get(own, "target"), &target) ||
                        !value_u64(json_object_get(own, "max"), &max) ||
                        !value_u64(json_object_get(own, "baseFeeUpdateFraction"), &fraction)))
        return false;
    f->blob_target = (uint16_t)target;
    f->blob_max = (uint16_t)max;
    f->blob_fraction = fraction;
    return true;
}

/* One fork name from the start of text, the longest that fits; NULL: none. */
static const char *fork_name(const char *text, struct chain_fork *out, const char **rest)
{
    size_t best = 0, at = 0;
    for (size_t i = 0; i < sizeof FORKS / sizeof *FORKS; i++) {
        size_t n = strlen(FORKS[i].name);
        if (n <= best || strncmp(text, FORKS[i].name, n) != 0) continue;
        best = n;
        at = i;
    }
    if (best == 0) return NULL;
    *rest = text + best;
    out->fork = FORKS[at].fork;
    return FORKS[at].name;
}

bool chain_network(const char *name, const json_t *schedule, struct chain_config *out)
{
    const char *rest;
    struct chain_fork first = {0}, second = {0};
    chain_config_mainnet(out);
    out->witness_cap = CHAIN_WITNESS_UNLIMITED;
    const char *fork = fork_name(name, &first, &rest);
    if (fork == NULL || !blob_fields(fork, schedule, &first)) return false;
    out->forks[0] = first;
    out->fork_count = 1;
    if (*rest == 0) return true;

    if (strncmp(rest, "To", 2) != 0) return false;
    fork = fork_name(rest + 2, &second, &rest);
    if (fork == NULL || strncmp(rest, "At", 2) != 0 || !blob_fields(fork, schedule, &second))
        return false;
    rest += 2;
    if (strncmp(rest, "Time", 4) == 0) {
        rest += 4;
        second.by = 1;
    }
    char *end;
    second.at = strtoull(rest, &end, 10);
    if (*end == 'k') {
        second.at *= 1000;
        end++;
    }
    if (*end != 0 || end == rest) return false;
    out->forks[1] = second;
    out->fork_count = 2;
    return true;
}
