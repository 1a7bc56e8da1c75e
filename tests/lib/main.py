"""The runner of every Python test: unittest, with skips as failures and counters for ./test."""

import os
import pathlib
import sys
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = SOURCE.parent / "shared"
NO_SHARED = "no ../shared"


def count(what, number=1):
    """Tell ./test how many captures, archives or peers a test really used."""
    print(f"counted {what}={number}", flush=True)


def needs_shared(test):
    """Skip where the folder of recorded data beside the project is absent: the only skip allowed."""
    return unittest.skipUnless(SHARED.is_dir(), NO_SHARED)(test)


def main():
    """Run the tests of the calling file."""
    sys.stdout.reconfigure(line_buffering=True)
    program = unittest.main(exit=False, verbosity=2)
    wrong = [f"{test}: {reason}" for test, reason in program.result.skipped if not reason.startswith(NO_SHARED)]
    for line in wrong:
        print("skipped without leave:", line)
    nothing = program.result.testsRun == 0 and len(sys.argv) == 1
    if nothing:
        print("no test ran")
    os._exit(0 if program.result.wasSuccessful() and not wrong and not nothing else 1)
