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
    [/GameTree.*used > type/, 'the same value at equality'],
    [/GameTree.*beta > word\.beta/, 'stores the same bound'],
    [/Game\.sol.*wonAt > g\.slashedAt/, 'the same value at equality'],
    [/count > inputEnd \? count/, 'the same value at equality'],
    [/ExecutePrecompile.*length < MAX_CHUNK/, 'the same value at equality'],
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
    // the tree in which damaged code is generated
    const gen = path.join(WORK, 'damaged/contracts');
    fs.mkdirSync(gen, { recursive: true });
    for (const name of ['src', 'tools', 'foundry.toml']) fs.cpSync(path.join(ROOM, name), path.join(gen, name), { recursive: true });
    return { room, gen };
}

function noticed(d, { room, gen }) {
    const source = path.join(gen, 'src', d.file + '.sol');
    const before = fs.readFileSync(source, 'utf8');
    fs.writeFileSync(source, d.changed);
    const made = spawnSync('node', ['tools/gen_contracts.js'], { cwd: gen });
    fs.writeFileSync(source, before);
    if (made.status !== 0) return 'does not compile';
    fs.cpSync(path.join(gen, 'generated'), path.join(room, 'generated'), { recursive: true });
    const forge = path.join(WORK, 'subprojects/npm/node_modules/.bin/forge');
    const game = /^(Game|Clock|Node|Tree|State)/.test(d.file);
    const not = game ? ['--no-match-contract', '^(GasTest|GamesTest|GamesMoreTest|Inbox.*|Items.*|Attest.*|TraceStore.*|ExecutePrecompileTest|UploadsTest)$']
        : ['--match-contract', '^(Inbox.*|Items.*|Attest.*|TraceStore.*|ExecutePrecompileTest|UploadsTest)$'];
    const run = spawnSync(forge, ['test', '--fail-fast', ...not], { cwd: room, timeout: 300000, maxBuffer: 1 << 28 });
    const text = String(run.stdout);
    const failed = /\[FAIL[^\]]*\] (\w+)/.exec(text);
    if (failed) return failed[1];
    return run.status === 0 ? null : 'run ended with ' + run.status;
}

function main() {
    const wanted = process.argv.slice(2);
    const list = damages().filter((d) => wanted.length === 0 || wanted.some((w) => d.what.includes(w)));
    if (wanted[0] === '--list') {
        for (const d of damages()) console.log(d.what);
        return 0;
    }
    const places = prepare();
    execFileSync(path.join(WORK, 'subprojects/npm/node_modules/.bin/forge'), ['build'], { cwd: places.room });
    let missed = 0;
    list.forEach((d, i) => {
        const by = noticed(d, places);
        if (by === null) missed += 1;
        console.log((by === null ? 'not ok ' : 'ok ') + (i + 1) + ' - ' + d.what + (by === null ? '' : ' # ' + by));
    });
    console.log('1..' + list.length);
    console.log('# damages: ' + (list.length - missed) + ' noticed, ' + missed + ' not');
    return missed ? 1 : 0;
}

process.exitCode = main();
