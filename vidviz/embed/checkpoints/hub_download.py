"""Files of a Hugging Face repository into its cache, with progress in bytes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vidviz.embed.checkpoints.download import Progress
from vidviz.embed.checkpoints.folder_weights import WEIGHTS_FILES, shards_among

# Long enough for a slow server to answer, short enough that nobody offline waits.
TIMEOUT_SECONDS = 8.0


def download_files(repository: str, cache: Path, on_progress: Progress | None, *, descriptions: Sequence[str]) -> Path:
    """Fetch a repository's weights and what describes them.

    A file appears in the snapshot's folder only when it is whole; the weights come last, so that a checkpoint
    whose weights are there is whole.

    Args:
        repository: OWNER/NAME.
        cache: Hugging Face's cache.
        on_progress: called with bytes done and bytes in all.
        descriptions: names of the small files to take where the repository has them.

    Returns:
        The snapshot's folder.

    Raises:
        Exception: whatever huggingface_hub, its HTTP client or the file system raises.
    """
    from huggingface_hub import HfApi

    info = HfApi(endpoint=_endpoint()).model_info(repository, files_metadata=True, timeout=TIMEOUT_SECONDS)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    weights = next((name for name in WEIGHTS_FILES if name in sizes), None)
    if weights is None:
        raise FileNotFoundError("the repository has no model.safetensors or pytorch_model.bin")
    wanted = [*(name for name in descriptions if name in sizes), weights, *shards_among(sizes, weights)]
    bar = _bar_class(on_progress, sum(sizes[name] for name in wanted))
    folder = Path()
    for name in wanted:
        folder = _download(repository, name, str(info.sha), cache, bar).parent
    # `main` is at this commit; huggingface_hub itself notes it only when asked for a branch.
    reference = cache / f"models--{repository.replace('/', '--')}" / "refs" / "main"
    reference.parent.mkdir(parents=True, exist_ok=True)
    reference.write_text(str(info.sha), encoding="utf-8")
    return folder


def _endpoint() -> str | None:
    """A mirror, where one is set; the library reads this variable only once."""
    return os.environ.get("HF_ENDPOINT") or None


def _download(repository: str, name: str, commit: str, cache: Path, bar: type[Any]) -> Path:
    from huggingface_hub import hf_hub_download

    return Path(
        hf_hub_download(
            repository,
            name,
            revision=commit,
            cache_dir=cache,
            etag_timeout=TIMEOUT_SECONDS,
            tqdm_class=bar,
            endpoint=_endpoint(),
        )
    )


def _bar_class(on_progress: Progress | None, total_bytes: int) -> type[Any]:
    """A progress bar that draws nothing and tells `on_progress` of all files' bytes together."""
    from tqdm.auto import tqdm  # type: ignore[import-untyped]

    report: Callable[[int, int], None] = on_progress or (lambda _done, _total: None)
    lock, done_bytes = threading.Lock(), 0

    class Silent(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            # The library's own key for its bars' names.
            kwargs.pop("name", None)
            super().__init__(*args, **{**kwargs, "disable": True})

        def update(self, n: float | None = 1) -> None:
            nonlocal done_bytes
            with lock:
                done_bytes = min(done_bytes + int(n or 0), total_bytes)
                report(done_bytes, total_bytes)

        # With these two the library counts what is written apart from what the network brought.
        def update_transfer(self, _n: float | None = 1) -> None:
            pass

        def set_transfer_postfix_str(self, *_args: Any, **_kwargs: Any) -> None:
            pass

    return Silent
