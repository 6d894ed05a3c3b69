"""Files of weights in the forms that trainers leave them in: each loads, or is refused by a way out."""

from __future__ import annotations

import argparse
import collections
import copy
import dataclasses
import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from vidviz.embed.build import build_model
from vidviz.embed.description import Backbone, Stage
from vidviz.embed.embedder import Embedder
from vidviz.embed.load import LoadedBackbone, load_backbone
from vidviz.errors import BackboneError

State = dict[str, Tensor]
Factory = Callable[..., Backbone]


class AttributeDict(dict[str, Any]):
    """As Lightning keeps hyper-parameters."""


def prefixed(state: State, start: str) -> State:
    return {start + key: value for key, value in state.items()}


def optimizer_of(state: State) -> dict[str, Any]:
    optimizer = torch.optim.Adam([nn.Parameter(value.clone()) for value in state.values()], lr=0.1)
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    return optimizer.state_dict()


def other(state: State) -> State:
    return {key: torch.zeros_like(value) for key, value in state.items()}


def by_module(state: State) -> dict[str, State]:
    tables: dict[str, State] = {}
    for key, value in state.items():
        module, _, name = key.rpartition(".")
        tables.setdefault(module, {})[name] = value
    return tables


LOADED: dict[str, Callable[[State], Any]] = {
    "plain": lambda s: s,
    "ordered": collections.OrderedDict,
    "parameters": lambda s: {key: nn.Parameter(value) for key, value in s.items()},
    "float16": lambda s: {key: value.half() for key, value in s.items()},
    "bfloat16": lambda s: {key: value.bfloat16() for key, value in s.items()},
    "float64": lambda s: {key: value.double() for key, value in s.items()},
    "module.": lambda s: prefixed(s, "module."),
    "model.": lambda s: prefixed(s, "model."),
    "net.": lambda s: prefixed(s, "net."),
    "_orig_mod.": lambda s: prefixed(s, "_orig_mod."),
    "module._orig_mod.": lambda s: prefixed(s, "module._orig_mod."),
    "_orig_mod.module.": lambda s: prefixed(s, "_orig_mod.module."),
    "a prefix nobody listed": lambda s: prefixed(s, "student.video-encoder.0."),
    "lightning": lambda s: {
        "epoch": 3,
        "pytorch-lightning_version": "2.5",
        "state_dict": prefixed(s, "model.") | {"criterion.weight": torch.ones(5)},
        "hyper_parameters": AttributeDict(lr=0.1, paths={"root": Path("/data")}),
        "optimizer_states": [optimizer_of(s)],
    },
    "averaged": lambda s: {"n_averaged": torch.tensor(4), **prefixed(s, "module.")},
    "a number beside the tensors": lambda s: {**s, "epoch": 3},
    "texts and lists beside the tensors": lambda s: {**s, "name": "mine", "losses": [0.3, 0.2]},
    "state_dict": lambda s: {
        "state_dict": s,
        "epoch": 3,
        "best_acc1": torch.tensor(71.0),
        "optimizer": optimizer_of(s),
    },
    "model_state": lambda s: {"model_state": s, "cfg": "MODEL:\n  ARCH: x3d"},
    "model_state_dict": lambda s: {"model_state_dict": s, "optimizer_state_dict": optimizer_of(s), "loss": 0.1},
    "model": lambda s: {"model": s},
    "net": lambda s: {"net": s, "acc": 93.1},
    "weights": lambda s: {"weights": s},
    "model_weights": lambda s: {"model_weights": s},
    "params": lambda s: {"params": s},
    "ema alone": lambda s: {"ema": s, "updates": 10},
    "the average after the weights": lambda s: {"state_dict": s, "state_dict_ema": other(s)},
    "the average before the weights": lambda s: {"model_ema": other(s), "model": s},
    "tables in tables": lambda s: {"checkpoint": {"model": {"state_dict": prefixed(s, "module.")}}},
    "a table a module": by_module,
    "torchvision's references": lambda s: {
        "model": s,
        "optimizer": optimizer_of(s),
        "lr_scheduler": {"last_epoch": 3, "_last_lr": [0.1]},
        "epoch": 3,
        "args": argparse.Namespace(data_path="/data", lr=0.1, device=torch.device("cpu")),
        "scaler": None,
    },
    "numpy beside": lambda s: {"net": s, "acc": np.float64(93.1), "confusion": np.eye(3)},
    "paths, dates and sets beside": lambda s: {
        "net": s,
        "at": datetime.datetime.now(datetime.UTC),
        "p": Path("/x"),
        "c": {1},
    },
    "a table with a default beside": lambda s: {"net": s, "log": collections.defaultdict(list, {"loss": [0.1]})},
}


def ring(state: State) -> dict[str, Any]:
    table: dict[str, Any] = {f"table {number}": {} for number in range(60)} | {"net": state}
    for number in range(60):
        table[f"table {number}"] = table
    return table


LOADED["a table that holds itself"] = ring


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("code ran",))


class Shell:
    def __reduce__(self) -> tuple[object, ...]:
        return (__import__("os").system, ("echo code ran",))


REFUSED: dict[str, tuple[Callable[[State], Any], str]] = {
    "a whole model": (lambda s: nn.Linear(2, 2), r"holds a whole model.*save model\.state_dict\(\)"),
    "a model in a table": (lambda s: {"model": nn.Linear(2, 2)}, r"holds a whole model.*save model\.state_dict\(\)"),
    "code": (lambda s: {**s, "x": Evil()}, r"wants to run builtins\.print.*state_dict"),
    "a shell": (lambda s: {**s, "x": Shell()}, r"wants to run (posix|nt)\.system.*state_dict"),
    "nothing": (lambda s: {}, r"holds no state_dict.*save model\.state_dict\(\)"),
    "numbers": (lambda s: {"a": 1}, r"holds no state_dict"),
    "one tensor": (lambda s: torch.ones(3), r"holds no state_dict"),
    "the optimizer alone": (lambda s: {"optimizer": optimizer_of(s)}, r"missing conv1\.weight.*0 of 10 tensors fit"),
    "a tensor less": (
        lambda s: prefixed({key: value for key, value in s.items() if key != "conv2.bias"}, "net."),
        r"missing conv2\.bias; unexpected nothing \(9 of 10 tensors fit after taking off 'net\.'\)",
    ),
    "another shape in the trunk": (
        lambda s: s | {"conv2.bias": torch.zeros(7)},
        r"conv2\.bias is \(7,\) in the file, \(6,\) in the network \(9 of 10 tensors fit\)",
    ),
    "a deeper network": (lambda s: s | {"conv3.weight": torch.zeros(2)}, r"unexpected conv3\.weight \(10 of 10"),
    "half a head": (lambda s: s | {"fc3.bias": torch.zeros(7)}, r"fc3\.bias is \(7,\) in the file"),
}  # fmt: skip


@pytest.fixture
def row(tiny_backbone: Factory) -> Backbone:
    return tiny_backbone(weights=(), default_weights="random")


@pytest.fixture
def state(row: Backbone) -> State:
    """Values that half precision keeps, other than the network's own."""
    torch.manual_seed(3)
    return {key: torch.randint(-8, 8, value.shape) / 4 for key, value in build_model(row).state_dict().items()}


def load(row: Backbone, file: Path) -> LoadedBackbone:
    return load_backbone(row, file, device="cpu")


def check_same(loaded: LoadedBackbone, state: State) -> None:
    found = loaded.model.state_dict()
    assert found.keys() == state.keys()
    assert all(torch.equal(found[key], value) for key, value in state.items())
    assert loaded.untrained == ()
    assert not loaded.refused


@pytest.mark.parametrize("form", LOADED)
def test_a_form_that_loads(form: str, row: Backbone, state: State, tmp_path: Path) -> None:
    torch.save(LOADED[form](state), tmp_path / "mine.ckpt")
    check_same(load(row, tmp_path / "mine.ckpt"), state)


@pytest.mark.parametrize("form", ["plain", "torchvision's references", "lightning", "averaged"])
def test_files_from_before_torch_1_6(form: str, row: Backbone, state: State, tmp_path: Path) -> None:
    torch.save(LOADED[form](state), tmp_path / "mine.pth", _use_new_zipfile_serialization=False)
    check_same(load(row, tmp_path / "mine.pth"), state)


@pytest.mark.parametrize("name", ["mine.safetensors", "mine.bin", "mine.pth", "mine"])
def test_the_content_and_not_the_name_says_what_a_file_is(
    name: str, row: Backbone, state: State, tmp_path: Path
) -> None:
    save_file(prefixed(state, "module."), tmp_path / name)
    check_same(load(row, tmp_path / name), state)
    torch.save(state, tmp_path / name)
    check_same(load(row, tmp_path / name), state)


@pytest.mark.parametrize("form", REFUSED)
def test_a_form_that_is_refused(
    form: str, row: Backbone, state: State, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make, says = REFUSED[form]
    torch.save(make(state), tmp_path / "mine.pth")
    with pytest.raises(BackboneError, match=says):
        load(row, tmp_path / "mine.pth")
    assert "code ran" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty: copy or download it again"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"\x89HDF\r\n\x1a\n....", "HDF5"),
        (b"garbage", "can be read safely"),
        (b"PK\x03\x04 half a file", "can be read safely"),
    ],
)
def test_files_of_other_kinds(content: bytes, says: str, row: Backbone, tmp_path: Path) -> None:
    (tmp_path / "mine.pth").write_bytes(content)
    with pytest.raises(BackboneError, match=says):
        load(row, tmp_path / "mine.pth")


def test_half_a_file_is_refused(row: Backbone, state: State, tmp_path: Path) -> None:
    torch.save(state, tmp_path / "whole.pth")
    (tmp_path / "half.pth").write_bytes((tmp_path / "whole.pth").read_bytes()[:-500])
    save_file(state, tmp_path / "whole.safetensors")
    (tmp_path / "half.safetensors").write_bytes((tmp_path / "whole.safetensors").read_bytes()[:-500])
    for name, says in (("half.pth", "can be read safely"), ("half.safetensors", "not a readable safetensors")):
        with pytest.raises(BackboneError, match=says):
            load(row, tmp_path / name)


def test_a_torchscript_archive_says_what_to_save(row: Backbone, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mine.pt", "w") as archive:
        for name in ("data.pkl", "constants.pkl", "code/__torch__.py"):
            archive.writestr(f"mine/{name}", b"x")
    with pytest.raises(BackboneError, match=r"TorchScript archive.*save model\.state_dict\(\)"):
        load(row, tmp_path / "mine.pt")


def test_parts_by_their_places(row: Backbone, state: State, tmp_path: Path) -> None:
    model = build_model(row)
    model.load_state_dict(state)
    children = list(model.children())
    torch.save(nn.Sequential(*copy.deepcopy(children)).state_dict(), tmp_path / "all.pth")
    check_same(load(row, tmp_path / "all.pth"), state)
    torch.save(nn.Sequential(*copy.deepcopy(children[:-1])).state_dict(), tmp_path / "trunk.pth")
    assert load(row, tmp_path / "trunk.pth").untrained == ("fc3.",)


# --- heads of one's own


def with_head(state: State, head: State) -> State:
    return {key: value for key, value in state.items() if not key.startswith("fc3.")} | head


SEVEN = torch.arange(56.0).view(7, 8)
HEADS: dict[str, tuple[State, int]] = {
    "seven classes": ({"fc3.weight": SEVEN, "fc3.bias": torch.ones(7)}, 7),
    "seven classes, no bias": ({"fc3.weight": SEVEN}, 7),
    "drop-out before": ({"fc3.1.weight": SEVEN, "fc3.1.bias": torch.ones(7)}, 7),
    "none": ({}, 0),
    "another kind": ({"fc3.0.weight": torch.ones(5, 8), "fc3.2.weight": SEVEN[:, :5]}, 0),
    "beside": ({"projector.0.weight": torch.ones(5, 8)}, 0),
    "an image decoder": ({"decoder.fc3.weight": torch.ones(5, 8), "decoder.conv1.weight": torch.ones(2)}, 0),
}


@pytest.mark.parametrize("form", HEADS)
def test_a_head_of_ones_own(
    form: str, row: Backbone, state: State, tmp_path: Path, random_clips: Callable[..., np.ndarray]
) -> None:
    head, classes = HEADS[form]
    torch.save({"model": prefixed(with_head(state, head), "net.")}, tmp_path / "mine.pth")
    loaded = load(row, tmp_path / "mine.pth")
    found = loaded.model.state_dict()
    assert all(torch.equal(found[key], value) for key, value in state.items() if not key.startswith("fc3."))
    clips = random_clips(row, 2)
    embedding = Embedder(loaded).embed(clips)
    if classes:
        assert loaded.is_trained("fc3")
        assert loaded.untrained == ()
        scores = np.maximum(embedding, 0) @ SEVEN.numpy().T + (1 if len(head) == 2 else 0)
        np.testing.assert_allclose(Embedder(loaded, "fc3").embed(clips), scores, rtol=1e-5, atol=1e-3)
        return
    assert loaded.untrained == ("fc3.",)
    assert not loaded.is_trained("fc3")
    assert set(loaded.unused) >= set(head)
    assert "The weights hold nothing for fc3 of the network" in loaded.left_out
    assert all(name in loaded.left_out for name in head)
    with pytest.raises(BackboneError, match="hold nothing for the layer 'fc3': choose 'fc2' or an earlier one"):
        Embedder(loaded, "fc3")


def test_a_trunk_that_ends_before_the_embedding(row: Backbone, state: State, tmp_path: Path) -> None:
    trunk = {key: value for key, value in state.items() if key.startswith("conv")}
    torch.save(trunk | {"fc.weight": torch.ones(3, 2)}, tmp_path / "mine.pth")
    loaded = load(row, tmp_path / "mine.pth")
    assert loaded.untrained == ("fc1.", "fc2.", "fc3.")
    assert loaded.is_trained("pool2")
    assert Embedder(loaded, "pool2").dimension == 6
    for layer in ("fc1", "relu3", "fc2", "fc3"):
        with pytest.raises(BackboneError, match=f"hold nothing for the layer {layer!r}: choose 'pool2'"):
            Embedder(loaded, layer)


class Fickle(nn.Module):
    """Looks at values, which an outline does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv3d(3, 4, 3)
        self.head = nn.Linear(4, 5)

    def forward(self, clips: Tensor) -> Tensor:
        features = self.conv(clips)
        return self.head(features.mean((2, 3, 4)) * (1 if features.sum().item() > 0 else 2))


def test_a_network_that_cannot_be_followed_wants_the_whole_file(row: Backbone, tmp_path: Path) -> None:
    row = dataclasses.replace(
        row, build=f"{__name__}:Fickle", light=None, embedding_layer="conv", stages=(Stage("conv", "Only"),)
    )
    state = build_model(row).state_dict()
    torch.save(prefixed(state, "net."), tmp_path / "mine.pth")
    check_same(load(row, tmp_path / "mine.pth"), state)
    torch.save({key: value for key, value in state.items() if "head" not in key}, tmp_path / "mine.pth")
    with pytest.raises(BackboneError, match=r"missing head\.weight, head\.bias; unexpected nothing \(2 of 4"):
        load(row, tmp_path / "mine.pth")
