"""What an engine's failure means, as a sentence without secrets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from traceback import walk_tb
from urllib.parse import urlsplit

from vidviz.errors import SearchIndexError, VidvizError
from vidviz.log.redaction import credentials_of, hide

LONGEST_CAUSE = 200
ENGINE = {"pymilvus", "milvus_lite", "grpc", "google"}
"""The packages whose code an exception comes from that means the engine or its files; "google" is protobuf's."""
_REFUSED = ("unauthenticated", "auth check failure", "permission_denied", "permission denied", "invalid token")
_SILENT = ("unavailable", "fail connecting", "failed to connect", "deadline", "timeout", "timed out", "closed channel")
_DAMAGED = ("magic bytes", "corrupt", "truncated", "parquet")
"""What Lite's libraries say of a file that is not whole; "magic bytes not found" is no collection that is gone."""
_GONE = ("not found", "can't find collection", "does not exist")


class NoAnswerError(SearchIndexError):
    """A server that does not answer; the connection to it is worth nothing any more."""


class GoneError(SearchIndexError):
    """A collection that is not there any more; it can be built again from the stored vectors."""


@dataclass(frozen=True)
class Place:
    """Where an index lives, as people may read it, and what they may not: `secrets` never reach a text."""

    shown: str
    lite: bool
    secrets: tuple[str, ...] = ()

    def redact(self, text: str) -> str:
        """The text without any secret, on one line, cut to a readable length."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        text = " ".join(text.split())
        return text if len(text) <= LONGEST_CAUSE else text[: LONGEST_CAUSE - 1] + "…"


def server_place(uri: str, token: str) -> Place:
    """The place of a server: its address without user, password, path or query."""
    parts = urlsplit(uri if "://" in uri else f"//{uri}")
    host = parts.netloc.rpartition("@")[2]
    secrets = credentials_of(uri, token)
    hide(secrets)  # from the log, too
    shown = f"{parts.scheme}://{host}" if parts.scheme else host
    return Place(shown, lite=False, secrets=secrets)


@contextmanager
def explain_failures(place: Place, collection: str = "") -> Iterator[None]:
    """Turn whatever the engine raises into a SearchIndexError that says what to do.

    An error in our own lines is no fault of the index and goes through as it is.
    """
    import grpc  # type: ignore[import-untyped]
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except VidvizError:
        raise
    except Exception as error:
        if not isinstance(error, (MilvusException, grpc.RpcError, OSError)) and not _is_of_engine(error):
            raise
        # `from None`: a cause's own text may quote the connection parameters. The log has it, redacted.
        raise _failure(place, collection, error) from None


def _is_of_engine(error: Exception) -> bool:
    """Whether an exception was raised in the engine's code, or in what that called: Lite on damaged files, mostly."""
    callers = [str(frame.f_globals.get("__name__", "")).partition(".")[0] for frame, _ in walk_tb(error.__traceback__)]
    ours = max((place for place, name in enumerate(callers) if name == "vidviz"), default=-1)
    return bool(ENGINE & set(callers[ours + 1 :]))


def _text_of(error: BaseException) -> str:
    code = getattr(error, "code", None)
    details = getattr(error, "details", None)
    if callable(code) and callable(details):  # grpc.RpcError
        return f"{code()}: {details()}"
    return str(getattr(error, "message", "") or error)


def _failure(place: Place, collection: str, error: Exception) -> SearchIndexError:
    cause = _text_of(error)
    # pymilvus says "illegal connection params or server unavailable" of a wrong token; only the cause knows better.
    lower = f"{cause} {_text_of(error.__cause__) if error.__cause__ else ''}".lower()
    if "no space left" in lower:
        return SearchIndexError(f"The disk of the index {place.shown} is full; free some space and try again.")
    damaged = any(mark in lower for mark in _DAMAGED)
    if collection and not damaged and any(mark in lower for mark in _GONE):
        return GoneError(
            f"The collection {collection} is gone from {place.shown}, dropped by somebody or never built; "
            "run `vidviz index rebuild`."
        )
    if place.lite:
        return _incomplete(
            SearchIndexError(
                f"The index {place.shown} cannot be read or written ({place.redact(cause)}). `vidviz index rebuild` "
                "makes it again from the stored vectors."
            )
        )
    if any(mark in lower for mark in _REFUSED):
        return SearchIndexError(f"Milvus at {place.shown} refuses the token; check VIDVIZ_MILVUS_TOKEN.")
    if any(mark in lower for mark in _SILENT):
        return _incomplete(
            NoAnswerError(
                f"Milvus at {place.shown} does not answer; start it, correct VIDVIZ_MILVUS_URI, or unset it to use "
                "Milvus Lite in the workspace."
            )
        )
    return _incomplete(SearchIndexError(f"Milvus at {place.shown} failed: {place.redact(cause)}"))


def _incomplete(failure: SearchIndexError) -> SearchIndexError:
    """A failure of which the log knows more, though its sentence must not say from what it came."""
    failure.incomplete = True
    return failure
