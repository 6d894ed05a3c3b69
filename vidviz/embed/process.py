"""Settings of a process that does nothing but embed; measured with R3D-18 on two cores that decode as well."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress

# Parameters of glibc's mallopt, from malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES = 2**30


def tune_process() -> None:
    """Make this process fit for embedding; call it before torch is imported.

    Not for a process that somebody else shares, a notebook say: it changes how all of it waits and allocates.
    """
    let_threads_sleep()
    keep_freed_memory()


def let_threads_sleep() -> None:
    """Have torch's threads sleep while they wait for each other, so that whoever decodes beside them can work.

    By default they spin for a while, on a processor that a decoder could use (a tenth of all processor time).
    OpenMP hears of it when it is loaded. A choice that a person made (`OMP_WAIT_POLICY`) stays.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def keep_freed_memory() -> None:
    """Have glibc keep what tensors free, rather than return it to the system and ask for it anew at every pass.

    A pass over four clips would else touch some 150 MB of fresh pages: a twelfth of its time.
    """
    if not sys.platform.startswith("linux"):
        return
    with suppress(OSError, AttributeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
