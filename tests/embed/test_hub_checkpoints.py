"""Checkpoints of Hugging Face: small ones saved by transformers itself, loaded, described, found and fetched."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import http.server
import io
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.utils.flop_counter import FlopCounterMode

from vidviz.embed.build import build_outline
from vidviz.embed.checkpoints.checkpoint_folder import NETWORKS, describe_folder
from vidviz.embed.checkpoints.hub_checkpoints import (
    cache_place,
    cached_folder,
    download_repository,
    folder_digest,
    load_folder,
)
from vidviz.embed.description import Backbone, Weights
from vidviz.embed.embedder import Embedder
from vidviz.embed.families import text_video, video_transformers_hf
from vidviz.embed.layers import resolve_layer
from vidviz.embed.load import load_backbone
from vidviz.errors import BackboneError

ROWS = {row.name: row for row in (*video_transformers_hf.ROWS, *text_video.ROWS)}
SLOW_GMACS = 150.0
SMALL = {"hidden_size": 12, "num_attention_heads": 2, "intermediate_size": 20, "num_hidden_layers": 2}
TEXT = SMALL | {"vocab_size": 60, "max_position_embeddings": 9, "eos_token_id": 2}
PICTURES = SMALL | {"image_size": 32, "patch_size": 16}
PREPROCESSING = {
    "do_normalize": True,
    "image_mean": [0.1, 0.2, 0.3],
    "image_std": [0.4, 0.5, 0.6],
    "size": {"shortest_edge": 40},
    "crop_size": {"height": 32, "width": 32},
    "resample": 3,
}


def tiny_clip() -> torch.nn.Module:
    config = transformers.CLIPConfig(vision_config=PICTURES, text_config=TEXT, projection_dim=6)
    return transformers.CLIPModel(config)


def tiny_xclip() -> torch.nn.Module:
    mit = {"mit_hidden_size": 8, "mit_intermediate_size": 10, "mit_num_attention_heads": 2, "num_frames": 4}
    config = transformers.XCLIPConfig(
        vision_config=PICTURES | mit, text_config=TEXT, projection_dim=8, prompt_num_attention_heads=2
    )
    return transformers.XCLIPModel(config)


def tiny_vjepa2() -> torch.nn.Module:
    predictor = {"pred_hidden_size": 12, "pred_num_attention_heads": 2, "pred_num_hidden_layers": 1}
    size = {"crop_size": 32, "frames_per_clip": 4, "hidden_size": 12, "num_attention_heads": 2, "num_hidden_layers": 2}
    return transformers.VJEPA2Model(transformers.VJEPA2Config(**size, **predictor))


TINY: dict[str, Callable[[], torch.nn.Module]] = {
    "timesformer_b": lambda: transformers.TimesformerForVideoClassification(
        transformers.TimesformerConfig(**PICTURES, num_frames=4, num_labels=5)
    ),
    "videomae_b": lambda: transformers.VideoMAEForVideoClassification(
        transformers.VideoMAEConfig(**PICTURES, num_frames=4, num_labels=5)
    ),
    "vivit_b": lambda: transformers.VivitForVideoClassification(
        transformers.VivitConfig(**SMALL, image_size=32, num_frames=4, num_labels=5)
    ),
    "vjepa2_l": tiny_vjepa2,
    "clip_b32": tiny_clip,
    "xclip_b32": tiny_xclip,
}
# What transformers itself calculates for clips (N, C, T, H, W).
REFERENCE: dict[str, Callable[[Any, torch.Tensor], torch.Tensor]] = {
    "vjepa2_l": lambda model, clips: model.get_vision_features(clips.transpose(1, 2)).mean(1),
    "clip_b32": lambda model, frames: model.get_image_features(frames).pooler_output,
    "xclip_b32": lambda model, clips: model.get_video_features(clips.transpose(1, 2)).pooler_output,
}
EMBEDDING_SIZES = {"clip_b32": 6, "xclip_b32": 8}


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, torch.nn.Module]]:
    """For each network a folder as transformers writes it, and the network that was saved."""
    made = {}
    for name, build in TINY.items():
        torch.manual_seed(7)
        model = build().eval()
        with torch.no_grad():
            # Fresh biases and tokens are zero, which would hide one that is not loaded.
            for parameter in model.parameters():
                parameter.add_(0.05 * torch.randn_like(parameter))
        folder = tmp_path_factory.mktemp(name)
        model.save_pretrained(folder)
        (folder / "preprocessor_config.json").write_text(json.dumps(PREPROCESSING))
        made[name] = (folder, model)
    return made


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    return tmp_path / "hf" / "hub"


def example_of(row: Backbone, **settings: Any) -> torch.Tensor:
    spec = row.frames
    size = (spec.crop_px, spec.crop_px)
    return torch.empty(*((2, 3) if row.per_frame else (1, 3, spec.num_frames)), *size, **settings).normal_()


def copy_of(folder: Path, to: Path, **changes: Any) -> Path:
    shutil.copytree(folder, to)
    config = json.loads((to / "config.json").read_text())
    (to / "config.json").write_text(json.dumps(config | changes))
    return to


# --- the published sizes


def slow_if_large(row: Backbone) -> object:
    return pytest.param(row, id=row.name, marks=pytest.mark.slow if row.clip_gmacs > SLOW_GMACS else ())


@pytest.mark.parametrize("row", [slow_if_large(row) for row in ROWS.values()])
def test_row_agrees_with_the_built_network(row: Backbone) -> None:
    model = build_outline(row)
    assert sum(parameter.numel() for parameter in model.parameters()) == round(row.parameters_millions * 1e6)
    shapes: dict[str, torch.Size] = {}
    for stage in row.stages:
        resolve_layer(model, stage.layer).register_forward_hook(
            lambda _m, _i, out, name=stage.layer: shapes.update({name: out.shape})
        )
    spec = row.frames
    frames = (spec.num_frames, 3) if row.per_frame else (1, 3, spec.num_frames)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.empty(*frames, spec.crop_px, spec.crop_px, device="meta"))
    assert counter.get_total_flops() / 2e9 == pytest.approx(row.clip_gmacs, rel=0.005)
    assert list(shapes) == [stage.layer for stage in row.stages]
    assert shapes[row.embedding_layer][row.channel_axis(row.embedding_layer)] == row.embedding_size
    assert all(
        (len(shape) == 3) == (stage.channel_axis == -1)
        for stage, shape in zip(row.stages, shapes.values(), strict=True)
    )
    # Published in float32, so a file is four bytes a parameter and a little more.
    assert row.weights[0].size_mb == pytest.approx(4 * row.parameters_millions, rel=0.01)
    if row.smallest is not None:
        spec = row.smallest
        frames = (spec.num_frames, 3) if row.per_frame else (1, 3, spec.num_frames)
        with torch.no_grad():
            assert model(torch.empty(*frames, spec.crop_px, spec.crop_px, device="meta")).dim() == 2


def test_forbidden_commercial_use_is_told() -> None:
    assert {row.name for row in ROWS.values() if row.weights[0].non_commercial} == {"timesformer_b", "videomae_b"}
    assert all("NC" in row.weights[0].licence for row in ROWS.values() if row.weights[0].non_commercial)
    assert {row.name for row in ROWS.values() if row.reads_text} == {"clip_b32", "xclip_b32"}


def test_describing_and_finding_needs_no_heavy_library(checkpoints: Any, own_cache: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from vidviz.embed.families import video_transformers_hf as rows;"
        "from vidviz.embed.checkpoints.checkpoint_folder import describe_folder;"
        "from vidviz.embed.checkpoints.hub_checkpoints import cached_folder, folder_digest;"
        "folder = Path(sys.argv[1]); describe_folder(rows.TIMESFORMER_B, folder); folder_digest(folder);"
        "cached_folder('facebook/timesformer-base-finetuned-k400');"
        "sys.exit(bool({'torch', 'transformers', 'huggingface_hub'} & set(sys.modules)))"
    )
    folder = checkpoints["timesformer_b"][0]
    assert subprocess.run([sys.executable, "-c", code, str(folder)], check=False).returncode == 0


# --- loading


@pytest.mark.parametrize("name", TINY)
def test_a_saved_checkpoint_gives_what_transformers_gives(name: str, checkpoints: Any) -> None:
    folder, published = checkpoints[name]
    row = describe_folder(ROWS[name], folder)
    model = load_folder(ROWS[name], folder)[0]
    assert not model.training
    assert model.state_dict().keys() == published.state_dict().keys()
    assert all(value.dtype == torch.float32 for value in model.parameters())
    clips = example_of(row)
    calculate = REFERENCE.get(name, lambda model, clips: model(clips.transpose(1, 2)).logits)
    with torch.no_grad():
        torch.testing.assert_close(model(clips), calculate(published, clips), atol=1e-5, rtol=1e-5)
        assert not torch.allclose(model(clips), model(clips + 1))


@pytest.mark.parametrize("name", TINY)
def test_a_folder_is_a_backbone(name: str, checkpoints: Any) -> None:
    folder, _published = checkpoints[name]
    loaded = load_backbone(ROWS[name], folder, device="cpu", accept_licence=True)
    row = loaded.backbone
    assert loaded.weights == f"file:{folder_digest(folder)}"
    assert row.frames.crop_px == 32
    assert row.frames.resize_px == 40
    assert row.frames.interpolation == "bicubic"
    assert row.frames.num_frames == (8 if row.per_frame else 4)
    assert (row.mean, row.std) == ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    assert row.embedding_size == EMBEDDING_SIZES.get(name, 12)
    spec = row.frames
    clips = np.random.default_rng(0).integers(0, 256, (2, spec.num_frames, 32, 32, 3), np.uint8)
    embedder = Embedder(loaded)
    vectors = embedder.embed(clips)
    assert vectors.shape == (2, row.embedding_size) == (2, embedder.dimension)
    for stage in row.stages:
        assert Embedder(loaded, stage.layer).embed(clips).shape[0] == 2


@pytest.mark.parametrize("name", TINY)
def test_a_copy_has_its_own_parameters(name: str, checkpoints: Any) -> None:
    model, _fit = load_folder(ROWS[name], checkpoints[name][0])
    frames = describe_folder(ROWS[name], checkpoints[name][0]).frames
    clips = torch.randn(1, 3, frames.num_frames, frames.crop_px, frames.crop_px)
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    with torch.no_grad():
        before, twin = model(clips), copy.deepcopy(model)
        # Copies lie elsewhere in memory, where sums may be taken in another order.
        torch.testing.assert_close(twin(clips), before)
        torch.testing.assert_close(torch.load(file, weights_only=False)(clips), before)
        for parameter in twin.parameters():
            parameter.zero_()
        assert twin(clips).eq(0).all()
        torch.testing.assert_close(model(clips), before)
        assert not before.eq(0).all()


@pytest.mark.parametrize("name", TINY)
def test_bfloat16_keeps_the_embeddings(name: str, checkpoints: Any) -> None:
    folder, _published = checkpoints[name]
    vectors = []
    for precision in ("float32", "bfloat16"):
        loaded = load_backbone(ROWS[name], folder, device="cpu", precision=precision, accept_licence=True)
        spec = loaded.backbone.frames
        clips = np.random.default_rng(0).integers(0, 256, (2, spec.num_frames, 32, 32, 3), np.uint8)
        vectors.append(Embedder(loaded).embed(clips))
    whole, half = (found / np.linalg.norm(found, axis=1, keepdims=True) for found in vectors)
    assert (whole * half).sum(1).min() >= 0.999


def test_the_class_scores_are_made_from_the_embedding(checkpoints: Any) -> None:
    for name in ("timesformer_b", "videomae_b", "vivit_b"):
        row, model = describe_folder(ROWS[name], checkpoints[name][0]), load_folder(ROWS[name], checkpoints[name][0])[0]
        kept: list[torch.Tensor] = []
        resolve_layer(model, row.embedding_layer).register_forward_hook(lambda _m, _i, out, kept=kept: kept.append(out))
        with torch.no_grad():
            scores = model(example_of(row))
            assert torch.equal(model.classifier(kept[0]), scores)


def test_a_pickled_checkpoint_is_read_without_its_code(checkpoints: Any, tmp_path: Path) -> None:
    folder = copy_of(checkpoints["timesformer_b"][0], tmp_path / "old")
    state = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(state, folder / "pytorch_model.bin")
    model = load_folder(ROWS["timesformer_b"], folder)[0]
    assert torch.equal(model.classifier.weight, state["classifier.weight"])
    assert folder_digest(folder) == hashlib.sha256((folder / "pytorch_model.bin").read_bytes()).hexdigest()[:16]


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("code ran",))


def test_code_in_a_checkpoint_does_not_run(
    checkpoints: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copy_of(checkpoints["timesformer_b"][0], tmp_path / "evil")
    (folder / "model.safetensors").unlink()
    torch.save({"classifier.weight": Evil()}, folder / "pytorch_model.bin")
    with pytest.raises(BackboneError, match="can be read safely"):
        load_folder(ROWS["timesformer_b"], folder)
    assert "code ran" not in capsys.readouterr().out


def test_the_spelling_of_older_publications_is_understood(checkpoints: Any, tmp_path: Path) -> None:
    # As MCG-NJU/videomae-base-finetuned-kinetics names them.
    folder = copy_of(checkpoints["videomae_b"][0], tmp_path / "videomae")
    new = {"query.bias": "q_bias", "value.bias": "v_bias"}
    state = checkpoints["videomae_b"][1].state_dict()
    old = {next((k.replace(a, b) for a, b in new.items() if k.endswith(a)), k): v for k, v in state.items()}
    assert "videomae.encoder.layer.0.attention.attention.q_bias" in old
    save_file(old, folder / "model.safetensors", {"format": "pt"})
    model = load_folder(ROWS["videomae_b"], folder)[0]
    assert all(torch.equal(value, state[key]) for key, value in model.state_dict().items())
    # As google/vivit-b-16x2-kinetics400 does.
    folder = copy_of(checkpoints["vivit_b"][0], tmp_path / "vivit")
    state = checkpoints["vivit_b"][1].state_dict()
    parts = {
        "vivit.layers.": "vivit.encoder.layer.",
        "attention.q_proj": "attention.attention.query",
        "attention.k_proj": "attention.attention.key",
        "attention.v_proj": "attention.attention.value",
        "attention.o_proj": "attention.output.dense",
        "mlp.fc1": "intermediate.dense",
        "mlp.fc2": "output.dense",
    }
    old = {}
    for key, value in state.items():
        for a, b in parts.items():
            key = key.replace(a, b)
        old[key] = value
    assert "vivit.encoder.layer.1.attention.attention.query.weight" in old
    save_file(old, folder / "model.safetensors", {"format": "pt"})
    model = load_folder(ROWS["vivit_b"], folder)[0]
    assert all(torch.equal(value, state[key]) for key, value in model.state_dict().items())


@pytest.mark.parametrize("name", ["clip_b32", "xclip_b32"])
def test_counters_in_older_files_are_no_fault(name: str, checkpoints: Any, tmp_path: Path) -> None:
    folder = copy_of(checkpoints[name][0], tmp_path / "old")
    counters = {f"{tower}.embeddings.position_ids": torch.arange(4)[None] for tower in ("text_model", "vision_model")}
    save_file(load_file(folder / "model.safetensors") | counters, folder / "model.safetensors", {"format": "pt"})
    model = load_folder(ROWS[name], folder)[0]
    assert torch.equal(model.text_projection.weight, checkpoints[name][1].text_projection.weight)


def test_what_does_not_fit_is_named(checkpoints: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copy_of(checkpoints["timesformer_b"][0], tmp_path / "x")
    state = load_file(folder / "model.safetensors")
    lacking = {key: value for key, value in state.items() if key != "timesformer.layernorm.bias"}
    save_file(lacking | {"extra": torch.zeros(1)}, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(BackboneError, match=r"missing timesformer\.layernorm\.bias; unexpected extra"):
        load_folder(ROWS["timesformer_b"], folder)
    save_file(state | {"classifier.bias": torch.zeros(9)}, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(BackboneError, match=r"classifier\.bias is \(9,\) in the file, \(5,\) in the network"):
        load_folder(ROWS["timesformer_b"], folder)
    (folder / "model.safetensors").write_bytes(b"half a file")
    with pytest.raises(BackboneError, match="can be read safely"):
        load_folder(ROWS["timesformer_b"], folder)
    (folder / "model.safetensors").unlink()
    for act in (lambda: load_folder(ROWS["timesformer_b"], folder), lambda: folder_digest(folder)):
        with pytest.raises(BackboneError, match=r"holds no model\.safetensors"):
            act()
    assert "MISSING" not in capsys.readouterr().err


# --- what a folder says of itself


def test_a_folder_of_another_network_is_refused(checkpoints: Any, tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match=r"checkpoint of videomae, not of timesformer"):
        describe_folder(ROWS["timesformer_b"], checkpoints["videomae_b"][0])
    with pytest.raises(BackboneError, match="cannot be read"):
        describe_folder(ROWS["timesformer_b"], tmp_path)
    (tmp_path / "config.json").write_text("[1]")
    with pytest.raises(BackboneError, match="no table of settings"):
        describe_folder(ROWS["timesformer_b"], tmp_path)
    row = dataclasses.replace(ROWS["timesformer_b"], name="other", build="torchvision.models:resnet18")
    with pytest.raises(BackboneError, match="not a folder"):
        describe_folder(row, checkpoints["timesformer_b"][0])
    folder = copy_of(checkpoints["timesformer_b"][0], tmp_path / "wide", image_size=[32, 64])
    with pytest.raises(BackboneError, match="only square"):
        describe_folder(ROWS["timesformer_b"], folder)


def test_every_transformers_row_can_be_loaded_from_a_folder() -> None:
    assert {row.build for row in ROWS.values()} == set(NETWORKS)


def test_a_folder_that_says_nothing_leaves_the_row(tmp_path: Path) -> None:
    for row in ROWS.values():
        (tmp_path / "config.json").write_text(json.dumps({"model_type": NETWORKS[row.build].model_type}))
        assert describe_folder(row, tmp_path) == row


@pytest.mark.parametrize(
    ("file", "content", "resize", "mean", "std"),
    [
        # Older files give the size as one number and no rescaling.
        ("preprocessor_config.json", {"size": 36, "image_mean": [0.5] * 3, "image_std": [0.25] * 3}, 36, 0.5, 0.25),
        ("preprocessor_config.json", {"size": {"height": 33, "width": 48}}, (33, 48), None, None),
        ("preprocessor_config.json", {"size": [40, 48]}, (40, 48), None, None),
        ("video_preprocessor_config.json", {"do_normalize": False}, 32, 0.0, 1.0),
        ("processor_config.json", {"video_processor": {"size": {"shortest_edge": 50}}}, 50, None, None),
        # ViViT's: to [-1, 1] by the offset, and then once more.
        (
            "preprocessor_config.json",
            {"offset": True, "rescale_factor": 1 / 127.5, "image_mean": [0.5] * 3, "image_std": [0.5] * 3},
            *(32, 0.75, 0.25),
        ),
        ("preprocessor_config.json", {"offset": True, "do_normalize": False}, 32, 0.5, 0.5),
        # As published with google/vivit-b-16x2-kinetics400: written before there was an offset.
        (
            "preprocessor_config.json",
            {"rescale_factor": 1 / 127.5, "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3},
            *(32, 0.5, 0.5),
        ),
    ],
)
def test_preprocessing_is_read(
    tmp_path: Path, file: str, content: dict[str, Any], resize: Any, mean: float | None, std: float | None
) -> None:
    row = ROWS["vivit_b"]
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "vivit", "image_size": 32}))
    (tmp_path / file).write_text(json.dumps(content))
    told = describe_folder(row, tmp_path)
    assert told.frames.resize_px == resize
    assert told.mean == (pytest.approx((mean,) * 3) if mean is not None else row.mean)
    assert told.std == (pytest.approx((std,) * 3) if std is not None else row.std)


def test_normalisation_amounts_to_the_published_processors(tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), np.uint8)
    settings = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}, "image_mean": [0.4, 0.5, 0.6]}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "vivit", "image_size": 32}))
    processor = transformers.VivitImageProcessor(**settings, image_std=[0.2, 0.3, 0.4])
    processor.save_pretrained(tmp_path)
    row = describe_folder(ROWS["vivit_b"], tmp_path)
    expected = processor(list(frames), return_tensors="np")["pixel_values"][0]
    ours = (frames / 255 - np.array(row.mean)) / np.array(row.std)
    np.testing.assert_allclose(np.moveaxis(ours, -1, 1), expected, atol=1e-5)


# --- the cache


def put_into_cache(cache: Path, repository: str, commit: str, *files: str) -> Path:
    folder = cache / f"models--{repository.replace('/', '--')}" / "snapshots" / commit
    folder.mkdir(parents=True)
    for name in files:
        (folder / name).write_bytes(b"{}")
    return folder


def test_a_whole_checkpoint_in_the_cache_is_found(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cached_folder("who/what") is None
    put_into_cache(own_cache, "who/what", "aaa", "config.json")
    assert cached_folder("who/what") is None
    old = put_into_cache(own_cache, "who/what", "bbb", "config.json", "pytorch_model.bin")
    assert cached_folder("who/what") == old
    new = put_into_cache(own_cache, "who/what", "ccc", "config.json", "model.safetensors")
    reference = cache_place("who/what") / "refs" / "main"
    reference.parent.mkdir()
    reference.write_text("ccc")
    assert cached_folder("who/what") == new
    monkeypatch.setenv("HF_HUB_CACHE", str(own_cache / "elsewhere"))
    assert cached_folder("who/what") is None


def test_the_cache_is_huggingfaces(tmp_path: Path) -> None:
    # Its own library, asked in a fresh process because it reads the variables when it is imported.
    code = """
import importlib, os, sys
from pathlib import Path
from huggingface_hub import constants
from vidviz.embed.checkpoints import hub_checkpoints
own = dict(os.environ)
for names in ({}, {"HF_HOME": "a"}, {"XDG_CACHE_HOME": "b"}, {"HF_HUB_CACHE": "c", "HF_HOME": "a"}):
    os.environ.clear()
    os.environ.update(own, **{key: os.path.join(own["HOME"], value) for key, value in names.items()})
    importlib.reload(constants)
    print(constants.HF_HUB_CACHE)
    assert Path(constants.HF_HUB_CACHE) == hub_checkpoints.cache_folder(), (names, hub_checkpoints.cache_folder())
"""
    variables = {"PATH": "", "HOME": str(tmp_path)}
    asked = subprocess.run([sys.executable, "-c", code], check=True, env=variables, capture_output=True, text=True)
    assert len(set(asked.stdout.split())) == 4


# --- downloads


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> Iterator[tuple[Path, list[str]]]:
    """A folder that this machine serves as a hub serves the repository `who/what`, and what was asked of it."""
    folder, asked, commit = tmp_path / "served", [], "c" * 40
    folder.mkdir()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.do_GET(body=False)

        def do_GET(self, *, body: bool = True) -> None:
            path = self.path.partition("?")[0]
            name = path.rpartition("/")[2]
            if path == "/api/models/who/what":
                files = [{"rfilename": f.name, "size": f.stat().st_size} for f in sorted(folder.iterdir())]
                content, extra = json.dumps({"id": "who/what", "sha": commit, "siblings": files}).encode(), {}
            elif path == f"/who/what/resolve/{commit}/{name}" and (folder / name).is_file():
                content = (folder / name).read_bytes()
                extra = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": commit}
                asked.append(name)
            else:
                self.send_error(404)
                return
            self.send_response(200)
            for key, value in ({"Content-Length": str(len(content))} | extra).items():
                self.send_header(key, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        yield folder, asked
        server.shutdown()


WHO_WHAT = Weights("PUBLISHED", "https://huggingface.co/who/what", 0.1, "none")


def test_a_repository_is_fetched_with_progress(checkpoints: Any, hub: tuple[Path, list[str]]) -> None:
    served, asked = hub
    for file in checkpoints["clip_b32"][0].iterdir():
        shutil.copy(file, served)
    (served / "pytorch_model.bin").write_bytes(b"the same in another format")
    (served / "tf_model.h5").write_bytes(b"another framework's")
    (served / "tokenizer.json").write_text("{}")
    seen: list[tuple[int, int]] = []
    folder = download_repository("clip_b32", WHO_WHAT, lambda done, total: seen.append((done, total)))
    names = {"config.json", "preprocessor_config.json", "tokenizer.json", "model.safetensors"}
    assert {path.name for path in folder.iterdir()} == names == set(asked)
    assert folder == cached_folder("who/what")
    total = sum((served / name).stat().st_size for name in names)
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    row = dataclasses.replace(ROWS["clip_b32"], weights=(WHO_WHAT,), default_weights="PUBLISHED")
    loaded = load_backbone(row, device="cpu")
    assert (loaded.weights, loaded.backbone.embedding_size) == ("PUBLISHED", 6)


def test_half_a_repository_never_counts(checkpoints: Any, hub: tuple[Path, list[str]]) -> None:
    served, _asked = hub
    shutil.copy(checkpoints["clip_b32"][0] / "config.json", served)
    with pytest.raises(BackboneError, match=r"no model\.safetensors or pytorch_model\.bin"):
        download_repository("clip_b32", WHO_WHAT)
    assert cached_folder("who/what") is None


def test_offline_says_address_place_and_alternative(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A port that nobody listens on stands for a machine without a network.
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(BackboneError) as caught:
        download_repository("clip_b32", WHO_WHAT)
    text = str(caught.value)
    assert "\n" not in text
    assert "https://huggingface.co/who/what" in text
    assert str(own_cache / "models--who--what") in text
    assert "weights=FOLDER" in text
    assert "weights=random" in text
    assert cached_folder("who/what") is None
