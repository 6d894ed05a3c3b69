"""The settings of a checkpoint's preprocessing are obeyed, as transformers obeys them, or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import transformers

from vidviz.embed.backbones import find_backbone
from vidviz.embed.checkpoints.preprocessing_file import read_preprocessing
from vidviz.errors import BackboneError

USUAL = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
COLOURS = {"image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.3, 0.4]}


def read(folder: Path, settings: dict[str, Any], backbone: str = "videomae_b") -> Any:
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))
    return read_preprocessing(find_backbone(backbone), folder, 4, 32)


@pytest.mark.parametrize(
    "settings",
    [
        COLOURS,
        {"do_normalize": False},
        {"do_rescale": False, **COLOURS},
        {"do_rescale": False, "image_mean": [120.0, 110.0, 100.0], "image_std": [60.0, 50.0, 40.0]},
        {"do_rescale": False, "do_normalize": False},
        {"rescale_factor": 1, **COLOURS},
        {"rescale_factor": 1 / 128, **COLOURS},
        {"rescale_factor": 1 / 255, "do_normalize": False},
    ],
)
def test_numbers_are_those_of_transformers(settings: dict[str, Any], tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), np.uint8)
    processor = transformers.VideoMAEImageProcessor(**USUAL, **settings)
    expected = np.asarray(processor(list(frames), return_tensors="np")["pixel_values"][0])
    told = read(tmp_path, USUAL | settings)
    found = np.moveaxis((frames / 255 - np.array(told.mean)) / np.array(told.std), -1, 1)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("settings", "resize_px"),
    [
        ({"size": {"shortest_edge": 40}}, 40),
        ({"size": 40}, 40),
        ({"size": [40, 48]}, (40, 48)),
        ({"size": {"height": 40, "width": 48}}, (40, 48)),
        ({"do_center_crop": False, "size": {"height": 32, "width": 32}}, (32, 32)),
        ({"crop_size": 32, "size": {"shortest_edge": 36}}, 36),
        ({"do_resize": True, "do_center_crop": True}, 32),
        ({"num_frames": 4, "do_convert_rgb": True, "image_processor_type": "VideoMAEImageProcessor"}, 32),
    ],
)
def test_sizes_that_are_obeyed(settings: dict[str, Any], resize_px: Any, tmp_path: Path) -> None:
    told = read(tmp_path, settings)
    assert told.frames.resize_px == resize_px
    assert (told.frames.crop_px, told.frames.num_frames) == (32, 4)


@pytest.mark.parametrize(("number", "name"), [(2, "bilinear"), (3, "bicubic")])
def test_filters_that_are_obeyed(number: int, name: str, tmp_path: Path) -> None:
    assert read(tmp_path, {"resample": number}).frames.interpolation == name


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"do_resize": False}, r"do_resize: False, but videos .* are always resized: set it to true"),
        ({"do_center_crop": False, "size": {"shortest_edge": 32}}, r"do_center_crop: False, .*: crop them"),
        ({"do_center_crop": False, "size": {"height": 48, "width": 48}}, r"size: .* other than its 32 x 32 pixels"),
        ({"crop_size": 24}, r"crop_size: 24, but the network of config\.json sees 32 x 32 pixels: make them agree"),
        ({"crop_size": {"height": 32, "width": 24}}, r"crop_size"),
        ({"size": 16}, r"size: 16, but a picture of 32 pixels cannot be cropped from that"),
        ({"size": {"longest_edge": 64}}, r"size: .* vidviz takes one number, shortest_edge, or height and width"),
        ({"size": "large"}, r"a size is a whole number of pixels"),
        ({"resample": 0}, r"resample: 0, but frames are resized by 2 \(bilinear\) or 3 \(bicubic\)"),
        ({"resample": 1}, r"resample: 1"),
        ({"num_frames": 16}, r"num_frames: 16, but the network of config\.json sees 4 frames"),
        ({"do_pad": True}, r"do_pad: True, but vidviz does not do that"),
        ({"do_flip_channel_order": True}, r"do_flip_channel_order"),
        ({"crop_pct": 0.875}, r"crop_pct: 0\.875"),
        ({"image_mean": [0.5]}, r"image_mean: \[0\.5\], but vidviz takes three numbers"),
        ({"image_mean": [0.5] * 3, "image_std": [0, 1, 1]}, r"image_std: .* must be positive"),
        ({"rescale_factor": 0}, r"rescale_factor: 0, but it must be a positive number"),
    ],
)
def test_settings_that_are_refused(settings: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match=rf"preprocessor_config\.json says .*{says}"):
        read(tmp_path, settings)
