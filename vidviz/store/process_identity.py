"""Which process a process is: its id alone is used again, and what the clock said when it started moves with the clock.

Linux counts time in ticks since the machine started, which no step of the clock changes. Elsewhere the system keeps the
moment of the start as it was told then.
"""

from __future__ import annotations

from pathlib import Path

_PROC = Path("/proc")
HAS_PROC = (_PROC / "self" / "stat").exists()
_START_TICKS = 19  # starttime, counted from the state on; see proc(5)
_ENDED = ("Z", "X")


def identify_process(pid: int) -> str:
    """A text that no other process ever has, the same for as long as the process runs; "" where none does.

    One that has ended and was not yet waited for by its parent does not count.
    """
    return _identify_by_proc(pid) if HAS_PROC else _identify_by_moment(pid)


def _identify_by_proc(pid: int) -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()  # before that stands the program's name, which is anybody's text
    return "" if fields[0] in _ENDED else f"{pid} {boot} {fields[_START_TICKS]}"


def _identify_by_moment(pid: int) -> str:
    import psutil

    try:
        process = psutil.Process(pid)
        ended = process.status() == psutil.STATUS_ZOMBIE
        return "" if ended else f"{pid} {process.create_time():.6f}"
    except psutil.Error:
        return ""
