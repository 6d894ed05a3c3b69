"""Hugging Face checkpoints on this machine: where they lie, what they say of themselves, loading them.

A checkpoint is a folder with `config.json`, a weights file and, beside them, the preprocessing and the tokenizer.
Importing this needs neither torch nor transformers.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidviz.embed.build import take_clips
from vidviz.embed.checkpoints.checkpoint_folder import CONFIG, describe_folder, network_of_folder
from vidviz.embed.checkpoints.download import Progress
from vidviz.embed.checkpoints.file_digests import file_digest
from vidviz.embed.checkpoints.folder_weights import find_weights, weights_files
from vidviz.embed.checkpoints.misfit import misfit, shapes_of
from vidviz.embed.checkpoints.partial_fit import PartialFit, compare, fit_partly
from vidviz.embed.description import HUGGING_FACE, Backbone, Weights
from vidviz.embed.parameter_use import trace_use
from vidviz.errors import BackboneError, is_bug

if TYPE_CHECKING:
    from torch import nn

# What a checkpoint is made of; a repository may hold much more (other frameworks' weights, examples).
DESCRIPTIONS = (CONFIG, "preprocessor_config.json", "video_preprocessor_config.json", "processor_config.json")
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt")


def cache_folder() -> Path:
    """Hugging Face's cache of repositories, by the variables that its own library obeys."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(name):
            return Path(os.environ[name]).expanduser()
    home = os.environ.get("HF_HOME") or str(Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface")
    return Path(home).expanduser() / "hub"


def cache_place(repository: str) -> Path:
    """Where the cache keeps a repository, whether or not it is there: `models--OWNER--NAME`."""
    return cache_folder() / f"models--{repository.replace('/', '--')}"


def cached_folder(repository: str) -> Path | None:
    """The folder in the cache with a whole checkpoint of this repository; None where there is none.

    Args:
        repository: OWNER/NAME.
    """
    place = cache_place(repository)
    reference = place / "refs" / "main"
    snapshots = list((place / "snapshots").glob("*"))
    # The commit that `main` was at the last download comes first.
    commit = reference.read_text(encoding="utf-8").strip() if reference.is_file() else ""
    for folder in sorted(snapshots, key=lambda snapshot: (snapshot.name != commit, snapshot.name)):
        if (folder / CONFIG).is_file() and find_weights(folder):
            return folder
    return None


def folder_digest(folder: Path) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a checkpoint's weights.

    Of weights in several files it is the SHA-256 of theirs, one after the other.

    Raises:
        BackboneError: the folder has none.
    """
    files = weights_files(folder)
    if len(files) == 1:
        return file_digest(files[0])[:16]
    return hashlib.sha256("".join(map(file_digest, files)).encode()).hexdigest()[:16]


def download_repository(backbone_name: str, weights: Weights, on_progress: Progress | None = None) -> Path:
    """Fetch a published checkpoint into Hugging Face's cache: its weights, configuration and tokenizer.

    Args:
        backbone_name: for the sentence.
        weights: what to fetch; its address is a repository's.
        on_progress: called with bytes done and bytes in all.

    Returns:
        The folder in the cache.

    Raises:
        BackboneError: it cannot be had; the sentence says what to do instead.
    """
    from vidviz.embed.checkpoints.hub_download import download_files

    try:
        return download_files(weights.repository, cache_folder(), on_progress, descriptions=(*DESCRIPTIONS, *TOKENIZER))
    # The library raises its own errors, its HTTP client's and the file system's; all mean the same to a person.
    except Exception as error:
        if is_bug(error):
            raise
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise BackboneError(
            f"The weights {weights.name} of {backbone_name} could not be fetched from "
            f"{HUGGING_FACE}{weights.repository} ({reason[0].rstrip('.')}): put that repository's files into a folder "
            f"and give it as weights=FOLDER, have them at {cache_place(weights.repository)} as Hugging Face's tools "
            "leave them, or use weights=random to look at the untrained network."
        ) from error


def load_folder(backbone: Backbone, folder: Path) -> tuple[nn.Module, PartialFit]:
    """The network of a checkpoint's folder with its weights, in eval mode and float32.

    Older publications' names of parameters are understood as transformers itself understands them. Checkpoints
    without a classifier, or with parts that only their training needs, give their trunk. Nothing is fetched, and no
    code from the folder runs.

    Args:
        backbone: whose checkpoint it is.
        folder: the checkpoint.

    Returns:
        The network, and what the checkpoint leaves untrained.

    Raises:
        BackboneError: it is another network's, or does not fit; the sentence names the first keys.
    """
    described = describe_folder(backbone, folder)
    safe = weights_files(folder)[0].suffix == ".safetensors"
    module_name, _, class_name = network_of_folder(backbone, folder).module.partition(":")
    network: Any = getattr(importlib.import_module(module_name), class_name)
    model, report = _read_quietly(network, folder, safe=safe)
    fit = _check_report(described, folder, model, network, report)
    if backbone.per_frame:
        take_clips(model)
    plain: nn.Module = model.eval()
    return plain, fit


def _read_quietly(network: Any, folder: Path, *, safe: bool) -> tuple[Any, dict[str, Any]]:
    import torch

    try:
        # On the processor even where a caller builds outlines: these weights are read, not described.
        with torch.device("cpu"), silent_transformers():
            loaded: tuple[Any, dict[str, Any]] = network.from_pretrained(
                folder,
                local_files_only=True,
                trust_remote_code=False,
                weights_only=True,
                use_safetensors=safe,
                dtype=torch.float32,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
        return loaded
    except Exception as error:
        if is_bug(error):
            raise
        # It raises what the configuration, the unpickler or the file system raises.
        raise BackboneError(f"{folder} is not a checkpoint that can be read safely ({error}).") from error


@contextmanager
def silent_transformers() -> Iterator[None]:
    """Keep transformers' report and its progress bar off the terminal.

    The report is checked here; printed as well, it would be a second, longer story of the same fault.
    """
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def _check_report(backbone: Backbone, folder: Path, model: Any, network: Any, report: dict[str, Any]) -> PartialFit:
    """See that the trunk was in the file, with its shapes, and nothing that belongs amid it."""
    import torch

    missing = set(report["missing_keys"])
    if missing and hasattr(model, "go_without"):
        model.go_without(missing)
    own = shapes_of(model.state_dict())
    reshaped = {key: tuple(found) for key, found, *_ in report["mismatched_keys"]}
    state = {key: reshaped.get(key, shape) for key, shape in own.items() if key not in missing}
    state |= dict.fromkeys(sorted(report["unexpected_keys"]), ())
    if not compare(own, state):
        return PartialFit()
    with torch.device("meta"):
        outline = network(model.config).eval()
    if missing and hasattr(outline, "go_without"):
        outline.go_without(missing)
    if backbone.per_frame:
        take_clips(outline)
    fit = fit_partly(own, state, trace_use(outline, backbone), backbone)
    if fit is None or fit.head:
        raise misfit(folder, backbone, own, state)
    return fit
