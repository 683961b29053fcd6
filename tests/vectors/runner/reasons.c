/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/reasons.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *text;
    enum tx_reject reject;
} REASONS[] = {
#define REASON(text, reject) {text, TX_##reject},
#include "tests/vectors/runner/reasons.def"
#undef REASON
};

void reason_compare(const struct runner *r, const char *expected, enum tx_reject got)
{
    if (expected == NULL) return;
    for (size_t i = 0; i < sizeof REASONS / sizeof *REASONS; i++)
        if (REASONS[i].reject == got && strstr(expected, REASONS[i].text) != NULL) return;
    FILE *out = r->opt->json || r->opt->tap ? stderr : stdout;
    fprintf(out, "reason %s: %s [%s]: expected %s, got: %s\n", r->member->path, r->name, r->fork,
            expected, tx_reject_text(got));
    fflush(out);
}
