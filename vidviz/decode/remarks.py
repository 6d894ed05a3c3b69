"""Sentences on what a pass over a file met: what is lost, where its clock was not believed, where it stands still."""

from __future__ import annotations

from collections.abc import Sequence

from vidviz.decode.clock import PAUSE_SECONDS
from vidviz.decode.frames import FrameSource
from vidviz.decode.probe import header_seconds
from vidviz.types import Span

UNTOLD_LOSS_SECONDS = 0.5  # headers are this imprecise
UNTOLD_LOSS_SHARE = 0.05


def describe_loss(source: FrameSource, duration_seconds: float) -> str | None:
    """What could not be read of a file that was read to its end; None where that is nothing."""
    promised = header_seconds(source.video, source.clock.first_seconds)
    missing = (promised or 0.0) - source.clock.skipped_seconds - duration_seconds
    short = missing > max(UNTOLD_LOSS_SECONDS, UNTOLD_LOSS_SHARE * (promised or 0.0))
    frames = "1 frame was" if source.num_frames == 1 else f"{source.num_frames:,} frames were"
    if source.broken or (short and source.torn):
        total = f" of {promised:.1f} s" if promised and missing > 0 else ""
        return f"The file breaks after {duration_seconds:.1f} s{total}: {frames} read, the rest is lost."
    if short:
        return f"The file ends after {duration_seconds:.1f} s of the {promised:.1f} s in its header: {frames} read."
    return None


def describe_time(skipped_seconds: float, pauses: Sequence[Span]) -> str | None:
    """What is told of the time of a video that was read well; None where there is nothing to tell.

    Args:
        skipped_seconds: by how much its clock jumped ahead, which was left out.
        pauses: the stretches over which one picture stands still, in order.
    """
    parts = []
    if skipped_seconds:
        parts.append(
            f"The clock of the file jumps ahead by {in_words(skipped_seconds)} where no pictures are; that is left out."
        )
    if len(pauses) == 1:
        start, end = (clock_text(seconds) for seconds in (pauses[0].start_seconds, pauses[0].end_seconds))
        parts.append(f"One picture stands still from {start} to {end}; one clip stands for all within that time.")
    elif pauses:
        still = in_words(sum(pause.seconds for pause in pauses))
        parts.append(
            f"{len(pauses):,} pictures stand still for more than {PAUSE_SECONDS:g} s each ({still} together); one clip "
            "stands for all within each."
        )
    return " ".join(parts) or None


def clock_text(seconds: float) -> str:
    """A moment as players show it: 4:05, or 1:04:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def in_words(seconds: float) -> str:
    """A duration in the largest unit that it fills."""
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:.1f} s"
