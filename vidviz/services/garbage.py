"""What Python's garbage collector need not look at: the hundred thousands of objects of loaded libraries."""

from __future__ import annotations

import gc
from functools import cache


def leave_loaded_alone() -> None:
    """Take all that lives now out of later collections, after one last one.

    For the moments at which libraries have just been loaded: what they made stays until the process ends, and each
    full collection would walk it again.
    """
    gc.collect()
    gc.freeze()


@cache
def leave_started_alone() -> None:
    """The same once, when the first page has been drawn."""
    leave_loaded_alone()
