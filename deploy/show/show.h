/* SPDX-License-Identifier: MIT */
#ifndef WH_DEPLOY_SHOW_SHOW_H
#define WH_DEPLOY_SHOW_SHOW_H

/* The demo: a real block, a true and a false claim about it, a dispute on an L1, from the first
 * transaction to the last withdrawal. It only watches: what it tells was read back from the chain,
 * and from its own run of the block. */

#include "deploy/liar/lie.h"
#include "deploy/show/child.h"
#include "game/agent/agent.h"
#include "proto/sys/cli.h"

#define SHOW_RIVALS_MAX 16u
#define SHOW_ATTESTERS  3u
#define SHOW_CHILDREN   (4u + SHOW_RIVALS_MAX + SHOW_ATTESTERS)
#define SHOW_KINDS_MAX  32u

struct show_config {
    const char *block, *lie, *l1, *svg, *bin, *dir;
    uint64_t rivals, kills, seed, reorg, timeout_ms;
    bool json, keep;
};

/* One who plays: a program, its key and its place. */
struct party {
    char name[32];
    struct l1_key key;
    char key_path[256], datadir[256];
    struct child *child;
    struct store *seen; /* its store, read-only; NULL until it is there */
    bool honest;
};

/* What a kind of transaction cost, from receipts. */
struct kind_sum {
    char name[16];
    uint64_t count, gas;
};

struct show {
    const struct show_config *cfg;
    struct lie lie; /* of the first liar */
    char dir[200];
    char url[128];
    uint64_t started_ms;
    bool devnet; /* we started the L1 */
    struct child children[SHOW_CHILDREN];
    size_t child_count;
    struct party operator, proposer, challenger, rivals[SHOW_RIVALS_MAX];
    struct party attesters[SHOW_ATTESTERS];
    char attester_urls[SHOW_ATTESTERS][64];
    struct l1_rpc *rpc;
    struct network net;
    struct store *store;
    struct agent_l2 l2;
    const char *witness[1];
    struct agent agent; /* watches */
    uint64_t told;      /* seq of the last event that was told */
    size_t log_told;    /* bytes of the challenger's log that were told */
    uint64_t last_change_ms;
    uint64_t head;
    uint64_t moved_s; /* L1 time that was moved, in all */
    unsigned kills, reorgs;
    struct kind_sum kinds[SHOW_KINDS_MAX];
    size_t kind_count;
    uint64_t txs, gas;
};

/* say prints one line with the time since the start, unless --json alone is wanted. */
void show_say(struct show *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* show_name: who that address is. */
const char *show_name(const struct show *s, const address *who);
/* show_number writes 1234567 as 1,234,567. */
const char *show_number(uint64_t v, char out[32]);

/* stage.c: from nothing to the parties playing. */
WH_MUST wh_status show_open(struct show *s, struct wh_error *err);
void show_close(struct show *s);
/* show_challenger starts the challenger: it comes when claims stand. */
WH_MUST wh_status show_challenger(struct show *s, struct wh_error *err);
WH_MUST wh_status show_leave(struct show *s, struct wh_error *err);
struct child *show_child(struct show *s, const char *name, const char *program);

/* play.c: watch, tell, move time, until the game is over. */
WH_MUST wh_status show_play(struct show *s, struct wh_error *err);

/* tell.c: one line for each new event. */
WH_MUST wh_status show_tell(struct show *s, struct wh_error *err);

/* sum.c: what it cost, and how it ended. *won: the true history was confirmed and every false one
 * rejected. */
WH_MUST wh_status show_sum(struct show *s, bool *won, struct wh_error *err);

#endif
