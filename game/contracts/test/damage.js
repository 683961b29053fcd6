#!/usr/bin/env node
// Test of the tests: damages the contracts in one place at a time and runs the suites against each damaged version, which
// must fail. Prints TAP; a damage that no test notices is "not ok". Takes about 20 s a damage, so it is no part of test.sh.
//   test/damage.js           all damages
//   test/damage.js TEXT...   those whose description contains TEXT
// The damaged code is only generated; the tests themselves are compiled from the real sources once.
'use strict';
const { execFileSync, spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const ROOM = path.join(__dirname, '..');
const WORK = path.join(ROOM, 'cache/damage');
const FILES = ['GameBase', 'GameLine', 'GameTree', 'Game', 'ClockLib', 'NodeLib', 'TreeLib', 'StateLib', 'Inbox', 'InputLib',
    'AttestedExecute', 'ExecutePrecompile', 'TraceStore'];

// Each rule: name, pattern, replacement; one damage for every place where it matches.
const RULES = [
    ['guard off', /if \(([^{}]*?)\) revert (\w+)/gs, (m, c, e) => 'if (block.number == type(uint256).max) revert ' + e],
    ['guard off', /if \(([^{};]*?)\) \{\s*revert (\w+)/gs, (m, c, e) => 'if (block.number == type(uint256).max) {\n revert ' + e],
    ['< to <=', / < /g, () => ' <= '],
    ['<= to <', / <= /g, () => ' < '],
    ['> to >=', / > /g, () => ' >= '],
    ['>= to >', / >= /g, () => ' > '],
    ['== to !=', / == /g, () => ' != '],
    ['!= to ==', / != /g, () => ' == '],
    ['&& to ||', / && /g, () => ' || '],
    ['|| to &&', / \|\| /g, () => ' && '],
    ['+ 1 to + 2', /\+ 1\b/g, () => '+ 2'],
    ['+= to =', / \+= /g, () => ' = '],
    ['no lock', / locked \{/g, () => ' {'],
    ['no event', /\bemit (\w+)\(.*?\);/gs, () => ''],
    ['status', /= (PENDING|CONFIRMED|REJECTED)\b/g, (m, s) => '= ' + (s === 'PENDING' ? 'CONFIRMED' : 'PENDING')],
];

// Damages that change nothing that anybody could see, with the reason.
const HARMLESS = [
    [/ClockLib.*sum < NodeLib.INF/, 'the same value at equality'],
    [/ClockLib.*value < f\.least/, 'the same value at equality'],
    [/ClockLib.*> value\) value/, 'the same value at equality'],
    [/GameTree.*gasprice < price/, 'the same value at equality'],
    [/GameTree.*price > MAX_PRICE/, 'the same value at equality'],
    [/AttestedExecute.*> HALF_N/, 'no signature with exactly that s can be made'],
    [/GameTree.*gas_ > RECORD_GAS/, 'the same value at equality'],
    [/ClockLib.*cursor >= end/, 'a cursor at the end is refused later'],
    [/GameTree.*gasleft\(\) < gas_/, 'one unit of gas'],
    [/GameTree.*used > type/, 'the same value at equality'],
    [/GameTree.*beta > word\.beta/, 'stores the same bound'],
    [/Game\.sol.*wonAt > g\.slashedAt/, 'the same value at equality'],
    [/count > inputEnd \? count/, 'the same value at equality'],
    [/ExecutePrecompile.*length < MAX_CHUNK/, 'the same value at equality'],
    [/ClockLib.*(guard off|\|\| to &&): if \(word == 0/, 'a split node has its children, and a cursor behind the end is refused later'],
    [/ClockLib.*(guard off|\|\| to &&): if \(word & NodeLib.SPLIT == 0/, 'children of a node that is not split do not exist'],
    [/ClockLib.*end - cursor < width/, 'a tree that ends with its spans lacks its subtrees'],
];

function damages() {
    const out = [];
    for (const file of FILES) {
        const text = fs.readFileSync(path.join(ROOM, 'src', file + '.sol'), 'utf8');
        for (const [name, pattern, change] of RULES) {
            for (const m of text.matchAll(pattern)) {
                const lineStart = text.lastIndexOf('\n', m.index) + 1;
                const line = text.slice(lineStart, text.indexOf('\n', m.index)).trim();
                if (line.startsWith('//') || line.startsWith('///') || line.startsWith('pragma') || line.startsWith('*')) continue;
                const number = text.slice(0, m.index).split('\n').length;
                const changed = text.slice(0, m.index) + change(...m) + text.slice(m.index + m[0].length);
                const what = file + '.sol:' + number + ': ' + name + ': ' + line;
                if (HARMLESS.some(([p]) => p.test(what))) continue;
                out.push({ file, what, changed });
            }
        }
    }
    return out;
}

// A copy of the room in which generated/ may be overwritten; tests and their compiled form come along.
function prepare() {
    fs.rmSync(WORK, { recursive: true, force: true });
    fs.mkdirSync(path.join(WORK, 'game/contracts/cache'), { recursive: true });
    fs.symlinkSync(path.join(ROOM, '../../subprojects'), path.join(WORK, 'subprojects'));
    const room = path.join(WORK, 'game/contracts');
    for (const name of ['src', 'test', 'tools', 'generated', 'out', 'foundry.toml', 'GAS.md']) {
        fs.cpSync(path.join(ROOM, name), path.join(room, name), { recursive: true, preserveTimestamps: true });
    }
    fs.cpSync(path.join(ROOM, 'cache/vectors'), path.join(room, 'cache/vectors'), { recursive: true });
    return room;
}

// Creation code of one contract, with one damaged source; null if it does not compile.
function compile(contract, file, changed) {
    const solc = require(path.join(ROOM, '../../subprojects/npm/node_modules/solc'));
    const toml = fs.readFileSync(path.join(ROOM, 'foundry.toml'), 'utf8');
    const sources = {};
    for (const name of fs.readdirSync(path.join(ROOM, 'src'))) {
        const content = fs.readFileSync(path.join(ROOM, 'src', name), 'utf8');
        sources['src/' + name] = { content: name === file + '.sol' ? changed : content };
    }
    const output = JSON.parse(solc.compile(JSON.stringify({
        language: 'Solidity',
        sources,
        settings: {
            viaIR: true,
            optimizer: { enabled: true, runs: 10000 },
            evmVersion: toml.match(/^evm_version = "(\w+)"$/m)[1],
            outputSelection: { ['src/' + contract + '.sol']: { [contract]: ['evm.bytecode.object'] } },
        },
    })));
    if ((output.errors || []).some((e) => e.severity === 'error')) return null;
    return '0x' + output.contracts['src/' + contract + '.sol'][contract].evm.bytecode.object;
}

// The contract in which a source is damaged.
function contractOf(file) {
    if (/^(Game|Clock|Node|Tree|State)/.test(file)) return 'Game';
    return file === 'InputLib' ? 'Inbox' : file;
}

function noticed(d, room) {
    const contract = contractOf(d.file);
    const code = compile(contract, d.file, d.changed);
    if (code === null) return 'does not compile';
    const at = path.join(room, 'generated', contract + '.json');
    const whole = fs.readFileSync(at, 'utf8');
    fs.writeFileSync(at, JSON.stringify({ ...JSON.parse(whole), bytecode: code }));
    try {
        return run(room, contract === 'Game');
    } finally {
        fs.writeFileSync(at, whole);
    }
}

function run(room, game) {
    const forge = path.join(WORK, 'subprojects/npm/node_modules/.bin/forge');
    const some = game ? '^(Post|Split|Prove|Clock|Line|Pot|Config|Multicall|Rivals|Claims|Tips|Money|Verdict|GamesShipped)Test$'
        : '^(Inbox.*|Items|Attest.*|TraceStore|ExecutePrecompile|Uploads)Test$';
    const env = { ...process.env, FOUNDRY_FUZZ_RUNS: '16' };
    const args = ['test', '--fail-fast', '--match-contract', some];
    const done = spawnSync(forge, args, { cwd: room, env, timeout: 300000, maxBuffer: 1 << 28 });
    const text = String(done.stdout);
    const failed = /\[FAIL[^\]]*\] (\w+)/.exec(text);
    if (failed) return failed[1];
    return done.status === 0 ? null : 'run ended with ' + done.status;
}

function main() {
    const wanted = process.argv.slice(2);
    const list = damages().filter((d) => wanted.length === 0 || wanted.some((w) => d.what.includes(w)));
    if (wanted[0] === '--list') {
        for (const d of damages()) console.log(d.what);
        return 0;
    }
    const room = prepare();
    execFileSync(path.join(WORK, 'subprojects/npm/node_modules/.bin/forge'), ['build'], { cwd: room });
    let missed = 0;
    list.forEach((d, i) => {
        const by = noticed(d, room);
        if (by === null) missed += 1;
        console.log((by === null ? 'not ok ' : 'ok ') + (i + 1) + ' - ' + d.what + (by === null ? '' : ' # ' + by));
    });
    console.log('1..' + list.length);
    console.log('# damages: ' + (list.length - missed) + ' noticed, ' + missed + ' not');
    return missed ? 1 : 0;
}

process.exitCode = main();
