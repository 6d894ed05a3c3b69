"""What an engine's failure means, as a sentence without secrets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from vidviz.errors import SearchIndexError

LONGEST_CAUSE = 200
SHORTEST_PART = 4  # of a password or token that is hidden by itself; "a" would be hidden in every word
_REFUSED = ("unauthenticated", "auth check failure", "permission_denied", "permission denied", "invalid token")
_SILENT = ("unavailable", "fail connecting", "failed to connect", "deadline", "timeout", "timed out", "closed channel")
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
    credentials = parts.netloc.rpartition("@")[0]
    secrets = {token, credentials, parts.query}
    parts_of = (part for text in (token, credentials) for part in text.split(":")[1:])
    secrets |= {part for part in parts_of if len(part) >= SHORTEST_PART}
    shown = f"{parts.scheme}://{host}" if parts.scheme else host
    return Place(shown, lite=False, secrets=tuple(sorted(secret for secret in secrets if secret)))


@contextmanager
def explain_failures(place: Place, collection: str = "") -> Iterator[None]:
    """Turn whatever the engine raises into a SearchIndexError that says what to do."""
    import grpc  # type: ignore[import-untyped]
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except (MilvusException, grpc.RpcError, OSError, ValueError, TypeError, KeyError) as error:
        # `from None`: a cause's own text may quote the connection parameters.
        raise _failure(place, collection, error) from None


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
    if collection and any(mark in lower for mark in _GONE):
        return GoneError(
            f"The collection {collection} is gone from {place.shown}, dropped by somebody or never built; "
            "run `vidviz index rebuild`."
        )
    if place.lite:
        return SearchIndexError(
            f"The index {place.shown} cannot be read or written ({place.redact(cause)}). `vidviz index rebuild` makes "
            "it again from the stored vectors."
        )
    if any(mark in lower for mark in _REFUSED):
        return SearchIndexError(f"Milvus at {place.shown} refuses the token; check VIDVIZ_MILVUS_TOKEN.")
    if any(mark in lower for mark in _SILENT):
        return NoAnswerError(
            f"Milvus at {place.shown} does not answer; start it, correct VIDVIZ_MILVUS_URI, or unset it to use "
            "Milvus Lite in the workspace."
        )
    return SearchIndexError(f"Milvus at {place.shown} failed: {place.redact(cause)}")
