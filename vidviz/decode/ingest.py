"""What an import does for one file, to be run in a worker: hash, scan, cut, and write what people see."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vidviz.config import DecodeLimits
from vidviz.decode.atomic_write import is_about_disk
from vidviz.decode.cut import cut_clips, cut_segments, leave_out_pauses
from vidviz.decode.file_names import file_label
from vidviz.decode.pictures.thumbnails import Reel
from vidviz.decode.preview import STRIP_FRAMES, write_poster, write_preview, write_strip
from vidviz.decode.probe import hash_file
from vidviz.decode.scan import VideoScan, scan_video
from vidviz.errors import MediaError, VidvizError, WorkspaceError
from vidviz.types import Recipe, Span, VideoProbe, clip_id

REEL_RATES = (4.0, 8.0)  # pictures a second: enough for the strips of long clips, and of short ones


@dataclass(frozen=True)
class IngestedVideo:
    """A video as the catalogue records it; `clip_ids` belong to `spans`, one each, in order.

    `video_id` is the SHA-256 of the content; `loss` is None or a sentence about what could not be read, `note` about
    how its time was taken.
    """

    video_id: str
    probe: VideoProbe
    loss: str | None
    note: str | None
    spans: tuple[Span, ...]
    clip_ids: tuple[int, ...]


def ingest_video(
    path: str | os.PathLike[str],
    recipe: Recipe,
    previews: Path,
    limits: DecodeLimits,
    segments: Sequence[tuple[float, float]] = (),
) -> IngestedVideo:
    """Read a file once, cut it into clips (by `segments` where the recipe says so), and write its previews.

    Writes `<clip_id>.poster.webp` and `<clip_id>.strip.webp` for each clip into `previews`, and
    `<video_id>.mp4` where a browser could not play the original. Each appears whole or not at all, and when
    anything fails, what this call has added is removed.

    Raises:
        MediaError: the file cannot be used as a video.
        WorkspaceError: the previews cannot be written (disk full, folder read-only).
    """
    video_id = hash_file(path)
    added: list[Path] = []
    try:
        previews.mkdir(parents=True, exist_ok=True)
        with Reel(_reel_rate(recipe.length_seconds)) as reel:
            scan = scan_video(path, limits, find_shots=recipe.cut == "shots", reel=reel)
            spans = tuple(_cut(scan, recipe, segments))
            ids = tuple(clip_id(video_id, span, recipe.key) for span in spans)
            _write_clip_previews(reel, dict(zip(ids, spans, strict=True)), previews, added)
        if not scan.probe.browser_playable:
            write_preview(path, _noted(previews / f"{video_id}.mp4", added), limits)
    except BaseException as error:
        for file in added:
            file.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, MemoryError):
            raise _as_told(error, path, previews) from error
        raise
    return _as_ingested(video_id, scan, spans, ids)


def _cut(scan: VideoScan, recipe: Recipe, segments: Sequence[tuple[float, float]]) -> list[Span]:
    if recipe.cut == "segments":
        return cut_segments(scan.duration_seconds, segments)
    return leave_out_pauses(cut_clips(scan.duration_seconds, scan.shots, recipe), scan.pauses)


def _as_told(error: OSError, path: str | os.PathLike[str], previews: Path) -> VidvizError:
    """The workspace's error where the disk is full or the previews cannot be written, else this one file's."""
    reason = error.strerror or str(error)
    if is_about_disk(error) or str(error.filename or "").startswith(str(previews)):
        text = f"The previews of {file_label(path)} cannot be written: {reason}."
        return WorkspaceError(f"{text} Make room or choose another workspace.")
    return MediaError(f"{file_label(path)} cannot be read ({reason}); convert it to MP4 first.")


def picture_clips(path: str | os.PathLike[str], clips: dict[int, Span], previews: Path, limits: DecodeLimits) -> None:
    """Write the posters and strips of clips, by their numbers, that were cut elsewhere; see `ingest_video`.

    Raises:
        MediaError: the file cannot be used as a video.
        OSError: the previews cannot be written.
    """
    previews.mkdir(parents=True, exist_ok=True)
    with Reel(_reel_rate(min(span.seconds for span in clips.values()))) as reel:
        scan_video(path, limits, find_shots=False, reel=reel)
        _write_clip_previews(reel, clips, previews, [])


def _reel_rate(length_seconds: float) -> float:
    low, high = REEL_RATES
    return min(high, max(low, STRIP_FRAMES / length_seconds))


def _write_clip_previews(reel: Reel, clips: dict[int, Span], previews: Path, added: list[Path]) -> None:
    for number, span in clips.items():
        write_poster(reel, span, _noted(previews / f"{number}.poster.webp", added))
        write_strip(reel, span, _noted(previews / f"{number}.strip.webp", added))


def _noted(path: Path, added: list[Path]) -> Path:
    """Note a file as ours to remove, unless an earlier import already made it."""
    if not path.exists():
        added.append(path)
    return path


def _as_ingested(video_id: str, scan: VideoScan, spans: tuple[Span, ...], ids: tuple[int, ...]) -> IngestedVideo:
    return IngestedVideo(video_id, scan.probe, scan.loss, scan.note, spans, ids)
