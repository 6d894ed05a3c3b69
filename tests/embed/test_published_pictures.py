"""The pictures that a network is given are those of its published transform, to a grey level on average."""

from __future__ import annotations

import av
import numpy as np
import pytest
import torch
import transformers
from torchvision import models

from vidviz.decode.pictures.picture import ClipShaper
from vidviz.embed.backbones import backbones
from vidviz.embed.description import Backbone

SIZES = {"1080p": (1080, 1920), "360p": (360, 640), "portrait": (640, 360), "small": (90, 120)}
TORCHVISION = [row for row in backbones().values() if "download.pytorch.org" in "".join(w.url for w in row.weights)]
PROCESSORS = {
    "videomae_b": transformers.VideoMAEImageProcessor,
    "vivit_b": transformers.VivitImageProcessor,
    "clip_b32": transformers.CLIPImageProcessor,
    "vjepa2_l": transformers.VJEPA2VideoProcessor,
}


def picture_of(height: int, width: int) -> np.ndarray:
    """Edges, fine lines and noise: what a filter shows itself in. (H, W, 3) uint8."""
    rng = np.random.default_rng(height)
    y, x = np.mgrid[0:height, 0:width]
    waves = 90 * np.sin(x * y / (3 * width)) + 60 * ((x // 7 + y // 5) % 2)
    pixels = 100 + waves[..., None] * [1, 0.8, -0.6] + rng.normal(0, 8, (height, width, 3))
    return np.clip(pixels, 0, 255).astype(np.uint8)


PICTURES = {name: picture_of(*size) for name, size in SIZES.items()}


def given(row: Backbone, pixels: np.ndarray) -> np.ndarray:
    """What the network is given, in grey levels, (H, W, 3)."""
    return ClipShaper(row.frames).shape(av.VideoFrame.from_ndarray(pixels, format="rgb24")).astype(float)


def grey_levels(row: Backbone, normalised: torch.Tensor) -> np.ndarray:
    """The published input (3, H, W), in grey levels."""
    return 255 * (normalised.permute(1, 2, 0).double().numpy() * row.std + row.mean)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("row", TORCHVISION, ids=lambda row: row.name)
def test_torchvisions_transform_gives_the_same_picture(row: Backbone, size: str) -> None:
    pixels = PICTURES[size]
    transform = models.get_model_weights(row.name)[row.default_weights].transforms()
    picture = torch.from_numpy(pixels).permute(2, 0, 1)
    published = transform(picture) if row.per_frame else transform(picture[None])[:, 0]
    assert np.abs(given(row, pixels) - grey_levels(row, published)).mean() < 1.0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PROCESSORS)
def test_a_processor_of_hugging_face_gives_the_same_picture(name: str, size: str) -> None:
    row, pixels = backbones()[name], PICTURES[size]
    spec = row.frames
    processor = PROCESSORS[name](
        size={"shortest_edge": spec.resize_px},
        crop_size={"height": spec.crop_px, "width": spec.crop_px},
        image_mean=row.mean,
        image_std=row.std,
    )
    clip = pixels if name == "clip_b32" else [pixels, pixels]
    asked = {"videos": np.stack(clip)} if name == "vjepa2_l" else {"images": clip}
    (found,) = processor(**asked, return_tensors="pt").values()
    published = found.reshape(-1, *found.shape[-3:])[0]
    if getattr(processor, "offset", False):  # ViViT's: to [-1, 1], and then normalised
        levels = 127.5 * (1 + published.permute(1, 2, 0).double().numpy() * row.std + row.mean)
    else:
        levels = grey_levels(row, published)
    assert np.abs(given(row, pixels) - levels).mean() < 1.0
