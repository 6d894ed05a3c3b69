"""Secrets that must not stand in any log: known ones by their text, others by where they stand in an address."""

from __future__ import annotations

import base64
import os
import re
import threading
from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit

from vidviz.config import milvus_settings

SHORTEST_PART = 4  # of a password or token that is hidden by itself; "a" would be hidden in every word
SHORTEST_SETTING = 6  # of a variable's value; shorter ones are rather switches than secrets
HIDDEN = "***"
_NAMES = {"TOKEN", "TOKENS", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASS", "CREDENTIAL", "CREDENTIALS", "KEY"}
_IN_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)[^/\s@'\"‹›]+@")

_hidden: set[str] = set()
_guard = threading.Lock()


def credentials_of(uri: str, token: str) -> tuple[str, ...]:
    """What nobody may read of a server's address and its token: both whole, and their longer parts."""
    parts = urlsplit(uri if "://" in uri else f"//{uri}")
    credentials = parts.netloc.rpartition("@")[0]
    secrets = {token, credentials, parts.query}
    parts_of = (part for text in (token, credentials) for part in text.split(":")[1:])
    secrets |= {part for part in parts_of if len(part) >= SHORTEST_PART}
    return tuple(sorted(secret for secret in secrets if secret))


def hide(secrets: Iterable[str]) -> None:
    """Keep these texts out of every log of this process, also as an address or a header spells them."""
    spelled = {form for secret in secrets if secret for form in _spellings(secret)}
    with _guard:
        _hidden.update(spelled)


def hide_settings() -> None:
    """Keep what the environment has of tokens, passwords and keys out of every log of this process."""
    settings = milvus_settings()
    hide(credentials_of(settings.uri, settings.token))
    hide(
        value
        for name, value in os.environ.items()
        if len(value) >= SHORTEST_SETTING and _NAMES & set(name.upper().split("_"))
    )


def redact(text: str) -> str:
    """The text without any secret."""
    with _guard:
        secrets = sorted(_hidden, key=len, reverse=True)
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return _IN_ADDRESS.sub(rf"\1{HIDDEN}@", text)


def _spellings(secret: str) -> set[str]:
    lines = {line for line in secret.splitlines() if len(line) >= SHORTEST_SETTING}  # of a key, say
    header = base64.b64encode(secret.encode(errors="replace")).decode()
    return {secret, quote(secret, safe=""), unquote(secret), header, *lines}
