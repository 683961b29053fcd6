// Prints TAP for the output of `forge test --json`. usage: node tap.js FILE NUMBER_OF_LAST_RESULT
'use strict';
const fs = require('fs');

let number = Number(process.argv[3]);
let passed = 0;
let failed = 0;
let suites = {};
try {
    suites = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
} catch (error) {
    console.log('# no results: ' + error.message);
}
for (const suite of Object.keys(suites).sort()) {
    const name = suite.slice(suite.lastIndexOf(':') + 1);
    for (const [test, result] of Object.entries(suites[suite].test_results)) {
        number += 1;
        const good = result.status === 'Success';
        if (good) passed += 1; else failed += 1;
        console.log((good ? 'ok ' : 'not ok ') + number + ' - ' + name + '.' + test.replace(/\(.*$/, ''));
        if (!good) console.log('# ' + (result.reason || result.status));
        if (!good && result.counterexample) console.log('# ' + JSON.stringify(result.counterexample).slice(0, 2000));
    }
}
console.log('1..' + number);
console.log('# contracts: ' + passed + ' passed, ' + failed + ' failed');
process.exitCode = failed !== 0 || passed === 0 ? 1 : 0;
