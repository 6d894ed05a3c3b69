"""Published weights into torch hub's cache, with progress; a partial download never counts."""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import urlparse

from vidviz.embed.description import Weights
from vidviz.errors import BackboneError

# Long enough for a slow server to answer, short enough that nobody offline waits.
TIMEOUT_SECONDS = 8.0
CHUNK_BYTES = 1 << 20

Progress = Callable[[int, int], None]


def download_weights(backbone: str, weights: Weights, path: Path, on_progress: Progress | None = None) -> None:
    """Fetch published weights into `path`, as torch hub would, checking the published SHA-256.

    Args:
        backbone: the backbone's name, for the sentence.
        weights: what to fetch.
        path: where the file goes; it appears there only when it is whole.
        on_progress: called with bytes done and bytes in all (0 when unknown).

    Raises:
        BackboneError: it cannot be had; the sentence says what to do instead.
    """
    if urlparse(weights.url).scheme not in ("https", "http"):
        raise BackboneError(f"The address {weights.url!r} of {backbone} {weights.name} is not http or https.")
    partial: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".partial")
        partial = Path(name)
        with os.fdopen(handle, "wb") as file:
            digest = _fetch(weights.url, file, on_progress or _be_silent)
        if not digest.startswith(weights.sha256_prefix):
            raise BackboneError(
                f"What {weights.url} sent is not {backbone} {weights.name}: its SHA-256 begins with {digest[:8]}, "
                f"not {weights.sha256_prefix}. Try again, or use weights=random."
            )
        # mkstemp makes the file private; a shared cache stays readable as torch hub leaves it.
        partial.chmod(0o644)
        partial.replace(path)
    except (OSError, http.client.HTTPException) as error:
        raise BackboneError(_offline_sentence(backbone, weights, path, error)) from error
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)


def _be_silent(_done_bytes: int, _total_bytes: int) -> None:
    """No progress asked for."""


def _fetch(url: str, file: IO[bytes], on_progress: Progress) -> str:
    """Copy the address into the file; its SHA-256 in hexadecimal."""
    request = urllib.request.Request(url, headers={"User-Agent": "torch.hub"})  # noqa: S310 - scheme is checked
    digest, done = hashlib.sha256(), 0
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
        total = int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(CHUNK_BYTES):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            on_progress(done, total)
    if total and done != total:
        raise OSError(f"the connection ended after {done} of {total} bytes")
    return digest.hexdigest()


def _offline_sentence(backbone: str, weights: Weights, path: Path, error: Exception) -> str:
    reason = str(getattr(error, "reason", error))
    return (
        f"The weights {weights.name} of {backbone} could not be fetched from {weights.url} ({reason}): "
        f"put the file at {path} by hand, or use weights=random to look at the untrained network."
    )
