"""H.264 and HEVC frames that nobody wants and no other frame is made from need not be decoded."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Any, Protocol

import av

LOOKED_AHEAD = 16  # packets: no frame of these codecs is shown later than so many after it was decoded
KEPT_STAMPS = 4 * LOOKED_AHEAD
TRUSTED_AFTER_FRAMES = 16  # a file whose timestamps are out of order shows it before


HEVC_LAYERS_BYTE = 21  # of hvcC (ISO/IEC 14496-15, 8.3.2.1): bits 3 to 5 are numTemporalLayers, 0 where unknown


def marks_unneeded_frames(codec: str, extradata: bytes | None) -> bool:
    """Whether a stream's frames say themselves that no other frame is made from them.

    HEVC says so within one temporal layer only: where there are more, a higher one may still refer to the frame.

    Args:
        codec: e.g. `h264`.
        extradata: the codec's header as the container holds it.
    """
    if codec == "h264":
        return True
    return (
        codec == "hevc"
        and extradata is not None
        and len(extradata) > HEVC_LAYERS_BYTE
        and extradata[0] == 1
        and (extradata[HEVC_LAYERS_BYTE] >> 3) & 7 == 1
    )


class Clock(Protocol):
    """What is needed of `vidviz.decode.frames.FrameClock`."""

    repaired: bool

    def seconds_of(self, pts: int) -> float:
        """The time of a frame with this timestamp."""
        ...


class Sparer:
    """Says of each packet of a stream whether its frame is wanted, in the order of decoding.

    A frame is on screen until the next one's time, which may come many packets later: packets are looked at
    `LOOKED_AHEAD` before they are given out. A frame is spared only where no moment falls into its time, so what
    is on screen at every moment stays the same. The last two frames of a file are never spared: they tell how
    long the last one stays.

    Whether the decoder really does without a spared frame is its own affair: the codec says of each frame whether
    others refer to it (nal_ref_idc in H.264, the type of NAL unit in HEVC). Should a frame that was not spared fail
    to appear, `lost` says so, and the file has to be decoded anew in full.

    Args:
        clock: tells the times of timestamps once frames have been read.
        moments: all moments of which a frame is wanted, rising, in seconds.
    """

    def __init__(self, clock: Clock, moments: Sequence[float]) -> None:
        self.num_spared = 0
        self._clock = clock
        self._moments = moments
        self._missed = False
        self._unclear = False
        self._num_shown = 0
        self.restart()

    @property
    def lost(self) -> bool:
        """Whether what was read so far may differ from what decoding in full would have given."""
        return self.num_spared > 0 and (self._missed or self._unclear or self._clock.repaired)

    def restart(self) -> None:
        """Forget the packets at hand: the file was sought in."""
        self._stamps: list[int] = []
        self._awaited: list[int] = []
        self._shown: int | None = None

    def sift(self, packets: Iterable[Any]) -> Iterator[tuple[Any, bool]]:
        """Each packet, and whether its frame can be spared.

        Raises:
            av.FFmpegError: as `packets`, after the packets before.
        """
        held: deque[Any] = deque()
        failure: av.FFmpegError | None = None
        try:
            for packet in packets:
                held.append(packet)
                self._note(packet)
                if len(held) > LOOKED_AHEAD:
                    yield self._judge(held.popleft())
        except av.FFmpegError as error:
            failure = error
        while held:
            yield self._judge(held.popleft())
        if failure is not None:
            raise failure

    def show(self, pts: int | None) -> None:
        """Note a frame that the decoder gives; they come in the order of showing."""
        self._num_shown += 1
        if pts is None:
            self._unclear = True
            return
        while self._awaited and self._awaited[0] <= pts:
            # After a seek, frames before the first may be missing: they refer to what was not read.
            self._missed |= heappop(self._awaited) < pts and self._shown is not None
        self._shown = pts

    def end(self) -> None:
        """Note that the decoder gives no more."""
        self._missed |= bool(self._awaited)

    def _note(self, packet: Any) -> None:
        if packet.pts is None:
            self._unclear |= packet.size > 0  # an empty one only ends the stream
            return
        place = bisect_left(self._stamps, packet.pts)
        self._unclear |= place < len(self._stamps) and self._stamps[place] == packet.pts
        insort(self._stamps, packet.pts)
        del self._stamps[:-KEPT_STAMPS]

    def _judge(self, packet: Any) -> tuple[Any, bool]:
        if packet.pts is None:
            return packet, False
        trusted = self._num_shown >= TRUSTED_AFTER_FRAMES and not (self._unclear or self._clock.repaired)
        if trusted and not self._is_wanted(packet.pts):
            self.num_spared += 1
            return packet, True
        heappush(self._awaited, packet.pts)
        return packet, False

    def _is_wanted(self, pts: int) -> bool:
        following = bisect_right(self._stamps, pts)
        if following + 1 >= len(self._stamps):
            return True
        start, end = self._clock.seconds_of(pts), self._clock.seconds_of(self._stamps[following])
        return bisect_left(self._moments, start) < bisect_left(self._moments, end)
