"""What a checkpoint's preprocessing file asks for, as frames and normalisation; what vidviz cannot do is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vidviz.embed.description import Backbone
from vidviz.errors import BackboneError
from vidviz.types import FrameSpec

PROCESSORS = ("video_preprocessor_config.json", "preprocessor_config.json", "processor_config.json")
# PIL's numbers for the filters, which is how `resample` is written.
FILTERS: dict[int, Literal["bilinear", "bicubic"]] = {2: "bilinear", 3: "bicubic"}
# Settings that change pixels in ways that vidviz does not.
NOT_DONE = ("do_pad", "do_flip_channel_order", "do_grayscale", "do_thumbnail", "do_align_long_axis", "do_crop_margin")
# ViViT's scale to [-1, 1], which files from before there was an `offset` have although they were made with [0, 1].
HALF_RANGE = 1 / 127.5
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Preprocessing:
    """How pictures reach a network: `frames`, and the mean and deviation of RGB values in [0, 1]."""

    frames: FrameSpec
    mean: Triple
    std: Triple


def read_json(path: Path) -> dict[str, Any]:
    """A table of settings.

    Raises:
        BackboneError: the file cannot be read, or holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BackboneError(f"{path} cannot be read ({error}): give the folder of a whole checkpoint.") from error
    if not isinstance(content, dict):
        raise BackboneError(f"{path} holds no table of settings: give the folder of a whole checkpoint.")
    return content


def read_preprocessing(backbone: Backbone, folder: Path, num_frames: int, crop_px: int) -> Preprocessing:
    """What the checkpoint's own preprocessing amounts to; what its file leaves open is as the backbone has it.

    Args:
        backbone: the registry's description.
        folder: the checkpoint.
        num_frames: how many frames its network sees.
        crop_px: how large a picture its network sees.

    Raises:
        BackboneError: a setting says what vidviz does not do, or contradicts the network.
    """
    file = next((folder / name for name in PROCESSORS if (folder / name).is_file()), None)
    settings = _settings(file) if file else {}

    def refuse(setting: str, reason: str) -> BackboneError:
        return BackboneError(f"{file} says {setting}: {settings.get(setting)!r}, but {reason}.")

    _check_simple(settings, num_frames, refuse)
    resize_px = _resize_px(settings, backbone.frames, crop_px, refuse)
    mean, std = _normalisation(settings, backbone, refuse)
    frames = FrameSpec(num_frames, resize_px, crop_px, _filter(settings, backbone, refuse), odd_margin="lower")
    return Preprocessing(frames, mean, std)


Refuse = Callable[[str, str], BackboneError]


def _settings(file: Path) -> dict[str, Any]:
    content = read_json(file)
    inner = content.get("video_processor") or content.get("image_processor") or content
    return inner if isinstance(inner, dict) else content


def _check_simple(settings: dict[str, Any], num_frames: int, refuse: Refuse) -> None:
    for name in NOT_DONE:
        if settings.get(name):
            raise refuse(name, "vidviz does not do that: set it to false if the network was trained without")
    if settings.get("do_resize") is False:
        raise refuse("do_resize", "videos have many sizes and are always resized: set it to true and give a size")
    if settings.get("crop_pct") not in (None, 1, 1.0):
        raise refuse("crop_pct", "vidviz takes size and crop_size: write the length of the shorter side into size")
    if settings.get("num_frames") not in (None, num_frames):
        raise refuse("num_frames", f"the network of config.json sees {num_frames} frames: make them agree")


def _filter(settings: dict[str, Any], backbone: Backbone, refuse: Refuse) -> Literal["bilinear", "bicubic"]:
    number = settings.get("resample")
    if number is None:
        return backbone.frames.interpolation
    if number not in FILTERS:
        raise refuse("resample", "frames are resized by 2 (bilinear) or 3 (bicubic): choose one of them")
    return FILTERS[number]


def _resize_px(settings: dict[str, Any], spec: FrameSpec, crop_px: int, refuse: Refuse) -> int | tuple[int, int]:
    """The shorter side, or (height, width), that frames are resized to before their centre is taken."""
    cropped = settings.get("do_center_crop", True) is not False
    if cropped and settings.get("crop_size") is not None:
        height, width = _height_width(settings["crop_size"], "crop_size", refuse)
        if (height, width) != (crop_px, crop_px):
            raise refuse("crop_size", f"the network of config.json sees {crop_px} x {crop_px} pixels: make them agree")
    size = settings.get("size")
    shorter = size.get("shortest_edge") if isinstance(size, dict) else size
    if size is None:
        same = isinstance(spec.resize_px, int) and crop_px == spec.crop_px
        shorter = spec.resize_px if same else crop_px
    if shorter is not None and not isinstance(shorter, list):
        if not cropped and (size is not None or "do_center_crop" in settings):
            raise refuse("do_center_crop", f"pictures of any shape must become {crop_px} x {crop_px} pixels: crop them")
        resize: int | tuple[int, int] = _whole(shorter, "size", refuse)
    else:
        resize = _height_width(size, "size", refuse)
        if not cropped and resize != (crop_px, crop_px):
            raise refuse("size", f"without a crop the network gets other than its {crop_px} x {crop_px} pixels")
    if min((resize,) if isinstance(resize, int) else resize) < crop_px:
        raise refuse("size", f"a picture of {crop_px} pixels cannot be cropped from that: make it at least as large")
    return resize


def _height_width(size: Any, setting: str, refuse: Refuse) -> tuple[int, int]:
    if isinstance(size, dict) and {"height", "width"} <= size.keys():
        size = [size["height"], size["width"]]
    if isinstance(size, int):
        size = [size, size]
    if not isinstance(size, list) or len(size) != 2:
        raise refuse(setting, "vidviz takes one number, shortest_edge, or height and width")
    return _whole(size[0], setting, refuse), _whole(size[1], setting, refuse)


def _whole(value: Any, setting: str, refuse: Refuse) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value) or value < 1:
        raise refuse(setting, "a size is a whole number of pixels")
    return int(value)


def _normalisation(settings: dict[str, Any], backbone: Backbone, refuse: Refuse) -> tuple[Triple, Triple]:
    """Mean and deviation of RGB values in [0, 1] that amount to the checkpoint's preprocessing.

    Values from 0 to 255 are multiplied by the factor, lessened by 1 where there is an offset (ViViT's), and
    normalised after.
    """
    factor = _factor(settings, refuse)
    offset = 1.0 if settings.get("offset") or settings.get("do_zero_centering") else 0.0
    mean, std = (0.0,) * 3, (1.0,) * 3
    if settings.get("do_normalize", True) is not False:
        mean = _triple(settings, "image_mean", backbone.mean, refuse)
        std = _triple(settings, "image_std", backbone.std, refuse)
        if min(std) <= 0:
            raise refuse("image_std", "it must be positive")
    scale = 255 * factor
    red, green, blue = ((offset + value) / scale for value in mean)
    return (red, green, blue), (std[0] / scale, std[1] / scale, std[2] / scale)


def _factor(settings: dict[str, Any], refuse: Refuse) -> float:
    if settings.get("do_rescale") is False:
        return 1.0
    usual = HALF_RANGE if settings.get("offset") or settings.get("do_zero_centering") else 1 / 255
    factor = settings.get("rescale_factor", usual)
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not math.isfinite(factor) or factor <= 0:
        raise refuse("rescale_factor", "it must be a positive number")
    # Written before there was an offset, when the scale was [0, 1] whatever stood there.
    stale = "offset" not in settings and math.isclose(factor, HALF_RANGE, rel_tol=1e-3)
    exact = next((known for known in (1 / 255, HALF_RANGE) if math.isclose(factor, known, rel_tol=1e-6)), factor)
    return usual if stale else exact


def _triple(settings: dict[str, Any], name: str, default: Triple, refuse: Refuse) -> Triple:
    values = settings.get(name)
    if values is None:
        return default
    if isinstance(values, (int, float)):
        values = [values] * 3
    if not isinstance(values, list) or len(values) != 3 or not all(isinstance(v, (int, float)) for v in values):
        raise refuse(name, "vidviz takes three numbers, for red, green and blue")
    return float(values[0]), float(values[1]), float(values[2])
