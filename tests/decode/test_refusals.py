"""What a file is said to be that is no video, and what is one file's error only."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from PIL import Image

from vidviz.config import DecodeLimits
from vidviz.decode.atomic_write import is_about_disk
from vidviz.decode.ingest import ingest_video
from vidviz.decode.pictures.thumbnails import Reel
from vidviz.decode.pictures.webp import is_animated_webp
from vidviz.decode.probe import open_video
from vidviz.decode.scan import scan_video
from vidviz.errors import MediaError, SettingsError, WorkspaceError
from vidviz.types import Recipe

LIMITS = DecodeLimits()


def refusal(path: Path, limits: DecodeLimits = LIMITS) -> str:
    with Reel() as reel, pytest.raises(MediaError) as caught:
        scan_video(path, limits, find_shots=False, reel=reel)
    return str(caught.value)


@pytest.fixture
def cut_at(make_video) -> Callable[..., Path]:
    """A film of which only what comes before a box is left, or from it on."""

    def make(name: str, box: bytes, *, before: bool, **settings: dict[str, str]) -> Path:
        path = make_video(name, **settings)
        content = path.read_bytes()
        at = content.index(box) - 4
        path.write_bytes(content[:at] if before else content[at:])
        return path

    return make


FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.m4v"])
def test_a_recording_that_broke_off_is_told(cut_at, name: str) -> None:
    container = "mov" if name.endswith("mov") else "mp4"
    assert "without its index (moov)" in refusal(cut_at(name, b"moov", before=True, container=container))


def test_pieces_of_streams_are_told(cut_at) -> None:
    assert "only the header of a stream" in refusal(cut_at("init.mp4", b"moof", before=True, muxer=FRAGMENTS))
    assert "a piece of a stream" in refusal(cut_at("piece.mp4", b"moof", before=False, muxer=FRAGMENTS))


@pytest.mark.parametrize("settings", [{}, {"muxer": FRAGMENTS}])
def test_an_encrypted_film_is_told(make_video, settings: dict) -> None:
    key = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": "76" * 16, "encryption_kid": "a7" * 16}
    path = make_video(muxer=settings.get("muxer", {}) | key)
    assert refusal(path) == "video.mp4 is encrypted (copy-protected) and cannot be decoded; use an unprotected copy."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "pointer of Git LFS"),
        (b"\n<!DOCTYPE html><html>", "a web page"),
        (b"PK\x03\x04....", "a ZIP archive"),
        (b"\xff\xd8\xff\xe0....", "a photo, not a video"),
        (b"#EXTM3U\n", "none of the known video formats"),
    ],
)
def test_what_only_has_the_name_of_a_video_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    assert words in refusal(tmp_path / "a.mp4")


@pytest.mark.parametrize("name", ["photo.avif", "photo.heic", "photo.mp4"])
def test_a_photo_is_no_film_of_one_frame(tmp_path: Path, name: str) -> None:
    Image.new("RGB", (64, 64), (200, 20, 20)).save(tmp_path / name, "AVIF")
    if name.endswith("heic"):
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content[:8] + b"heic" + content[12:])
    assert refusal(tmp_path / name) == f"{name} is a photo, not a video; leave it out."


def test_pictures_that_move_are_films(tmp_path: Path) -> None:
    pictures = [Image.new("RGB", (64, 64), (20 * index, 20, 20)) for index in range(5)]
    durations = [100, 200, 100, 100, 500]
    for name in ("moving.webp", "moving.avif", "still.webp"):
        more = {"save_all": True, "append_images": pictures[1:], "duration": durations} if "moving" in name else {}
        pictures[0].save(tmp_path / name, **more)
    with Reel() as reel:
        found = scan_video(tmp_path / "moving.webp", LIMITS, find_shots=False, reel=reel)
        assert found.probe.num_frames == len(pictures)
        assert found.duration_seconds == 1
        assert (found.probe.codec, found.probe.container) == ("webp", "webp")
    with open_video(tmp_path / "moving.avif", LIMITS) as video:
        assert video.stream.frames == len(pictures)
    assert is_animated_webp(tmp_path / "moving.webp")
    assert not is_animated_webp(tmp_path / "still.webp")
    assert "is a picture, not a video" in refusal(tmp_path / "still.webp")
    (tmp_path / "moving.webp").write_bytes((tmp_path / "moving.webp").read_bytes()[:60])
    assert "damaged" in refusal(tmp_path / "moving.webp")


def bomb(path: Path, side: int, num_frames: int) -> Path:
    """A GIF of many pictures of one pixel each on a large canvas."""
    size = side.to_bytes(2, "little") * 2
    frame = bytes.fromhex("21f904040a0000002c0000000001000100000202440100")
    path.write_bytes(b"GIF89a" + size + bytes([0x80, 0, 0, 0, 0, 0, 255, 255, 255]) + frame * num_frames + b";")
    return path


def test_a_small_file_may_not_unpack_to_endless_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bomb(tmp_path / "bomb.gif", 400, 40)
    limits = DecodeLimits(unmeasured_pixels=10 * 400 * 400, pixels_per_byte=1)
    assert "(11 pictures of 400 x 400 so far)" in refusal(path, limits)
    monkeypatch.setenv("VIDVIZ_PIXELS_PER_BYTE", "100000")
    with Reel() as reel:
        found = scan_video(path, DecodeLimits(unmeasured_pixels=0), find_shots=False, reel=reel)
    assert found.probe.num_frames == 40
    monkeypatch.setenv("VIDVIZ_PIXELS_PER_BYTE", "-1")
    with pytest.raises(SettingsError, match="VIDVIZ_PIXELS_PER_BYTE is '-1'"):
        DecodeLimits()


@pytest.mark.parametrize("place", ["frames.settle_matrix", "encode.over_ground"])
def test_what_a_decoder_says_is_the_error_of_one_file(make_video, tmp_path: Path, monkeypatch, place: str) -> None:
    def refuse(*_: object) -> None:
        raise av.error.OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(f"vidviz.decode.{place}", refuse)
    with pytest.raises(MediaError, match=r"v\.avi cannot be .*not supported"):
        ingest_video(make_video("v.avi", codec="mpeg4"), Recipe(), tmp_path / "p", LIMITS)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_only_the_disk_ends_an_import(make_video, tmp_path: Path, monkeypatch, code: int) -> None:
    def fail(*_: object) -> None:
        raise OSError(code, "no room")

    monkeypatch.setattr("vidviz.decode.ingest.write_poster", fail)
    with pytest.raises(WorkspaceError, match="cannot be written"):
        ingest_video(make_video(), Recipe(), tmp_path / "p", LIMITS)


def test_what_is_about_the_disk() -> None:
    assert is_about_disk(PermissionError(errno.EACCES, "no", "/previews/.1.webp.7.part"))
    assert not is_about_disk(av.error.OSError(errno.EOPNOTSUPP, "Operation not supported"))
    assert not is_about_disk(OSError(errno.EIO, "Input/output error"))
    assert not is_about_disk(ValueError())
