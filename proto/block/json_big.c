/* SPDX-License-Identifier: MIT */
#include "proto/block/json_big.h"

#include <ctype.h>

enum { DIGITS_MAX = 18 }; /* as many always fit in 63 bits */

static size_t string_end(const char *text, size_t len, size_t at)
{
    for (at++; at < len && text[at] != '"'; at++)
        if (text[at] == '\\') at++;
    return at < len ? at + 1 : len;
}

static size_t number_end(const char *text, size_t len, size_t at)
{
    while (at < len && (isalnum((unsigned char)text[at]) || text[at] == '-' || text[at] == '+' ||
                        text[at] == '.'))
        at++;
    return at;
}

static bool is_big(const char *number, size_t len)
{
    size_t digits = 0;
    for (size_t i = number[0] == '-'; i < len; i++, digits++)
        if (!isdigit((unsigned char)number[i])) return false;
    return digits > DIGITS_MAX;
}

/* Copies the text and puts quotes around long integers. */
static void quote(const char *text, size_t len, struct wh_buf *out)
{
    for (size_t at = 0, end; at < len; at = end) {
        const char c = text[at];
        end = at + 1;
        if (c == '"') {
            end = string_end(text, len, at);
        } else if (isdigit((unsigned char)c) || c == '-') {
            end = number_end(text, len, at);
            if (is_big(text + at, end - at)) {
                wh_buf_printf(out, "\"%.*s\"", (int)(end - at), text + at);
                continue;
            }
        }
        wh_buf_put(out, text + at, end - at);
    }
}

wh_status json_parse_big(const char *text, size_t len, json_t **out, struct wh_error *err)
{
    json_error_t fault;
    json_t *v = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    if (v != NULL) {
        *out = v;
        return WH_OK;
    }
    if (json_error_code(&fault) != json_error_numeric_overflow)
        return wh_json_parse(text, len, out, err); /* the same refusal, in words */
    struct wh_buf quoted = {0};
    quote(text, len, &quoted);
    wh_status status = wh_buf_ok(&quoted)
                           ? wh_json_parse((const char *)quoted.ptr, quoted.len, out, err)
                           : wh_fail(err, WH_ERR_NOMEM, "%zu bytes of JSON", len);
    wh_buf_done(&quoted);
    return status;
}
