-- SPDX-License-Identifier: MIT
-- Version 1. Integers of 64 bits are stored as SQLite's signed ones, bit for bit.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Blocks of L1 that were followed: the last ones, and those with events.
CREATE TABLE l1_blocks (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    parent BLOB NOT NULL CHECK (length(parent) = 32),
    time INTEGER NOT NULL
) STRICT;

-- Logs of our contracts in chain order; seq is never used twice.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    l1_block INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    time INTEGER NOT NULL,
    tx BLOB NOT NULL CHECK (length(tx) = 32),
    address BLOB NOT NULL CHECK (length(address) = 20),
    topics BLOB NOT NULL CHECK (length(topics) % 32 = 0),
    data BLOB NOT NULL,
    UNIQUE (l1_block, log_index)
) STRICT;

-- Posts to TraceStore that count (PROTOCOL 6).
CREATE TABLE chunks (
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    l1_block INTEGER NOT NULL,
    tx BLOB NOT NULL CHECK (length(tx) = 32),
    length INTEGER NOT NULL,
    PRIMARY KEY (hash, l1_block, tx)
) STRICT, WITHOUT ROWID;
CREATE INDEX chunks_by_block ON chunks (l1_block);

-- What execution reads by hash. generation: of the first put, for a later collector. Rows are appended
-- and only the index is random: with the bytes in the index every commit would rewrite its pages.
CREATE TABLE nodes (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    generation INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE codes (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE objects (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    bytes BLOB NOT NULL
) STRICT;

-- Inputs of the Inbox; the bytes of input and items are objects.
CREATE TABLE inputs (
    n INTEGER PRIMARY KEY,
    l1_block INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    acc BLOB NOT NULL CHECK (length(acc) = 32),
    first_step INTEGER NOT NULL,
    items INTEGER NOT NULL
) STRICT;
CREATE INDEX inputs_by_block ON inputs (l1_block);

-- Own execution, 124 steps a row: 32 bytes of leaf, 32 of state root, u64 gas and u64 sum.
CREATE TABLE leaves (
    chunk INTEGER PRIMARY KEY,
    v BLOB NOT NULL CHECK (length(v) % 32 = 0)
) STRICT;
CREATE TABLE step_roots (
    chunk INTEGER PRIMARY KEY,
    v BLOB NOT NULL CHECK (length(v) % 32 = 0)
) STRICT;
CREATE TABLE step_gas (
    chunk INTEGER PRIMARY KEY,
    v BLOB NOT NULL CHECK (length(v) % 16 = 0)
) STRICT;

-- SegStates, zstd: those that were kept, by the number of steps before them.
CREATE TABLE states (
    steps INTEGER PRIMARY KEY,
    packed BLOB NOT NULL
) STRICT;

-- Captured traces, zstd.
CREATE TABLE traces (
    step INTEGER NOT NULL,
    pre_leaf BLOB NOT NULL CHECK (length(pre_leaf) = 32),
    packed BLOB NOT NULL,
    PRIMARY KEY (step, pre_leaf)
) STRICT;

-- Sealed L2 blocks.
CREATE TABLE blocks (
    number INTEGER PRIMARY KEY,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    state_root BLOB NOT NULL CHECK (length(state_root) = 32),
    input INTEGER NOT NULL,
    first_step INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    gas_used INTEGER NOT NULL,
    time INTEGER NOT NULL
) STRICT;

-- The game as last folded.
CREATE TABLE assertions (
    aid BLOB PRIMARY KEY CHECK (length(aid) = 32),
    parent BLOB NOT NULL CHECK (length(parent) = 32),
    last_leaf BLOB NOT NULL CHECK (length(last_leaf) = 32),
    span BLOB NOT NULL CHECK (length(span) = 32),
    pot_gid BLOB NOT NULL CHECK (length(pot_gid) = 32),
    staker BLOB NOT NULL CHECK (length(staker) = 20),
    input_end INTEGER NOT NULL,
    next_input INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    l1_block INTEGER NOT NULL,
    status INTEGER NOT NULL,
    tx BLOB NOT NULL CHECK (length(tx) = 32)
) STRICT;
CREATE TABLE game_nodes (
    id BLOB PRIMARY KEY CHECK (length(id) = 32),
    gid BLOB NOT NULL CHECK (length(gid) = 32),
    pos INTEGER NOT NULL,
    h INTEGER NOT NULL,
    base BLOB NOT NULL CHECK (length(base) = 32),
    span BLOB NOT NULL CHECK (length(span) = 32),
    flags INTEGER NOT NULL,
    mover BLOB NOT NULL CHECK (length(mover) = 20),
    born_at INTEGER NOT NULL,
    moved_at INTEGER NOT NULL,
    tx BLOB NOT NULL CHECK (length(tx) = 32)
) STRICT;
CREATE INDEX game_nodes_by_game ON game_nodes (gid, h DESC, pos);

-- Own verdicts.
CREATE TABLE verdicts (
    aid BLOB PRIMARY KEY CHECK (length(aid) = 32),
    verdict INTEGER NOT NULL,
    first_wrong INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    evidence BLOB NOT NULL
) STRICT;

-- The outbox: what is to be sent, and every transaction that was signed for it.
CREATE TABLE intents (
    key BLOB PRIMARY KEY CHECK (length(key) = 32),
    kind TEXT NOT NULL,
    state INTEGER NOT NULL,
    recipient BLOB NOT NULL CHECK (length(recipient) = 20),
    value BLOB NOT NULL CHECK (length(value) = 32),
    gas_limit INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    nonce INTEGER,
    queued_ms INTEGER NOT NULL,
    sent_ms INTEGER NOT NULL,
    sends INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    mined_block INTEGER NOT NULL,
    gas_used INTEGER NOT NULL,
    mined_tx BLOB NOT NULL CHECK (length(mined_tx) = 32),
    mined_hash BLOB NOT NULL CHECK (length(mined_hash) = 32),
    reverted INTEGER NOT NULL,
    round INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE INDEX intents_by_state ON intents (state);
CREATE TABLE intent_txs (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    key BLOB NOT NULL CHECK (length(key) = 32),
    nonce INTEGER NOT NULL,
    sent_ms INTEGER NOT NULL,
    max_fee BLOB NOT NULL CHECK (length(max_fee) = 32),
    tip BLOB NOT NULL CHECK (length(tip) = 32),
    live INTEGER NOT NULL,
    raw BLOB NOT NULL
) STRICT;
CREATE INDEX intent_txs_by_nonce ON intent_txs (nonce);
