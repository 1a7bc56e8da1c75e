"""Programs of node and packages of npm: installed once from tests/openapi/package-lock.json into build/node."""

import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
HOME = SOURCE / "tests" / "openapi"
INSTALL_TIMEOUT = 300


def packages():
    """The folder of node_modules; its name follows the lock, so that a change of it installs anew."""
    lock = HOME / "package-lock.json"
    shelf = SOURCE / "build" / "node"  # the same one for every build folder, and ignored by git
    home = shelf / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    home.mkdir(parents=True, exist_ok=True)
    with open(shelf / "lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (home / "complete").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HOME / name, home)
            done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
                                  cwd=home, capture_output=True, text=True, timeout=INSTALL_TIMEOUT)
            if done.returncode:
                raise AssertionError("npm ci failed:\n" + done.stdout + done.stderr)
            (home / "complete").touch()
    return home / "node_modules"


def node(*arguments, cwd=None, timeout=120):
    """Run node on a script; returns what it printed."""
    environment = {**os.environ, "NODE_PATH": str(packages())}
    done = subprocess.run(["node", *map(str, arguments)], env=environment, cwd=cwd, capture_output=True, text=True,
                          timeout=timeout)
    if done.returncode:
        raise AssertionError(f"node {arguments} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
