"""whittle-sim as researchers meet it: sweeps, shards, interrupts, plug-ins, bad input."""
import csv
import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import time
import xml.dom.minidom

from world import TOP, expect

SWEEP = ["--quiet", "--seed", "5", "--runs", "6", "--set", "n_evil=1,4", "--set", "protocol=whittle,bold3,prt,op,classic",
         "--set", "strategy=random", "--set", "k=12", "--set", "lie=spread"]


def read(path):
    with open(path) as f:
        return f.read()


def sim(t, *args, code=0, env=None, timeout=120):
    got, out, err = t.run("whittle-sim", *args, env=env, timeout=timeout)
    expect(got == code, f"whittle-sim {args}: exit {got}, want {code}: {out[-300:]} {err[-600:]}")
    return out, err


def test_sim_same_result_for_jobs_and_shards(t):
    sim(t, "sweep", *SWEEP, "--moves", "--jobs", "1", "--out", t.path("one"))
    sim(t, "sweep", *SWEEP, "--moves", "--jobs", "3", "--out", t.path("three"))
    for i in range(4):
        sim(t, "sweep", *SWEEP, "--moves", "--shard", f"{i}/4", "--out", t.path(f"s{i}"))
    sim(t, "merge", t.path("all"), *[t.path(f"s{i}") for i in (2, 0, 3, 1)])
    for name in ("runs.csv", "moves.csv"):
        want = read(t.path(f"one/{name}"))
        expect(want.count("\n") > 60, f"{name} is short")
        expect(read(t.path(f"three/{name}")) == want, f"{name} depends on --jobs")
        expect(read(t.path(f"all/{name}")) == want, f"{name} depends on shards")
    hashes = {json.loads(read(t.path(f"{d}/manifest.json")))["scenario_hash"] for d in ("one", "three", "all", "s1")}
    expect(len(hashes) == 1, "scenario_hash differs")
    rows = list(csv.DictReader(open(t.path("one/runs.csv"))))
    db = sqlite3.connect(t.path("one/sim.sqlite"))
    expect(db.execute("SELECT count(*), sum(honest_gas) FROM runs").fetchone() ==
           (len(rows), sum(int(r["honest_gas"]) for r in rows)), "sim.sqlite differs from runs.csv")
    moves = read(t.path("one/moves.csv")).splitlines()
    expect(db.execute("SELECT count(*) FROM moves").fetchone()[0] == len(moves) - 1, "moves differ")
    out, _ = sim(t, "replay", t.path("one"), "--cell", "3", "--run", "4")
    expect(out.splitlines()[1:] == [m for m in moves if m.startswith("3,4,")], "replay differs")
    sim(t, "merge", t.path("half"), t.path("s0"), t.path("s1"), code=7)
    sim(t, "merge", t.path("all"), *[t.path(f"s{i}") for i in range(4)], code=5)


def test_sim_interrupt_and_resume(t):
    args = ["--quiet", "--seed", "5", "--runs", "4000", "--set", "n_evil=2,3", "--set", "strategy=random"]
    sim(t, "sweep", *args, "--out", t.path("whole"))
    want = read(t.path("whole/runs.csv"))
    out, runs = t.path("cut"), t.path("cut/runs.csv")
    kept = []
    for turn in range(3):
        p = subprocess.Popen([t.program("whittle-sim"), "sweep", *args, "--out", out], stderr=subprocess.PIPE)
        end = time.monotonic() + 30
        before = os.path.getsize(runs) if os.path.exists(runs) else 0
        while time.monotonic() < end and p.poll() is None:
            if os.path.exists(runs) and os.path.getsize(runs) > before + 20000:
                break
            time.sleep(0.005)
        sig = (signal.SIGINT, signal.SIGKILL, signal.SIGTERM)[turn]
        p.send_signal(sig)
        got = p.wait(30)
        expect(got == 0 or got == (-sig if sig == signal.SIGKILL else 128 + sig), f"{sig}: exit {got}")
        text = read(runs)
        expect(want.startswith(text) or turn == 1, "an interrupted file is no prefix")
        kept.append(len(text))
    with open(runs, "a") as f:  # a row that a crash cut in two
        f.write("1,39")
    sim(t, "sweep", *args, "--out", out)
    expect(read(runs) == want, "the resumed sweep differs")
    expect(kept[0] < len(want), "nothing was interrupted")
    stamp = os.stat(runs).st_size
    sim(t, "sweep", *args, "--out", out)
    expect(os.stat(runs).st_size == stamp, "a finished sweep was played again")


def on_terminal(args, cwd):
    """(exit code, what a terminal shows)"""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execv(args[0], args)
    out = b""
    while True:
        try:
            data = os.read(fd, 65536)
        except OSError:  # how a pty says that it ended
            break
        if not data:
            break
        out += data
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), out.decode()


def test_sim_commands_as_issued(t):
    """A sweep with a progress bar on a terminal, and the run of it that `replay` plays again."""
    args = ["sweep", "--set", "n_evil=1..64:*2", "--set", "bond=0.1eth,1eth", "--runs", "40", "--jobs", "2", "--out", "dir"]
    code, seen = on_terminal([t.program("whittle-sim"), *args], t.dir)
    lines = re.findall(r"\rplaying (\d+)/560 games +(\d+)% +\d+ games/s +ETA \d+m\d\ds", seen)
    expect(code == 0 and lines and lines[-1] == ("560", "100"), f"exit {code}, terminal: {seen[-200:]}")
    expect(len(lines) <= 3 + 5 * 60, "the bar is drawn too often")
    code, out, err = t.run("whittle-sim", *args)
    expect((code, out, err) == (0, "", ""), "a pipe shows no bar")
    sim(t, "sweep", *args[1:-2], "--moves", "--out", t.path("moves"))
    moves = read(t.path("moves/moves.csv")).splitlines()
    want = [m for m in moves if m.startswith("9,31,")]
    expect(len(want) > 20, "no moves")
    for where in (["--cell", "9", "--run", "31"], ["--out", ".", "--cell", "9", "--run", "31"],
                  [t.path("moves"), "--cell", "9", "--run", "31"]):
        r = subprocess.run([t.program("whittle-sim"), "replay", *where], cwd=t.path("dir"), capture_output=True, text=True)
        expect(r.returncode == 0 and r.stdout.splitlines() == [moves[0], *want], f"replay {where}: {r.stderr}")


PLUGIN = """import json, sys, time
mode = sys.argv[1]
for n, line in enumerate(sys.stdin):
    q = json.loads(line)
    if q["type"] == "begin":
        assert q["params"]["strategy"] == "plugin"
        continue
    if mode == "die" and n > 40: sys.exit(0)
    if mode == "hang" and n > 40: time.sleep(60)
    if mode == "garbage" and n > 40: print("{", flush=True); continue
    if mode == "past" and n > 40: print(json.dumps({"at": q["now"] - 1 if q["now"] else -1}), flush=True); continue
    if mode == "empty" and n > 40: print("{}", flush=True); continue
    if mode == "late" and q["kind"] == "split" and q["level"] + 1 == q["levels"]:
        print(json.dumps({"at": q["deadline"]}), flush=True); continue
    if mode == "mute" and q["kind"] != "post": print('{"never":true}', flush=True); continue
    print(json.dumps({"at": q["now"]}), flush=True)
"""


def test_sim_plugin(t):
    with open(t.path("p.py"), "w") as f:
        f.write(PLUGIN)
    alone = ["--quiet", "--seed", "9", "--set", "n_evil=3", "--set", "lie=spread", "--set", "plugin_timeout=2s"]
    base = alone + ["--runs", "3", "--jobs", "2"]

    def columns(d):
        return [r for r in csv.reader(open(t.path(d + "/runs.csv")))]
    for mode, strategy in (("now", "rush"), ("late", "edge"), ("mute", "idle")):
        sim(t, "sweep", *base, "--set", "strategy=plugin", "--plugin", f"python3 {t.path('p.py')} {mode}",
            "--out", t.path(mode))
        sim(t, "sweep", *base, "--set", f"strategy={strategy}", "--out", t.path(strategy))
        expect(columns(mode) == columns(strategy), f"plug-in {mode} differs from {strategy}")
    for mode, why in (("die", "ended"), ("hang", "no answer"), ("garbage", "not JSON"), ("past", "illegal move"),
                      ("empty", "neither")):
        out = t.path("bad-" + mode)
        _, err = sim(t, "sweep", *alone, "--runs", "40", "--jobs", "1", "--set", "strategy=plugin", "--plugin",
                     f"python3 {t.path('p.py')} {mode}", "--out", out, code=7)
        expect("W-SIM-001" in err and why in err, f"{mode}: {err}")
        kept = columns("bad-" + mode)[1:]
        db = sqlite3.connect(out + "/sim.sqlite").execute("SELECT count(*) FROM runs").fetchone()[0]
        expect(0 < len(kept) <= 3 and db == len(kept), f"{mode}: {len(kept)} finished runs kept, {db} in the database")
        expect(kept == columns("rush")[1:1 + len(kept)], f"{mode}: kept runs differ")
    _, err = sim(t, "run", "--set", "strategy=plugin", "--plugin", "/no/such/program", code=7)
    expect("W-SIM-001" in err, err)


def test_sim_bad_input(t):
    def refused(code, what, *args):
        _, err = sim(t, *args, code=code)
        expect(what in err, f"{args}: {err}")
    refused(2, "strategy: 'foo' is not one of idle|rush", "run", "--set", "strategy=foo")
    refused(2, "did you mean 'n_evil'", "run", "--set", "n_evli=3")
    refused(2, "k: 97 is out of range (1 to 96)", "run", "--set", "k=97")
    refused(2, "k: whittle takes", "run", "--set", "k=21")
    refused(2, "delta: '3' is not whole seconds", "run", "--set", "delta=3")
    refused(2, "not name=values", "run", "--set", "k")
    refused(2, "bond", "run", "--set", "bond=0.0000000001eth")
    refused(2, "set twice", "run", "--set", "k=4", "--set", "k=5")
    refused(2, "--shard 3/3", "sweep", "--shard", "3/3", "--out", t.path("x"))
    refused(2, "--out", "sweep")
    refused(2, "strategy: plugin needs", "run", "--set", "strategy=plugin")
    refused(2, "takes lists", "run", "--set", "k=4,8")
    refused(2, "--plugin: strategy is never plugin", "run", "--plugin", "true")
    refused(2, "n_evil: 64 is over 1", "sweep", "--out", t.path("x"), "--set", "n_evil=64..1")
    refused(2, "':*1' is no step", "sweep", "--out", t.path("x"), "--set", "n_evil=1..64:*1")
    for text, what in (("[game]\nk = 12\nnevil = 3\n", "s.ini:3: no parameter 'nevil' (did you mean 'n_evil'?)"),
                       ("[game]\nn_evil = 3\n", "s.ini:2: n_evil belongs to [evil]"),
                       ("[gmae]\nk = 12\n", "s.ini:2: no section [gmae]"),
                       ("[game]\nk = 12\nk = 14\n", "s.ini:3: k is set twice"),
                       ("[evil]\nstrategy = rish\n", "s.ini:2: strategy: 'rish' is not one of"),
                       ("[game]\nk 12\n", "s.ini:2:"),
                       ("[game]\nk = 21\n", "s.ini: k: whittle takes"),
                       ("[evil]\ncensor = 1000000000000s\n", "s.ini:2: censor: ")):
        with open(t.path("s.ini"), "w") as f:
            f.write(text)
        refused(3, what, "run", "--scenario", "s.ini")
    refused(3, "missing.ini", "run", "--scenario", "missing.ini")
    with open(t.path("s.ini"), "w") as f:
        f.write("; a comment\n[game]\nk = 12\na = 3\n\n[evil]\nn_evil = 5\nstrategy = slow\n")
    out, _ = sim(t, "run", "--scenario", "s.ini", "--json")
    expect(json.loads(out)["winner"] == "honest" and json.loads(out)["roots"] == "5", out)

    d = t.path("d")
    sim(t, "sweep", "--quiet", "--runs", "5", "--set", "n_evil=1,2", "--out", d)
    before = read(d + "/runs.csv")
    refused(5, "runs is 5 there and 6 here", "sweep", "--quiet", "--runs", "6", "--set", "n_evil=1,2", "--out", d)
    refused(5, "seed is 1 there and 2 here", "sweep", "--quiet", "--runs", "5", "--seed", "2", "--set", "n_evil=1,2", "--out", d)
    refused(5, "n_evil is 1,2 there and 1,3 here", "sweep", "--quiet", "--runs", "5", "--set", "n_evil=1,3", "--out", d)
    refused(5, "bond is 27eth there and 1eth here", "sweep", "--quiet", "--runs", "5", "--set", "n_evil=1,2", "--set",
            "bond=1eth", "--out", d)
    refused(5, "shard", "sweep", "--quiet", "--runs", "5", "--set", "n_evil=1,2", "--shard", "0/2", "--out", d)
    refused(2, "the sweep has 2 cells of 5 runs", "replay", d, "--cell", "2")
    refused(2, "--y nothing", "plot", d, "--y", "nothing")
    refused(7, "manifest.json", "replay", t.path("."))
    m = read(d + "/manifest.json")
    with open(d + "/manifest.json", "w") as f:
        f.write(m.replace('"version":"', '"version":"9.'))
    refused(5, "version: results of whittle-sim 9.", "sweep", "--quiet", "--runs", "5", "--set", "n_evil=1,2", "--out", d)
    refused(5, "version", "replay", d)
    expect(read(d + "/runs.csv") == before, "results were touched")


def test_sim_plots_and_list(t):
    d = t.path("d")
    sim(t, "sweep", "--quiet", "--runs", "9", "--set", "n_evil=1..8:*2", "--set", "protocol=whittle,prt",
        "--set", "strategy=random", "--out", d)
    for args in (["--x", "n_evil", "--by", "protocol", "--log", "xy"], ["--kind", "cdf", "--by", "protocol"],
                 ["--x", "n_evil", "--y", "protocol:honest_gas"], [], ["--title", "a < b & \"c\""]):
        sim(t, "plot", d, *args, "--out", t.path("p.svg"))
        svg = xml.dom.minidom.parse(t.path("p.svg"))
        expect(svg.getElementsByTagName("path") or svg.getElementsByTagName("rect"), f"{args}: empty picture")
        out, _ = sim(t, "plot", d, *args)
        expect(out == read(t.path("p.svg")), "stdout and --out differ")
    out, _ = sim(t, "list")
    for row in (r"^  whittle +this project", r"^  classic_full ", r"^  rush +does", r"^  n_evil +1 +0\.\.1000000 +\[evil\]",
                r"^  t +s +7d +1s\.\.", r"^  bond +eth +27eth ", r"^  prove_gas +gas ", r"^  honest_gas +gas "):
        expect(re.search(row, out, re.M), f"list: no {row}")


def test_sim_slurm_and_kubernetes_slices(t):
    """The manifests' own commands, as n local processes with the variables that both systems set."""
    args = ["--runs", "7", "--set", "n_evil=1,2,3"]
    sim(t, "sweep", "--quiet", *args, "--out", t.path("whole"))
    env = dict(os.environ, WHITTLE_SIM=t.program("whittle-sim"), WHITTLE_DEPLOY=os.path.join(TOP, "deploy/sim"))
    script = os.path.join(TOP, "deploy/sim/array.slurm")
    slurm = [subprocess.Popen([script, t.path("slurm"), *args],
                              env=dict(env, SLURM_ARRAY_TASK_ID=str(i), SLURM_ARRAY_TASK_COUNT="3"))
             for i in range(3)]
    expect([p.wait(60) for p in slurm] == [0, 0, 0], "slurm tasks failed")
    sim(t, "merge", t.path("a"), *[t.path(f"slurm/shard-{i}") for i in range(3)])
    expect(read(t.path("a/runs.csv")) == read(t.path("whole/runs.csv")), "the array's result differs")

    yaml = read(os.path.join(TOP, "deploy/sim/job.yaml"))
    n = int(re.search(r"completions: (\d+)", yaml).group(1))
    command = json.loads(re.search(r"command: (\[.*\])", yaml).group(1))
    expect(f'value: "{n}"' in yaml and "completionMode: Indexed" in yaml, "SHARDS is not completions")
    expect(command[:2] == ["shard", "/results"], "the job's command")
    command = [os.path.join(TOP, "deploy/sim", command[0]), t.path("k8s"), *command[2:]]
    command[command.index("--runs") + 1] = "3"  # the manifest's sweep, shorter
    sweep = [a for a in command[2:]]
    sim(t, "sweep", "--quiet", *sweep, "--out", t.path("all8"))
    for at in range(0, n, 4):
        pods = [subprocess.Popen(command, env=dict(env, JOB_COMPLETION_INDEX=str(i), SHARDS=str(n)))
                for i in range(at, min(at + 4, n))]
        expect(all(p.wait(60) == 0 for p in pods), "pods failed")
    sim(t, "merge", t.path("k"), *[t.path(f"k8s/shard-{i}") for i in range(n)])
    expect(read(t.path("k/runs.csv")) == read(t.path("all8/runs.csv")), "the job's result differs")
    code = subprocess.run([os.path.join(TOP, "deploy/sim/shard"), t.path("x")], env=env,
                          capture_output=True).returncode
    expect(code == 2, "shard without an index")


def test_sim_documented_studies(t):
    """The commands of docs/SIMULATION.md run, and draw the committed pictures."""
    text = read(os.path.join(TOP, "docs/SIMULATION.md"))
    commands = [line for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S) for line in block.splitlines()]
    expect(len(commands) >= 9 and all(c.startswith("whittle-sim ") for c in commands), "commands")
    os.makedirs(t.path("docs/sim"))
    env = dict(os.environ, PATH=f"{t.build}:{os.environ['PATH']}")
    for c in commands:
        r = subprocess.run(["bash", "-c", c], cwd=t.dir, env=env, capture_output=True, text=True, timeout=300)
        expect(r.returncode == 0, f"{c}: {r.stderr}")
    shown = re.findall(r"^```sh\n([^`]*?)```\n\n```\n(.*?)^```", text, re.M | re.S)
    expect(len(shown) >= 1, "no command's output is shown")
    for block, want in shown:
        r = subprocess.run(["bash", "-c", block.splitlines()[-1]], cwd=t.dir, env=env, capture_output=True, text=True, timeout=60)
        expect([line.split() for line in r.stdout.splitlines()] == [line.split() for line in want.splitlines()],
               f"{block}: prints {r.stdout}")
    pictures = re.findall(r"!\[\w+\]\((sim/[\w-]+\.svg)\)", text)
    expect(len(pictures) == 6, "pictures")
    for name in pictures:
        expect(read(t.path("docs/" + name)) == read(os.path.join(TOP, "docs", name)), f"docs/{name} is not what its command draws")


def test_sim_published_scenarios(t):
    """The files of docs/sim/scenarios, against the same adversary; the line of an OP dispute costs 631 ETH to full depth."""
    folder = os.path.join(TOP, "docs/sim/scenarios")
    files = sorted(os.listdir(folder))
    expect(len(files) >= 4, "scenarios")
    for name in files:
        out, _ = sim(t, "run", "--scenario", os.path.join(folder, name), "--set", "strategy=stall", "--json")
        run = json.loads(out)
        expect(run["winner"] == "honest", f"{name}: {out}")
        if name == "op-mainnet.ini":
            line = float(run["honest_stake_peak"]) + float(run["evil_stake_peak"])
            expect(630 < line < 632, f"a line of claims: {line} ETH")
        if name == "cartesi.ini":
            expect(abs(float(run["honest_stake_peak"]) - 0.2422 - 0.1024 - 0.1475) < 0.0002, f"bonds: {out}")


def test_sim_notebook(t):
    """The notebook's cells, one after the other, on the sweep that its first cell tells how to make."""
    nb = json.loads(read(os.path.join(TOP, "docs/sim/sweep.ipynb")))
    expect(nb["nbformat"] == 4 and len(nb["cells"]) >= 4, "notebook")
    command = re.search(r"`(whittle-sim sweep [^`]*)`", "".join(nb["cells"][0]["source"])).group(1)
    sim(t, *command.replace("--runs 20", "--runs 5").split()[1:], "--quiet")
    code = "\n".join("".join(c["source"]) for c in nb["cells"] if c["cell_type"] == "code")
    r = subprocess.run(["python3", "-c", code], cwd=t.dir, capture_output=True, text=True, timeout=60)
    expect(r.returncode == 0, r.stderr)
    rows = [line.split("\t") for line in r.stdout.splitlines() if line.count("\t") == 9]
    expect(len(rows) == 1 + 14 and rows[1][:2] == ["1", "whittle"], r.stdout)
    expect("wrong decisions" in r.stdout, r.stdout)
