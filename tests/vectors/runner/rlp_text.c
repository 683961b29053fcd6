/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/rlp_text.h"

#include <stdlib.h>
#include <string.h>

#include "evm/rlp/rlp.h"
#include "tests/vectors/runner/value.h"

void rlp_text_string(struct wh_buf *out, wh_span bytes)
{
    uint8_t head[RLP_PREFIX_MAX + 1];
    if (bytes.len == 1) {
        wh_buf_put(out, head, (size_t)(rlp_put_string(head, bytes) - head));
        return;
    }
    wh_buf_put(out, head, (size_t)(rlp_put_string_prefix(head, bytes.len) - head));
    wh_buf_put(out, bytes.ptr, bytes.len);
}

void rlp_text_list(struct wh_buf *out, wh_span payload)
{
    uint8_t head[RLP_PREFIX_MAX];
    wh_buf_put(out, head, (size_t)(rlp_put_list(head, payload.len) - head));
    wh_buf_put(out, payload.ptr, payload.len);
}

/* big = 10 * big + digit, bytes with the most significant first. */
static bool times_ten(struct wh_buf *big, unsigned digit)
{
    for (size_t i = big->len; i-- > 0;) {
        unsigned v = big->ptr[i] * 10u + digit;
        big->ptr[i] = (uint8_t)v;
        digit = v >> 8;
    }
    if (digit == 0) return true;
    uint8_t first = (uint8_t)digit;
    if (wh_buf_grow(big, 1) == NULL) return false;
    memmove(big->ptr + 1, big->ptr, big->len - 1);
    big->ptr[0] = first;
    return true;
}

static bool decimal(const char *s, struct wh_buf *big)
{
    if (*s == 0) return false;
    for (; *s != 0; s++)
        if (*s < '0' || *s > '9' || !times_ten(big, (unsigned)(*s - '0'))) return false;
    return true;
}

static bool hex(const char *s, struct wh_buf *big)
{
    char *even = malloc(strlen(s) + 4);
    if (even == NULL) return false;
    sprintf(even, "0x%s%s", strlen(s) % 2 ? "0" : "", s);
    json_t *j = json_string(even);
    bool ok = value_bytes(j, big);
    json_decref(j);
    free(even);
    return ok;
}

static bool number_text(struct wh_buf *out, const char *s)
{
    struct wh_buf big = {0};
    if (strncmp(s, "0x:bigint ", 10) == 0) s += 10;
    bool ok = strncmp(s, "0x", 2) == 0 ? hex(s + 2, &big) : decimal(s, &big);
    size_t zeros = 0;
    while (zeros < big.len && big.ptr[zeros] == 0)
        zeros++;
    if (ok) rlp_text_string(out, wh_span_of(big.ptr + zeros, big.len - zeros));
    wh_buf_done(&big);
    return ok;
}

bool rlp_text_number(struct wh_buf *out, const json_t *v)
{
    char text[32];
    if (json_is_string(v)) return number_text(out, json_string_value(v));
    if (!json_is_integer(v) || json_integer_value(v) < 0) return false;
    snprintf(text, sizeof text, "%lld", (long long)json_integer_value(v));
    return number_text(out, text);
}

/* Lists nest as deep as the test does; the payloads of open lists wait on a stack. */
enum { DEPTH_MAX = 64 };

struct open_list {
    const json_t *list;
    size_t next;
    struct wh_buf payload;
};

static bool scalar(struct wh_buf *out, const json_t *v)
{
    const char *s = json_string_value(v);
    if (s == NULL) return rlp_text_number(out, v);
    if (s[0] == '#') return number_text(out, s + 1);
    rlp_text_string(out, wh_span_of(s, json_string_length(v)));
    return true;
}

static bool lists(struct wh_buf *out, struct open_list *stack, size_t depth)
{
    while (depth > 0) {
        struct open_list *top = &stack[depth - 1];
        struct wh_buf *below = depth > 1 ? &stack[depth - 2].payload : out;
        if (top->next == json_array_size(top->list)) {
            rlp_text_list(below, wh_buf_span(&top->payload));
            wh_buf_done(&top->payload);
            depth--;
            continue;
        }
        const json_t *v = json_array_get(top->list, top->next++);
        if (json_is_array(v)) {
            if (depth == DEPTH_MAX) return false;
            stack[depth++] = (struct open_list){.list = v};
        } else if (!scalar(&top->payload, v)) {
            return false;
        }
    }
    return true;
}

bool rlp_text_value(struct wh_buf *out, const json_t *v)
{
    struct open_list stack[DEPTH_MAX] = {{.list = v}};
    if (!json_is_array(v)) return scalar(out, v);
    bool ok = lists(out, stack, 1);
    for (size_t i = 0; !ok && i < DEPTH_MAX; i++)
        wh_buf_done(&stack[i].payload);
    return ok;
}
