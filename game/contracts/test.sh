#!/usr/bin/env bash
# Runs every suite of the contracts and prints TAP. Needs subprojects/npm installed; needs no network.
#   WH_FULL=1           more fuzz and invariant runs
#   game/contracts/test.sh [forge test options]
set -u
cd "$(dirname "$0")" || exit 1
forge=../../subprojects/npm/node_modules/.bin/forge
if [ ! -x "$forge" ]; then
    echo "Bail out! forge is missing: run npm ci --ignore-scripts in subprojects/npm"
    exit 1
fi
[ "${WH_FULL:-}" = 1 ] && export FOUNDRY_PROFILE=full
export FOUNDRY_DISABLE_NIGHTLY_WARNING=1
failed=0
number=0
one() { # one NAME COMMAND...: a single result
    number=$((number + 1))
    local name=$1 log
    shift
    if log=$("$@" 2>&1); then
        echo "ok $number - $name"
    else
        failed=1
        echo "not ok $number - $name"
        printf '%s\n' "$log" | tail -20 | sed 's/^/# /'
    fi
}
one "contracts: generated/ is what the sources give" node tools/gen_contracts.js --check
one "contracts: formatted" "$forge" fmt --check
one "contracts: vectors unpack" node test/prepare.js
one "contracts: compiles" "$forge" build
: > cache/GAS.md # under another profile than `default` forge writes only to a file that is there
"$forge" test --json "$@" > cache/results.json 2> cache/forge.log
node test/tap.js cache/results.json "$number" || { failed=1; tail -20 cache/forge.log | sed 's/^/# /'; }
exit $failed
