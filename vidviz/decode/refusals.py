"""Why a file cannot be read as a video, by a look at its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vidviz.decode.file_names import file_label

READ_BYTES = 2**20
MOST_BOXES = 1000
MP4_BOXES = frozenset({b"ftyp", b"moov", b"moof", b"mdat", b"styp", b"sidx", b"wide", b"free", b"skip", b"pnot"})
ENCRYPTED = (b"encv", b"enca", b"drms", b"drmi")  # sample entries of ISO/IEC 23001-7, and of Apple's own
STILL_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif", b"jxl ", b"crx "})
SIGNATURES = (
    (b"version https://git-lfs", "is a pointer of Git LFS and not the video itself; fetch it with `git lfs pull`"),
    (b"PK\x03\x04", "is a ZIP archive; unpack it and import what is in it"),
    (b"\xff\xd8\xff", "is a photo, not a video; leave it out"),
    (b"\x89PNG\r\n", "is a picture, not a video; leave it out"),
    (b"<!doctype html", "is a web page, not a video: the download did not give the file itself; download it again"),
    (b"<html", "is a web page, not a video: the download did not give the file itself; download it again"),
)
UNKNOWN = "is not a video that can be read: its content is none of the known video formats"
ADVICE = "Leave it out or convert it to MP4 first."


def why_unreadable(path: Path) -> str:
    """A sentence or two on a file that cannot be opened as a video, or of which no frame can be decoded."""
    label = file_label(path)
    reason = _reason(path)
    return f"{label} {reason}." if reason else f"{label} {UNKNOWN}. {ADVICE}"


def why_no_frame(path: Path) -> str:
    """A sentence on a file that was opened as a video and gives no frame."""
    return f"{file_label(path)} {_reason(path) or 'holds no frame that can be decoded; it is damaged'}."


def is_photo(path: Path) -> bool:
    """Whether a file is an HEIC or AVIF photo: FFmpeg reads those as films of one frame."""
    boxes = dict(_boxes(path))
    return b"moov" not in boxes and boxes.get(b"ftyp", b"")[:4] in STILL_BRANDS


def _reason(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(64)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "is a picture, not a video; leave it out"
    for signature, reason in SIGNATURES:
        if head.lstrip().lower().startswith(signature.lower()):
            return reason
    boxes = dict(_boxes(path))
    if not boxes.keys() & MP4_BOXES:
        return None
    return _mp4_reason(boxes)


def _mp4_reason(boxes: dict[bytes, bytes]) -> str | None:
    if b"moov" not in boxes and boxes.get(b"ftyp", b"")[:4] in STILL_BRANDS:
        return "is a photo, not a video; leave it out"
    if b"moov" not in boxes and b"moof" in boxes:
        return "is a piece of a stream without the header that belongs to it; join it to that first"
    if b"moov" not in boxes and (b"mdat" in boxes or b"ftyp" in boxes):
        return (
            "is an MP4 or QuickTime file without its index (moov): the recording or the download broke off before the "
            "end; copy it again, or have a repair tool rebuild the index"
        )
    if any(entry in boxes.get(b"moov", b"") for entry in ENCRYPTED):
        return "is encrypted (copy-protected) and cannot be decoded; use an unprotected copy"
    if not boxes.keys() & {b"mdat", b"moof"}:
        return "holds only the header of a stream and no pictures; join it to the pieces that belong to it"
    return None


def _boxes(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Type and beginning of the content of each outer box of an MP4 file (ISO/IEC 14496-12), as far as they go."""
    size = path.stat().st_size
    with path.open("rb") as file:
        position = 0
        for _ in range(MOST_BOXES):
            file.seek(position)
            header = file.read(8)
            length, kind = int.from_bytes(header[:4]), header[4:]
            if length == 1:
                length = int.from_bytes(file.read(8))
            if len(header) < 8 or not kind.isascii() or not (length >= 8 or length == 0):
                return
            yield kind, file.read(READ_BYTES if kind == b"moov" else 64)
            position = position + length if length else size
            if position >= size:
                return
