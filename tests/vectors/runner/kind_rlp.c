/* SPDX-License-Identifier: MIT */
/* RLPTests: values encode to their bytes; valid bytes decode all the way down, invalid ones do not. */
#include <stdlib.h>
#include <string.h>

#include "evm/rlp/rlp.h"
#include "tests/vectors/runner/kinds.h"
#include "tests/vectors/runner/rlp_text.h"
#include "tests/vectors/runner/value.h"

enum { DEPTH_MAX = 1024 };

/* One item that fills the bytes, and everything inside it. */
static bool decodes(wh_span bytes)
{
    static wh_span open[DEPTH_MAX];
    struct rlp_item item;
    if (rlp_next(&bytes, &item) != WH_OK || bytes.len > 0) return false;
    size_t depth = 0;
    if (item.is_list) open[depth++] = item.payload;
    while (depth > 0) {
        wh_span *in = &open[depth - 1];
        if (in->len == 0) {
            depth--;
            continue;
        }
        if (rlp_next(in, &item) != WH_OK) return false;
        if (!item.is_list) continue;
        if (depth == DEPTH_MAX) return false;
        open[depth++] = item.payload;
    }
    return true;
}

static void run_test(struct runner *r, const json_t *test)
{
    struct wh_buf out = {0}, got = {0};
    const json_t *in = json_object_get(test, "in");
    const char *text = json_string_value(in);
    bool valid = text != NULL && strcmp(text, "VALID") == 0;
    bool invalid = text != NULL && strcmp(text, "INVALID") == 0;
    if (!value_bytes(json_object_get(test, "out"), &out))
        case_differs(r, "test", "understood", "not");
    else if (decodes(wh_buf_span(&out)) == invalid)
        case_differs(r, "bytes", invalid ? "refused" : "decoded", invalid ? "decoded" : "refused");
    else if (!valid && !invalid) {
        if (rlp_text_value(&got, in))
            case_bytes(r, "encoding", wh_buf_span(&out), wh_buf_span(&got));
        else
            case_differs(r, "value", "understood", "not");
    }
    wh_buf_done(&out);
    wh_buf_done(&got);
}

bool kind_rlp_is(const struct member *m, const json_t *file)
{
    (void)m;
    const json_t *t = kind_first(file);
    return json_object_get(t, "in") != NULL && json_object_get(t, "out") != NULL;
}

void kind_rlp_run(struct runner *r, json_t *file)
{
    const char *name;
    json_t *test;
    json_object_foreach(file, name, test)
    {
        if (!case_begin(r, name, NO_FORK)) continue;
        run_test(r, test);
        case_end(r);
    }
}
