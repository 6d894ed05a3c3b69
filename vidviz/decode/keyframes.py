"""Whether an H.264 keyframe is a real start: browsers can only begin there."""

from __future__ import annotations

from collections.abc import Iterator

SLICE, IDR_SLICE = 1, 5  # types of NAL unit, ITU-T H.264, table 7-1
START_CODE = b"\x00\x00\x01"


def is_real_start(packet: bytes, extradata: bytes | None) -> bool:
    """Whether the picture in an H.264 packet is an IDR picture, so that nothing after it refers to what was before.

    Files with open groups of pictures mark others as keyframes as well: frames that are decoded after those may need
    frames from before, and where a browser was sent there it stops with an error.

    Args:
        packet: one picture, as the container holds it.
        extradata: the stream's header, which tells how the units in a packet are told apart.
    """
    sized = extradata is not None and len(extradata) > 4 and extradata[0] == 1
    units = _sized_units(packet, (extradata[4] & 3) + 1) if sized and extradata else _marked_units(packet)
    first_slice = next((kind for kind in units if SLICE <= kind <= IDR_SLICE), None)
    return first_slice == IDR_SLICE


def _sized_units(packet: bytes, size_bytes: int) -> Iterator[int]:
    """The types of the units in a packet where each follows its length (ISO/IEC 14496-15)."""
    position = 0
    while position + size_bytes < len(packet):
        length = int.from_bytes(packet[position : position + size_bytes])
        position += size_bytes
        yield packet[position] & 31
        position += length


def _marked_units(packet: bytes) -> Iterator[int]:
    """The types of the units in a packet where each follows a start code (ITU-T H.264, annex B)."""
    position = packet.find(START_CODE)
    while 0 <= position < len(packet) - len(START_CODE):
        yield packet[position + len(START_CODE)] & 31
        position = packet.find(START_CODE, position + len(START_CODE))
