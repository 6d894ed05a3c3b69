"""Decoder processes that all sessions of a server share: a hostile file takes one down, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidviz.config import DecodeLimits
from vidviz.single_flight import made_once

if TYPE_CHECKING:
    from vidviz.decode.workers.worker import DecodeWorker


@made_once
def clip_decoder() -> DecodeWorker:
    """Reads single clips of the library, a few frames each, so that no look inside waits for a whole file."""
    from vidviz.decode.workers.worker import DecodeWorker

    return DecodeWorker(DecodeLimits())


@made_once
def file_decoder() -> DecodeWorker:
    """Reads whole files: those that a search is asked with, and videos that get new pictures."""
    from vidviz.decode.workers.worker import DecodeWorker

    return DecodeWorker(DecodeLimits())
