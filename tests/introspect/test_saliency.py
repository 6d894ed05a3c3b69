"""Where a score comes from: against captum, against sums that must come out, and nothing left behind."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import LayerActivation, LayerGradCam, LayerGradientXActivation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import Tensor, nn

from vidviz.errors import UnknownNameError
from vidviz.introspect.saliency import (
    class_activation,
    cover,
    hottest_box,
    region_shares,
    resize_heat,
    trace_score,
)

SMALL = st.floats(-10, 10, width=32)


class Scorer(nn.Module):
    """Two convolutions with in-place ReLUs, 2-D or 3-D, and scores of four classes."""

    def __init__(self, axes: int) -> None:
        super().__init__()
        conv, pool = (nn.Conv2d, nn.AdaptiveAvgPool2d) if axes == 2 else (nn.Conv3d, nn.AdaptiveAvgPool3d)
        self.conv1, self.relu1 = conv(3, 6, 3, padding=1), nn.ReLU(inplace=True)
        self.conv2, self.relu2 = conv(6, 8, 3, stride=2), nn.ReLU(inplace=True)
        self.pool, self.fc, self.spare = pool(1), nn.Linear(8, 4), nn.Identity()

    def forward(self, clips: Tensor) -> Tensor:
        return self.fc(self.pool(self.relu2(self.conv2(self.relu1(self.conv1(clips))))).flatten(1))


def make(axes: int) -> tuple[Scorer, Tensor]:
    torch.manual_seed(axes)
    shape = (1, 3, 12, 12) if axes == 2 else (1, 3, 5, 12, 12)
    return Scorer(axes).eval(), torch.randn(shape)


def pick(scores: Tensor) -> Tensor:
    return scores[0, 2]


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("layer", ["conv1", "relu1", "conv2", "relu2"])
def test_grad_cam_equals_captums(axes: int, layer: str) -> None:
    model, clips = make(axes)
    score, found = trace_score(model, clips, [layer], pick)
    film, gradient = (part[0].numpy() for part in (found[layer].activation, found[layer].gradient))
    if axes == 2:
        film, gradient = film[:, None], gradient[:, None]
    ours = class_activation(film, gradient)
    # Captum reads what an in-place ReLU has changed already: it is given the same network without them.
    plain, _ = make(axes)
    plain.relu1, plain.relu2 = nn.ReLU(), nn.ReLU()
    theirs = LayerGradCam(plain, plain.get_submodule(layer)).attribute(clips, 2, relu_attributions=True)
    np.testing.assert_allclose(ours.squeeze(), theirs.detach().numpy().squeeze(), rtol=1e-5, atol=1e-7)
    assert score == pytest.approx(model(clips)[0, 2].item(), rel=1e-6)


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_layer_cam_equals_what_captums_parts_give(axes: int, layer: str) -> None:
    """Captum has no LayerCAM: it is the positive part of gradient x activation where the gradient is positive."""
    model, clips = make(axes)
    model.relu1, model.relu2 = nn.ReLU(), nn.ReLU()
    _, found = trace_score(model, clips, [layer], pick)
    film, gradient = (part[0].numpy() for part in (found[layer].activation, found[layer].gradient))
    if axes == 2:
        film, gradient = film[:, None], gradient[:, None]
    ours = class_activation(film, gradient, "layer-cam")
    module = model.get_submodule(layer)
    activation = LayerActivation(model, module).attribute(clips).detach()
    product = LayerGradientXActivation(model, module).attribute(clips, 2).detach()
    # The gradient is positive where its product with the activation has the activation's sign.
    theirs = torch.where(product.sign() == activation.sign(), product, 0).sum(1).relu()
    np.testing.assert_allclose(ours.squeeze(), theirs.numpy().squeeze(), rtol=1e-5, atol=1e-7)
    assert ours.max() > 0


@pytest.mark.parametrize("axes", [2, 3])
def test_shares_of_regions_equal_captums_gradient_times_activation(axes: int) -> None:
    model, clips = make(axes)
    model.relu1, model.relu2 = nn.ReLU(), nn.ReLU()
    _, found = trace_score(model, clips, ["conv2"], pick)
    ours = region_shares(found["conv2"].activation[0].numpy(), found["conv2"].gradient[0].numpy())
    theirs = LayerGradientXActivation(model, model.conv2).attribute(clips, 2)
    np.testing.assert_allclose(ours, theirs.detach()[0].sum(0).numpy(), rtol=1e-5, atol=1e-7)


def test_shares_behind_a_mean_add_up_to_the_score() -> None:
    model, clips = make(3)
    _, found = trace_score(model, clips, ["relu2"], lambda pooled: pooled.sum(), at="pool")
    film, gradient = (part[0].numpy() for part in (found["relu2"].activation, found["relu2"].gradient))
    assert region_shares(film, gradient).sum() == pytest.approx(float(model.pool(found["relu2"].activation).sum()))


def test_layers_are_traced_together_and_nothing_is_left_behind() -> None:
    model, clips = make(3)
    model.train()
    score, found = trace_score(model, clips, ["conv1", "relu1", "conv2", "fc", "spare"], pick)
    assert list(found) == ["conv1", "relu1", "conv2", "fc"]
    assert found["fc"].gradient.tolist() == [[0, 0, 1, 0]]
    # The convolution's own answer, not what the in-place ReLU made of it.
    assert found["conv1"].activation.min() < 0 <= found["relu1"].activation.min()
    assert np.isfinite(score)
    assert model.training
    assert torch.is_grad_enabled()
    assert all(parameter.requires_grad and parameter.grad is None for parameter in model.parameters())
    assert not any(module._forward_hooks for module in model.modules())


def test_the_network_stops_where_it_is_scored() -> None:
    model, clips = make(3)
    model.fc = nn.Linear(8, 4, device="meta")
    score, found = trace_score(model, clips, ["conv2"], lambda pooled: pooled.sum(), at="pool")
    assert np.isfinite(score)
    assert "conv2" in found


@pytest.mark.parametrize("where", ["layers", "at", "score"])
def test_errors_leave_the_network_as_it_was(where: str) -> None:
    model, clips = make(2)

    def fail(_scores: Tensor) -> Tensor:
        raise KeyError("no")

    asked = {"layers": ["comv"] if where == "layers" else ["conv1"], "at": "pol" if where == "at" else ""}
    with pytest.raises(KeyError if where == "score" else UnknownNameError):
        trace_score(model, clips, score=fail, **asked)
    assert not any(module._forward_hooks for module in model.modules())
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert torch.is_grad_enabled()


def test_layer_cam_by_hand_and_frame_by_frame() -> None:
    film = np.array([[[[1.0, 2.0]], [[3.0, 4.0]]], [[[1.0, 1.0]], [[1.0, 1.0]]]])  # (2, 2, 1, 2)
    gradient = np.array([[[[1.0, -1.0]], [[0.0, 2.0]]], [[[-5.0, 1.0]], [[1.0, 0.0]]]])
    assert class_activation(film, gradient, "layer-cam").tolist() == [[[1, 1]], [[1, 8]]]
    whole = np.maximum((gradient.mean(axis=(1, 2, 3), keepdims=True) * film).sum(0), 0)
    np.testing.assert_allclose(class_activation(film, gradient), whole)
    apart = np.maximum((gradient.mean(axis=(2, 3), keepdims=True) * film).sum(0), 0)
    np.testing.assert_allclose(class_activation(film, gradient, per_frame=True), apart)
    with pytest.raises(UnknownNameError, match="layer-cam"):
        class_activation(film, gradient, "layercam")


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.float32, hnp.array_shapes(min_dims=3, max_dims=3, max_side=5), elements=SMALL), st.data())
def test_the_hottest_box_is_found_as_by_looking_everywhere(heat: np.ndarray, data: st.DataObject) -> None:
    size = tuple(data.draw(st.integers(1, side)) for side in heat.shape)
    t, y, x = hottest_box(heat, size)

    def total(a: int, b: int, c: int) -> float:
        return float(heat[a : a + size[0], b : b + size[1], c : c + size[2]].sum(dtype=np.float64))

    room = [side - length + 1 for side, length in zip(heat.shape, size, strict=True)]
    best = max(total(a, b, c) for a in range(room[0]) for b in range(room[1]) for c in range(room[2]))
    assert total(t, y, x) == pytest.approx(best, abs=1e-4)


def test_covering_changes_the_box_alone() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (4, 6, 6, 3), dtype=np.uint8)
    covered = cover(frames, (1, 2, 3), (2, 2, 2))
    changed = (covered != frames).any(axis=3)
    assert changed[1:3, 2:4, 3:5].all()
    assert changed.sum() == 8
    np.testing.assert_array_equal(covered[1, 2, 3], frames.reshape(-1, 3).mean(0).round())


def test_heat_is_resized_within_its_own_range() -> None:
    heat = np.array([[[0.0, 1.0]], [[2.0, 3.0]]], np.float32)
    large = resize_heat(heat, (4, 2, 8), (0.5, 2.5))
    assert large.shape == (4, 2, 8)
    assert (large.min(), large.max()) == (0, 3)


def test_heat_lies_at_the_frames_over_which_steps_are_centred() -> None:
    heat = np.array([0.0, 1.0], np.float32)[:, None, None]
    assert resize_heat(heat, (5, 1, 1), (0, 4)).ravel().tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert resize_heat(heat, (5, 1, 1), (1, 3)).ravel().tolist() == [0, 0, 0.5, 1, 1]
    assert resize_heat(heat[:1] + 2, (3, 1, 1), (1,)).ravel().tolist() == [2, 2, 2]
