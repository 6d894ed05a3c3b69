"""Draws the picture of the README: `simple3d_motion` on "slide left" against "slide right".

    python benchmarks/left_right.py [--out .github/pictures/left_right.webp]

The two clips are drawn here, exactly mirrored in time: every frame of one is a frame of the other. A network that sees
frames one by one answers to both with the same maps in another order; this one does not. Shown are the channels of the
second convolution, after its ReLU, that differ most between the two (`order_by_difference`), the same channels in the
same brightness in both rows, as an endless animation.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vidviz.embed.backbones import find_backbone
from vidviz.embed.load import LoadedBackbone, load_backbone
from vidviz.embed.preprocess import frames_to_tensor
from vidviz.introspect.capture import capture_activations
from vidviz.introspect.feature_films import paired_films
from vidviz.render.heat import colour_values, enlarge, side_by_side, write_animation

PICTURES = Path(__file__).parents[1] / ".github" / "pictures"
LAYER, NUM_CHANNELS = "relu2", 6
CLIP_PX, TITLE_PX, GAP_PX = 128, 22, 6
MOST_KB = 150


def main() -> None:
    """Draw and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=PICTURES / "left_right.webp")
    out = parser.parse_args().out
    loaded = load_backbone("simple3d_motion")
    right = slide_right()
    clips = {"slide left": right[::-1], "slide right": right}
    films = {name: answer(loaded, np.ascontiguousarray(frames)) for name, frames in clips.items()}
    picture = draw(clips, films)
    seconds = find_backbone("simple3d_motion").native_seconds
    packed = write_animation(picture, seconds, "webp")
    out.write_bytes(packed)
    print(f"{out.name}: {len(packed) / 1000:.0f} kB of at most {MOST_KB}")
    left, other = films.values()
    apart = frame_difference(clips), map_difference(left, other)
    print("frame by frame, the two clips differ by {:.3f} and their maps by {:.3f}".format(*apart))


def slide_right(num_frames: int = 16, size_px: int = 64) -> np.ndarray:
    """A disc that slides to the right, (T, H, W, 3) uint8."""
    frames = np.empty((num_frames, size_px, size_px, 3), np.uint8)
    y, x = np.mgrid[:size_px, :size_px]
    for t in range(num_frames):
        middle = size_px * (0.2 + 0.6 * t / (num_frames - 1))
        inside = np.clip(size_px * 0.16 - np.hypot(x - middle, y - size_px / 2) + 0.5, 0, 1)[..., None]
        frames[t] = np.rint((1 - inside) * (70, 84, 104) + inside * (236, 160, 60))
    return frames


def answer(loaded: LoadedBackbone, frames: np.ndarray) -> np.ndarray:
    """What the layer answers to a clip, (C, T, H, W)."""
    import torch

    clips = frames_to_tensor(loaded.backbone, frames[None], loaded.device, loaded.dtype)
    with loaded.lock, torch.inference_mode(), capture_activations(loaded.model, [LAYER]) as found:
        loaded.model(clips)
    return np.asarray(found[LAYER][0].numpy())


def draw(clips: dict[str, np.ndarray], films: dict[str, np.ndarray]) -> np.ndarray:
    """Both rows, (T, H, W, 3) uint8."""
    sheets = paired_films(*films.values(), num_channels=NUM_CHANNELS)
    rows = []
    for (name, frames), sheet in zip(clips.items(), sheets, strict=True):
        tiles = [enlarge(colour_values(sheet.pixels[:, k] / 255.0), CLIP_PX) for k in range(sheet.pixels.shape[1])]
        row = side_by_side([enlarge(frames, CLIP_PX), *tiles], gap_px=GAP_PX)
        titles = [name, *(f"channel {channel}" for channel in sheet.channels)]
        rows += [title_strip(titles, row.shape[2], len(row)), row]
    return np.concatenate(rows, axis=1)


def title_strip(titles: list[str], width: int, num_frames: int) -> np.ndarray:
    """A white strip with a title over each picture."""
    strip = Image.new("RGB", (width, TITLE_PX), "white")
    pen, font = ImageDraw.Draw(strip), ImageFont.load_default(13)
    for number, title in enumerate(titles):
        pen.text((number * (CLIP_PX + GAP_PX) + 2, 3), title, fill="black", font=font)
    return np.repeat(np.asarray(strip)[None], num_frames, axis=0)


def frame_difference(clips: dict[str, np.ndarray]) -> float:
    """How far the clips are apart when their frames are matched, as a part of their spread: 0, they are the same."""
    left, right = (frames.astype(np.float64) for frames in clips.values())
    return float(np.abs(left[::-1] - right).mean() / right.std())


def map_difference(left: np.ndarray, right: np.ndarray) -> float:
    """The same for the maps of the channels shown."""
    return float(np.abs(left[:, ::-1] - right).mean() / right.std())


if __name__ == "__main__":
    main()
