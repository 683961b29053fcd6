// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Config, GameRec, IGame} from "../../src/IGame.sol";
import {TreeLib} from "../../src/TreeLib.sol";
import {Digest, Keys} from "../base/Digest.sol";
import {IGameHarness} from "../base/IGameHarness.sol";
import {KeyList} from "../base/KeyList.sol";
import {MockInbox, MockVerifier} from "../base/Mocks.sol";
import {Test} from "../base/Test.sol";
import {Vm} from "../base/Vm.sol";

/// @notice Plays the scripted games of the reference model: result, records, money and node word after every move.
/// The keys under the digest come from events, so a record that no event announces would be missed by it.
abstract contract GamesBase is Test {
    struct Script {
        uint256[] t;
        address[] from;
        bytes[] data;
        uint256[] value;
        uint256[] gas;
        bytes32[] want;
        bytes32[] digest;
        bytes32[] core;
        uint256[] balance;
        uint256[] pots;
        uint256[] credits;
        bytes32[] node;
    }

    /// @notice Play the code of generated/ as it is, which meters its own gas: `core` digests and results alone.
    bool internal plain;

    struct Play {
        IGame game;
        Digest digest;
        MockInbox inbox;
        Config config;
        Keys keys;
    }

    /// @notice All games of one set: number % sets == set.
    function playSet(uint256 set, uint256 sets) internal {
        string memory meta = vm.readFile("cache/vectors/meta.json");
        uint256 games = vm.parseJsonUint(meta, ".games");
        check(games == 240, "240 games");
        for (uint256 i = set; i < games; i += sets) {
            this.playOne(i);
        }
    }

    /// @notice One game; an outer call, so that its memory is given back.
    function playOne(uint256 number) external {
        string memory path = string.concat("cache/vectors/game-", vm.toString(number), ".json");
        string memory json = vm.readFile(path);
        Play memory p = setUpGame(json);
        Script memory s = read(json);
        for (uint256 i = 0; i < s.t.length; ++i) {
            move(p, s, i, string.concat(vm.toString(number), "/", vm.toString(i), ": "));
        }
    }

    function setUpGame(string memory json) private returns (Play memory p) {
        p.config = abi.decode(vm.parseJsonBytes(json, ".config"), (Config));
        vm.warp(vm.parseJsonUint(json, ".deployedAt"));
        vm.txGasPrice(vm.parseJsonUint(json, ".gasprice"));
        vm.fee(vm.parseJsonUint(json, ".basefee"));
        vm.etch(p.config.inbox, vm.getDeployedCode("Mocks.sol:MockInbox"));
        vm.etch(p.config.verifier, vm.getDeployedCode("Mocks.sol:MockVerifier"));
        for (uint64 slot = 0; slot < 4; ++slot) {
            vm.store(p.config.inbox, bytes32(uint256(slot)), 0);
        }
        p.inbox = MockInbox(p.config.inbox);
        bytes32[4][] memory answers =
            abi.decode(vm.parseJsonBytes(json, ".answers"), (bytes32[4][]));
        for (uint256 i = 0; i < answers.length; ++i) {
            bytes32[4] memory a = answers[i];
            MockVerifier(p.config.verifier).set(uint64(uint256(a[0])), a[1], a[2], a[3]);
        }
        p.digest = new Digest();
        p.game = IGame(
            plain
                ? deployShipped("Game", abi.encode(p.config))
                : deploy("out/GameHarness.sol/GameHarness.json", abi.encode(p.config))
        );
        same(p.game.cfgHash(), vm.parseJsonBytes32(json, ".configHash"), "cfgHash");
        bytes32 genesis = vm.parseJsonBytes32(json, ".genesisAid");
        same(p.game.anchor(), genesis, "genesis aid");
        same(keccak256(abi.encode(p.game.config())), p.game.cfgHash(), "config()");
        p.keys = KeyList.fresh(genesis);
    }

    function read(string memory json) private pure returns (Script memory s) {
        s.t = vm.parseJsonUintArray(json, ".t");
        s.from = vm.parseJsonAddressArray(json, ".from");
        s.data = vm.parseJsonBytesArray(json, ".data");
        s.value = vm.parseJsonUintArray(json, ".value");
        s.gas = vm.parseJsonUintArray(json, ".gas");
        s.want = vm.parseJsonBytes32Array(json, ".want");
        s.digest = vm.parseJsonBytes32Array(json, ".digest");
        s.core = vm.parseJsonBytes32Array(json, ".core");
        s.balance = vm.parseJsonUintArray(json, ".balance");
        s.pots = vm.parseJsonUintArray(json, ".pots");
        s.credits = vm.parseJsonUintArray(json, ".credits");
        s.node = vm.parseJsonBytes32Array(json, ".node");
    }

    function move(Play memory p, Script memory s, uint256 i, string memory name) private {
        vm.warp(s.t[i]);
        bytes memory data = s.data[i];
        if (s.from[i] == address(0)) {
            (bool pushed,) = address(p.inbox).call(data);
            check(pushed, "push");
            return;
        }
        if (!plain) IGameHarness(address(p.game)).setGas(s.gas[i]);
        vm.deal(s.from[i], s.value[i]);
        vm.recordLogs();
        vm.prank(s.from[i], s.from[i]);
        (bool ok, bytes memory answer) = address(p.game).call{value: s.value[i]}(data);
        // what there is to withdraw depends on the metered gas
        if (plain && bytes4(data) == IGame.withdraw.selector) return;
        if (s.want[i] != 0) {
            refused(ok, answer, bytes4(s.want[i]), name);
            return;
        }
        check(ok, string.concat(name, "was refused"));
        learn(p, data);
        if (!plain) money(p, s, i, name);
        bytes32 acc = p.inbox.acc(p.inbox.count());
        same(
            p.digest.digest(p.game, p.keys, p.inbox.count(), acc, true),
            s.core[i],
            string.concat(name, "core")
        );
        if (plain) return;
        same(
            p.digest.digest(p.game, p.keys, p.inbox.count(), acc, false),
            s.digest[i],
            string.concat(name, "digest")
        );
        if (s.node[i] != 0) {
            same(p.game.node(idIn(data)), s.node[i], string.concat(name, "node"));
        }
    }

    /// @notice Keys from the events of the last move; the node of a split from its call data.
    function learn(Play memory p, bytes memory data) private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(p.game)) continue;
            KeyList.Node memory v;
            if (logs[i].topics[0] == IGame.Split.selector) {
                (v.gid, v.pos, v.h, v.base, v.a) =
                (
                    wordIn(data, 0),
                    uint256(wordIn(data, 1)),
                    uint256(wordIn(data, 2)),
                    wordIn(data, 3),
                    p.config.A
                );
            } else if (logs[i].topics[0] == IGame.Posted.selector) {
                (v.h, v.base) = (p.config.K, p.game.assertion(logs[i].topics[1]).lastLeaf);
            } else if (logs[i].topics[0] == IGame.Swept.selector) {
                KeyList.add(p.keys.credits, p.config.treasury);
            }
            KeyList.learn(p.keys, logs[i], v);
        }
    }

    /// @notice Balance, pots and credits; balance == bonds + pots + credits (I6).
    function money(Play memory p, Script memory s, uint256 i, string memory name) private view {
        uint256 pots = 0;
        uint256 credits = 0;
        uint256 bonds = 0;
        for (uint256 j = 0; j < p.keys.gids.length; ++j) {
            pots += p.game.game(p.keys.gids[j]).pot;
        }
        for (uint256 j = 0; j < p.keys.credits.length; ++j) {
            credits += p.game.credits(p.keys.credits[j]);
        }
        for (uint256 j = 0; j < p.keys.stakers.length; ++j) {
            bonds += p.game.staker(p.keys.stakers[j]).bond;
        }
        same(address(p.game).balance, s.balance[i], string.concat(name, "balance"));
        same(pots, s.pots[i], string.concat(name, "pots"));
        same(credits, s.credits[i], string.concat(name, "credits"));
        same(bonds + pots + credits, s.balance[i], string.concat(name, "I6"));
    }

    function idIn(bytes memory data) private pure returns (bytes32) {
        bytes32 ctx = TreeLib.ctxOf(
            wordIn(data, 0), wordIn(data, 3), uint256(wordIn(data, 1)), uint256(wordIn(data, 2))
        );
        return TreeLib.idOf(ctx, wordIn(data, 4));
    }

    function wordIn(bytes memory data, uint256 index) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(add(data, 0x24), mul(index, 0x20)))
        }
    }
}
