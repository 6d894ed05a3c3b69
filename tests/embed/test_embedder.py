"""Clips -> embeddings: pooling, preprocessing, devices, and the embedder that joins them."""

from __future__ import annotations

import dataclasses
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vidviz.embed.backbones import find_backbone
from vidviz.embed.batch import is_out_of_memory, suggest_batch_size
from vidviz.embed.description import Backbone
from vidviz.embed.device import choose_device, choose_precision
from vidviz.embed.embedder import Embedder
from vidviz.embed.float32_fallback import run_with_fallback
from vidviz.embed.load import load_backbone
from vidviz.embed.pool import pool_activation
from vidviz.embed.preprocess import frames_to_tensor
from vidviz.errors import BackboneError, UnknownNameError
from vidviz.types import FrameSpec

Factory = Callable[..., Backbone]
Clips = Callable[..., np.ndarray]
CPU = torch.device("cpu")


def count_hooks(model: torch.nn.Module) -> int:
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())


# --- preprocessing


@pytest.mark.parametrize("per_frame", [False, True])
def test_frames_are_normalised_in_channels_last(tiny_backbone: Factory, random_clips: Clips, per_frame: bool) -> None:
    row = tiny_backbone(per_frame=per_frame, mean=(0.1, 0.2, 0.3), std=(0.5, 0.6, 0.7))
    frames = random_clips(row, 2)
    tensor = frames_to_tensor(row, frames, CPU, torch.float32)
    expected = (frames / 255 - np.array(row.mean)) / np.array(row.std)
    expected = np.moveaxis(expected, -1, 1)
    layout = torch.channels_last_3d
    if per_frame:
        expected = np.moveaxis(expected, 1, 2).reshape(8, 3, 16, 16)
        layout = torch.channels_last
    np.testing.assert_allclose(tensor.numpy(), expected, atol=2e-6)
    assert tensor.is_contiguous(memory_format=layout)


def test_frames_of_another_shape_are_refused(tiny_backbone: Factory, random_clips: Clips) -> None:
    row = tiny_backbone()
    embedder = Embedder(load_backbone(row, "random", device="cpu"))
    good = random_clips(row, 1)
    for bad in (good[:, :3], good[0], good.astype(np.float32), good[..., :2], good[:, :, :8]):
        with pytest.raises(BackboneError, match=r"takes clips as uint8 \(N, 4, 16, 16, 3\)"):
            embedder.embed(bad)


# --- pooling


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 5),
    st.lists(st.integers(1, 4), max_size=3),
    st.booleans(),
    st.integers(0, 999),
)
def test_pooling_equals_numpy(clips: int, frames: int, channels: int, rest: list[int], tokens: bool, seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=(clips * frames, channels, *rest)).astype(np.float32)
    by_clip = values.reshape(clips, frames, channels, -1)
    given_tensor = torch.from_numpy(np.moveaxis(values, 1, -1) if tokens else values)
    for pooling, expected in (
        ("mean", by_clip.mean((1, 3))),
        ("max", by_clip.max((1, 3))),
        ("gem", (np.maximum(by_clip, 1e-6) ** 3).mean((1, 3)) ** (1 / 3)),
        ("flatten", by_clip.reshape(clips, -1)),
        ("mean+mean", by_clip.mean((1, 3))),
        ("mean+max", by_clip.mean(3).max(1)),
        ("max+concat", by_clip.max(3).reshape(clips, -1)),
        ("flatten+max", by_clip.max(1).reshape(clips, -1)),
    ):
        pooled = pool_activation(given_tensor, pooling, frames_per_clip=frames, channel_axis=-1 if tokens else 1)
        assert pooled.dtype == torch.float32
        np.testing.assert_allclose(pooled.numpy(), expected, rtol=1e-5, atol=1e-6)


def test_kept_frames_compare_frame_by_frame() -> None:
    values = np.random.default_rng(0).normal(size=(2, 3, 5, 4, 4)).astype(np.float32)
    kept = pool_activation(torch.from_numpy(values.reshape(6, 5, 4, 4)), "mean+frames", frames_per_clip=3).numpy()
    by_frame = values.mean((3, 4))
    by_frame /= np.linalg.norm(by_frame, axis=2, keepdims=True)
    np.testing.assert_allclose(kept.reshape(2, 3, 5), by_frame, rtol=1e-5)
    cosine = kept[0] @ kept[1] / np.linalg.norm(kept[0]) / np.linalg.norm(kept[1])
    assert cosine == pytest.approx((by_frame[0] * by_frame[1]).sum(1).mean(), rel=1e-5)


def test_pooling_over_time_is_for_networks_that_see_frames(
    tiny_backbone: Factory, tiny_image_backbone: Factory, random_clips: Clips
) -> None:
    with pytest.raises(BackboneError, match=r"sees a clip as a whole.*use pooling 'max'"):
        Embedder(load_backbone(tiny_backbone(), "random", device="cpu"), pooling="max+concat")
    row = tiny_image_backbone()
    embedder = Embedder(load_backbone(row, "random", device="cpu"), pooling="mean+concat")
    assert embedder.dimension == 4 * 5
    vectors = embedder.embed(random_clips(row, 2)).reshape(2, 4, 5)
    averaged = Embedder(embedder.loaded, pooling="mean").embed(random_clips(row, 2))
    np.testing.assert_allclose(vectors.mean(1), averaged, rtol=1e-5)


def test_an_image_network_takes_clips_as_well_as_frames(tiny_image_backbone: Factory) -> None:
    model = load_backbone(tiny_image_backbone(), "random", device="cpu").model
    clips = torch.rand(2, 3, 4, 16, 16, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        by_frame = torch.stack([model(clips[:, :, place]) for place in range(4)], dim=1)
        torch.testing.assert_close(model(clips), by_frame.mean(1))


def test_tokens_are_known_by_their_three_axes(tiny_backbone: Factory, random_clips: Clips) -> None:
    row = tiny_backbone(build=f"{__name__}:token_network", light=None, stages=(), embedding_size=7)
    embedder = Embedder(load_backbone(row, "random", device="cpu"), "tokens")
    assert embedder.embed(random_clips(row, 2)).shape == (2, 7)


def test_a_layer_without_one_answer_a_clip_is_refused(tiny_backbone: Factory, random_clips: Clips) -> None:
    row = tiny_backbone(build=f"{__name__}:token_network", light=None, stages=(), embedding_size=7)
    with pytest.raises(BackboneError, match=r"'mixed' of tiny gives \(24, 7\) for 2 clips, not one answer a clip"):
        Embedder(load_backbone(row, "random", device="cpu"), "mixed").embed(random_clips(row, 2))


def token_network() -> torch.nn.Module:
    """Clips (N, 3, 4, 16, 16) -> tokens (N, 12, 7) -> (N * 12, 7), as attention inside a block sees them."""
    from torch import nn

    parts = {
        "rows": nn.Flatten(3),
        "cut": nn.AdaptiveAvgPool2d((4, 16)),
        "all": nn.Flatten(1, 2),
        "tokens": nn.Linear(16, 7),
        "mixed": nn.Flatten(0, 1),
    }
    return nn.Sequential(OrderedDict(parts))


def test_sums_are_in_float32() -> None:
    values = torch.full((1, 2, 4096), 1.0 + 2**-7, dtype=torch.bfloat16)
    assert pool_activation(values, "mean").tolist() == [[1.0078125, 1.0078125]]


def test_flatten_has_a_limit() -> None:
    assert pool_activation(torch.zeros(1, 16, 4096), "flatten").shape == (1, 65_536)
    with pytest.raises(BackboneError, match="pool by mean, max or gem"):
        pool_activation(torch.zeros(1, 16, 4097), "flatten")


def test_unknown_pooling_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="mean"):
        pool_activation(torch.zeros(1, 2), "meen")
    with pytest.raises(UnknownNameError, match=r"over time.*concat"):
        pool_activation(torch.zeros(1, 2), "mean+concatenate")


# --- devices and batches


def test_devices_by_name() -> None:
    assert choose_device("cpu") == CPU
    assert choose_device().type in ("cpu", "cuda", "mps")
    with pytest.raises(UnknownNameError, match="cuda"):
        choose_device("cuad")
    with pytest.raises(BackboneError, match="no device 'cuda:99'"):
        choose_device("cuda:99")


def test_precision_by_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_precision("float16", CPU) == "float16"
    monkeypatch.setattr("vidviz.embed.device.cpu_computes_bfloat16", lambda: True)
    assert choose_precision("auto", CPU) == "bfloat16"
    monkeypatch.setattr("vidviz.embed.device.cpu_computes_bfloat16", lambda: False)
    assert choose_precision("auto", CPU) == "float32"
    with pytest.raises(UnknownNameError, match="bfloat16"):
        choose_precision("bf16", CPU)


def test_batch_sizes() -> None:
    assert suggest_batch_size(find_backbone("r3d_18"), "cpu") == 4
    assert suggest_batch_size(find_backbone("resnet50"), "cpu") == 4
    assert suggest_batch_size(find_backbone("r3d_18"), "cuda:0") > 16


# --- the embedder


def test_embeds_the_penultimate_layer_by_default(tiny_backbone: Factory, random_clips: Clips) -> None:
    row = tiny_backbone()
    loaded = load_backbone(row, "random", device="cpu")
    embedder = Embedder(loaded)
    clips = random_clips(row, 5)
    vectors = embedder.embed(clips)
    assert (vectors.shape, vectors.dtype, embedder.dimension) == ((5, 8), np.float32, 8)
    tensor = frames_to_tensor(row, clips, CPU, torch.float32)
    kept = []
    with torch.no_grad():
        handle = loaded.model.fc2.register_forward_hook(lambda _m, _i, out: kept.append(out))
        loaded.model(tensor)
    handle.remove()
    np.testing.assert_allclose(vectors, kept[0].numpy(), atol=1e-6)
    np.testing.assert_allclose(vectors, np.concatenate([embedder.embed(clips[i : i + 1]) for i in range(5)]), atol=1e-6)
    assert embedder.embed(clips[:0]).shape == (0, 8)


def test_frames_of_a_clip_are_pooled_together(tiny_image_backbone: Factory, random_clips: Clips) -> None:
    row = tiny_image_backbone()
    loaded = load_backbone(row, device="cpu")
    clips = random_clips(row, 3)
    vectors = Embedder(loaded, "norm").embed(clips)
    with torch.no_grad():
        frames = frames_to_tensor(row, clips, CPU, torch.float32)
        expected = loaded.model.norm(loaded.model.conv(frames)).reshape(3, 4, 5, -1).mean((1, 3))
    np.testing.assert_allclose(vectors, expected.numpy(), atol=1e-6)
    # Order of frames does not matter to a frame network: the reason for having video networks.
    np.testing.assert_allclose(vectors, Embedder(loaded, "norm").embed(clips[:, ::-1]), atol=1e-6)


def test_dimension_of_any_layer(tiny_backbone: Factory) -> None:
    loaded = load_backbone(tiny_backbone(), "random", device="cpu")
    assert Embedder(loaded, "pool1").dimension == 4
    assert Embedder(loaded, "pool1", "flatten").dimension == 4 * 4 * 8 * 8
    assert Embedder(loaded, "fc3").dimension == 10


def test_nothing_runs_beyond_the_layer(tiny_backbone: Factory, random_clips: Clips) -> None:
    row = tiny_backbone()
    loaded = load_backbone(row, "random", device="cpu")
    ran: list[str] = []
    handle = loaded.model.conv2.register_forward_hook(lambda *_: ran.append("conv2"))
    Embedder(loaded, "pool1").embed(random_clips(row, 1))
    assert ran == []
    Embedder(loaded, "pool2").embed(random_clips(row, 1))
    assert ran == ["conv2"]
    handle.remove()
    assert count_hooks(loaded.model) == 0


def test_layers_that_cannot_be_embedded(tiny_image_backbone: Factory, random_clips: Clips) -> None:
    row = tiny_image_backbone()
    loaded = load_backbone(row, device="cpu")
    clips = random_clips(row, 1)
    with pytest.raises(BackboneError, match=r"'pair'.*tuple"):
        Embedder(loaded, "pair").embed(clips)
    with pytest.raises(BackboneError, match="never calls"):
        Embedder(loaded, "unused").embed(clips)
    with pytest.raises(UnknownNameError, match="relu"):
        Embedder(loaded, "rely")
    with pytest.raises(UnknownNameError, match="mean"):
        Embedder(loaded, pooling="means")
    assert count_hooks(loaded.model) == 0
    assert not loaded.lock.locked()


def test_batches_are_halved_when_memory_runs_out(
    tiny_backbone: Factory, random_clips: Clips, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = tiny_backbone()
    loaded = load_backbone(row, "random", device="cpu")
    clips = random_clips(row, 7)
    expected = Embedder(loaded).embed(clips)
    limit, seen = 2, []

    def refuse(_module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        seen.append(len(inputs[0]))
        if len(inputs[0]) > limit:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")

    handle = loaded.model.register_forward_pre_hook(refuse)
    embedder = Embedder(loaded, batch_size=8)
    np.testing.assert_allclose(embedder.embed(clips), expected, atol=1e-6)
    assert embedder.batch_size <= limit
    limit = 0
    with pytest.raises(BackboneError, match="single clip"):
        embedder.embed(clips)
    handle.remove()
    assert not loaded.lock.locked()
    assert not is_out_of_memory(RuntimeError("shapes do not match"))
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"))


def test_other_errors_are_not_taken_for_memory(tiny_backbone: Factory, random_clips: Clips) -> None:
    row = tiny_backbone()
    loaded = load_backbone(row, "random", device="cpu")

    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    loaded.model.conv1.register_forward_pre_hook(fail)
    with pytest.raises(RuntimeError, match="broken"):
        Embedder(loaded).embed(random_clips(row, 2))
    assert count_hooks(loaded.model) == 1


def test_numbers_that_are_not_finite_are_told(tiny_backbone: Factory, random_clips: Clips) -> None:
    row = tiny_backbone()
    loaded = load_backbone(row, "random", device="cpu")
    clips = random_clips(row, 3)

    def spoil(_module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
        output[1] = float("nan")
        return output

    loaded.model.conv2.register_forward_hook(spoil)
    embedder = Embedder(loaded)
    with pytest.raises(BackboneError, match="clip 2 of 3"):
        embedder.embed(clips)
    vectors, unusable = embedder.embed_finite(clips)
    assert list(unusable) == [1]
    assert np.isfinite(vectors[[0, 2]]).all()


def test_threads_share_a_backbone(tiny_backbone: Factory, random_clips: Clips) -> None:
    row = tiny_backbone()
    loaded = load_backbone(row, "random", device="cpu")
    early, late = Embedder(loaded, "pool1"), Embedder(loaded)
    batches = [random_clips(row, 3, seed) for seed in range(12)]
    expected = [(early.embed(batch), late.embed(batch)) for batch in batches]
    barrier = threading.Barrier(4)

    def work(_thread: int) -> list[tuple[np.ndarray, np.ndarray]]:
        barrier.wait()
        return [(early.embed(batch), late.embed(batch)) for batch in batches]

    with ThreadPoolExecutor(4) as pool:
        for results in pool.map(work, range(4)):
            for got, wanted in zip(results, expected, strict=True):
                np.testing.assert_allclose(got[0], wanted[0], atol=1e-6)
                np.testing.assert_allclose(got[1], wanted[1], atol=1e-6)
    assert count_hooks(loaded.model) == 0


def moving_textures(backbone: Backbone, num_clips: int) -> np.ndarray:
    """Smooth patterns that drift: closer to film than noise is."""
    spec, generator = backbone.frames, np.random.default_rng(5)
    y, x = np.mgrid[: spec.crop_px, : spec.crop_px] / spec.crop_px * 2 * np.pi
    clips = []
    for _ in range(num_clips):
        waves, phase, speed = generator.integers(1, 6, (3, 2)), generator.uniform(0, 6, 3), generator.normal(size=3)
        times = np.arange(spec.num_frames)[:, None, None, None]
        field = waves[:, 0] * x[..., None] + waves[:, 1] * y[..., None] + phase + speed * times
        clips.append(((np.sin(field) + 1) * 127).astype(np.uint8))
    return np.stack(clips)


@pytest.mark.parametrize("name", ["r3d_18", "resnet50"])
def test_bfloat16_keeps_the_embeddings(name: str) -> None:
    # Fewer and smaller frames than usual, for speed; the arithmetic is the same.
    row = dataclasses.replace(find_backbone(name), frames=FrameSpec(4, 64, 64))
    whole = load_backbone(row, "random", device="cpu")
    half = load_backbone(row, "random", device="cpu", precision="bfloat16")
    assert (whole.precision, half.precision) == ("float32", "bfloat16")
    clips = moving_textures(row, 2)
    a, b = Embedder(whole).embed(clips), Embedder(half).embed(clips)
    cosine = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    assert a.shape == (2, whole.backbone.embedding_size)
    assert cosine.min() >= 0.999


def test_the_module_has_the_published_keys_and_takes_ordinary_tensors() -> None:
    from torchvision.models.video import r3d_18

    model = load_backbone("r3d_18", "random", device="cpu").model
    with torch.device("meta"):
        published = r3d_18()
    assert list(model.state_dict()) == list(published.state_dict())
    with torch.no_grad():
        assert model(torch.rand(1, 3, 4, 32, 32)).shape == (1, 400)


class NoHalf(torch.nn.Module):
    """An operator that torch has in float32 and not in bfloat16, between two that it has in both."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = torch.nn.Conv3d(3, 4, 1), torch.nn.Linear(4, 2)

    def forward(self, clips: torch.Tensor) -> torch.Tensor:
        pooled = torch.nn.functional.avg_pool3d(self.first(clips), (2, 4, 4))
        return self.last(pooled.mean((2, 3, 4)))


def test_an_operator_without_bfloat16_runs_in_float32_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    torch.manual_seed(0)
    model, fallen_back = NoHalf().eval(), set[str]()
    clips = torch.rand(2, 3, 2, 4, 4)
    with torch.inference_mode():
        expected = model(clips)
        model.bfloat16()
        found = [run_with_fallback(lambda: model(clips.bfloat16()), fallen_back) for _ in range(3)]
    assert fallen_back == {"avg_pool3d"}
    assert [record.getMessage() for record in caplog.records if "float32" in record.getMessage()] == [
        "avg_pool3d has no torch.bfloat16 on this device and is computed in float32."
    ]
    assert {answer.dtype for answer in found} == {torch.bfloat16}
    torch.testing.assert_close(found[0].float(), expected, atol=0.02, rtol=0.02)


def test_another_missing_operator_is_still_an_error() -> None:
    def fail() -> None:
        raise NotImplementedError("no such thing on this device")

    with pytest.raises(NotImplementedError, match="no such thing"):
        run_with_fallback(fail, set())
