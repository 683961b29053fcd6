#!/usr/bin/env node
// Turns tests/vectors/protocol into files that forge reads: cache/vectors/*.json, flat arrays, one file per game.
// The calls of a game are ABI-encoded here, from the specification's signatures, not from the compiled contracts.
'use strict';
const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const ROOM = path.join(__dirname, '..');
const FROM = path.join(ROOM, '../../tests/vectors/protocol');
const TO = path.join(ROOM, 'cache/vectors');
const { keccak256 } = require(path.join(ROOM, '../../subprojects/npm/node_modules/js-sha3'));

function load(name) {
    const plain = path.join(FROM, name + '.json');
    if (fs.existsSync(plain)) return JSON.parse(fs.readFileSync(plain, 'utf8'));
    const raw = execFileSync('zstd', ['-dqc', plain + '.zst'], { maxBuffer: 1 << 28 });
    return JSON.parse(raw.toString('utf8'));
}

const save = (name, value) => fs.writeFileSync(path.join(TO, name + '.json'), JSON.stringify(value));

// A word from a number, a decimal string or hex; hex shorter than a word stands right (numbers, addresses).
const word = (v) => (typeof v === 'string' && v.startsWith('0x') ? v.slice(2) : BigInt(v).toString(16)).padStart(64, '0');
const words = (list) => word(list.length) + list.map(word).join('');
function bytes(hex) {
    const body = hex.slice(2);
    return word(body.length / 2) + body.padEnd(Math.ceil(body.length / 64) * 64, '0');
}
const REF = '(bytes32,uint64,uint8,bytes32,bytes32)';
const ref = (v) => word(v.gid) + word(v.pos) + word(v.h) + word(v.base) + word(v.span);

// move => signature, list of static words (strings) and dynamic tails (arrays)
const CALLS = {
    stake: ['stake()', () => []],
    post: ['post(bytes32,bytes32,bytes32,bytes32,bytes32[],bytes)',
        (a) => [word(a.parent), word(a.expectedAid), word(a.lastLeaf), word(a.span), [words(a.path)], [bytes(a.state)]]],
    join: ['join(bytes32)', (a) => [word(a.aid)]],
    split: ['split(' + REF + ',bytes32[],address)', (a) => [ref(a.v), [words(a.spans)], word(a.to)]],
    prove: ['prove(' + REF + ',bytes,bytes32[],bytes,address)',
        (a, proof) => [ref(a.v), [bytes(a.pre)], [words(a.mp)], [bytes(proof)], word(a.to)]],
    refresh: ['refresh(' + REF + ',bytes)', (a) => [ref(a.v), [bytes(a.tree)]]],
    decide: ['decide(bytes32,bytes)', (a) => [word(a.aid), [bytes(a.tree)]]],
    confirm: ['confirm(bytes32)', (a) => [word(a.aid)]],
    reject: ['reject(bytes32)', (a) => [word(a.aid)]],
    slash: ['slash(address)', (a) => [word(a.staker)]],
    claim: ['claim(bytes32,address,bytes)', (a) => [word(a.gid), word(a.mover), [bytes(a.tree)]]],
    unstake: ['unstake()', () => []],
    withdraw: ['withdraw(address)', (a) => [word(a.account)]],
    sweep: ['sweep(bytes32)', (a) => [word(a.gid)]],
};

function encode(move, args, proof) {
    const [signature, form] = CALLS[move];
    const parts = form(args, proof);
    let at = parts.reduce((n, p) => n + (Array.isArray(p) ? 32 : p.length / 2), 0);
    let head = '';
    let tail = '';
    for (const p of parts) {
        if (!Array.isArray(p)) { head += p; continue; }
        head += word(at);
        tail += p[0];
        at += p[0].length / 2;
    }
    return '0x' + keccak256(signature).slice(0, 8) + head + tail;
}

// A proof must be empty exactly where the pre state is halted: phase 2, or phase 0 and inbox_pos >= target.
function proofOf(args, targets) {
    const pre = args.pre.slice(2);
    const phase = parseInt(pre.slice(10, 12), 16);
    const pos = BigInt('0x' + pre.slice(0x38 * 2, 0x40 * 2));
    const target = targets.get(args.v.gid);
    return phase === 2 || (phase === 0 && target !== undefined && pos >= target) ? '0x' : '0xff';
}

function game(g, number) {
    const out = { t: [], from: [], data: [], value: [], gas: [], want: [], digest: [], core: [], balance: [], pots: [], credits: [], node: [] };
    // nextInput of each assertion: needed for the proofs alone; learnt from the moves themselves
    const targets = new Map([[g.genesisAid, 1n]]);
    let inputs = 0n;
    for (const m of g.moves) {
        const push = m.move === 'push';
        if (push) inputs += 1n;
        if (m.move === 'post' && m.result === 'ok') {
            const end = targets.get(m.args.parent);
            const state = m.args.state.slice(2);
            const phase = parseInt(state.slice(10, 12), 16);
            const pos = BigInt('0x' + state.slice(0x38 * 2, 0x40 * 2));
            const halted = phase === 2 || (phase === 0 && pos >= end);
            targets.set(m.args.expectedAid, !halted ? end : inputs > end ? inputs : end + 1n);
        }
        out.t.push(m.t);
        out.from.push(m.from || '0x' + '0'.repeat(40));
        out.data.push(push ? '0x' + keccak256('push(bytes32)').slice(0, 8) + m.input.slice(2)
            : encode(m.move, m.args, m.move === 'prove' ? proofOf(m.args, targets) : ''));
        out.value.push(m.value || '0');
        out.gas.push(m.gas || 0);
        out.want.push(m.result === 'ok' ? '0x' + '0'.repeat(64) : '0x' + keccak256(m.result + '()').slice(0, 8) + '0'.repeat(56));
        for (const key of ['digest', 'core', 'node']) out[key].push(m[key] || '0x' + '0'.repeat(64));
        for (const key of ['balance', 'pots', 'credits']) out[key].push(m[key] || '0');
    }
    const c = g.config;
    const order = ['K', 'A', 'T', 'grace', 'minGap', 'bond', 'burnBps', 'rewardBps', 'maxPrice', 'stepGas', 'verifier', 'treasury',
        'chainId', 'inbox', 'traceStore', 'genesisLeaf', 'chainCfgHash', 'execId'];
    out.config = '0x' + order.map((k) => word(c[k])).join('') + '0'.repeat(4 * 64);
    Object.assign(out, { configHash: g.configHash, genesisAid: g.genesisAid, deployedAt: g.deployedAt,
        parties: g.parties, gasprice: g.gasprice, basefee: g.basefee, inbox: c.inbox, verifier: c.verifier, treasury: c.treasury });
    out.answers = '0x' + word(32) + word(g.verifier.length) + g.verifier.map((row) => row.map(word).join('')).join('');
    save('game-' + number, out);
}

function trees() {
    load('tree').forEach((t, i) => save('tree-' + i, { ...t, nodes: undefined, count: t.nodes.length, node: t.nodes }));
}

fs.rmSync(TO, { recursive: true, force: true });
fs.mkdirSync(TO, { recursive: true });
for (const name of ['hashes', 'items', 'attest', 'segstate', 'tree']) save(name, load(name));
const games = load('games').games;
games.forEach(game);
save('meta', { games: games.length });
