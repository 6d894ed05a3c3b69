"""Activations as captured: equal to plain hooks and torchvision's extractor; nothing left behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import resnet18
from torchvision.models.feature_extraction import create_feature_extractor
from torchvision.models.video import r3d_18

from vidviz.errors import UnknownNameError
from vidviz.introspect.capture import capture_activations


def count_hooks(model: nn.Module) -> int:
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())


class Odd(nn.Module):
    """In-place ReLU, one module called twice, one never, one that gives a pair."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv3d(3, 4, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.twice = nn.Conv3d(4, 4, 1)
        self.unused = nn.Linear(1, 1)
        self.pair = Pair()
        self.norm = nn.BatchNorm3d(4)

    def forward(self, clips: Tensor) -> Tensor:
        hidden = self.relu(self.conv(clips))
        hidden = self.norm(self.twice(self.twice(hidden)))
        return self.pair(hidden)[0]


class Pair(nn.Module):
    def forward(self, values: Tensor) -> tuple[Tensor, tuple[int, int]]:
        return values, (1, 2)


@pytest.fixture
def odd() -> Odd:
    torch.manual_seed(0)
    return Odd()


CLIPS = torch.randn(1, 3, 2, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("make", [r3d_18, resnet18], ids=lambda make: make.__name__)
def test_equals_torchvisions_feature_extraction_exactly(make: type) -> None:
    torch.manual_seed(0)
    model = make().eval()
    example = torch.randn(1, 3, 4, 32, 32) if make is r3d_18 else torch.randn(2, 3, 32, 32)
    # What torchvision keeps by reference, an in-place ReLU overwrites: name what nothing overwrites.
    names = ["layer1", "layer2.0.relu", "layer2.0.relu_1", "layer3", "layer4.1", "avgpool", "fc"]
    if make is r3d_18:
        names = ["stem", "layer1.0.conv1", "layer2.0", "layer2", "layer3", "layer4.1", "avgpool", "fc"]
    with torch.no_grad(), capture_activations(model, names) as captured:
        model(example)
    extractor = create_feature_extractor(model, names)
    with torch.no_grad():
        expected = extractor(example)
    assert list(captured) == names
    for name in names:
        assert torch.equal(captured[name], expected[name]), name
    assert captured.skipped == {}


def test_every_layer_equals_a_plain_hook_that_copies() -> None:
    torch.manual_seed(0)
    model = r3d_18().eval()
    names = [name for name, _ in model.named_modules() if name]
    example = torch.randn(1, 3, 4, 32, 32)
    expected: dict[str, Tensor] = {}

    def keep(name: str) -> Callable[..., None]:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            expected[name] = output.detach().clone()

        return hook

    handles = [model.get_submodule(name).register_forward_hook(keep(name)) for name in names]
    with torch.no_grad():
        model(example)
    for handle in handles:
        handle.remove()
    with torch.no_grad(), capture_activations(model, names) as captured:
        model(example)
    assert set(captured) == set(names)
    assert all(torch.equal(captured[name], expected[name]) for name in names)
    # The batch norm before an in-place ReLU keeps its negative numbers.
    assert captured["layer1.0.conv1.1"].min() < 0


def test_calls_of_one_module_are_told_apart(odd: Odd) -> None:
    with torch.no_grad(), capture_activations(odd, ["twice", "twice_1", "twice_2"]) as captured:
        odd(CLIPS)
    once = odd.twice(odd.relu(odd.conv(CLIPS)))
    assert torch.allclose(captured["twice"], once)
    assert torch.allclose(captured["twice_1"], odd.twice(once))
    assert captured.skipped == {"twice_2": "The forward pass did not call twice 3 times."}


def test_each_pass_replaces_the_one_before(odd: Odd) -> None:
    with torch.no_grad(), capture_activations(odd, ["conv"]) as captured:
        odd(CLIPS)
        first = captured["conv"]
        odd(CLIPS * 2)
    assert not torch.equal(captured["conv"], first)


def test_reduced_while_captured(odd: Odd) -> None:
    with capture_activations(odd, ["conv"], reduce=lambda x: x[:, :2]) as captured:
        odd(CLIPS)
    kept = captured["conv"]
    assert kept.shape == (1, 2, 2, 8, 8)
    assert not kept.requires_grad
    assert kept.untyped_storage().nbytes() == kept.numel() * 4
    assert kept.min() < 0
    with capture_activations(odd, ["conv"], reduce=lambda x: x.half()) as captured:
        odd(CLIPS)
    assert captured["conv"].dtype == torch.float16


def test_skipped_says_why(odd: Odd) -> None:
    with torch.no_grad(), capture_activations(odd, ["unused", "pair", "conv"]) as captured:
        odd(CLIPS)
    assert list(captured) == ["conv"]
    assert captured.skipped["pair"] == "pair gives a tuple (Tensor, tuple), not one tensor."
    assert captured.skipped["unused"] == "The forward pass did not call unused."


@pytest.mark.parametrize("where", ["body", "reduce", "model"])
def test_nothing_is_left_behind_after_an_error(odd: Odd, where: str) -> None:
    odd.train()
    odd.norm.eval()
    modes = {name: module.training for name, module in odd.named_modules()}
    statistics = odd.norm.running_mean.clone()

    def fail(_tensor: Tensor) -> Tensor:
        raise KeyError("no")

    def look() -> None:
        reduce = fail if where == "reduce" else None
        with capture_activations(odd, ["conv", "twice_1"], reduce=reduce):
            assert not odd.training
            odd(CLIPS if where != "model" else CLIPS[:, :1])
            raise KeyError("body")

    with pytest.raises(RuntimeError if where == "model" else KeyError):
        look()
    assert count_hooks(odd) == 0
    assert {name: module.training for name, module in odd.named_modules()} == modes
    assert torch.equal(odd.norm.running_mean, statistics)


@pytest.mark.parametrize("name", ["comv", "", "twice_x", "nope_1"])
def test_unknown_layers_leave_the_model_alone(odd: Odd, name: str) -> None:
    with pytest.raises(UnknownNameError), capture_activations(odd, ["conv", name]):
        pass
    assert count_hooks(odd) == 0
    assert odd.training


def test_unknown_layer_offers_the_nearest(odd: Odd) -> None:
    with pytest.raises(UnknownNameError, match="conv"), capture_activations(odd, ["comv"]):
        pass
