"""Sentences in the space of clips, with a small tokenizer made here."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from vidviz.embed.families.text_video import CLIP_B32, XCLIP_B32
from vidviz.embed.families.video_transformers_hf import TIMESFORMER_B
from vidviz.embed.load import LoadedBackbone, load_backbone
from vidviz.embed.text import embed_sentences
from vidviz.errors import BackboneError

WORDS = ("[start]", "[pad]", "a", "person", "dog", "runs", "jumps", "in", "the", "water", "?", "[end]")
LONGEST = 7
SMALL = {"hidden_size": 12, "num_attention_heads": 2, "intermediate_size": 20, "num_hidden_layers": 2}
# As published: the end of the sentence is found as its highest number.
TEXT = SMALL | {"vocab_size": len(WORDS), "max_position_embeddings": LONGEST, "eos_token_id": 2}
PICTURES = SMALL | {"image_size": 32, "patch_size": 16}


PUBLISHED = {"clip_b32": transformers.CLIPModel, "xclip_b32": transformers.XCLIPModel}


def write_tokenizer(folder: Path) -> None:
    numbers = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(numbers, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    ends = [(word, numbers[word]) for word in ("[start]", "[end]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[start] $A [end]", special_tokens=ends)
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="[start]", eos_token="[end]", pad_token="[pad]", unk_token="?"
    ).save_pretrained(folder)


@pytest.fixture(scope="module", params=["clip_b32", "xclip_b32"])
def reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[LoadedBackbone, Path]:
    """A small network that reads text, and the folder of its checkpoint."""
    folder = tmp_path_factory.mktemp(request.param)
    torch.manual_seed(3)
    if request.param == "clip_b32":
        row = CLIP_B32
        config = transformers.CLIPConfig(vision_config=PICTURES, text_config=TEXT, projection_dim=6)
        transformers.CLIPModel(config).save_pretrained(folder)
    else:
        row = XCLIP_B32
        mit = {"mit_hidden_size": 6, "mit_intermediate_size": 10, "mit_num_attention_heads": 2, "num_frames": 4}
        heads = {"projection_dim": 6, "prompt_num_attention_heads": 2}
        config = transformers.XCLIPConfig(vision_config=PICTURES | mit, text_config=TEXT, **heads)
        transformers.XCLIPModel(config).save_pretrained(folder)
    write_tokenizer(folder)
    return load_backbone(row, folder, device="cpu"), folder


def test_sentences_are_embedded_as_transformers_does(reader: tuple[LoadedBackbone, Path]) -> None:
    loaded, folder = reader
    sentences = ["a dog runs", "the person jumps in the water"]
    vectors = embed_sentences(loaded, sentences, folder)
    assert (vectors.shape, vectors.dtype) == ((2, 6), np.float32)
    published = PUBLISHED[loaded.backbone.name].from_pretrained(folder).eval()
    for sentence, vector in zip(sentences, vectors, strict=True):
        numbers = [WORDS.index(word) for word in sentence.split()][: LONGEST - 2]
        tokens = torch.tensor([[0, *numbers, len(WORDS) - 1]])
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
