"""Keyframes that a browser cannot begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from vidviz.config import DecodeLimits
from vidviz.decode.keyframes import slice_type
from vidviz.decode.pictures.thumbnails import Reel
from vidviz.decode.scan import scan_video
from vidviz.types import VideoProbe


def probe(path: Path) -> VideoProbe:
    with Reel() as reel:
        return scan_video(path, DecodeLimits(), find_shots=False, reel=reel).probe


@pytest.mark.parametrize("name", ["film.mp4", "film.mov"])
@pytest.mark.parametrize(
    ("parameters", "playable"),
    [
        ("keyint=10:bframes=2:open-gop=0", True),
        ("keyint=10:bframes=3:open-gop=1:scenecut=0:b-adapt=0", False),
        ("keyint=10:bframes=0:intra-refresh=1", False),
        ("keyint=1:bframes=0", True),
    ],
)
def test_a_film_is_playable_where_every_keyframe_is_a_start(make_video, name, parameters: str, playable: bool) -> None:
    assert probe(make_video(name, num_frames=40, options={"x264-params": parameters})).browser_playable is playable


def test_packets_with_start_codes_are_understood_too(make_video) -> None:
    path = make_video("film.ts", container="mpegts", num_frames=40, options={"x264-params": "open-gop=0"})
    assert probe(path).num_frames == 40


@pytest.mark.parametrize(
    ("bits", "kind"), [("1010", 1), ("100101", 4), ("11", 0), ("10001000", 7), ("00", -1), ("", -1)]
)
def test_the_type_of_a_slice_is_its_second_number(bits: str, kind: int) -> None:
    assert slice_type(bytes(int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8))) == kind
