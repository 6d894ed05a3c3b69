from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from vidviz.config import DecodeLimits
from vidviz.decode.encode import preview_size
from vidviz.decode.ingest import ingest_video
from vidviz.decode.pictures.thumbnails import Reel
from vidviz.decode.preview import STRIP_BYTES, write_poster, write_preview, write_strip
from vidviz.decode.probe import hash_file
from vidviz.decode.scan import scan_video
from vidviz.errors import MediaError, WorkspaceError
from vidviz.types import Recipe, Span, clip_id

LIMITS = DecodeLimits()


@pytest.fixture
def film(make_video) -> Path:
    """3 s: black, then a picture, then black again."""
    rng = np.random.default_rng(0)
    pictures = [np.zeros((64, 96, 3), np.uint8)] * 45
    pictures[18:27] = [rng.integers(0, 255, (64, 96, 3), np.uint8)] * 9
    return make_video("film.mp4", pictures=pictures)


def test_a_poster_shows_something(film: Path, tmp_path: Path) -> None:
    with Reel() as reel:
        scan_video(film, LIMITS, find_shots=False, reel=reel)
        for name, span in (("early", Span(0, 1.4)), ("late", Span(1.6, 3))):
            write_poster(reel, span, tmp_path / f"{name}.webp")
            with Image.open(tmp_path / f"{name}.webp") as poster:
                assert poster.format == "WEBP"
                assert np.asarray(poster).std() > 20


def test_a_strip_moves_at_the_pace_of_the_video_and_stays_small(make_video, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (90, 240, 320, 3), np.uint8)
    path = make_video(pictures=list(noise), size=(320, 240), options={"preset": "ultrafast"})
    with Reel() as reel:
        scan_video(path, LIMITS, find_shots=False, reel=reel)
        for span, seconds in ((Span(0, 1.5), 1.5), (Span(0, 6), 3.0), (Span(1.01, 1.07), 0.06)):
            write_strip(reel, span, tmp_path / "strip.webp")
            with Image.open(tmp_path / "strip.webp") as strip:
                assert 1 <= strip.n_frames <= 12
                total = 0.0
                for index in range(strip.n_frames):
                    strip.seek(index)
                    strip.load()
                    total += strip.info.get("duration", 0) / 1000
                assert total == pytest.approx(seconds, abs=0.1) or strip.n_frames == 1
            assert (tmp_path / "strip.webp").stat().st_size <= STRIP_BYTES * 1.5


@pytest.mark.parametrize(
    ("name", "settings", "size"),
    [
        ("m.avi", {"codec": "mpeg4"}, (96, 64)),
        ("turned.mkv", {"rotation": 90}, (96, 64)),
        ("turned.mp4", {"rotation": 90}, (64, 96)),
        ("deep.mp4", {"pixel_format": "yuv420p10le"}, (96, 64)),
        ("odd.mkv", {"size": (97, 35), "codec": "ffv1", "pixel_format": "yuv444p"}, (96, 34)),
        ("tiny.mkv", {"size": (1, 1), "codec": "ffv1", "pixel_format": "yuv444p"}, (16, 16)),
        ("vfr.mkv", {"times": np.cumsum([5 + 0.03 * (1 + i % 3) for i in range(30)]) / 5}, (96, 64)),
    ],
)
def test_a_preview_plays_anywhere_and_has_our_times(make_video, tmp_path: Path, name, settings, size) -> None:
    path = make_video(name, **settings)
    if name == "turned.mkv":
        size = scan_size(path)
    out = tmp_path / "out.mp4"
    write_preview(path, out, LIMITS)
    with Reel() as a, Reel() as b:
        before = scan_video(path, LIMITS, find_shots=False, reel=a).probe
        after = scan_video(out, LIMITS, find_shots=False, reel=b).probe
        assert np.abs(np.asarray(a.picture(3)).mean() - np.asarray(b.picture(3)).mean()) < 4
    assert after.browser_playable
    assert (after.width_px, after.height_px) == size
    assert after.num_frames == before.num_frames
    assert after.duration_seconds == pytest.approx(before.duration_seconds, abs=0.01)
    content = out.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def scan_size(path: Path) -> tuple[int, int]:
    with Reel() as reel:
        probe = scan_video(path, LIMITS, find_shots=False, reel=reel).probe
    return probe.width_px, probe.height_px


def test_preview_sizes_are_even_and_bounded() -> None:
    assert preview_size(1920, 1080) == (1280, 720)
    assert preview_size(1078, 1921) == (718, 1280)
    assert preview_size(1, 1) == (16, 16)


def test_a_preview_that_fails_leaves_nothing(make_video, tmp_path: Path) -> None:
    out = tmp_path / "previews"
    out.mkdir()
    with pytest.raises(MediaError):
        write_preview(make_video(), out / "x.mp4", DecodeLimits(frames=5))
    assert list(out.iterdir()) == []


def test_ingest_does_all_for_one_file(make_video, tmp_path: Path) -> None:
    path = make_video("a<b>'\n.avi", codec="mpeg4", num_frames=45)
    recipe, previews = Recipe("windows", 1, 1), tmp_path / "previews"
    done = ingest_video(path, recipe, previews, LIMITS)
    assert done.video_id == hash_file(path)
    assert [span.end_seconds for span in done.spans] == [1, 2, 3]
    assert done.clip_ids == tuple(clip_id(done.video_id, span, recipe.key) for span in done.spans)
    expected = {f"{number}.{kind}.webp" for number in done.clip_ids for kind in ("poster", "strip")}
    assert {file.name for file in previews.iterdir()} == expected | {f"{done.video_id}.mp4"}
    with av.open(str(previews / f"{done.video_id}.mp4")) as copy:
        assert copy.streams.video[0].codec_context.name == "h264"


def test_a_playable_file_gets_no_copy(make_video, tmp_path: Path) -> None:
    done = ingest_video(make_video(), Recipe("shots"), tmp_path / "p", LIMITS)
    assert done.probe.browser_playable
    assert not list((tmp_path / "p").glob("*.mp4"))


def test_ingest_that_fails_late_removes_what_it_added(make_video, tmp_path: Path, monkeypatch) -> None:
    path = make_video("v.avi", codec="mpeg4")
    first = ingest_video(path, Recipe("windows", 1, 1), tmp_path, LIMITS)
    kept = {file.name for file in tmp_path.iterdir()} - {f"{first.video_id}.mp4"}
    (tmp_path / f"{first.video_id}.mp4").unlink()

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vidviz.decode.ingest.write_preview", no_room)
    with pytest.raises(WorkspaceError, match=r"previews of v\.avi cannot be written: No space left"):
        ingest_video(path, Recipe("windows", 0.5, 0.5), tmp_path, LIMITS)
    assert {file.name for file in tmp_path.iterdir()} == kept
