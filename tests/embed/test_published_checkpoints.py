"""Files as the authors publish them, with their nesting and names, load into our own networks; wrong ones say why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from vidviz.embed.backbones import find_backbone
from vidviz.embed.build import build_model
from vidviz.embed.load import load_backbone
from vidviz.errors import BackboneError

# pytorchvideo's files hold the state of the training run as well.
PYTORCHVIDEO = ("x3d_xs", "x3d_s", "x3d_m", "x3d_l", "slowfast_r50", "i3d_r50")
MMACTION_CONVS = ("1a", "2a", "3a", "3b", "4a", "4b", "5a", "5b")


def published_state(name: str) -> dict[str, Tensor]:
    """Weights other than the seeded ones, under our keys."""
    model = build_model(find_backbone(name))
    state: dict[str, Tensor] = model.state_dict()
    return {key: value + 1 if value.is_floating_point() else value for key, value in state.items()}


def nest(name: str, state: Mapping[str, Tensor]) -> dict[str, object]:
    """The state as its publisher nests and names it."""
    if name in PYTORCHVIDEO:
        return {"model_state": dict(state), "epoch": 196, "cfg": "TRAIN: ..."}
    if name == "inception_i3d":
        # The file is older than the counters of batch normalisation.
        return {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}
    return {"meta": {"epoch": 1}, "state_dict": {mmaction_name(key): value for key, value in state.items()}}


def mmaction_name(key: str) -> str:
    """MMAction2's name of a parameter of C3D: `conv1` -> `conv1a.conv`."""
    conv, _, rest = key.partition(".")
    if not conv.startswith("conv"):
        return key
    number = conv.removeprefix("conv")
    return f"conv{number if number in MMACTION_CONVS else number + 'a'}.conv.{rest}"


@pytest.mark.parametrize("name", [*PYTORCHVIDEO, "inception_i3d", "c3d"])
def test_a_published_file_fills_the_network(name: str, tmp_path: Path) -> None:
    state = published_state(name)
    file = tmp_path / "published.pyth"
    torch.save(nest(name, state), file)
    loaded = load_backbone(name, file, device="cpu")
    assert not loaded.random_weights
    assert loaded.untrained == ()
    own = loaded.model.state_dict()
    assert set(own) == set(state)
    assert all(torch.equal(own[key], value) for key, value in state.items())


def test_c3ds_published_file_may_lack_the_class_scores(tmp_path: Path) -> None:
    state = {key: value for key, value in published_state("c3d").items() if not key.startswith("fc8.")}
    torch.save(nest("c3d", state), tmp_path / "backbone.pth")
    assert load_backbone("c3d", tmp_path / "backbone.pth", device="cpu").untrained == ("fc8.",)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("i3d_r50", "x3d_s"),
        pytest.param("x3d_s", "x3d_l", marks=pytest.mark.slow),
        pytest.param("slowfast_r50", "i3d_r50", marks=pytest.mark.slow),
    ],
)
def test_another_networks_file_is_refused_by_its_first_keys(name: str, other: str, tmp_path: Path) -> None:
    state = build_model(find_backbone(other)).state_dict()
    torch.save(nest(other, state), tmp_path / "other.pyth")
    own = list(build_model(find_backbone(name)).state_dict())
    missing = next((key for key in own if key not in state and not key.endswith("num_batches_tracked")), "nothing")
    unexpected = next((key for key in state if key not in own), "nothing")
    with pytest.raises(BackboneError, match=f"does not hold weights of {name}.*") as told:
        load_backbone(name, tmp_path / "other.pyth", device="cpu")
    assert re.search(rf"missing {re.escape(missing)}.*unexpected {re.escape(unexpected)}", str(told.value))
