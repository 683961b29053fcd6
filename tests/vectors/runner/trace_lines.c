/* SPDX-License-Identifier: MIT */
#include "tests/vectors/runner/trace_lines.h"

#include <inttypes.h>
#include <stdio.h>

#include "proto/sys/buf.h"
#include "proto/sys/hex.h"

/* The line that waits for its cost: its text before and behind that. */
struct waiting {
    bool any;
    struct wh_buf head, tail;
    int64_t gas;
    uint16_t depth;
};

static struct waiting line;

static void put_hex(struct wh_buf *out, wh_span bytes)
{
    wh_buf_str(out, "\"0x");
    for (size_t i = 0; i < bytes.len; i++)
        wh_buf_printf(out, "%02x", bytes.ptr[i]);
    wh_buf_str(out, "\"");
}

static void flush_line(int64_t cost)
{
    if (!line.any) return;
    printf("%s\"0x%" PRIx64 "\"%s\n", wh_buf_cstr(&line.head), (uint64_t)cost,
           wh_buf_cstr(&line.tail));
    line.any = false;
}

void trace_lines_end(void)
{
    flush_line(0);
}

static void compose(const struct evm_step *s)
{
    char word[67];
    const char *name = evm_opcode_name(s->op);
    wh_buf_reset(&line.head);
    wh_buf_reset(&line.tail);
    wh_buf_printf(&line.head,
                  "{\"pc\":%" PRIu64 ",\"op\":%u,\"gas\":\"0x%" PRIx64 "\",\"gasCost\":", s->pc,
                  s->op, (uint64_t)s->gas);
    wh_buf_printf(&line.tail, ",\"memSize\":%zu,\"stack\":[", s->memory_len);
    for (size_t i = 0; i < s->stack_len; i++) {
        wh_quantity_print(&s->stack[i], word);
        wh_buf_printf(&line.tail, "%s\"%s\"", i ? "," : "", word);
    }
    wh_buf_printf(&line.tail, "],\"depth\":%u,\"returnData\":", s->depth);
    put_hex(&line.tail, s->returned);
    wh_buf_printf(&line.tail, ",\"refund\":\"0x%" PRIx64 "\",\"opName\":\"%s\"}",
                  (uint64_t)(s->refund > 0 ? s->refund : 0), name == NULL ? "UNDEFINED" : name);
}

static void print_step(void *ctx, const struct evm_step *s)
{
    (void)ctx;
    if (line.any && s->depth == line.depth)
        flush_line(line.gas > s->gas ? line.gas - s->gas : 0);
    else if (line.any && s->depth > line.depth)
        flush_line(line.gas - s->gas_above);
    else
        flush_line(0);
    compose(s);
    line.gas = s->gas;
    line.depth = s->depth;
    line.any = true;
}

const struct evm_tracer TRACE_LINES = {NULL, print_step};

void trace_lines_summary(const bytes32 *root, wh_span output, uint64_t gas_used, bool pass)
{
    struct wh_buf b = {0};
    trace_lines_end();
    put_hex(&b, output);
    printf("{\"stateRoot\":\"%s\",\"output\":%s,\"gasUsed\":\"0x%" PRIx64 "\",\"pass\":%s}\n",
           wh_hex32(root).s, wh_buf_cstr(&b), gas_used, pass ? "true" : "false");
    wh_buf_done(&b);
}
