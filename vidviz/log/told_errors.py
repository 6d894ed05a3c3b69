"""Failures as the sentences that people read, with a log id where the log knows more.

Code that turns an exception into a VidvizError says by `raise ... from error` that there is more to know, and by
`from None` that the sentence tells it whole. Whoever shows a failure to a person asks `sentence_of` for it; the
failure is logged there, once, with all that it came of.
"""

from __future__ import annotations

import contextlib
import logging
import secrets

from vidviz.errors import MediaError, VidvizError
from vidviz.log.process_log import log_file
from vidviz.log.redaction import redact

logger = logging.getLogger(__name__)
ID_BYTES = 3
_NO_ROOM = ("failed to map segment", "cannot allocate memory", "can't allocate memory", "out of memory")


def sentence_of(error: BaseException, unforeseen: str = "Something unforeseen went wrong") -> str:
    """The sentence for a person, with the log id where the failure is logged and its sentence does not say it all.

    Args:
        error: a VidvizError, which is its own sentence, or any other exception.
        unforeseen: how the sentence of any other exception begins.
    """
    sentence = str(error) if isinstance(error, VidvizError) else _unforeseen(error, unforeseen)
    log_id = log_error(error)
    return f"{sentence} (log id {log_id})" if log_id else sentence


def log_error(error: BaseException) -> str:
    """Log a failure, unless it is logged already; returns its log id, "" where it has none.

    A refusal that says all has no id, and no failure has one where no log is kept.
    """
    known = getattr(error, "log_id", None)
    if known is not None:
        return str(known)
    log_id = secrets.token_hex(ID_BYTES) if _needs_id(error) else ""
    level = logging.ERROR if log_id else logging.INFO
    told_whole = isinstance(error, VidvizError) and not (log_id or error.__cause__ or error.behind)
    logger.log(level, "%s", error, exc_info=None if told_whole else error, extra={"log_id": log_id})
    file = log_file()
    kept = log_id if file is not None and level >= file.level and file.keeps else ""
    with contextlib.suppress(AttributeError):  # an exception class with slots
        error.log_id = kept  # type: ignore[attr-defined]
    return kept


def _unforeseen(error: BaseException, beginning: str) -> str:
    if _is_short_of_memory(error):
        return redact(
            f"There is too little memory for this ({str(error) or 'none is left'}). Close other programs, or raise the "
            "limit of this one, and try again."
        )
    return redact(f"{beginning}: {type(error).__name__}: {error}")


def _is_short_of_memory(error: BaseException) -> bool:
    """Also where a library of the system, or another process, does not fit in."""
    text = str(error).lower()
    wanting = any(mark in text for mark in _NO_ROOM)
    return isinstance(error, MemoryError) or (isinstance(error, (ImportError, OSError, RuntimeError)) and wanting)


def _needs_id(error: BaseException) -> bool:
    if not isinstance(error, VidvizError) or error.incomplete:
        return True
    cause = error.__cause__
    if isinstance(cause, VidvizError):
        return _needs_id(cause)
    if isinstance(cause, OSError) and cause.strerror and cause.strerror in str(error):
        return False
    # What is wrong with a file of a person's is told whole; what the decoder says of it is in the log by its name.
    return bool(cause or error.behind) and not isinstance(error, MediaError)
