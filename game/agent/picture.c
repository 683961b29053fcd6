/* SPDX-License-Identifier: MIT */
#include "game/agent/picture.h"

#include <stdlib.h>
#include <string.h>

#include "proto/l1/calls.h"
#include "proto/sys/hex.h"

#define COLUMN    124 /* px of the narrowest box */
#define ROW       104
#define LEFT      150 /* heights stand there */
#define HEAD      150
#define NODES_MAX 4096u

/* One context of the own line as a box: where it lies, and which nodes are in it. */
struct box {
    uint32_t ctx, own;    /* record numbers */
    uint32_t first_kid;   /* box number; 0: not opened */
    uint32_t columns, at; /* in columns */
    uint32_t parent;
    uint32_t row;
};

struct when {
    bytes32 id;
    uint64_t time;
    address who;
    bool proof;
};

struct picture {
    struct agent *a;
    const struct game *g;
    struct wh_buf *out;
    picture_name *name;
    void *name_ctx;
    struct box *boxes;
    uint32_t count, kids;
    struct when *moves;
    size_t move_count, move_places;
    uint64_t start; /* time of the first root */
};

/* --- what happened when */

static wh_status see(void *ctx, const struct store_event *e, struct wh_error *err)
{
    struct picture *p = (struct picture *)ctx;
    struct calls_log log = {e->topic_count, e->topics, e->data};
    struct game_event ev;
    bytes32 spans[TREE_ARITY_MAX];
    bool known;
    if (!calls_event(&log, &ev, spans, NULL, &known)) return WH_OK;
    if (ev.kind != GAME_EVENT_SPLIT && ev.kind != GAME_EVENT_PROVEN) return WH_OK;
    if (p->move_count == p->move_places) {
        size_t places = p->move_places ? 2 * p->move_places : 64;
        struct when *w = (struct when *)realloc(p->moves, places * sizeof *w);
        if (!w) return wh_fail(err, WH_ERR_NOMEM, "picture");
        p->moves = w;
        p->move_places = places;
    }
    p->moves[p->move_count++] =
        (struct when){ev.id, e->l1_time, ev.who, ev.kind == GAME_EVENT_PROVEN};
    return WH_OK;
}

static const struct when *when_of(const struct picture *p, const bytes32 *id)
{
    for (size_t i = 0; i < p->move_count; i++)
        if (bytes32_eq(&p->moves[i].id, id)) return &p->moves[i];
    return NULL;
}

static const char *who(const struct picture *p, const address *at, char out[16])
{
    const char *name = p->name ? p->name(p->name_ctx, at) : NULL;
    if (name) return name;
    snprintf(out, 16, "%.10s", wh_hex20(at).s);
    return out;
}

/* --- layout: boxes in breadth-first order, so that kids of one box stand together */

static void open_boxes(struct picture *p, uint32_t root)
{
    p->boxes[0] = (struct box){.ctx = game_node_at(p->g, root)->ctx, .own = root};
    p->count = 1;
    for (uint32_t i = 0; i < p->count; i++) {
        struct box *b = &p->boxes[i];
        const struct game_node *n = game_node_at(p->g, b->own);
        if (n->kids == GAME_NONE || p->count + p->kids > NODES_MAX) continue;
        const uint32_t *kids = game_kids(p->g, n);
        b->first_kid = p->count;
        for (uint32_t k = 0; k < p->kids; k++)
            p->boxes[p->count++] = (struct box){.ctx = game_node_at(p->g, kids[k])->ctx,
                                                .own = kids[k],
                                                .parent = i,
                                                .row = b->row + 1};
    }
}

static void place_boxes(struct picture *p)
{
    for (uint32_t i = p->count; i-- > 0;) {
        struct box *b = &p->boxes[i];
        b->columns = b->first_kid ? 0 : 1;
        for (uint32_t k = 0; b->first_kid && k < p->kids; k++)
            b->columns += p->boxes[b->first_kid + k].columns;
    }
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t at = p->boxes[i].at;
        for (uint32_t k = 0; p->boxes[i].first_kid && k < p->kids; k++) {
            struct box *kid = &p->boxes[p->boxes[i].first_kid + k];
            kid->at = at;
            at += kid->columns;
        }
    }
}

/* --- drawing */

static void text(struct picture *p, unsigned x, unsigned y, const char *class, const char *s)
{
    wh_buf_printf(p->out, "<text x=\"%u\" y=\"%u\" class=\"%s\">%s</text>\n", x, y, class, s);
}

/* Unrivaled seconds of a node: all of its context's time if it was first and alone. */
static uint64_t lambda_of(const struct picture *p, const struct game_node *n,
                          const struct game_context *c)
{
    if (!(game_node_flags(n) & GAME_NODE_FIRST)) return 0;
    uint64_t end = c->rival_at ? c->rival_at : p->g->now;
    return end > c->first_at ? end - c->first_at : 0;
}

static void draw_node(struct picture *p, unsigned x, unsigned y, unsigned w,
                      const struct game_node *n, const struct game_context *c, bool own)
{
    char line[160], short_name[16];
    unsigned flags = game_node_flags(n);
    const struct when *m = when_of(p, &n->id);
    bool rivaled = game_rivaled(c);
    wh_buf_printf(p->out,
                  "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"30\" rx=\"3\" class=\"%s\"/>\n", x,
                  y, w,
                  own ? flags & GAME_NODE_PROVEN ? "proven"
                        : rivaled                ? "own"
                                                 : "calm"
                      : "rival");
    if (m)
        snprintf(line, sizeof line, "%s by %s", m->proof ? "proven" : "split",
                 who(p, &m->who, short_name));
    else
        snprintf(line, sizeof line, "%s", rivaled ? "no answer" : "not disputed");
    text(p, x + 5, y + 13, "move", line);
    unsigned long long clock = (unsigned long long)lambda_of(p, n, c);
    if (m)
        snprintf(line, sizeof line, "at +%llu s, clock %llu s",
                 (unsigned long long)(m->time - p->start), clock);
    else
        snprintf(line, sizeof line, "clock %llu s", clock);
    text(p, x + 5, y + 25, "clock", line);
}

static void box_title(struct picture *p, const struct game_context *c, uint64_t first_step,
                      char out[96])
{
    struct agent_where where;
    uint64_t from = c->pos_low, to = from + ((uint64_t)1 << c->h);
    if (c->h > 0) {
        snprintf(out, 96, "steps %llu..%llu", (unsigned long long)from,
                 (unsigned long long)(to - 1));
        return;
    }
    if (agent_locate(p->a, first_step + from, &where, NULL) != WH_OK)
        snprintf(out, 96, "step %llu: halted", (unsigned long long)from);
    else if (where.is_tx)
        snprintf(out, 96, "step %llu: tx %llu", (unsigned long long)from,
                 (unsigned long long)(where.at - 1));
    else
        snprintf(out, 96, "step %llu: %s", (unsigned long long)from,
                 where.at == 0 ? "BEGIN" : "END");
}

static void draw_box(struct picture *p, const struct box *b, uint64_t first_step)
{
    const struct game_context *c = game_context_at(p->g, b->ctx);
    unsigned x = LEFT + b->at * COLUMN + 3, y = HEAD + b->row * ROW, w = b->columns * COLUMN - 6;
    char title[96];
    unsigned shown = 0;
    box_title(p, c, first_step, title);
    if (b->row) { /* a line up to the parent */
        const struct box *up = &p->boxes[b->parent];
        unsigned px = LEFT + up->at * COLUMN + up->columns * COLUMN / 2;
        wh_buf_printf(p->out, "<path d=\"M%u %u L%u %u\" class=\"%s\"/>\n", x + w / 2, y - 16, px,
                      y - ROW + 64, game_rivaled(c) ? "hot" : "edge");
    }
    text(p, x, y - 4, game_rivaled(c) ? "title" : "dim", title);
    draw_node(p, x, y, w, game_node_at(p->g, b->own), c, true);
    uint32_t rivals = c->count - 1;
    for (uint32_t i = c->first_node; i != GAME_NONE && shown < 1; i = game_node_at(p->g, i)->next) {
        if (i == b->own) continue;
        draw_node(p, x, y + 32, w, game_node_at(p->g, i), c, false);
        shown++;
    }
    if (rivals > 1) {
        snprintf(title, sizeof title, "and %u more", rivals - 1);
        text(p, x + 5, y + 74, "dim", title);
    }
}

static void draw_head(struct picture *p, const struct solver_line *line, unsigned width)
{
    char s[400];
    const struct game_assertion *parent = game_assertion_of(p->g, &line->range.gid);
    snprintf(s, sizeof s, "Dispute of %u claims about %llu steps", line->roots,
             (unsigned long long)line->range.len);
    text(p, 20, 34, "h1", s);
    unsigned y = 60, x = 20;
    for (uint32_t i = parent->first_child; i != GAME_NONE;
         i = game_assertion_at(p->g, i)->next_sibling) {
        const struct game_assertion *x_a = game_assertion_at(p->g, i);
        bool own = bytes32_eq(&x_a->aid, &line->aid);
        snprintf(s, sizeof s, "%s claim %.18s...  %s", own ? "own" : "rival", wh_hex32(&x_a->aid).s,
                 x_a->status == GAME_CONFIRMED  ? "CONFIRMED"
                 : x_a->status == GAME_REJECTED ? "REJECTED"
                                                : "pending");
        text(p, x, y, own ? "good" : "bad", s);
        y += 18;
        if (y > 100) {
            y = 60;
            x += 380;
        }
        if (x > width) break;
    }
    snprintf(
        s, sizeof s,
        "A claim wins when its clock, summed down its weakest line, reaches %llu s. +t s: L1 time "
        "since the first claim. Width of a row is one level of the tree.",
        (unsigned long long)p->g->cfg.t);
    text(p, 20, 122, "dim", s);
}

static void draw_rows(struct picture *p, uint32_t rows)
{
    for (uint32_t r = 0; r <= rows; r++) {
        char s[64];
        unsigned h = p->g->cfg.k - r * p->g->cfg.a;
        snprintf(s, sizeof s, "%llu step%s", 1ULL << h, h ? "s" : "");
        text(p, 20, HEAD + r * ROW + 18, "title", s);
        snprintf(s, sizeof s, "height %u", h);
        text(p, 20, HEAD + r * ROW + 34, "dim", s);
    }
}

static const char style[] =
    "<style>text{font-family:Helvetica,Arial,sans-serif;fill:#1d2733}"
    ".h1{font-size:20px;font-weight:bold}.title{font-size:12px;font-weight:bold}"
    ".dim{font-size:11px;fill:#5b6772}.move{font-size:10.5px}.clock{font-size:10px;fill:#3b4650}"
    ".good{font-size:12.5px;font-weight:bold;fill:#14713d}.bad{font-size:12.5px;font-weight:bold;"
    "fill:#b3261e}"
    ".own{fill:#bfe5c9;stroke:#14713d;stroke-width:1.5}.proven{fill:#5fc27e;stroke:#0b5128;"
    "stroke-width:2.5}.calm{fill:#eef4f0;stroke:#a9bfb1}.rival{fill:#f6c9c5;stroke:#b3261e;"
    "stroke-width:1.5}.edge{stroke:#c3ccd3;fill:none}.hot{stroke:#b3261e;stroke-width:2;fill:none}"
    "</style>\n";

static void draw(struct picture *p, const struct solver_line *line)
{
    uint32_t rows = 0;
    for (uint32_t i = 0; i < p->count; i++)
        if (p->boxes[i].row > rows) rows = p->boxes[i].row;
    unsigned width = LEFT + p->boxes[0].columns * COLUMN + 20,
             height = HEAD + (rows + 1) * ROW + 10;
    if (width < 900) width = 900;
    wh_buf_printf(p->out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
                  "viewBox=\"0 0 %u %u\">\n",
                  width, height, width, height);
    wh_buf_str(p->out, style);
    wh_buf_printf(p->out, "<rect width=\"%u\" height=\"%u\" fill=\"#ffffff\"/>\n", width, height);
    draw_head(p, line, width);
    draw_rows(p, rows);
    for (uint32_t i = 0; i < p->count; i++)
        draw_box(p, &p->boxes[i], line->range.first);
    wh_buf_str(p->out, "</svg>\n");
}

/* The latest game on the own line that had rivals. */
static const struct solver_line *pick(const struct agent *a)
{
    const struct solver_line *best = a->out.line_count ? &a->out.line[0] : NULL;
    for (size_t i = 0; i < a->out.line_count; i++)
        if (a->out.line[i].posted && a->out.line[i].roots >= 2) best = &a->out.line[i];
    return best && best->posted ? best : NULL;
}

wh_status picture_draw(struct agent *a, picture_name *name, void *ctx, struct wh_buf *out,
                       struct wh_error *err)
{
    struct picture p = {.a = a, .g = &a->view, .out = out, .name = name, .name_ctx = ctx};
    const struct solver_line *line = pick(a);
    const struct game_assertion *own = line ? game_assertion_of(&a->view, &line->aid) : NULL;
    if (!own || own->root_node == GAME_NONE)
        return wh_fail(err, WH_ERR_STORE_MISSING, "there is no dispute to draw");
    p.kids = 1u << a->view.cfg.a;
    p.boxes = (struct box *)calloc(NODES_MAX + p.kids + 1, sizeof *p.boxes);
    if (!p.boxes) return wh_fail(err, WH_ERR_NOMEM, "picture");
    wh_status st = store_events_each(a->opt.store, 0, see, &p, err);
    if (st == WH_OK) {
        open_boxes(&p, own->root_node);
        place_boxes(&p);
        p.start = game_context_at(p.g, p.boxes[0].ctx)->first_at;
        draw(&p, line);
        if (!wh_buf_ok(out)) st = wh_fail(err, WH_ERR_NOMEM, "picture");
    }
    free(p.boxes);
    free(p.moves);
    return st;
}
