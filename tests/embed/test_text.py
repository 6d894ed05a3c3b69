"""Sentences in the space of clips, by small networks with a tokenizer of twelve words."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from vidviz.embed.families.text_video import CLIP_B32, XCLIP_B32
from vidviz.embed.families.video_transformers_hf import TIMESFORMER_B
from vidviz.embed.load import LoadedBackbone, load_backbone
from vidviz.embed.text import embed_sentences
from vidviz.errors import BackboneError

LONGEST = 7  # tokens of a sentence, its start and end among them
ROWS = {"clip_b32": CLIP_B32, "xclip_b32": XCLIP_B32}
PUBLISHED = {"clip_b32": transformers.CLIPModel, "xclip_b32": transformers.XCLIPModel}


@pytest.fixture(scope="module", params=["clip_b32", "xclip_b32"])
def reader(request, tmp_path_factory, write_text_checkpoint) -> tuple[LoadedBackbone, Path]:
    """A small network that reads text, and the folder of its checkpoint."""
    folder = write_text_checkpoint(tmp_path_factory.mktemp(request.param), request.param)
    return load_backbone(ROWS[request.param], folder, device="cpu"), folder


def test_sentences_are_embedded_as_transformers_does(reader: tuple[LoadedBackbone, Path]) -> None:
    loaded, folder = reader
    sentences = ["a dog runs", "the person jumps in the water"]
    vectors = embed_sentences(loaded, sentences, folder)
    assert (vectors.shape, vectors.dtype) == ((2, 6), np.float32)
    numbers = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    published = PUBLISHED[loaded.backbone.name].from_pretrained(folder).eval()
    for sentence, vector in zip(sentences, vectors, strict=True):
        words = [numbers[word] for word in sentence.split()][: LONGEST - 2]
        tokens = torch.tensor([[numbers["[start]"], *words, numbers["[end]"]]])
        with torch.no_grad():
            expected = published.get_text_features(input_ids=tokens).pooler_output[0]
        np.testing.assert_allclose(vector, expected.numpy(), atol=1e-5)
    assert not np.allclose(vectors[0], vectors[1], atol=1e-3)


def test_order_number_and_length_do_not_matter(reader: tuple[LoadedBackbone, Path]) -> None:
    loaded, folder = reader
    sentences = ["a dog runs", "water", "the person jumps in the water", "a dog runs in the water and then some more"]
    together = embed_sentences(loaded, sentences, folder)
    alone = np.concatenate([embed_sentences(loaded, [sentence], folder) for sentence in sentences])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    many = embed_sentences(loaded, sentences * 40, folder)
    np.testing.assert_allclose(many[-4:], together, atol=1e-5)
    assert embed_sentences(loaded, [], folder).shape == (0, 6)


def test_clips_and_sentences_share_their_size(reader: tuple[LoadedBackbone, Path]) -> None:
    loaded, folder = reader
    assert embed_sentences(loaded, ["dog"], folder).shape[1] == loaded.backbone.embedding_size


def test_a_backbone_that_reads_no_text_says_so(reader: tuple[LoadedBackbone, Path]) -> None:
    loaded, folder = reader
    mute = dataclasses.replace(loaded, backbone=TIMESFORMER_B)
    with pytest.raises(BackboneError, match=r"timesformer_b reads no text.*clip_b32"):
        embed_sentences(mute, ["dog"], folder)


def test_a_folder_without_a_tokenizer_says_so(reader: tuple[LoadedBackbone, Path], tmp_path: Path) -> None:
    loaded, _folder = reader
    with pytest.raises(BackboneError, match=r"no tokenizer \(tokenizer\.json"):
        embed_sentences(loaded, ["dog"], tmp_path)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(BackboneError, match="cannot be read"):
        embed_sentences(loaded, ["dog"], tmp_path)
