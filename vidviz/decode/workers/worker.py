"""A process for decoding in: it may crash, hang or eat memory on a hostile file, and nothing else suffers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from vidviz import errors
from vidviz.config import DecodeLimits
from vidviz.decode.file_names import file_label
from vidviz.decode.workers.reply_format import unpack
from vidviz.errors import DecoderCrashError, MediaError, VidvizError

Result = TypeVar("Result")

PREFETCHED_ITEMS = 4
END_SECONDS = 5.0  # for a killed process to be gone
# No -m: the child must import what the parent would, wherever the parent found it.
BOOT = (
    "import sys; sys.path[:] = {path!r}; from vidviz.decode.workers.worker_main import main; "
    "main({fd}, {parent}, {memory})"
)
# One thread for numerical libraries in the child: each thread would cost address space, and none computes there.
CHILD_SETTINGS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
ADVICE = "leave this file out or convert it first"


class DecodeWorker:
    """A process that runs functions for us within bounds; a context manager, safe to share between threads.

    One call or stream runs at a time; others wait for it. Functions and arguments travel pickled over a socket
    to the process, so functions are named ones of importable modules; what comes back is data and nothing else (see
    `reply_format`). A call that crashes,
    hangs or is abandoned takes the process with it, and the next call starts a new one. The process ends with
    its parent, however the parent ends.

    Args:
        limits: `memory_bytes` bounds the address space of the process, where the platform can (Linux).
    """

    def __init__(self, limits: DecodeLimits | None = None) -> None:
        self._memory_bytes = (limits or DecodeLimits()).memory_bytes
        self._turn = threading.Lock()
        self._holder: int | None = None
        self._closed = False
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._start()  # now, so that it is up by the first call

    def __enter__(self) -> DecodeWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process at once, from any thread, whatever it is doing; a call under way raises."""
        self._closed = True
        self._kill()
        if self._turn.acquire(blocking=False):  # nobody is in a call: nobody else will tidy up
            self._release_connection()
            self._turn.release()

    @property
    def process_id(self) -> int | None:
        """The id of the process; None while there is none."""
        return self._process.pid if self._process else None

    def call(self, function: Callable[..., Result], *args: Any, timeout_seconds: float) -> Result:
        """The result of `function(*args)`, run in the process.

        Raises:
            VidvizError: what the function raised, as it was; `MediaError` for any other exception, with its traceback
                for the log.
            DecoderCrashError: the process died, gave no answer in time, or needed more memory than it may have.
        """
        subject = _subject_of(args)
        with self._taking_turn(subject), self._discarded_unless_ended() as end:
            self._send((False, 0, function, args), subject)
            kind, value = self._receive(timeout_seconds, subject)
            end()
            if kind != "value":
                raise self._error_of(kind, value, subject)
            result: Result = value
            return result

    def stream(
        self,
        function: Callable[..., Iterable[Result]],
        *args: Any,
        timeout_seconds: float,
        prefetch: int = PREFETCHED_ITEMS,
    ) -> Iterator[Result]:
        """The items of `function(*args)`, made in the process while we use those before.

        The process makes at most `prefetch` items, and the one on its way, ahead of us. Use up the iterator or
        close it (`contextlib.closing`): until then, the worker is taken. Closing it early ends the process.

        Args:
            function: gives an iterable; a generator function runs in the process.
            timeout_seconds: the longest wait for one item.
            prefetch: how many items to make ahead; bounds the memory on both sides.

        Raises:
            VidvizError: as `call`, after the items before the failure.
        """
        subject = _subject_of(args)
        with self._taking_turn(subject), self._discarded_unless_ended() as end:
            self._send((True, prefetch, function, args), subject)
            kind, value = self._receive(timeout_seconds, subject)
            while kind == "item":
                yield value
                kind, value = self._receive(timeout_seconds, subject)
            end()
            if kind != "end":
                raise self._error_of(kind, value, subject)

    @contextmanager
    def _discarded_unless_ended(self) -> Iterator[Callable[[], None]]:
        """End the process, unless what it was asked for has ended: a late answer must not meet a later question."""
        ended = False

        def end() -> None:
            nonlocal ended
            ended = True

        try:
            yield end
        finally:
            if not ended:
                self._discard()

    @contextmanager
    def _taking_turn(self, subject: str) -> Iterator[None]:
        if self._holder == threading.get_ident() and self._turn.locked():
            raise RuntimeError("this thread still has a stream of this worker open; close it first")
        with self._turn:
            self._holder = threading.get_ident()
            try:
                if not self._closed and (self._process is None or self._process.poll() is not None):
                    self._discard()
                    self._start()
                if self._closed:  # before, or meanwhile by another thread
                    self._discard()
                    raise DecoderCrashError(f"The decoder was closed before it came to {subject}.")
                yield
            finally:
                self._holder = None

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            boot = BOOT.format(path=sys.path, fd=theirs.fileno(), parent=os.getpid(), memory=self._memory_bytes)
            self._process = subprocess.Popen(
                [sys.executable, "-c", boot],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # the parent's stdout may be JSON for a program
                env={**os.environ, **CHILD_SETTINGS},
            )
        self._connection = Connection(ours.detach())

    def _kill(self) -> None:
        process = self._process
        if process is not None:
            process.kill()
            process.wait(END_SECONDS)

    def _release_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _discard(self) -> None:
        """End the process and forget it; the next call starts another."""
        self._kill()
        self._release_connection()
        self._process = None

    def _send(self, request: tuple[bool, int, Callable[..., Any], tuple[Any, ...]], subject: str) -> None:
        try:
            self._live_connection().send(request)
        except OSError as error:
            raise self._crash(subject) from error

    def _receive(self, timeout_seconds: float, subject: str) -> tuple[str, Any]:
        """The next reply.

        Raises:
            DecoderCrashError: there is none.
        """
        try:
            connection = self._live_connection()
            if not connection.poll(timeout_seconds):
                raise DecoderCrashError(
                    f"The decoder gave no answer on {subject} for {timeout_seconds:g} s and was stopped; {ADVICE}."
                )
            kind, value = unpack(connection.recv_bytes())
        except (EOFError, OSError, ValueError, TypeError) as error:
            raise self._crash(subject) from error
        return str(kind), value

    def _live_connection(self) -> Connection:
        if self._connection is None:
            raise EOFError
        return self._connection

    def _crash(self, subject: str) -> DecoderCrashError:
        """The error for a process that is gone; its end is awaited and told."""
        process = self._process
        self._discard()
        if self._closed:
            return DecoderCrashError(f"The decoder was closed while it worked on {subject}.")
        return DecoderCrashError(f"The decoder crashed on {subject} ({_end_of(process)}); {ADVICE}.")

    def _error_of(self, kind: str, value: Any, subject: str) -> VidvizError:
        if kind == "known":
            return _rebuild_error(*value)
        if kind == "memory":
            self._discard()  # what is left of it may be in pieces
            allowed = f"{self._memory_bytes / 2**30:g} GiB"
            return DecoderCrashError(f"Decoding {subject} needs more than the {allowed} of memory allowed; {ADVICE}.")
        failure = MediaError(f"Decoding {subject} failed in an unforeseen way; {ADVICE}.")
        failure.behind, failure.incomplete = value, True
        return failure


def _subject_of(args: tuple[Any, ...]) -> str:
    """The file that a call is about, for messages: its first argument that is a `Path`, or a first text."""
    for arg in args:
        if isinstance(arg, Path):
            return file_label(arg)
    return file_label(args[0]) if args and isinstance(args[0], str) else "a file"


def _end_of(process: subprocess.Popen[bytes] | None) -> str:
    code = process.returncode if process else None
    if code is None:
        return "it is gone"
    try:
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
    except ValueError:
        return f"exit code {code}"


def _rebuild_error(name: str, sentence: str, attributes: dict[str, Any]) -> VidvizError:
    """The error that the process raised: same class, same sentence, whatever its constructor wants."""
    kind = getattr(errors, name, MediaError)
    if not (isinstance(kind, type) and issubclass(kind, VidvizError)):
        kind = MediaError
    error: VidvizError = kind.__new__(kind)
    error.args = (sentence,)
    error.__dict__.update(attributes)
    return error
