#!/usr/bin/env python3
"""The unit suite on a big-endian machine: s390x under qemu-user.

  tests/ports/s390x.py root        fetches what Debian has of the libraries for s390x (deploy/setup --tests calls it)
  tests/ports/s390x.py build DIRECTORY
  tests/ports/s390x.py unit DIRECTORY     leaves meson's log

The libraries lie in a folder of their own (build-tests/s390x-root): no foreign architecture is added to this system.
Default: the rooms of ROOMS without the tests of LONG; with WH_FULL=1 every unit test.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROOT = os.path.join(TOP, "build-tests", "s390x-root")
LIB = os.path.join(ROOT, "usr", "lib", "s390x-linux-gnu")
PACKAGES = ["libc6-dev", "libgcc-12-dev", "libsqlite3-dev", "libcurl4-openssl-dev", "libsecp256k1-dev", "libssl-dev",
            "libprotobuf-c-dev", "libgmp-dev", "libzstd-dev", "libjansson-dev", "libmicrohttpd-dev", "libinih-dev",
            "zlib1g-dev"]
FULL = bool(os.environ.get("WH_FULL"))
# The pure rooms, and of the host rooms those that read and write bytes of the protocol.
ROOMS = ["base", "hash", "rlp", "mpt", "tx", "precompile", "state", "interp", "segment", "core", "solver", "native",
         "store", "proto"]
LONG = {"core_game", "solver_attacks", "precompile_cases", "precompile_cases_portable", "precompile_cases_guest",
        "frontier", "prop_mpt", "portable", "store_open"}

APT = """Dir::State::lists "{0}/lists";
Dir::State::status "{0}/status";
Dir::Cache "{0}/cache";
APT::Architecture "s390x";
APT::Architectures {{ "s390x"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::Languages "none";
Dpkg::Use-Pty "false";
"""

CROSS = """[binaries]
c = 's390x-linux-gnu-gcc'
ar = 's390x-linux-gnu-ar'
strip = 's390x-linux-gnu-strip'
pkgconfig = 'pkg-config'
exe_wrapper = ['qemu-s390x', '-L', '{root}']
[properties]
sys_root = '{root}'
pkg_config_libdir = ['{lib}/pkgconfig', '{root}/usr/share/pkgconfig']
[built-in options]
c_args = ['--sysroot={root}', '-isystem{root}/usr/include/s390x-linux-gnu', '-DGROUND_ARENA=(1u<<27)',
  '-DGENESIS_ARENA=(1u<<30)']
c_link_args = ['--sysroot={root}', '-L{lib}', '-L{root}/lib/s390x-linux-gnu', '-Wl,-rpath-link,{lib}',
  '-Wl,-rpath-link,{root}/lib/s390x-linux-gnu']
[host_machine]
system = 'linux'
cpu_family = 's390x'
cpu = 's390x'
endian = 'big'
"""


def fail(what, log):
    print(f"tests/ports/s390x.py: {what}\n{log[-2000:]}", file=sys.stderr)
    sys.exit(3)


def have_root():
    stamp = os.path.join(ROOT, "packages")
    if not os.path.exists(stamp):
        return False
    with open(stamp) as f:
        return f.read().split() == PACKAGES


def make_root():
    """Downloads the packages and all that they depend on by apt, and unpacks them."""
    if have_root():
        return
    print("deploy/setup: fetching libraries for s390x", file=sys.stderr)
    apt = ROOT + "-apt"
    for folder in (ROOT, apt):
        shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(apt, "lists", "partial"))
    os.makedirs(os.path.join(apt, "cache", "archives", "partial"))
    os.makedirs(ROOT)
    open(os.path.join(apt, "status"), "w").close()
    with open(os.path.join(apt, "apt.conf"), "w") as f:
        f.write(APT.format(apt))
    env = dict(os.environ, APT_CONFIG=os.path.join(apt, "apt.conf"), DEBIAN_FRONTEND="noninteractive")
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--download-only"] + PACKAGES):
        r = subprocess.run(["apt-get"] + command, env=env, capture_output=True, text=True)
        if r.returncode:
            fail("apt-get could not fetch the libraries for s390x", r.stdout + r.stderr)
    for package in sorted(glob.glob(os.path.join(apt, "cache", "archives", "*.deb"))):
        subprocess.run(["dpkg-deb", "-x", package, ROOT], check=True)
    shutil.rmtree(apt)
    with open(os.path.join(ROOT, "packages"), "w") as f:
        f.write(" ".join(PACKAGES) + "\n")


def chosen(directory):
    """[(name, target)] of the unit tests to run."""
    out = []
    text = subprocess.run(["meson", "introspect", "--tests", directory], capture_output=True, text=True,
                          check=True).stdout
    for test in json.loads(text):
        if not any(s.endswith("unit") for s in test["suite"]):
            continue
        path = next(c for c in test["cmd"] if "/tests/unit/" in c)
        target = os.path.relpath(path, os.path.abspath(directory))
        room = re.match(r"tests/unit/([^/]+)/", target).group(1)
        if FULL or (room in ROOMS and test["name"] not in LONG):
            out.append((test["name"], target))
    return out


def build(directory):
    if not have_root():
        fail("the libraries for s390x are missing: run deploy/setup --tests", "")
    if not os.path.exists(os.path.join(directory, "build.ninja")):
        os.makedirs(directory, exist_ok=True)
        cross = os.path.join(directory, "cross.ini")
        with open(cross, "w") as f:
            f.write(CROSS.format(root=ROOT, lib=LIB))
        subprocess.run(["meson", "setup", directory, "--cross-file", cross, "-Dbuildtype=plain", "-Doptimization=1",
                        "-Dwerror=false"],
                       cwd=TOP, check=True)
    subprocess.run(["ninja", "-C", directory] + sorted({target for _, target in chosen(directory)}), check=True)


def unit(directory):
    names = [name for name, _ in chosen(directory)]
    return subprocess.run(["meson", "test", "-C", directory, "--no-rebuild", "--timeout-multiplier", "12", "--logbase",
                           "unit", "--num-processes", str(os.cpu_count() or 2)] + names).returncode


if __name__ == "__main__":
    if sys.argv[1:] == ["root"]:
        make_root()
    elif len(sys.argv) == 3 and sys.argv[1] == "build":
        build(sys.argv[2])
    elif len(sys.argv) == 3 and sys.argv[1] == "unit":
        sys.exit(unit(sys.argv[2]))
    else:
        sys.exit("usage: tests/ports/s390x.py root | build DIRECTORY | unit DIRECTORY")
