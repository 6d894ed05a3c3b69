"""Frames that are not decoded are ones that nobody would have seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidviz.config import DecodeLimits
from vidviz.decode import read as read_module
from vidviz.decode.clock import FrameClock
from vidviz.decode.frames import FrameSource
from vidviz.decode.read import read_clips
from vidviz.decode.sample import pick_frames
from vidviz.decode.skipped_frames import LOOKED_AHEAD, TRUSTED_AFTER_FRAMES, Sparer, marks_unneeded_frames
from vidviz.types import FrameSpec, Span

LIMITS = DecodeLimits()
SPEC = FrameSpec(4, 32, 32)


@dataclass(frozen=True)
class FakePacket:
    pts: int | None
    size: int = 10


def clock_at_zero() -> FrameClock:
    clock = FrameClock(Fraction(1, 1000), 0.04)
    clock.read(0)
    return clock


def trusted_sparer(moments: Sequence[float]) -> Sparer:
    """One that has seen enough frames to begin."""
    sparer = Sparer(clock_at_zero(), moments)
    for _ in range(TRUSTED_AFTER_FRAMES):
        sparer.show(-1)
    return sparer


@st.composite
def reordered(draw: st.DrawFn) -> list[int]:
    """Timestamps of up to 80 frames at any pace, in an order of decoding as B-frames make it."""
    stamps = np.cumsum(draw(st.lists(st.integers(1, 400), min_size=1, max_size=80))).tolist()
    order: list[int] = []
    while stamps:
        group = stamps[: draw(st.integers(1, LOOKED_AHEAD))]
        stamps = stamps[len(group) :]
        order += [group[-1], *draw(st.permutations(group[:-1]))]
    return order


@settings(max_examples=150, deadline=None)
@given(reordered(), st.lists(st.floats(0, 20), max_size=20).map(sorted))
def test_no_frame_is_spared_that_is_on_screen_at_a_wanted_moment(order: list[int], moments: list[float]) -> None:
    moments = [round(moment, 6) for moment in moments]
    given_out = list(trusted_sparer(moments).sift([*map(FakePacket, order), FakePacket(None, 0)]))
    assert [packet.pts for packet, _ in given_out] == [*order, None]
    stamps = np.array(sorted(order))
    wanted = {
        int(stamps[i]) for i in pick_frames(stamps / 1000, np.array([m for m in moments if m >= stamps[0] / 1000]))
    }
    spared = {packet.pts for packet, spared in given_out if spared}
    assert not spared & (wanted | set(stamps[-2:].tolist()))
    if not moments:
        assert len(spared) >= len(order) - 2 * LOOKED_AHEAD


def test_nothing_is_spared_before_a_file_is_trusted_nor_where_timestamps_are_unclear() -> None:
    packets = [FakePacket(40 * i) for i in range(60)]
    assert not any(spared for _, spared in Sparer(clock_at_zero(), []).sift(packets))
    for odd in (FakePacket(None), FakePacket(0), FakePacket(40)):
        assert not any(spared for _, spared in trusted_sparer([]).sift([*packets[:2], odd, *packets[2:]]))
    repaired = clock_at_zero()
    repaired.read(0)
    sparer = Sparer(repaired, [])
    sparer.show(0)
    assert not any(spared for _, spared in sparer.sift(packets))


def test_a_frame_that_fails_to_appear_is_missed() -> None:
    sparer = trusted_sparer([0.5])
    for packet, spared in sparer.sift([FakePacket(40 * i) for i in range(60)]):
        if packet.pts == 40 * 12:
            assert not spared  # on screen at 0.5 s
        elif not spared:
            sparer.show(packet.pts)
    assert sparer.num_spared
    assert sparer.lost


def test_an_error_comes_after_the_packets_before_it() -> None:
    def breaking() -> Iterator[FakePacket]:
        yield from map(FakePacket, range(0, 200, 40))
        raise av.error.InvalidDataError(1, "broken")

    sifted = trusted_sparer([]).sift(breaking())
    assert [next(sifted)[0].pts for _ in range(5)] == [0, 40, 80, 120, 160]
    with pytest.raises(av.FFmpegError):
        next(sifted)


def moving_texture(count: int) -> list[np.ndarray]:
    """Frames that move, so that the encoder has something to predict and a wrong frame shows."""
    y, x = np.mgrid[0:64, 0:96]
    return [
        np.stack([np.sin((x + 3 * i) / 9 + c) * 50 + np.cos((y - 2 * i) / 7) * 50 + 128 for c in range(3)], -1).astype(
            np.uint8
        )
        for i in range(count)
    ]


def read_all(path: Path, spans: Sequence[Span], monkeypatch: pytest.MonkeyPatch, *, spare: bool) -> tuple[Any, Any]:
    """The clips, and the last source they were read from."""
    sources: list[FrameSource] = []

    def source(video: Any, limits: DecodeLimits, moments: Sequence[float]) -> FrameSource:
        sources.append(FrameSource(video, limits, moments if spare else None))
        return sources[-1]

    monkeypatch.setattr(read_module, "FrameSource", source)
    return dict(read_clips(path, spans, SPEC, LIMITS)), sources[-1]


CODINGS: dict[str, dict[str, Any]] = {
    "pyramid.mp4": {"options": {"bf": "3", "x264-params": "b-pyramid=normal:keyint=40"}},
    "flat.mkv": {"options": {"bf": "5", "x264-params": "b-pyramid=none:keyint=60"}},
    "open.mp4": {"options": {"bf": "3", "x264-params": "open-gop=1:keyint=24"}},
    "turned.mov": {"options": {"bf": "2"}, "rotation": 90},
    "uneven.mkv": {"options": {"bf": "3"}, "times": np.cumsum([0.02 + 0.1 * (i % 7 == 0) for i in range(150)])},
    "late.mp4": {"options": {"bf": "3"}, "times": [10 + i / 30 for i in range(150)]},
    "slices.mp4": {"options": {"bf": "3", "x264-params": "slices=3"}},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": "log-level=none:bframes=4:keyint=40:pools=1"}},
    "intra.mp4": {"options": {"g": "1"}},
}


@pytest.mark.parametrize("name", CODINGS)
def test_clips_are_the_same_as_when_every_frame_is_decoded(make_video, monkeypatch, name: str) -> None:
    path = make_video(name, pictures=moving_texture(150), rate=30, **CODINGS[name])
    spans = [Span(0, 1), Span(0.5, 2.1), Span(1.9, 3), Span(3, 4.2)]
    spared, source = read_all(path, spans, monkeypatch, spare=True)
    full, whole = read_all(path, spans, monkeypatch, spare=False)
    assert sorted(spared) == sorted(full) == [0, 1, 2, 3]
    assert all(np.array_equal(spared[index], full[index]) for index in full)
    assert not source.lost
    if name != "intra.mp4":
        assert source.num_frames < 0.85 * whole.num_frames


def test_only_streams_that_mark_their_frames_are_thinned_out() -> None:
    def header(layers: int) -> bytes:
        return bytes([1, *[0] * 20, layers << 3 | 7])

    assert marks_unneeded_frames("h264", None)
    assert marks_unneeded_frames("hevc", header(1))
    for extradata in (None, b"", header(0), header(2), b"\0\0\0\1" + header(1)):
        assert not marks_unneeded_frames("hevc", extradata)
    assert not marks_unneeded_frames("vp9", None)


def test_a_file_that_lies_is_decoded_in_full(make_video, monkeypatch) -> None:
    path = make_video(pictures=moving_texture(120), rate=30, options={"bf": "3"})
    spans = [Span(0, 1), Span(1, 2), Span(2, 4)]
    full, _ = read_all(path, spans, monkeypatch, spare=False)
    judge = Sparer._judge

    def spare_some_that_are_wanted(self: Sparer, packet: Any) -> tuple[Any, bool]:
        packet, spared = judge(self, packet)
        return packet, spared or self.num_spared > 3

    monkeypatch.setattr(Sparer, "_judge", spare_some_that_are_wanted)
    clips, _ = read_all(path, spans, monkeypatch, spare=True)
    assert all(np.array_equal(clips[index], full[index]) for index in full)


def test_a_truncated_file_gives_the_same_clips(make_video, monkeypatch, tmp_path: Path) -> None:
    whole = make_video(pictures=moving_texture(150), rate=30, options={"bf": "3"}, muxer={"movflags": "faststart"})
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.8)])
    spans = [Span(0, 1), Span(1, 2), Span(2.5, 3.2)]
    full, _ = read_all(cut, spans, monkeypatch, spare=False)
    spared, _ = read_all(cut, spans, monkeypatch, spare=True)
    assert sorted(full) == sorted(spared) == [0, 1, 2]
    assert all(np.array_equal(spared[index], full[index]) for index in full)
