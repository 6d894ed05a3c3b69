from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vidviz.config import DecodeLimits
from vidviz.decode.pictures.thumbnails import Reel
from vidviz.decode.scan import VideoScan, scan_video
from vidviz.errors import MediaError
from vidviz.types import Span

LIMITS = DecodeLimits()


def scan(path: Path, *, find_shots: bool = False) -> VideoScan:
    with Reel() as reel:
        return scan_video(path, LIMITS, find_shots=find_shots, reel=reel)


def test_a_plain_file(make_video) -> None:
    found = scan(make_video(options={"bf": "2"}))
    probe = found.probe
    assert (probe.codec, probe.width_px, probe.height_px, probe.num_frames) == ("h264", 96, 64, 30)
    assert found.duration_seconds == pytest.approx(2.0, abs=1e-5)
    assert probe.frame_rate == pytest.approx(15)
    assert not probe.variable_rate
    assert probe.browser_playable
    assert found.loss is None
    assert found.shots == (Span(0, found.duration_seconds),)


def test_a_varying_rate_is_told_and_kept(make_video) -> None:
    times = [0, 0.1, 0.2, 0.7, 0.8, 0.9, 2.0]
    found = scan(make_video("v.mkv", times=times, num_frames=7))
    assert found.probe.variable_rate
    assert found.duration_seconds == pytest.approx(2.1)


def test_a_late_start_is_counted_from_the_first_frame(make_video) -> None:
    found = scan(make_video("late.mkv", times=[10 + i / 10 for i in range(20)], num_frames=20))
    assert found.probe.first_seconds == pytest.approx(10)
    assert found.duration_seconds == pytest.approx(2, abs=0.01)
    assert found.loss is None


@pytest.mark.parametrize(
    ("turn", "clockwise", "size"), [(90, 270, (64, 96)), (-90, 90, (64, 96)), (180, 180, (96, 64))]
)
def test_rotation_is_told_clockwise_and_applied(make_video, turn: int, clockwise: int, size: tuple[int, int]) -> None:
    path = make_video(rotation=turn)
    with Reel() as reel:
        probe = scan_video(path, LIMITS, find_shots=False, reel=reel).probe
        picture = np.asarray(reel.picture(0).convert("L"))
    assert probe.rotation_degrees == clockwise
    assert (probe.width_px, probe.height_px) == size
    height, width = picture.shape
    corners = {
        0: picture[height // 4, width // 4],
        90: picture[height // 4, 3 * width // 4],
        180: picture[3 * height // 4, 3 * width // 4],
        270: picture[3 * height // 4, width // 4],
    }  # the bright quarter of the stored picture is at its top left; turned clockwise it goes round
    assert max(corners, key=lambda corner: corners[corner]) == clockwise


@pytest.mark.parametrize("num_frames", [1, 2])
def test_the_shortest_videos(make_video, num_frames: int) -> None:
    found = scan(make_video(num_frames=num_frames))
    assert found.probe.num_frames == num_frames
    assert found.duration_seconds == pytest.approx(num_frames / 15, abs=1e-4)


def test_the_smallest_picture(make_video) -> None:
    tiny = make_video("tiny.mkv", size=(1, 1), codec="ffv1", pixel_format="yuv444p", num_frames=3)
    assert (scan(tiny).probe.width_px, scan(tiny, find_shots=True).probe.height_px) == (1, 1)


def test_a_truncated_file_keeps_its_good_frames_and_tells_the_loss(make_video) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, 64, 96, 3), np.uint8)
    path = make_video(pictures=list(noise), muxer={"movflags": "+faststart"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    found = scan(path)
    assert 10 < found.probe.num_frames < 50
    assert found.duration_seconds == pytest.approx(found.probe.num_frames / 15, abs=0.01)
    assert f"breaks after {found.duration_seconds:.1f} s of 4.0 s: {found.probe.num_frames} frames" in str(found.loss)
    assert not found.probe.browser_playable


def test_a_file_that_ends_silently_before_its_header_says_tells_the_loss(make_video) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (60, 64, 96, 3), np.uint8)
    path = make_video("v.mkv", pictures=list(noise), options={"g": "5"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "of the 4.0 s in its header" in str(scan(path).loss) or "breaks after" in str(scan(path).loss)


def test_a_file_without_a_frame_fails(make_video) -> None:
    path = make_video("v.webm", codec="libvpx", num_frames=5)
    content = bytearray(path.read_bytes())
    start = content.index(b"\x9d\x01\x2a")  # the start code of a VP8 keyframe
    content[start : start + 40] = bytes(40)
    path.write_bytes(content)
    with pytest.raises(MediaError, match="no frame that can be decoded"):
        scan(path)


def test_cuts_are_found_where_they_are(make_video) -> None:
    rng = np.random.default_rng(1)
    scenes = [np.kron(rng.integers(0, 255, (4, 6, 3), np.uint8), np.ones((16, 16, 1), np.uint8)) for _ in range(3)]
    pictures = [np.roll(scenes[i // 20], i, axis=1) for i in range(60)]
    found = scan(make_video(pictures=pictures), find_shots=True)
    assert [round(shot.start_seconds, 2) for shot in found.shots] == [0, 1.33, 2.67]
    assert found.shots[-1].end_seconds == found.duration_seconds


def test_a_still_film_has_one_shot(make_video) -> None:
    assert len(scan(make_video(), find_shots=True).shots) == 1


def test_the_reel_keeps_pictures_by_time_not_by_frame(make_video) -> None:
    with Reel(frames_per_second=5) as reel:
        scan_video(make_video(rate=30, num_frames=60), LIMITS, find_shots=False, reel=reel)
        assert len(reel) == 10
        assert np.allclose(np.diff(reel.times), 0.2, atol=0.04)
        assert reel.picture(9).size == (96, 64)
        assert reel.indices_in(Span(0.9, 1.5)) == [5, 6, 7]
        assert reel.indices_in(Span(1.05, 1.1)) == [5]
