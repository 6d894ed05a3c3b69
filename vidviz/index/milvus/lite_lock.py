"""Who holds a Milvus Lite folder: one process at a time may, and the engine itself does not say which."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from vidviz.errors import IndexLockedError

LOCK_NAME = "LOCK"  # milvus_lite takes an exclusive flock on <folder>/LOCK for as long as it is open
LONGEST_COMMAND = 80


@dataclass(frozen=True)
class LockHolder:
    """The process that holds a lock; `pid` 0 and an empty command where the system does not tell."""

    pid: int
    command: str

    def __str__(self) -> str:
        if not self.pid:
            return "another process"
        return f"process {self.pid} ({self.command})" if self.command else f"process {self.pid}"


def find_lock_holder(lite_path: Path) -> LockHolder | None:
    """The process that has the Lite folder open, or None when it is free or does not exist."""
    lock_path = lite_path / LOCK_NAME
    if not _is_locked(lock_path):
        return None
    pid = _holder_by_proc_locks(lock_path) or _holder_by_open_files(lock_path)
    return LockHolder(pid, _command_of(pid) if pid else "")


def refuse_if_locked(lite_path: Path) -> None:
    """Nothing where this process may use a Lite folder.

    Raises:
        IndexLockedError: another process has it open; the sentence says which.
    """
    holder = find_lock_holder(lite_path)
    if holder is None or holder.pid == os.getpid():
        return
    raise IndexLockedError(
        f"The index {lite_path} is open in {holder}, and one process at a time may use it; close that one, or use a "
        "Milvus server (VIDVIZ_MILVUS_URI)."
    )


def _is_locked(lock_path: Path) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows, for which there is no Milvus Lite
        return False
    try:
        handle = os.open(lock_path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: others may be looking, too
    except OSError:
        return True
    finally:
        os.close(handle)  # gives the lock back
    return False


def _holder_by_proc_locks(lock_path: Path) -> int:
    """Linux: `/proc/locks` has lines like `2: FLOCK ADVISORY WRITE 1234 08:01:56789 0 EOF`."""
    try:
        inode = lock_path.stat().st_ino
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return 0
    for line in lines:
        parts = line.split()
        # The device is not compared: overlay file systems give another one here than in stat().
        if len(parts) >= 8 and parts[1] == "FLOCK" and parts[5].endswith(f":{inode}"):
            return max(0, int(parts[4]))  # -1 or 0: a process of another container
    return 0


def _holder_by_open_files(lock_path: Path) -> int:
    import psutil

    wanted = os.path.realpath(lock_path)
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if any(os.path.realpath(file.path) == wanted for file in process.open_files()):
                return int(process.pid)
    return 0


def _command_of(pid: int) -> str:
    import psutil

    try:
        arguments = psutil.Process(pid).cmdline()
    except psutil.Error:
        return ""
    text = " ".join([Path(arguments[0]).name, *arguments[1:]]) if arguments else ""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= LONGEST_COMMAND else text[: LONGEST_COMMAND - 1] + "…"
