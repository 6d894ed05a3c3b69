"""Every registered network: its trunk loads with a head of other classes, with another kind of head, and without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from vidviz.embed.backbones import backbones, find_backbone
from vidviz.embed.build import build_model, build_outline
from vidviz.embed.checkpoints.partial_fit import Head, fit_partly
from vidviz.embed.description import Backbone
from vidviz.embed.embedder import Embedder
from vidviz.embed.load import load_backbone
from vidviz.embed.parameter_use import outline_use
from vidviz.errors import BackboneError

SLOW_GMACS = 150.0
# Trained without labels: there is no head, and the vectors come last.
HEADLESS = {"vjepa2_l", "clip_b32", "xclip_b32"}


def all_rows() -> list[object]:
    return [
        pytest.param(row, id=row.name, marks=pytest.mark.slow if row.clip_gmacs > SLOW_GMACS else ())
        for row in backbones().values()
        if row.name not in HEADLESS
    ]


@pytest.mark.parametrize("row", all_rows())
def test_the_trunk_is_enough(row: Backbone) -> None:
    use = outline_use(row)
    own = {key: tuple(tensor.shape) for key, tensor in build_outline(row).state_dict().items()}
    last = use.last_module()
    width = own[f"{last}.weight"][1:]
    trunk = {key: shape for key, shape in own.items() if not key.startswith(f"{last}.")}
    seven = {f"{last}.weight": (7, *width), f"{last}.bias": (7,)}
    fitted = fit_partly(own, trunk | seven, use, row)
    assert fitted is not None
    assert fitted.head == Head(last, f"{last}.weight", f"{last}.bias")
    assert not fitted.refused
    inside = {f"{last}.1.weight": (7, *width), f"{last}.1.bias": (7,)}
    replaced = fit_partly(own, trunk | inside, use, row)
    assert replaced is not None
    assert replaced.head == Head(last, f"{last}.1.weight", f"{last}.1.bias")
    bare = fit_partly(own, trunk, use, row)
    assert bare is not None
    assert bare.head is None
    assert len(bare.untrained) == 1
    assert last.startswith(bare.untrained[0].rstrip("."))
    assert last in bare.refused
    assert row.embedding_layer not in bare.refused
    assert row.stages[-1].layer in bare.refused
    first = next(key for key in own if key in use.first_used)
    lame = {key: shape for key, shape in trunk.items() if key != first}
    assert fit_partly(own, lame, use, row) is None


def test_what_runs_beside_the_trunk_may_be_missing() -> None:
    """A checkpoint of V-JEPA 2 for classes has no need of the predictor, which does not run here either."""
    row = find_backbone("vjepa2_l")
    own = {key: tuple(tensor.shape) for key, tensor in build_outline(row).state_dict().items()}
    encoder = {key: shape for key, shape in own.items() if key.startswith("encoder.")}
    fitted = fit_partly(own, encoder | {"pooler.x.weight": (2,), "classifier.weight": (5, 1024)}, outline_use(row), row)
    assert fitted is not None
    assert fitted.untrained == ("predictor.",)
    assert not fitted.refused
    assert fitted.unused == ("pooler.x.weight", "classifier.weight")


def test_what_is_lacking_is_named_by_its_outermost_part(tmp_path: Path) -> None:
    row = find_backbone("x3d_xs")
    state = {key: value for key, value in build_model(row).state_dict().items() if not key.startswith("blocks.5.")}
    torch.save(state, tmp_path / "mine.pth")
    loaded = load_backbone(row, tmp_path / "mine.pth", device="cpu")
    assert loaded.untrained == ("blocks.5.",)
    assert loaded.left_out == (
        "The weights hold nothing for blocks.5 of the network: layers that rest on that are refused."
    )
    with pytest.raises(BackboneError, match=r"the layer 'blocks\.5\.pool': choose 'blocks\.4' or an earlier one"):
        Embedder(loaded)


@pytest.mark.parametrize(
    ("name", "last"),
    [("squeezenet1_1", "classifier.1"), ("mobilenet_v3_small", "classifier.3"), ("x3d_xs", "blocks.5.proj")],
)
def test_scores_of_ones_own_classes(name: str, last: str, tmp_path: Path) -> None:
    row = find_backbone(name)
    state = build_model(row).state_dict()
    weight = torch.randn(7, *state[f"{last}.weight"].shape[1:])
    torch.save({**state, f"{last}.weight": weight, f"{last}.bias": torch.arange(7.0)}, tmp_path / "mine.pth")
    loaded = load_backbone(row, tmp_path / "mine.pth", device="cpu")
    assert torch.equal(loaded.model.get_submodule(last).weight, weight)
    spec = row.frames
    shape = (2, 3, 64, 64) if row.per_frame else (1, 3, spec.num_frames, 64, 64)
    with torch.no_grad():
        assert loaded.model(torch.randn(shape)).shape == (shape[0], 7)


def test_a_classifier_of_ones_own_in_place_of_several_layers(tmp_path: Path) -> None:
    row = find_backbone("mobilenet_v3_small")
    state = {key: value for key, value in build_model(row).state_dict().items() if not key.startswith("classifier.")}
    torch.save({**state, "classifier.weight": torch.ones(7, 576)}, tmp_path / "mine.pth")
    loaded = load_backbone(row, tmp_path / "mine.pth", device="cpu")
    assert loaded.untrained == ("classifier.",)
    with pytest.raises(BackboneError, match=r"hold nothing for the layer 'classifier\.1': choose 'avgpool'"):
        Embedder(loaded)
    clips = np.zeros((1, row.frames.num_frames, row.frames.crop_px, row.frames.crop_px, 3), np.uint8)
    assert Embedder(loaded, "avgpool").embed(clips).shape == (1, 576)


@pytest.mark.parametrize(
    ("asked", "given", "says"),
    [
        pytest.param(
            *("resnet50", "resnet18", "they are weights of resnet18, so choose that backbone"), marks=pytest.mark.slow
        ),
        ("resnet18", "resnet34", "they are weights of resnet34, so choose that backbone"),
        pytest.param("x3d_s", "x3d_l", "they are weights of x3d_l, so", marks=pytest.mark.slow),
        ("mc3_18", "r3d_18", "they are weights of r3d_18, so"),
        ("simple3d_motion", "x3d_xs", "they are weights of x3d_xs, x3d_s or x3d_m, so"),
    ],
)
def test_another_networks_weights_say_whose_they_are(asked: str, given: str, says: str, tmp_path: Path) -> None:
    state = {f"net.{key}": value for key, value in build_model(find_backbone(given)).state_dict().items()}
    torch.save({"state_dict": state}, tmp_path / "other.pth")
    with pytest.raises(BackboneError, match=rf"does not hold weights of {asked} .*{says}"):
        load_backbone(asked, tmp_path / "other.pth", device="cpu")
