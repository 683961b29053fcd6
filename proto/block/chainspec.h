/* SPDX-License-Identifier: MIT */
#ifndef WH_PROTO_BLOCK_CHAINSPEC_H
#define WH_PROTO_BLOCK_CHAINSPEC_H

/* The rules of a chain without a preset, from the configuration that go-ethereum's genesis files hold
 * (`config`, or that object alone): homesteadBlock ... londonBlock, terminalTotalDifficulty,
 * shanghaiTime ... bpo5Time, blobSchedule, depositContractAddress. One member of our own:
 * `noRequests: true` for a chain without the contracts of EIP-7002 and 7251 (development nodes). */

#include "evm/segment/chain_config.h"
#include "proto/sys/json.h"

/* chainspec_read fills *out (rule set `ethereum`, default witness cap). WH_ERR_JSON_FIELD names what is
 * missing or does not fit. */
WH_MUST wh_status chainspec_read(const struct wh_json *j, struct chain_config *out,
                                 struct wh_error *err);
WH_MUST wh_status chainspec_open(const char *path, struct chain_config *out, struct wh_error *err);

#endif
