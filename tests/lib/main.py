"""The runner of every Python test: unittest, with skips as failures and counters for ./test."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from lib.process import die_with_parent

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = SOURCE.parent / "shared"
NO_SHARED = "no ../shared"


def count(what, number=1):
    """Tell ./test how many captures, archives or peers a test really used."""
    print(f"counted {what}={number}", flush=True)


def needs_shared(test):
    """Skip where the folder of recorded data beside the project is absent: the only skip allowed."""
    return unittest.skipUnless(SHARED.is_dir(), NO_SHARED)(test)


def names_in(suite):
    """Class.test of every test in it."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from names_in(test)
        else:
            yield test.id().removeprefix("__main__.")


def run_together():
    """Every test of the calling file in a process of its own, all at once; true: all are well."""
    children = []
    for name in names_in(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])):
        output = tempfile.TemporaryFile("w+")
        children.append((output, subprocess.Popen([sys.executable, "-B", sys.argv[0], name], stdout=output, stderr=output,
                                                  preexec_fn=die_with_parent)))
    failed = 0
    for output, child in children:
        failed += child.wait() != 0
        output.seek(0)
        print(output.read(), flush=True)
        output.close()
    print(f"{len(children)} tests at once, {failed} failed")
    return failed == 0 and len(children) > 0


def main(together=False):
    """Run the tests of the calling file; together: at once, for tests that wait for most of their time."""
    sys.stdout.reconfigure(line_buffering=True)
    if together and len(sys.argv) == 1:
        sys.exit(0 if run_together() else 1)
    program = unittest.main(exit=False, verbosity=2)
    wrong = [f"{test}: {reason}" for test, reason in program.result.skipped if not reason.startswith(NO_SHARED)]
    for line in wrong:
        print("skipped without leave:", line)
    nothing = program.result.testsRun == 0 and len(sys.argv) == 1
    if nothing:
        print("no test ran")
    os._exit(0 if program.result.wasSuccessful() and not wrong and not nothing else 1)
