from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from vidviz.config import DecodeLimits
from vidviz.decode import frames as frames_module
from vidviz.decode.pictures.picture import ClipShaper, resized_size, size_within
from vidviz.decode.read import read_clips
from vidviz.decode.sample import pick_frames, sample_times
from vidviz.errors import MediaError
from vidviz.types import FrameSpec, Span

LIMITS = DecodeLimits()
SPEC = FrameSpec(4, 32, 32)


def naive_clip(path: Path, span: Span, spec: FrameSpec) -> np.ndarray:
    """Decode everything, keep everything, resize with PIL: the slow way that is easy to believe."""
    with av.open(str(path)) as container:
        decoded = [(f.pts, np.rot90(f.to_ndarray(format="rgb24"), f.rotation // 90)) for f in container.decode(video=0)]
        base = float(container.streams.video[0].time_base)
    stamps = np.round([(pts - decoded[0][0]) * base for pts, _ in decoded], 6)
    rows = []
    for index in pick_frames(stamps, sample_times(span, spec.num_frames)):
        picture = Image.fromarray(np.ascontiguousarray(decoded[index][1]))
        width, height = resized_size(*picture.size, spec.resize_px)
        left, top, crop = round((width - spec.crop_px) / 2), round((height - spec.crop_px) / 2), spec.crop_px
        resized = picture.resize((width, height), Image.Resampling.BILINEAR)
        rows.append(np.asarray(resized.crop((left, top, left + crop, top + crop))))
    return np.stack(rows)


def textured(count: int, height: int = 64, width: int = 96) -> list[np.ndarray]:
    """Frames that differ from each other in a smooth texture, so that a wrong frame shows."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 9 + i) * 50 + np.cos(y / 7 - 2 * i) * 50 + 128 for i in range(count)]
    return [np.stack([wave, wave[::-1], wave[:, ::-1]], axis=-1).astype(np.uint8) for wave in waves]


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("b.mp4", {"options": {"bf": "3", "crf": "10"}}),
        ("turned.mp4", {"rotation": 90, "options": {"crf": "10"}}),
        ("turned2.mp4", {"rotation": -90, "options": {"crf": "10"}}),
        ("vfr.mkv", {"times": np.cumsum([0.03 + 0.2 * (i % 5 == 0) for i in range(40)]), "options": {"crf": "10"}}),
        ("late.mkv", {"times": [10 + i / 10 for i in range(40)], "options": {"crf": "10"}}),
    ],
)
@pytest.mark.parametrize("spec", [FrameSpec(5, 40, 32), FrameSpec(3, (40, 48), 40)])
def test_frames_equal_those_of_a_naive_decode(make_video, name: str, settings: dict[str, Any], spec: FrameSpec) -> None:
    path = make_video(name, pictures=textured(40), **settings)
    spans = [Span(0, 1), Span(0.5, 1.5), Span(1, 2.5), Span(0.3, 0.35)]
    clips = dict(read_clips(path, spans, spec, LIMITS))
    assert sorted(clips) == [0, 1, 2, 3]
    for index, span in enumerate(spans):
        reference = naive_clip(path, span, spec)
        assert clips[index].shape == (spec.num_frames, spec.crop_px, spec.crop_px, 3)
        assert clips[index].dtype == np.uint8
        assert np.abs(clips[index].astype(int) - reference).mean() < 2.5


@pytest.mark.parametrize(("name", "other"), [("bilinear", "bicubic"), ("bicubic", "bilinear")])
def test_pictures_are_scaled_with_the_filter_that_is_asked_for(name: Any, other: str) -> None:
    blocks = np.random.default_rng(0).integers(0, 256, (30, 40, 3))
    picture = np.kron(blocks, np.ones((16, 16, 1))).astype(np.uint8)
    shaped = ClipShaper(FrameSpec(1, (128, 171), 112, name)).shape(av.VideoFrame.from_ndarray(picture, "rgb24"))
    away = {}
    for way in (name, other):
        whole = Image.fromarray(picture).resize((171, 128), Image.Resampling[way.upper()])
        away[way] = np.abs(np.asarray(whole)[8:120, 30:142].astype(int) - shaped).mean()
    assert away[name] < 1.5
    assert 3 * away[name] < away[other]


def grey_indices(clip: np.ndarray) -> list[int]:
    return [round((float(picture[-4:, -4:].mean()) - 20) / 4) for picture in clip]


@pytest.mark.parametrize("name", ["v.mp4", "v.avi", "v.ts", "v.mkv", "v.webm"])
def test_the_frame_on_screen_is_read_in_every_container(make_video, name: str) -> None:
    path = make_video(name, codec="libvpx" if name.endswith("webm") else "libx264", num_frames=30)
    ((_, clip),) = read_clips(path, [Span(0, 2)], FrameSpec(6, 32, 32), LIMITS)
    assert grey_indices(clip) == [2, 7, 12, 17, 22, 27]


def test_clips_come_as_soon_as_they_are_complete(make_video) -> None:
    spans = [Span(1, 2), Span(0, 2), Span(0, 0.5)]
    order = [index for index, _ in read_clips(make_video(), spans, SPEC, LIMITS)]
    assert order[0] == 2
    assert sorted(order) == [0, 1, 2]


def count_decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    counted = [0]
    read = frames_module.FrameClock.read

    def counting(self: frames_module.FrameClock, pts: int | None) -> float:
        counted[0] += 1
        return read(self, pts)

    monkeypatch.setattr(frames_module.FrameClock, "read", counting)
    return counted


@pytest.mark.parametrize("name", ["long.mp4", "long.mkv"])
def test_long_stretches_are_skipped_and_the_frames_are_the_same(make_video, monkeypatch, name: str) -> None:
    path = make_video(name, num_frames=600, options={"g": "15", "bf": "2"})
    spans = [Span(0, 1), Span(30, 31), Span(38, 40)]
    counted = count_decoded(monkeypatch)
    clips = dict(read_clips(path, spans, SPEC, LIMITS))
    assert counted[0] < 200
    for index, span in enumerate(spans):
        assert np.abs(clips[index].astype(int) - naive_clip(path, span, SPEC)).max() <= 3


@pytest.mark.parametrize("lie", [35.0, 1e6, 0.0])
def test_a_seek_that_lands_elsewhere_changes_nothing(make_video, monkeypatch, lie: float) -> None:
    path = make_video("long.mp4", num_frames=600, options={"g": "15"})
    honest = frames_module.FrameSource.skip_to
    monkeypatch.setattr(frames_module.FrameSource, "skip_to", lambda self, seconds: honest(self, lie))
    ((_, clip),) = read_clips(path, [Span(30, 31)], SPEC, LIMITS)
    assert np.abs(clip.astype(int) - naive_clip(path, Span(30, 31), SPEC)).max() <= 3


def test_the_last_frame_stands_for_its_whole_time(make_video) -> None:
    ((_, clip),) = read_clips(make_video(rate=2, num_frames=3), [Span(0, 1.5)], FrameSpec(6, 32, 32), LIMITS)
    assert grey_indices(clip) == [0, 0, 1, 1, 2, 2]


def test_complete_clips_come_before_the_error_of_a_file_that_ends_early(make_video) -> None:
    clips = read_clips(make_video(), [Span(0, 1), Span(1, 9), Span(20, 30)], SPEC, LIMITS)
    assert next(clips)[0] == 0
    with pytest.raises(MediaError, match="too early for 2 of 3 clips"):
        next(clips)


@pytest.mark.parametrize("size", [(1, 1), (2, 400), (400, 2)])
def test_odd_sizes_come_out_as_asked(make_video, size: tuple[int, int]) -> None:
    path = make_video("odd.mkv", size=size, codec="ffv1", pixel_format="yuv444p", num_frames=5)
    ((_, clip),) = read_clips(path, [Span(0, 0.3)], SPEC, LIMITS)
    assert clip.shape == (4, 32, 32, 3)


def test_no_spans_no_clips(tmp_path: Path) -> None:
    assert list(read_clips(tmp_path / "not opened", [], SPEC, LIMITS)) == []


@pytest.mark.parametrize(
    ("size", "resize", "expected"),
    [((640, 360), 128, (227, 128)), ((360, 640), 128, (128, 227)), ((640, 360), (128, 171), (171, 128))],
)
def test_sizes_round_as_torchvision_does(size: Sequence[int], resize: Any, expected: tuple[int, int]) -> None:
    assert resized_size(size[0], size[1], resize) == expected


def test_pictures_are_reduced_never_enlarged() -> None:
    assert size_within(1920, 1080, 256) == (256, 144)
    assert size_within(10, 10, 256) == (10, 10)
    assert size_within(4096, 1, 256) == (256, 1)
