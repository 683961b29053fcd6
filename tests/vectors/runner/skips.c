/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/skips.h"

#include <stdlib.h>
#include <string.h>

static bool add(struct skips *s, const char *text, const char *reason)
{
    struct skip *rows = realloc(s->rows, (s->count + 1) * sizeof *rows);
    if (rows == NULL) return false;
    s->rows = rows;
    rows[s->count] = (struct skip){strdup(text), strdup(reason)};
    s->count++;
    return rows[s->count - 1].text != NULL && rows[s->count - 1].reason != NULL;
}

static bool line_read(struct skips *s, char *line)
{
    line[strcspn(line, "\n")] = 0;
    if (line[0] == 0 || line[0] == '#') return true;
    char *dash = strstr(line, " -- ");
    if (dash == NULL || dash == line || dash[4] == 0) {
        fprintf(stderr, "a skip without a reason: %s\n", line);
        return false;
    }
    *dash = 0;
    return add(s, line, dash + 4);
}

bool skips_read(struct skips *s, const char *path)
{
    char line[1024];
    *s = (struct skips){0};
    if (path == NULL) return true;
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return false;
    }
    bool ok = true;
    while (ok && fgets(line, sizeof line, f) != NULL)
        ok = line_read(s, line);
    fclose(f);
    return ok;
}

const struct skip *skips_find(const struct skips *s, const char *suite, const char *path,
                              const char *name, const char *fork)
{
    char text[2048];
    if (s->count == 0) return NULL;
    snprintf(text, sizeof text, "%s/%s::%s[%s]", suite, path, name, fork);
    for (size_t i = 0; i < s->count; i++)
        if (strstr(text, s->rows[i].text) != NULL) return &s->rows[i];
    return NULL;
}

void skips_print(const struct skips *s, FILE *out)
{
    for (size_t i = 0; i < s->count; i++)
        fprintf(out, "%s -- %s\n", s->rows[i].text, s->rows[i].reason);
}

void skips_done(struct skips *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->rows[i].text);
        free(s->rows[i].reason);
    }
    free(s->rows);
    *s = (struct skips){0};
}
