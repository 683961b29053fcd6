"""What end-to-end tests share: programs, nodes, JSON-RPC, scratch directories."""
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BLOCK = os.path.join(TOP, "tests/data/blocks/mainnet-22615247.json.zst")
NPM = os.path.join(TOP, "subprojects/npm/node_modules/.bin")


class Skip(Exception):
    pass


def expect(cond, what):
    if not cond:
        raise AssertionError(what)


class Node:
    """A process that serves JSON-RPC."""

    def __init__(self, process, url):
        self.process, self.url = process, url

    def rpc(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        req = urllib.request.Request(self.url, body.encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(req, timeout=30) as r:
            answer = json.load(r)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


class World:
    def __init__(self, build, name):
        self.build, self.name = build, name
        self.dir = tempfile.mkdtemp(prefix=f"whittle-{name[:40]}-")
        self.nodes, self.logs, self._seed = [], [], None

    def close(self):
        for node in self.nodes:
            node.stop()
        if os.environ.get("WH_KEEP"):
            print(f"# {self.dir} is kept")
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    def show_logs(self):
        for path in self.logs:
            try:
                with open(path, errors="replace") as f:
                    for line in f.readlines()[-15:]:
                        print(f"# {os.path.basename(path)}: {line.rstrip()}")
            except OSError:
                pass

    def seed(self):
        """The same in each run of the suite; WH_SEED names another, and a full run draws one."""
        if self._seed is None:
            full = os.environ.get("WH_FULL") == "1"
            drawn = random.SystemRandom().randrange(1 << 32) if full else 1
            self._seed = int(os.environ.get("WH_SEED") or drawn)
            print(f"# seed {self._seed}")
        return self._seed

    def draws(self):
        return random.Random(self.seed())

    def path(self, name):
        return os.path.join(self.dir, name)

    def program(self, name):
        return os.path.join(self.build, name)

    def run(self, program, *args, timeout=120, env=None):
        """(exit code, stdout, stderr)"""
        e = dict(os.environ)
        for key in list(e):
            if key.startswith("WHITTLE_"):
                del e[key]
        e.update(env or {})
        r = subprocess.run([self.program(program), *map(str, args)], capture_output=True, text=True,
                           timeout=timeout, env=e, cwd=self.dir)
        return r.returncode, r.stdout, r.stderr

    def start(self, args, ready, log):
        path = self.path(log)
        self.logs.append(path)
        out = open(path, "w")
        process = subprocess.Popen([str(a) for a in args], stdout=out, stderr=subprocess.STDOUT,
                                   cwd=self.dir)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with open(path) as f:
                text = f.read()
            m = re.search(ready, text)
            if m:
                return process, m
            if process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"{args[0]} did not start: {open(path).read()[-500:]}")

    def devnet(self, *args):
        process, m = self.start([self.program("whittle-devnet"), "--port", "0", "--quiet", *args],
                                r"http://127\.0\.0\.1:\d+", "devnet.log")
        node = Node(process, m.group(0))
        self.nodes.append(node)
        return node

    def anvil(self, *args):
        anvil = os.path.join(NPM, "anvil")
        for last in (False, False, True):
            with socket.socket() as s:
                s.bind(("127.0.0.1", 0))
                port = s.getsockname()[1]
            try:
                process, _ = self.start([anvil, "--port", port, *args], r"Listening on", "anvil.log")
                break
            except AssertionError:  # another test may have taken the port in between
                if last:
                    raise
        node = Node(process, f"http://127.0.0.1:{port}")
        self.nodes.append(node)
        return node

    def key(self, name, text=None):
        path = self.path(name)
        with open(path, "w") as f:
            f.write(text or random.Random(f"{self.seed()} {self.name} {name}").randbytes(32).hex())
        os.chmod(path, 0o600)
        return path

    def demo(self, *args, timeout=180):
        """Runs the demo; returns (exit code, the JSON object of its last line or None, text)."""
        where = self.path("demo")
        code, out, err = self.run("whittle-demo", "--bin", self.build, "--block", BLOCK, "--json",
                                  "--dir", where, *args, timeout=timeout)
        for name in ("devnet", "proposer", "challenger", "liar"):
            self.logs.append(os.path.join(where, name + ".log"))
        last = out.strip().splitlines()[-1] if out.strip() else ""
        try:
            return code, json.loads(last), err
        except json.JSONDecodeError:
            return code, None, out + err
