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

// Numbers above 2^53 become strings before the parser rounds them.
const parse = (text) => JSON.parse(text.replace(/([:[,]\s*)(\d{16,})(?=\s*[,\]}])/g, '$1"$2"'));

function load(name) {
    const plain = path.join(FROM, name + '.json');
    if (fs.existsSync(plain)) return parse(fs.readFileSync(plain, 'utf8'));
    const raw = execFileSync('zstd', ['-dqc', plain + '.zst'], { maxBuffer: 1 << 28 });
    return parse(raw.toString('utf8'));
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

// Column-wise copies, as forge reads flat arrays of one type.
const column = (rows, key) => rows.map((row) => row[key]);

function items(v) {
    v.lists.forEach((list, i) => save('items-list-' + i, {
        kind: column(list.items, 'kind'), bytes: column(list.items, 'bytes'), hash: column(list.items, 'hash'), rest: list.rest,
    }));
    // the model takes the hashes of a block and its withdrawals as keccak of these texts
    const text = (s) => '0x' + Buffer.from(s).toString('hex');
    save('items', {
        ethereum: v.inputs.map((i) => i.kind === 'EthInput'),
        bytes: column(v.inputs, 'bytes'),
        inputHash: column(v.inputs, 'inputHash'),
        acc: column(v.inputs, 'acc'),
        steps: column(v.inputs, 'steps'),
        header: v.inputs.map((_, n) => text("('b', " + n + ')')),
        withdrawals: v.inputs.map((_, n) => (n === 2 ? '0x' : text("('w', " + n + ')'))),
    });
}

function trees(list) {
    list.forEach((t, i) => {
        const rows = (height) => t.nodes.filter((n) => (n.h !== 0) === height);
        const inner = rows(true);
        const leaves = rows(false);
        save('tree-' + i, {
            K: t.K, A: t.A, gid: t.gid, leaf0: t.leaf0, root: t.root, lastLeaf: t.lastLeaf, path: t.path,
            nodes: t.nodes.length, pos: column(t.nodes, 'pos'), h: column(t.nodes, 'h'), base: column(t.nodes, 'base'),
            span: column(t.nodes, 'span'), ctx: column(t.nodes, 'ctx'), id: column(t.nodes, 'id'),
            inner: inner.length, innerBase: column(inner, 'base'), innerSpan: column(inner, 'span'),
            childSpans: inner.map((n) => '0x' + n.childSpans.map(word).join('')),
            childBases: inner.map((n) => '0x' + n.childBases.map(word).join('')),
            terminals: leaves.length, terminalPos: column(leaves, 'pos'), terminalBase: column(leaves, 'base'),
            preLeaf: column(leaves, 'preLeaf'), mp: leaves.map((n) => '0x' + n.mp.map(word).join('')),
        });
    });
    return list.length;
}

function states(v) {
    const next = v.valid.flatMap((row, i) => row.next.map((n) => ({ ...n, state: i })));
    save('segstate', {
        bytes: column(v.valid, 'bytes'), leaf: column(v.valid, 'leaf'),
        state: column(next, 'state'), target: column(next, 'target'), halted: next.map((n) => (n.halted ? 1 : 0)),
    });
}

function attestations(v) {
    const out = { k: v.k, signers: v.signers, statements: v.statements.length };
    save('attest', out);
    v.statements.forEach((s, i) => save('attest-' + i, {
        chainId: s.fields.chain_id, verifier: s.fields.verifier, execId: s.fields.exec_id, preLeaf: s.fields.pre_leaf,
        target: String(s.fields.target), inputHash: s.fields.input_hash, postLeaf: s.fields.post_leaf,
        domainSeparator: s.domainSeparator, digest: s.digest, signatures: s.signatures,
        proof: column(s.quorums, 'proof'), name: column(s.quorums, 'name'),
        ok: s.quorums.map((q) => (q.verdict === 'ok' ? 1 : 0)),
    }));
}

fs.rmSync(TO, { recursive: true, force: true });
fs.mkdirSync(TO, { recursive: true });
save('hashes', load('hashes'));
items(load('items'));
states(load('segstate'));
attestations(load('attest'));
const games = load('games').games;
games.forEach(game);
save('meta', { games: games.length, trees: trees(load('tree')) });
