"""Waiting for a condition with a limit, instead of sleeping for a guess."""

import time


class Timeout(AssertionError):
    """The condition did not come true in time."""


def wait_until(condition, timeout=10.0, what=None, interval=0.02):
    """Call condition until it returns something true, and return that."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Timeout(f"not within {timeout} s: {what or condition}")
        time.sleep(interval)
