"""The simulator as a child of a test: scripts in, messages and truth out."""

import json
import os
import pathlib
import subprocess

from lib.process import Process, die_with_parent
from lib.wait import wait_until


def binary():
    path = os.environ.get("FILAMENTD_SIMULATOR") or os.environ["FILAMENTD_BUILD"] + "/filamentd-simulator"
    if not os.access(path, os.X_OK):
        raise AssertionError(f"no simulator at {path}")
    return path


def offline(script, folder, *options, check=True):
    """Run a script, or a list of them side by side, without a broker. Returns what came out."""
    folder = pathlib.Path(folder)
    scripts = []
    for number, text in enumerate([script] if isinstance(script, str) else script):
        path = folder / ("script.sim" if number == 0 else f"script{number}.sim")
        path.write_text(text)
        scripts += ["--script", path]
    record = folder / "record"
    record.mkdir(exist_ok=True)
    for old in record.iterdir():
        old.unlink()
    done = subprocess.run(
        [binary(), "--offline", *scripts, "--record", record, "--truth", folder / "truth.jsonl", *map(str, options)],
        capture_output=True, timeout=60, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
    if check and done.returncode:
        raise AssertionError(done.stderr.decode())
    return Recording(record, folder / "truth.jsonl", done)


class Recording:
    def __init__(self, folder, truth, done):
        self.folder = folder
        self.stderr = done.stderr.decode()
        self.stdout = done.stdout.decode()
        self.status = done.returncode
        self.truth = [json.loads(line) for line in truth.read_text().splitlines()]
        self.bytes = {p.stem: p.read_bytes() for p in sorted(folder.iterdir())}

    def shown(self):
        """Answers of `show`, by printer name; the last of each counts."""
        rows = [json.loads(line) for line in self.stdout.splitlines()]
        return {row["printer"]: row for row in rows if "feeding" in row}

    def lines(self, name):
        return [json.loads(line) for line in self.bytes[name].splitlines()]

    def prints(self, name, command="push_status"):
        """The `print` objects of one printer with that command, in order."""
        found = [line["payload"].get("print") for line in self.lines(name)]
        return [p for p in found if p and p.get("command") == command]


class Simulator:
    """A running simulator: its printers are clients of real brokers."""

    def __init__(self, *options):
        self.process = Process([binary(), *map(str, options)])
        self._answered = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _answers(self):
        return [l for l in list(self.process.lines) if l.startswith(("ok", "error"))]

    def do(self, line):
        """Run one command; its answer is returned, a refusal is an AssertionError."""
        self.process.send(line)
        wait_until(lambda: len(self._answers()) > self._answered, 10, f"an answer to: {line}")
        answer = self._answers()[self._answered]
        self._answered += 1
        if not answer.startswith("ok"):
            raise AssertionError(f"{line}: {answer}")
        return answer[3:]

    def show(self, name):
        """What is really in the slots of that printer."""
        return json.loads(self.do(f"show {name}"))

    def add(self, name, family, broker, **more):
        """A printer behind a lib.broker.Broker, connected when this returns."""
        options = " ".join(f"{key}={value}" for key, value in more.items())
        self.do(f"printer {name} family={family} serial={broker.serial} "
                f"broker=127.0.0.1:{broker.plain_port} {options}")
        wait_until(lambda: f"connected {name}" in list(self.process.lines), 10, f"{name} is connected")

    def close(self):
        self.process.end()
