"""Pictures as frames: the same pixels as a video's, upright, bounded, and a sentence for what is none."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from vidviz.config import DecodeLimits
from vidviz.decode.pictures.still import is_still, read_still
from vidviz.errors import MediaError
from vidviz.types import FrameSpec

SPEC = FrameSpec(4, 32, 32)


@pytest.fixture
def gradient():
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, 64)[None]
    pixels[:24, :, 1] = 200
    return pixels


def test_a_picture_is_resized_and_cropped_as_frames_are(tmp_path, gradient):
    path = tmp_path / "picture.png"
    Image.fromarray(gradient).save(path)
    frame = read_still(path, SPEC, DecodeLimits())
    assert (frame.shape, frame.dtype) == ((32, 32, 3), np.uint8)
    middle = np.asarray(Image.fromarray(gradient).resize((42, 32)))[:, 5:37]
    assert np.abs(frame.astype(int) - middle).mean() < 4
    assert is_still(path)


def test_a_picture_that_lies_on_its_side_is_turned(tmp_path, gradient):
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise
    Image.fromarray(np.rot90(gradient, 1)).save(path, exif=exif, quality=95)
    frame = read_still(path, SPEC, DecodeLimits())
    assert frame[2, 16, 1] > 150
    assert frame[-3, 16, 1] < 50


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "CMYK", "I;16"])
def test_any_kind_of_picture_becomes_rgb(tmp_path, mode):
    path = tmp_path / ("p.tif" if mode in ("CMYK", "I;16") else "p.png")
    Image.new(mode, (40, 40)).save(path)
    assert read_still(path, SPEC, DecodeLimits()).shape == (32, 32, 3)


def test_what_is_no_picture_is_told(tmp_path, gradient):
    whole = tmp_path / "whole.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)).save(whole)
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:5000])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.png").write_bytes(b"")
    for name, sentence in {
        "cut.png": "damaged",
        "text.png": "not a picture that can be read",
        "empty.png": "is empty",
        "none.png": "does not exist",
    }.items():
        with pytest.raises(MediaError, match=sentence):
            read_still(tmp_path / name, SPEC, DecodeLimits())
        assert not is_still(tmp_path / name) or name == "cut.png"
    with pytest.raises(MediaError, match="claims 200 x 200 pixels"):
        read_still(whole, SPEC, DecodeLimits(pixels=100))


def test_a_moving_picture_is_no_still_one(tmp_path):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert not is_still(tmp_path / "moving.gif")
