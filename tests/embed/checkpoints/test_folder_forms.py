"""Folders of Hugging Face checkpoints as people have them: each loads, or is refused by a way out."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from vidviz.embed.backbones import find_backbone
from vidviz.embed.build import build_outline
from vidviz.embed.checkpoints.folder_weights import find_weights
from vidviz.embed.checkpoints.hub_checkpoints import cache_place
from vidviz.embed.checkpoints.key_match import rename_keys
from vidviz.embed.embedder import Embedder
from vidviz.embed.load import LoadedBackbone, load_backbone
from vidviz.embed.nets.hub_transformers import VideoMAE
from vidviz.embed.text import embed_sentences
from vidviz.errors import BackboneError
from vidviz.types import FrameSpec

SMALL = {"hidden_size": 12, "num_attention_heads": 2, "intermediate_size": 20, "num_hidden_layers": 2}
PICTURES = SMALL | {"image_size": 32, "patch_size": 16}
CLIPS = PICTURES | {"num_frames": 4, "num_labels": 7}
MAE = CLIPS | {"decoder_hidden_size": 8, "decoder_num_attention_heads": 2, "decoder_num_hidden_layers": 1}
MAE |= {"decoder_intermediate_size": 10}
TEXT = SMALL | {"vocab_size": 60, "max_position_embeddings": 9, "eos_token_id": 2}
JEPA = {"crop_size": 32, "frames_per_clip": 4, "hidden_size": 12, "num_attention_heads": 2, "num_hidden_layers": 2}
JEPA |= {"pred_hidden_size": 12, "pred_num_attention_heads": 2, "pred_num_hidden_layers": 1, "num_labels": 7}
JEPA |= {"num_pooler_layers": 1}

hub = transformers


def clip(part: str) -> nn.Module:
    if part == "CLIPModel":
        return hub.CLIPModel(hub.CLIPConfig(vision_config=PICTURES, text_config=TEXT, projection_dim=6))
    return getattr(hub, part)(hub.CLIPVisionConfig(**PICTURES, projection_dim=6))


def xclip() -> nn.Module:
    mit = {"mit_hidden_size": 8, "mit_intermediate_size": 10, "mit_num_attention_heads": 2, "num_frames": 4}
    settings = {"vision_config": PICTURES | mit, "text_config": TEXT, "projection_dim": 8}
    return hub.XCLIPModel(hub.XCLIPConfig(**settings, prompt_num_attention_heads=2))


def mae(kind: str, **changes: Any) -> Callable[[], nn.Module]:
    return lambda: getattr(hub, kind)(hub.VideoMAEConfig(**(MAE | changes)))


def frames_first(clips: Tensor) -> Tensor:
    return clips.transpose(1, 2)


def mean_of_tokens(model: Any, clips: Tensor) -> Tensor:
    encoder = getattr(model, "videomae", model)
    return encoder(frames_first(clips)).last_hidden_state.mean(1)


def first_token(model: Any, clips: Tensor) -> Tensor:
    return model(frames_first(clips)).last_hidden_state[:, 0]


def scores_of(model: Any, clips: Tensor) -> Tensor:
    return model(frames_first(clips)).logits


# What is saved, the backbone that takes it, the layer that is compared, and what transformers makes of clips.
LOADED: dict[str, tuple[Callable[[], nn.Module], str, str, Callable[[Any, Tensor], Tensor]]] = {
    "VideoMAE, seven classes": (mae("VideoMAEForVideoClassification"), "videomae_b", "classifier", scores_of),
    "VideoMAE, first token": (
        mae("VideoMAEForVideoClassification", use_mean_pooling=False), "videomae_b", "classifier", scores_of
    ),
    "VideoMAE, pretraining": (
        mae("VideoMAEForPreTraining", use_mean_pooling=False), "videomae_b", "penultimate", mean_of_tokens
    ),
    "VideoMAE, pretraining, mean": (mae("VideoMAEForPreTraining"), "videomae_b", "penultimate", mean_of_tokens),
    "VideoMAE, bare": (mae("VideoMAEModel"), "videomae_b", "penultimate", mean_of_tokens),
    "VideoMAE, bare and normalised": (
        mae("VideoMAEModel", use_mean_pooling=False), "videomae_b", "penultimate", mean_of_tokens
    ),
    "VideoMAE, deep": (
        mae("VideoMAEForVideoClassification", num_hidden_layers=14), "videomae_b", "classifier", scores_of
    ),
    "TimeSformer, seven classes": (
        lambda: hub.TimesformerForVideoClassification(hub.TimesformerConfig(**CLIPS)),
        "timesformer_b", "classifier", scores_of,
    ),
    "TimeSformer, bare": (
        lambda: hub.TimesformerModel(hub.TimesformerConfig(**CLIPS)), "timesformer_b", "penultimate", first_token
    ),
    "ViViT, seven classes": (
        lambda: hub.VivitForVideoClassification(hub.VivitConfig(**SMALL, image_size=32, num_frames=4, num_labels=7)),
        "vivit_b", "classifier", scores_of,
    ),
    "ViViT, bare": (
        lambda: hub.VivitModel(hub.VivitConfig(**SMALL, image_size=32, num_frames=4)),
        "vivit_b", "penultimate", first_token,
    ),
    "V-JEPA 2": (
        lambda: hub.VJEPA2Model(hub.VJEPA2Config(**JEPA)), "vjepa2_l", "encoder.layernorm",
        lambda model, clips: model.get_vision_features(frames_first(clips)).mean(1),
    ),
    "V-JEPA 2, seven classes": (
        lambda: hub.VJEPA2ForVideoClassification(hub.VJEPA2Config(**JEPA)), "vjepa2_l", "encoder.layernorm",
        lambda model, clips: model.vjepa2.get_vision_features(frames_first(clips)).mean(1),
    ),
    "CLIP": (
        lambda: clip("CLIPModel"), "clip_b32", "visual_projection",
        lambda model, frames: model.get_image_features(frames).pooler_output,
    ),
    "CLIP, pictures alone": (
        lambda: clip("CLIPVisionModelWithProjection"), "clip_b32", "visual_projection",
        lambda model, frames: model(frames).image_embeds,
    ),
    "CLIP, pictures unprojected": (
        lambda: clip("CLIPVisionModel"), "clip_b32", "vision_model.post_layernorm",
        lambda model, frames: model(frames).pooler_output,
    ),
    "X-CLIP": (
        xclip, "xclip_b32", "penultimate",
        lambda model, clips: model.get_video_features(frames_first(clips)).pooler_output,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, nn.Module]]:
    """A folder by its name in `LOADED`, as transformers writes it, and the network that was saved."""
    made: dict[str, tuple[Path, nn.Module]] = {}

    def make(form: str) -> tuple[Path, nn.Module]:
        if form not in made:
            torch.manual_seed(5)
            model = LOADED[form][0]().eval()
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.add_(0.05 * torch.randn_like(parameter))
            folder = tmp_path_factory.mktemp("folder")
            model.save_pretrained(folder)
            made[form] = (folder, model)
        return made[form]

    return make


def clips_of(loaded: LoadedBackbone) -> np.ndarray:
    spec = loaded.backbone.frames
    return np.random.default_rng(0).integers(0, 256, (2, spec.num_frames, spec.crop_px, spec.crop_px, 3), np.uint8)


def load(backbone: str, weights: Path | str) -> LoadedBackbone:
    return load_backbone(find_backbone(backbone), weights, device="cpu")


@pytest.mark.parametrize("form", LOADED)
def test_a_folder_that_loads(form: str, saved: Any) -> None:
    _build, backbone, layer, calculate = LOADED[form]
    folder, model = saved(form)
    loaded = load(backbone, folder)
    row = loaded.backbone
    spec = row.frames
    torch.manual_seed(0)
    clips = torch.randn(2, *((3,) if row.per_frame else (3, spec.num_frames)), spec.crop_px, spec.crop_px)
    kept: list[Tensor] = []
    loaded.model.get_submodule(layer).register_forward_hook(lambda _m, _i, out: kept.append(out))
    with torch.no_grad():
        try:
            loaded.model(clips)
        finally:
            found = kept[0].mean(1) if kept[0].dim() == 3 else kept[0]
        torch.testing.assert_close(found, calculate(model, clips), atol=1e-5, rtol=1e-5)
    assert loaded.is_trained(layer)
    assert loaded.is_trained(row.embedding_layer)
    vectors = Embedder(loaded).embed(clips_of(loaded))
    assert vectors.shape == (2, row.embedding_size)
    for stage in row.stages:
        if loaded.is_trained(stage.layer):
            assert Embedder(loaded, stage.layer).embed(clips_of(loaded)).shape[0] == 2
    known = {stage.layer for stage in row.stages}
    assert sum(".layer" in name and name.rpartition(".")[2].isdecimal() for name in known) == sum(
        name.rpartition(".")[2].isdecimal() and name.rpartition(".")[0] in {k.rpartition(".")[0] for k in known}
        for name, _ in loaded.model.named_modules()
    )


@pytest.mark.parametrize("form", ["VideoMAE, pretraining", "VideoMAE, bare", "TimeSformer, bare", "ViViT, bare"])
def test_scores_that_a_folder_does_not_hold_are_refused(form: str, saved: Any) -> None:
    loaded = load(LOADED[form][1], saved(form)[0])
    assert loaded.untrained == ("classifier.",)
    with pytest.raises(BackboneError, match="hold nothing for the layer 'classifier': choose 'penultimate'"):
        Embedder(loaded, "classifier")


def test_what_a_folder_holds_besides_is_named(saved: Any) -> None:
    unused = load("videomae_b", saved("VideoMAE, pretraining")[0]).unused
    assert {name.partition(".")[0] for name in unused} == {"decoder", "encoder_to_decoder", "mask_token"}
    unused = load("vjepa2_l", saved("V-JEPA 2, seven classes")[0]).unused
    assert {name.partition(".")[0] for name in unused} == {"pooler", "classifier"}


def test_pictures_alone_read_no_text(saved: Any) -> None:
    assert load("clip_b32", saved("CLIP")[0]).backbone.reads_text
    for form in ("CLIP, pictures alone", "CLIP, pictures unprojected"):
        assert not load("clip_b32", saved(form)[0]).backbone.reads_text


def test_sentences_need_weights_for_them(saved: Any, tmp_path: Path) -> None:
    folder, _model = saved("CLIP")
    shutil.copytree(folder, tmp_path / "clip")
    state = load_file(folder / "model.safetensors")
    pictures = {key: value for key, value in state.items() if not key.startswith(("text_", "logit_"))}
    save_file(pictures, tmp_path / "clip" / "model.safetensors", {"format": "pt"})
    loaded = load("clip_b32", tmp_path / "clip")
    assert loaded.is_trained("visual_projection")
    with pytest.raises(BackboneError, match="hold nothing for sentences"):
        embed_sentences(loaded, ["a dog"], tmp_path / "clip")


def weights_in_pieces(model: Any, folder: Path, *, safe: bool) -> None:
    model.save_pretrained(folder, max_shard_size="8KB")
    if safe:
        return
    index = json.loads((folder / "model.safetensors.index.json").read_text())
    names = {
        name: name.replace("model-", "pytorch_model-").replace(".safetensors", ".bin")
        for name in set(index["weight_map"].values())
    }
    for name, old in names.items():
        torch.save(load_file(folder / name), folder / old)
        (folder / name).unlink()
    (folder / "model.safetensors.index.json").unlink()
    index["weight_map"] = {key: names[name] for key, name in index["weight_map"].items()}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))


@pytest.mark.parametrize("safe", [True, False])
def test_weights_in_several_files(safe: bool, saved: Any, tmp_path: Path) -> None:
    whole, model = saved("VideoMAE, seven classes")
    weights_in_pieces(model, tmp_path, safe=safe)
    pieces = sorted(tmp_path.glob("*-of-*"))
    assert len(pieces) > 2
    loaded = load("videomae_b", tmp_path)
    assert loaded.weights != load("videomae_b", whole).weights
    assert all(torch.equal(value, model.state_dict()[key]) for key, value in loaded.model.state_dict().items())
    assert load("videomae_b", pieces[0]).weights == loaded.weights
    pieces[1].unlink()
    with pytest.raises(BackboneError, match=f"only part of a checkpoint: {pieces[1].name} is missing"):
        load("videomae_b", tmp_path)


def test_an_index_names_no_files_elsewhere(saved: Any, tmp_path: Path) -> None:
    folder, _model = saved("VideoMAE, seven classes")
    shutil.copy(folder / "config.json", tmp_path)
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"x": "../model.safetensors"}}))
    with pytest.raises(BackboneError, match="names files outside its folder"):
        load("videomae_b", tmp_path)
    assert find_weights(tmp_path) == ()


def test_the_file_in_a_folder_means_the_folder(saved: Any) -> None:
    folder, _model = saved("VideoMAE, bare")
    assert load("videomae_b", folder / "model.safetensors").weights == load("videomae_b", folder).weights


@pytest.mark.parametrize("form", ["VideoMAE, seven classes", "VideoMAE, pretraining, mean", "VideoMAE, bare"])
def test_a_lone_file_of_transformers(form: str, saved: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, saved_model = saved(form)
    shutil.copy(folder / "model.safetensors", tmp_path / "lone.bin")
    config = hub.VideoMAEConfig(**MAE)
    monkeypatch.setattr("vidviz.embed.nets.hub_transformers.tiny", lambda: VideoMAE(config), raising=False)
    row = dataclasses.replace(
        find_backbone("videomae_b"), build="vidviz.embed.nets.hub_transformers:tiny", frames=FrameSpec(4, 32, 32)
    )
    wider = hub.VideoMAEConfig(**MAE | {"hidden_size": 24})
    monkeypatch.setattr("vidviz.embed.nets.hub_transformers.wider", lambda: VideoMAE(wider), raising=False)
    with pytest.raises(BackboneError, match=r"in the file, .* in the network|missing"):
        load_backbone(
            dataclasses.replace(row, build="vidviz.embed.nets.hub_transformers:wider"),
            tmp_path / "lone.bin",
            device="cpu",
        )
    loaded = load_backbone(row, tmp_path / "lone.bin", device="cpu")
    clips = torch.randn(2, 3, 4, 32, 32)
    kept: list[Tensor] = []
    loaded.model.get_submodule("penultimate").register_forward_hook(lambda _m, _i, out: kept.append(out))
    with torch.no_grad():
        loaded.model(clips)
        expected = mean_of_tokens(saved_model, clips)
        if "seven" in form:
            expected = saved_model.fc_norm(expected)
    torch.testing.assert_close(kept[0], expected, atol=1e-5, rtol=1e-5)
    assert loaded.is_trained("penultimate")
    assert loaded.is_trained("classifier") == ("seven" in form)


@pytest.mark.parametrize(
    ("name", "new", "old"),
    [
        ("videomae_b", "videomae.encoder.layer.0.attention.attention.query.bias",
         "videomae.encoder.layer.0.attention.attention.q_bias"),
        ("vivit_b", "vivit.layers.3.attention.q_proj.weight", "vivit.encoder.layer.3.attention.attention.query.weight"),
        ("vivit_b", "vivit.layers.3.mlp.fc2.bias", "vivit.encoder.layer.3.output.dense.bias"),
        ("vivit_b", "vivit.layers.3.attention.o_proj.bias", "vivit.encoder.layer.3.attention.output.dense.bias"),
    ],
)  # fmt: skip
def test_older_names_in_a_lone_file(name: str, new: str, old: str) -> None:
    row = find_backbone(name)
    assert new in build_outline(row).state_dict()
    assert list(rename_keys({old: torch.ones(1)}, row.renamed_keys)) == [new]


def test_a_repository_that_is_in_the_cache(saved: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(BackboneError, match=r"hf download who/videomae-large --local-dir FOLDER.*give the folder"):
        load("videomae_b", "who/videomae-large")
    folder, _model = saved("VideoMAE, seven classes")
    shutil.copytree(folder, cache_place("who/videomae-large") / "snapshots" / "abc")
    assert load("videomae_b", "who/videomae-large").weights == load("videomae_b", folder).weights


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("videomae", r"checkpoint of videomae, not of timesformer.*choose the backbone videomae_b"),
        ("clip_vision_model", r"choose the backbone clip_b32"),
        ("siglip", r"no backbone here takes such a checkpoint; those of timesformer, videomae,.* can be used"),
        (None, r"checkpoint of an unnamed network"),
    ],
)
def test_relatives_say_whose_they_are(kind: str | None, says: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": kind}))
    (tmp_path / "model.safetensors").write_bytes(b"x")
    with pytest.raises(BackboneError, match=says):
        load("timesformer_b", tmp_path)


def test_a_folder_without_configuration(saved: Any, tmp_path: Path) -> None:
    shutil.copy(saved("VideoMAE, bare")[0] / "model.safetensors", tmp_path)
    with pytest.raises(BackboneError, match=r"has no config\.json.*give the file of weights in it"):
        load("videomae_b", tmp_path)


def test_another_size_has_no_published_figures(saved: Any) -> None:
    published, deep = find_backbone("videomae_b"), load("videomae_b", saved("VideoMAE, deep")[0]).backbone
    assert published.accuracy
    assert not deep.accuracy
    assert deep.title == "VideoMAE-B in another size (14 blocks, embeddings of 12)"
    assert deep.gmacs < published.gmacs / 100


def test_no_bar_is_drawn(saved: Any, capfd: pytest.CaptureFixture[str]) -> None:
    from transformers.utils import logging

    logging.enable_progress_bar()
    load("videomae_b", saved("VideoMAE, bare")[0])
    assert capfd.readouterr().err == ""
    assert logging.is_progress_bar_enabled()
