from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from vidviz.config import DecodeLimits
from vidviz.decode.atomic_write import remove_leftovers, written_whole
from vidviz.decode.browser import is_browser_playable
from vidviz.decode.file_names import file_label
from vidviz.decode.probe import hash_file, open_video
from vidviz.errors import MediaError

LIMITS = DecodeLimits()


def reason(path: Path, limits: DecodeLimits = LIMITS) -> str:
    with pytest.raises(MediaError) as caught, open_video(path, limits):
        pass
    text = str(caught.value)
    assert str(path.parent) not in text
    return text


@pytest.mark.parametrize("content", [b"just a line of text\n", bytes(range(256)) * 80, b"\0" * 5000])
def test_what_is_no_video_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(content)
    assert "is not a video" in reason(path)


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert "empty (0 bytes)" in reason(tmp_path / "empty.mp4")
    assert "does not exist" in reason(tmp_path / "gone.mp4")
    assert "is a folder" in reason(tmp_path)
    assert "cannot be read" in reason(tmp_path / ("n" * 300))
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "pipe" in reason(tmp_path / "pipe.mp4")


def test_sound_alone_is_told(make_sound) -> None:
    assert "only sound" in reason(make_sound("sound.mp4"))


def test_an_unknown_codec_is_told(make_video) -> None:
    path = make_video()
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzz1"))
    assert "no decoder" in reason(path)


def test_pictures_beyond_the_limit_are_refused(make_video) -> None:
    assert "96 x 64 pixels" in reason(make_video(), DecodeLimits(pixels=1000))


def test_a_playlist_does_not_make_us_open_other_files(make_video, tmp_path: Path) -> None:
    target = make_video("target.ts", container="mpegts")
    playlist = tmp_path / "clip.mp4"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n")
    assert "is not a video" in reason(playlist)
    playlist.write_text(f"ffconcat version 1.0\nfile {target.name}\n")
    assert "is not a video" in reason(playlist)


@pytest.mark.parametrize(
    "name", ["-dash.mp4", "a 'b' \"c\".mp4", "<img src=x>.mp4", "two\nlines.mp4", "http:x.mp4", "%03d.mp4"]
)
def test_hostile_names_open(make_video, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_video("plain.mp4", num_frames=2)
    path = path.rename(path.with_name(name))
    monkeypatch.chdir(path.parent)
    for way in (path, Path(name)):
        with open_video(way, LIMITS) as video:
            assert video.stream.width == 96
    assert hash_file(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_labels_are_one_printable_line() -> None:
    assert file_label("/a/b/two\nlines\x1b[31m\u202e.mp4") == "two\\nlines\\x1b[31m\\u202e.mp4"
    assert file_label(os.fsdecode(b"/a/bad\xff.mp4")) == "bad\\udcff.mp4"
    assert file_label("/a/../..") == ".."
    assert len(file_label("x" * 255 + ".mp4")) <= 120


@pytest.mark.parametrize(
    ("name", "settings", "playable"),
    [
        ("a.mp4", {}, True),
        ("a.mov", {}, True),
        ("a.mkv", {}, False),
        ("a.webm", {"codec": "libvpx"}, True),
        ("a.avi", {"codec": "mpeg4"}, False),
        ("b.mp4", {"codec": "mpeg4"}, False),
        ("c.mp4", {"pixel_format": "yuv420p10le"}, False),
        ("d.mp4", {"pixel_format": "yuv444p"}, False),
    ],
)
def test_what_a_browser_plays(make_video, name: str, settings: dict[str, str], playable: bool) -> None:
    with open_video(make_video(name, num_frames=3, **settings), LIMITS) as video:
        pixel_format = video.stream.pix_fmt
        assert is_browser_playable(video, pixel_format, 0.0) is playable
        for first, seen_alike in [(0.005, True), (-0.005, True), (0.0051, False), (-0.0051, False), (1.0, False)]:
            assert is_browser_playable(video, pixel_format, first) is (playable and seen_alike)


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def write_half() -> None:
        with written_whole(tmp_path / "a") as part:
            part.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert list(tmp_path.iterdir()) == []
    with written_whole(tmp_path / "a") as part:
        part.write_text("all")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a").read_text() == "all"
    (tmp_path / ".b.webp.123.part").touch()
    assert remove_leftovers(tmp_path) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
