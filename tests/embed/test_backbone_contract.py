"""What every registered backbone promises, with random weights at the smallest input it takes."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from vidviz.embed.backbones import backbones
from vidviz.embed.description import Backbone
from vidviz.embed.embedder import Embedder
from vidviz.embed.load import LoadedBackbone, load_backbone
from vidviz.embed.preprocess import frames_to_tensor

NUM_CLIPS = 2
SLOW_GMACS, SLOW_MILLIONS = 12.0, 85.0


def is_slow(row: Backbone) -> bool:
    """Whether a clip of its smallest size is much work, or the network itself is large."""
    usual, least = row.frames, row.smallest or row.frames
    share = least.num_frames * least.crop_px**2 / (usual.num_frames * usual.crop_px**2)
    return row.clip_gmacs * share > SLOW_GMACS or row.parameters_millions > SLOW_MILLIONS


EVERY = [pytest.param(row, id=row.name, marks=pytest.mark.slow if is_slow(row) else ()) for row in backbones().values()]


@pytest.fixture(scope="module", params=EVERY)
def loaded(request: pytest.FixtureRequest) -> Iterator[LoadedBackbone]:
    """One backbone after the other, in float32 on the CPU; only one is in memory."""
    row: Backbone = request.param
    yield load_backbone(dataclasses.replace(row, frames=row.smallest or row.frames), "random", device="cpu")
    gc.collect()


@pytest.fixture(scope="module")
def clips(loaded: LoadedBackbone) -> np.ndarray:
    """Clips that differ in brightness and pattern."""
    spec = loaded.backbone.frames
    shape = (NUM_CLIPS, spec.num_frames, spec.crop_px, spec.crop_px, 3)
    noise = np.random.default_rng(0).integers(0, 256, shape)
    light = np.array([0.4, 0.9])[:, None, None, None, None]
    return (noise * light).astype(np.uint8)


@pytest.fixture(scope="module")
def vectors(loaded: LoadedBackbone, clips: np.ndarray) -> np.ndarray:
    """The clips' embeddings, all in one batch."""
    return Embedder(loaded, batch_size=NUM_CLIPS).embed(clips)


def test_one_finite_vector_a_clip_of_the_declared_size(loaded: LoadedBackbone, vectors: np.ndarray) -> None:
    assert vectors.shape == (NUM_CLIPS, loaded.backbone.embedding_size)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    assert np.abs(vectors[0] - vectors[1]).max() > 0


def test_alone_in_another_order_and_again_the_vectors_are_the_same(
    loaded: LoadedBackbone, clips: np.ndarray, vectors: np.ndarray
) -> None:
    embedder = Embedder(loaded, batch_size=1)
    one_by_one = embedder.embed(clips[::-1])
    scale = np.abs(vectors).max()
    np.testing.assert_allclose(one_by_one[::-1], vectors, rtol=1e-3, atol=1e-4 * scale)
    # Not by being all alike: each clip is nearer to itself than to any other.
    away = np.linalg.norm(one_by_one[::-1][:, None] - vectors[None], axis=-1)
    assert away.argmin(axis=1).tolist() == list(range(NUM_CLIPS))
    # In eval mode nothing is drawn at random: the same clip gives the same numbers.
    assert not loaded.model.training
    assert np.array_equal(embedder.embed(clips[:1])[0], one_by_one[-1])


def test_the_module_takes_clips(loaded: LoadedBackbone, clips: np.ndarray) -> None:
    row = dataclasses.replace(loaded.backbone, per_frame=False)  # (N, C, T, H, W), whatever the family
    with torch.inference_mode():
        scores = loaded.model(frames_to_tensor(row, clips[:1], loaded.device, loaded.dtype))
    assert isinstance(scores, torch.Tensor)
    assert scores.shape[0] == 1
    assert scores.dim() == 2
    assert torch.isfinite(scores).all()


@pytest.mark.slow
def test_in_bfloat16_the_vectors_point_the_same_way(
    loaded: LoadedBackbone, clips: np.ndarray, vectors: np.ndarray
) -> None:
    """`auto` computes so where the processor does; operators that bfloat16 lacks run in float32."""
    half = load_backbone(loaded.backbone, "random", device="cpu", precision="bfloat16")
    found = Embedder(half, batch_size=NUM_CLIPS).embed(clips)
    cosines = (found * vectors).sum(1) / np.linalg.norm(found, axis=1) / np.linalg.norm(vectors, axis=1)
    assert cosines.min() > 0.99
