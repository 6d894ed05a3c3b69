"""Whether the keyframes of an H.264 stream are such that a browser can begin with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

SLICE, IDR_SLICE = 1, 5  # types of NAL unit, ITU-T H.264, table 7-1
INTRA_SLICES = frozenset({2, 4, 7, 9})  # slice_type, table 7-6: the picture is made from no other
START_CODE = b"\x00\x00\x01"


class EntryPoints:
    """Looks at the packets of an H.264 stream, in their order, for keyframes that cannot be begun with.

    IDR pictures can: nothing after one refers to what was before. Files with open groups of pictures, or with pictures
    that are refreshed bit by bit, mark others as keyframes, too; where a browser is sent there, it meets frames that
    need earlier ones and stops with an error.

    Args:
        extradata: the stream's header, which tells how the units in a packet are told apart.
    """

    def __init__(self, extradata: bytes | None) -> None:
        self.deceive = False
        self._size_bytes = 0
        if extradata is not None and len(extradata) > 4 and extradata[0] == 1:
            self._size_bytes = (extradata[4] & 3) + 1
        self._open_since: int | None = None

    def look_at(self, packet: Any, *, is_entry: bool) -> None:
        """Note the next packet; `is_entry` says whether the file calls it a keyframe."""
        if not packet.size or self.deceive:
            return
        if is_entry:
            self._enter(bytes(packet), packet.pts)
        elif self._open_since is not None and packet.pts is not None:
            self.deceive = packet.pts < self._open_since  # shown before the keyframe, decoded after it

    def _enter(self, content: bytes, pts: int | None) -> None:
        units = _sized_units(content, self._size_bytes) if self._size_bytes else _marked_units(content)
        kind, body = next(((kind, body) for kind, body in units if SLICE <= kind <= IDR_SLICE), (SLICE, b""))
        self._open_since = None if kind == IDR_SLICE else pts
        self.deceive = kind != IDR_SLICE and slice_type(body) not in INTRA_SLICES


def slice_type(body: bytes) -> int:
    """The slice_type in the head of a slice (7.3.3): its second number, in Exp-Golomb code; -1 where there is none."""
    bits = "".join(f"{byte:08b}" for byte in body[:16])
    position, number = 0, -1
    for _ in range(2):
        zeros = bits.find("1", position) - position
        end = position + 2 * zeros + 1
        if zeros < 0 or end > len(bits):
            return -1
        number = int(bits[position + zeros : end], 2) - 1
        position = end
    return number


def _sized_units(content: bytes, size_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Type and head of the units in a packet where each follows its length (ISO/IEC 14496-15)."""
    position = 0
    while position + size_bytes < len(content):
        length = int.from_bytes(content[position : position + size_bytes])
        position += size_bytes
        yield content[position] & 31, content[position + 1 : position + 17]
        position += length


def _marked_units(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and head of the units in a packet where each follows a start code (ITU-T H.264, annex B)."""
    position = content.find(START_CODE)
    while 0 <= position < len(content) - len(START_CODE):
        position += len(START_CODE)
        yield content[position] & 31, content[position + 1 : position + 17]
        position = content.find(START_CODE, position)
