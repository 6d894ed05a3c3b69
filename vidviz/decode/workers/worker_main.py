"""The child's side of `worker`: run what the parent asks for, answer over a socket, live no longer than the parent.

Started by `worker` with `python -c`, so that no script of the parent's is imported again. It loads next to nothing
itself: what a call needs comes with the function it names.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Literal

from vidviz.decode.workers.reply_format import pack
from vidviz.errors import VidvizError

PARENT_CHECK_SECONDS = 0.5

# What the child sends: ("item", value), then ("end", None); or ("value", value); or
# ("known", (class name, sentence, attributes)) for a VidvizError; ("memory", None); ("unknown", a text for the log).
Reply = tuple[Literal["item", "end", "value", "known", "memory", "unknown"], Any]


def main(socket_fd: int, parent_id: int, memory_bytes: int) -> None:
    """Serve calls until the parent closes the socket or is gone.

    Args:
        socket_fd: the inherited socket, for a `multiprocessing` connection.
        parent_id: the process id of the parent.
        memory_bytes: how much address space this process may take, where the platform can bound it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle, and it closes us
    threading.Thread(target=_die_with, args=(parent_id,), daemon=True).start()
    _bound_memory(memory_bytes)
    connection = Connection(socket_fd)
    while True:
        try:
            streams, prefetch, function, arguments = connection.recv()
        except (EOFError, OSError):
            return
        except Exception:  # what was asked for cannot be imported here
            _send(connection, _unknown())
            continue
        try:
            if streams:
                _stream(connection, prefetch, function, arguments)
            else:
                _send(connection, _answer(lambda: ("value", function(*arguments))))  # noqa: B023 - called at once
        except (BrokenPipeError, ConnectionResetError):
            return


def _send(connection: Connection, reply: Reply) -> None:
    """Send a reply, or that it cannot be sent: it is packed whole before its first byte leaves."""
    try:
        packed = pack(reply)
    except Exception:
        packed = pack(_unknown())
    connection.send_bytes(packed)


def _answer(produce: Callable[[], Reply]) -> Reply:
    """What `produce` gives, or its failure as something that can be sent."""
    try:
        return produce()
    except VidvizError as error:
        return "known", (type(error).__name__, str(error), _attributes_of(error))
    except MemoryError:
        return "memory", None
    except Exception:
        return _unknown()


def _attributes_of(error: VidvizError) -> dict[str, Any]:
    """What the error holds beside its sentence; what it came of goes as text, for the parent's log."""
    from vidviz.log.record_text import failure_text

    behind = {"behind": failure_text(error)} if error.__cause__ and not error.behind else {}
    return {**vars(error), **behind}


def _unknown() -> Reply:
    """The exception in hand, which nothing foresaw."""
    from vidviz.log.record_text import failure_text

    error = sys.exception()
    return "unknown", failure_text(error) if error else ""


def _stream(connection: Connection, prefetch: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Send the items of an iterable; at most `prefetch` are made ahead of what the parent has taken."""
    replies: queue.Queue[Reply] = queue.Queue(maxsize=prefetch)

    def make_items() -> None:
        def items() -> Reply:
            for item in function(*arguments):
                replies.put(("item", item))
            return "end", None

        replies.put(_answer(items))

    threading.Thread(target=make_items, daemon=True).start()
    while True:
        reply = replies.get()
        _send(connection, reply)
        if reply[0] != "item":
            return


def _die_with(parent_id: int) -> None:
    """End this process when the parent has; whatever it is doing, for a decoder may be deep in C code."""
    while os.getppid() == parent_id:
        time.sleep(PARENT_CHECK_SECONDS)
    os._exit(1)


def _bound_memory(memory_bytes: int) -> None:
    import resource

    with suppress(OSError, ValueError):  # macOS refuses; the other bounds still hold
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash on a hostile file must not fill the disk
