/* SPDX-License-Identifier: MIT */
#ifndef WH_TESTS_PRECOMPILE_CASES_H
#define WH_TESTS_PRECOMPILE_CASES_H

/* Reader of tests/data/precompile: one case a line, fields split by tabs, # starts a comment.
 *   name  fork  address  input  output  gas
 * input and output are hex, "-" for empty; output "fail" means that the call fails; gas "-" leaves
 * the price unchecked. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evm/base/bytes.h"
#include "evm/base/fork.h"

struct precompile_case {
    char name[96];
    enum evm_fork fork;
    address at;
    uint8_t *input, *output;
    size_t input_len, output_len;
    bool fails;
    int64_t gas; /* -1: unchecked */
};

static inline uint8_t *case_unhex(const char *s, size_t *len)
{
    if (strcmp(s, "-") == 0) s = "";
    size_t n = strlen(s) / 2;
    uint8_t *out = (uint8_t *)malloc(n + 1);
    if (out == NULL) abort();
    for (size_t i = 0; i < n; i++) {
        char pair[3] = {s[2 * i], s[2 * i + 1], 0};
        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    *len = n;
    return out;
}

static inline enum evm_fork case_fork(const char *s)
{
    static const struct {
        const char *name;
        enum evm_fork fork;
    } names[] = {{"frontier", FORK_FRONTIER},   {"homestead", FORK_HOMESTEAD},
                 {"byzantium", FORK_BYZANTIUM}, {"istanbul", FORK_ISTANBUL},
                 {"berlin", FORK_BERLIN},       {"cancun", FORK_CANCUN},
                 {"prague", FORK_PRAGUE},       {"osaka", FORK_OSAKA}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i].name, s) == 0) return names[i].fork;
    fprintf(stderr, "unknown fork %s\n", s);
    abort();
}

/* case_next reads the next case; false at the end of the file. Free it with case_free. */
static inline bool case_next(FILE *f, struct precompile_case *c)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while ((n = getline(&line, &cap, f)) > 0) {
        if (line[0] == '#' || line[0] == '\n') continue;
        line[strcspn(line, "\n")] = 0;
        char *field[6], *rest = line;
        for (int i = 0; i < 6; i++) {
            field[i] = strsep(&rest, "\t");
            if (field[i] == NULL) abort();
        }
        memset(c, 0, sizeof *c);
        snprintf(c->name, sizeof c->name, "%s", field[0]);
        c->fork = case_fork(field[1]);
        store_be32(c->at.b + 16, (uint32_t)strtoul(field[2], NULL, 16));
        c->input = case_unhex(field[3], &c->input_len);
        c->fails = strcmp(field[4], "fail") == 0;
        c->output = case_unhex(c->fails ? "-" : field[4], &c->output_len);
        c->gas = strcmp(field[5], "-") == 0 ? -1 : strtoll(field[5], NULL, 10);
        free(line);
        return true;
    }
    free(line);
    return false;
}

static inline void case_free(struct precompile_case *c)
{
    free(c->input);
    free(c->output);
}

#endif
