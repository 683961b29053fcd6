/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/kinds.h"

#include <stdlib.h>
#include <string.h>

struct kind {
    const char *name;
    bool (*is)(const struct member *m, const json_t *file);
    void (*run)(struct runner *r, json_t *file);
};

static const struct kind KINDS[] = {
#define KIND(name, text) {text, name##_is, name##_run},
#include "tests/vectors/runner/kinds.def"
#undef KIND
};

const json_t *kind_first(const json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach((json_t *)(uintptr_t)file, name, test)
    {
        if (strcmp(name, "_info") != 0) return json_is_object(test) ? test : NULL;
    }
    return NULL;
}

static void refuse(struct runner *r, const char *why)
{
    if (!case_begin(r, "(file)", NO_FORK)) return;
    case_differs(r, "format", "a known one", why);
    case_end(r);
}

/* Numbers beyond 64 bits occur in one old file, and all of them are exact as reals. */
static json_t *parse(wh_span bytes, json_error_t *why)
{
    const char *text = (const char *)bytes.ptr;
    json_t *file = json_loadb(text, bytes.len, JSON_ALLOW_NUL, why);
    if (file == NULL && json_error_code(why) == json_error_numeric_overflow)
        file = json_loadb(text, bytes.len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, why);
    return file;
}

void kinds_run(struct runner *r)
{
    json_error_t why;
    json_t *file = parse(r->member->bytes, &why);
    size_t i = 0, n = sizeof KINDS / sizeof *KINDS;
    if (file == NULL) {
        refuse(r, why.text);
        return;
    }
    while (i < n && !KINDS[i].is(r->member, file))
        i++;
    if (i < n)
        KINDS[i].run(r, file);
    else
        refuse(r, "unknown");
    json_decref(file);
}
