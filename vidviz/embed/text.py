"""Sentences -> embeddings in the space of clips, for backbones that read text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vidviz.embed.load import LoadedBackbone
from vidviz.errors import BackboneError, is_bug

if TYPE_CHECKING:
    from torch import Tensor

# A tokenizer is one file, or a vocabulary with the merges of its byte pairs.
TOKENIZER_FILES = (("tokenizer.json",), ("vocab.json", "merges.txt"))
SENTENCES_A_BATCH = 64


def embed_sentences(loaded: LoadedBackbone, sentences: Sequence[str], folder: Path) -> np.ndarray:
    """One vector a sentence, in the order given.

    Args:
        loaded: a backbone that reads text.
        sentences: as a person types them; what goes beyond the backbone's longest sentence is cut off.
        folder: the checkpoint's folder, for its tokenizer.

    Returns:
        (N, D) float32, not normalised; comparable with the embeddings of clips by cosine.

    Raises:
        BackboneError: the backbone reads no text, its weights hold nothing for that, or the folder has no tokenizer.
    """
    import torch

    if not loaded.backbone.reads_text:
        raise BackboneError(f"{loaded.backbone.name} reads no text: choose a backbone that does, such as clip_b32.")
    if not loaded.is_trained("text_model"):
        raise BackboneError(
            f"The weights of {loaded.backbone.name} hold nothing for sentences: choose some with its text_model."
        )
    model: Any = loaded.model
    tokenizer = _read_tokenizer(folder, loaded.backbone.name)
    longest = model.config.text_config.max_position_embeddings
    parts = [np.zeros((0, loaded.backbone.embedding_size), np.float32)]
    for start in range(0, len(sentences), SENTENCES_A_BATCH):
        tokens = tokenizer(
            list(sentences[start : start + SENTENCES_A_BATCH]),
            padding=True,
            truncation=True,
            max_length=longest,
            return_tensors="pt",
        ).to(loaded.device)
        with torch.inference_mode(), loaded.lock:
            vectors: Tensor = model.embed_tokens(tokens["input_ids"], tokens["attention_mask"])
        parts.append(vectors.float().cpu().numpy())
    return np.concatenate(parts)


def _read_tokenizer(folder: Path, name: str) -> Any:
    if not any(all((folder / file).is_file() for file in files) for files in TOKENIZER_FILES):
        raise BackboneError(
            f"{folder} has no tokenizer (tokenizer.json, or vocab.json and merges.txt), so {name} cannot read "
            "sentences: put those files of the published checkpoint there."
        )
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        if is_bug(error):
            raise
        # It raises what the JSON reader, the tokenizer library or the file system raises.
        raise BackboneError(f"The tokenizer in {folder} cannot be read ({error}).") from error
