"""Times where the file's clock jumps, where one picture stands still, and where only times of decoding are known."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext

from vidviz.config import DecodeLimits
from vidviz.decode.clock import FrameClock, Trust, longest_stay
from vidviz.decode.cut import cut_clips, leave_out_pauses
from vidviz.decode.frames import FrameSource
from vidviz.decode.ingest import ingest_video
from vidviz.decode.pictures.thumbnails import Reel
from vidviz.decode.probe import open_video
from vidviz.decode.read import read_clips
from vidviz.decode.scan import VideoScan, scan_video
from vidviz.types import FrameSpec, Recipe, Span

LIMITS = DecodeLimits()
TICK = Fraction(1, 1000)
HOUR = 3600


def scan(path: Path) -> VideoScan:
    with Reel() as reel:
        return scan_video(path, LIMITS, find_shots=False, reel=reel)


def times_of(path: Path) -> list[float]:
    with open_video(path, LIMITS) as video:
        return [seconds for seconds, _ in FrameSource(video, LIMITS)]


def remux(source: Path, path: Path, shift_seconds: float = 0.0) -> Path:
    """Copy the packets of a file into another container; AVI and MPEG-TS want start codes before H.264's units."""
    with av.open(str(source)) as inside, av.open(str(path), "w") as out:
        stream = inside.streams.video[0]
        copy = out.add_stream_from_template(stream)
        filters = BitStreamFilterContext("h264_mp4toannexb", stream) if source.suffix == ".mp4" else None
        packets = (packet for packet in inside.demux(stream) if packet.dts is not None)
        for packet in (made for given in packets for made in (filters.filter(given) if filters else [given])):
            shift = int(shift_seconds / packet.time_base)
            packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, copy
            out.mux(packet)
    return path


def test_a_step_is_believed_where_a_film_can_have_it() -> None:
    assert Trust().believes(2, 12)
    assert Trust().believes(2, 2 + HOUR)
    assert not Trust().believes(2, 3 + HOUR)
    assert not Trust(until_seconds=4).believes(2, 300)
    assert Trust(until_seconds=300).believes(2, 300)
    assert Trust(pauses=False).believes(2, 11)
    assert not Trust(pauses=False).believes(2, 13)


def test_a_jump_ahead_is_left_out_and_its_length_told() -> None:
    clock = FrameClock(TICK, 0.1, trust=Trust(pauses=False))
    assert [clock.read(pts) for pts in (0, 100, 60_000, 60_100)] == [0, 0.1, 0.2, 0.3]
    assert clock.repaired
    assert clock.skipped_seconds == pytest.approx(59.8)


@pytest.mark.parametrize("away_seconds", [60.0, 10.0 * HOUR])
def test_streams_that_are_joined_go_on_without_the_gap(make_video, tmp_path: Path, away_seconds: float) -> None:
    piece = make_video("a.ts", container="mpegts", options={"bf": "2"})
    later = remux(piece, tmp_path / "b.ts", away_seconds)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(piece.read_bytes() + later.read_bytes())
    found = scan(joined)
    assert found.duration_seconds == pytest.approx(4, abs=0.2)
    assert found.loss is None
    assert "jumps ahead" in (found.note or "")
    assert not found.probe.browser_playable
    done = ingest_video(joined, Recipe("windows", 2, 2), tmp_path / "p", LIMITS)
    assert len(dict(read_clips(joined, done.spans, FrameSpec(4, 32, 32), LIMITS))) == len(done.spans) == 2


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize("away_seconds", [2.0 * HOUR, 20.0 * HOUR])
def test_a_last_stamp_that_is_far_off_is_not_believed(make_video, name: str, away_seconds: float) -> None:
    path = make_video(name, num_frames=30, rate=10, times=[*np.arange(29) / 10, away_seconds])
    found = scan(path)
    assert found.duration_seconds == pytest.approx(3, abs=0.01)
    assert found.loss is None
    assert "jumps ahead by" in (found.note or "")


@pytest.mark.parametrize("name", ["pause.mp4", "pause.mkv"])
def test_a_pause_keeps_its_time_and_gets_one_clip(make_video, tmp_path: Path, name: str) -> None:
    path = make_video(name, num_frames=60, rate=10, times=[*np.arange(40) / 10, *(304 + np.arange(20) / 10)])
    done = ingest_video(path, Recipe("windows", 2, 2), tmp_path / "p", LIMITS)
    starts = [span.start_seconds for span in done.spans]
    assert done.probe.duration_seconds == pytest.approx(306, abs=0.1)
    assert starts == [0, 2, 4, 304]
    assert done.loss is None
    assert done.note == "One picture stands still from 0:04 to 5:04; one clip stands for all within that time."
    assert len(dict(read_clips(path, done.spans, FrameSpec(4, 32, 32), LIMITS))) == 4


def test_clips_that_reach_into_a_pause_stay() -> None:
    spans = cut_clips(40, [], Recipe("windows", 4, 2, "keep"))
    kept = leave_out_pauses(spans, [Span(5, 20), Span(20, 33)])
    assert [span.start_seconds for span in kept] == [0, 2, 4, 6, 18, 20, 30, 32, 34, 36]
    assert leave_out_pauses(spans, []) == spans


def test_the_last_clips_of_slides_and_a_burst_can_be_read(make_video, tmp_path: Path) -> None:
    path = make_video(num_frames=15, rate=60, times=[*np.arange(10) * 2, *(20 + np.arange(5) / 60)])
    for recipe in (Recipe("windows", 2, 2), Recipe("windows", 1, 0.5), Recipe("windows", 1, 0.5, "shift")):
        done = ingest_video(path, recipe, tmp_path / "p", LIMITS)
        assert len(dict(read_clips(path, done.spans, FrameSpec(8, 32, 32), LIMITS))) == len(done.spans)
    assert scan(path).duration_seconds == pytest.approx(20.08, abs=0.05)


def test_a_last_frame_stays_as_the_file_says() -> None:
    assert longest_stay(1 / 60, 1 / 60, 5.0) == 5
    assert longest_stay(1 / 60, 1 / 60, None) == 0.25
    assert longest_stay(2.0, 1 / 60, None) == 4


@pytest.mark.parametrize("rate", [25, 50])
def test_packets_copied_into_avi_keep_their_pace(make_video, tmp_path: Path, rate: int) -> None:
    source = make_video(num_frames=100, rate=rate, options={"bf": "3"})
    copy = remux(source, tmp_path / "copy.avi")
    assert np.allclose(times_of(copy), np.arange(100) / rate, atol=1e-3)
    found = scan(copy)
    assert found.duration_seconds == pytest.approx(100 / rate, abs=0.01)
    assert found.loss is None
    ((_, clip),) = read_clips(copy, [Span(0, 1)], FrameSpec(5, 32, 32), LIMITS)
    ((_, right),) = read_clips(source, [Span(0, 1)], FrameSpec(5, 32, 32), LIMITS)
    assert np.array_equal(clip, right)


def test_gaps_between_packets_in_avi_are_kept(make_video, tmp_path: Path) -> None:
    times = [*np.arange(20) / 25, *(2 + np.arange(20) / 25)]
    source = make_video(num_frames=40, rate=25, times=times, options={"bf": "2"})
    steps = np.diff(times_of(remux(source, tmp_path / "copy.avi")))
    assert sorted(np.round(steps, 2))[-2:] == [0.04, 1.24]
