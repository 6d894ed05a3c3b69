"""Log records as text: one line each, a failure's frames below it, no secrets, and what is a person's own in marks.

Between ‹ and › stands whatever is not written in the source code of vidviz: names, paths, sentences, what other
libraries say. `without_names` leaves it out.
"""

from __future__ import annotations

import linecache
import logging
import numbers
import re
import sysconfig
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from vidviz.log.redaction import redact

OURS = "vidviz"
MOST_FRAMES = 60  # of one exception; endless recursion has a thousand alike
_PACKAGE = Path(__file__).parents[1]
_LIBRARIES = sorted(
    {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}, key=len, reverse=True
)
_MARKED = re.compile("‹[^‹›]*›")
_CONTROL = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "?")


class Plain(str):
    """A text of our own among a record's arguments, such as a function's name: it needs no marks."""

    __slots__ = ()


class RecordText(logging.Formatter):
    """Formats records for the log file and for the terminal alike."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line, and the failure that goes with it below."""
        log_id = getattr(record, "log_id", "")
        head = f"{self.formatTime(record)} {record.levelname} {record.process} {record.name}"
        text = f"{head}{f' [{log_id}]' if log_id else ''} {_message_of(record)}"
        if record.exc_info and record.exc_info[1]:
            text += f"\n{failure_text(record.exc_info[1])}"
        return redact(text.translate(_CONTROL))


def without_names(text: str) -> str:
    """The text with all that stands between marks left out."""
    return _MARKED.sub("‹…›", text)


def failure_text(error: BaseException) -> str:
    """An exception with its frames, after those that it came of, also where `from None` hides them from readers."""
    return "\n".join(line for one in reversed(list(_chain(error))) for line in _lines_of(one))


def _message_of(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] != OURS:
        return _mark(record.getMessage())
    arguments: Any = record.args
    if isinstance(arguments, Mapping):
        return str(record.msg) % {name: _mark_argument(value) for name, value in arguments.items()}
    return str(record.msg) % tuple(_mark_argument(value) for value in arguments) if arguments else str(record.msg)


def _mark_argument(value: Any) -> Any:
    return value if isinstance(value, (numbers.Real, Plain)) else _mark(str(value))


def _mark(text: str) -> str:
    """The text in marks, of which it holds none itself; further lines of it look like no record."""
    return f"‹{text.replace('‹', '<').replace('›', '>').replace(chr(10), chr(10) + '    ')}›"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def _lines_of(error: BaseException) -> Iterator[str]:
    sentence = str(error)
    behind = getattr(error, "behind", "")
    if behind:
        yield f"  in another process:\n{behind}"
    yield f"  {type(error).__qualname__}{f': {_mark(sentence)}' if sentence else ''}"
    frames = list(_frames_of(error.__traceback__))
    if len(frames) > MOST_FRAMES:
        half = MOST_FRAMES // 2
        frames = [*frames[:half], f"    ... {len(frames) - 2 * half} further frames", *frames[-half:]]
    yield from frames


def _frames_of(trace: TracebackType | None) -> Iterator[str]:
    for frame, line in traceback.walk_tb(trace):
        code = frame.f_code
        yield f"    {_place(code.co_filename, code.co_name, line)}"


def _place(filename: str, function: str, line: int) -> str:
    """Where a frame is, without the folders of this machine; code that is neither ours nor a library's in marks."""
    path = Path(filename)
    if path.is_relative_to(_PACKAGE):
        source = linecache.getline(filename, line).strip()
        return f"{Path(OURS) / path.relative_to(_PACKAGE)}:{line} {function}: {source}"
    for library in _LIBRARIES:
        if path.is_relative_to(library):
            return f"{path.relative_to(library)}:{line} {function}"
    return f"{_mark(filename)}:{line} {_mark(function)}"
