"""Embed: clips -> vectors of an embedding set, kept as they come, so that a rerun goes on where one stopped."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from vidviz.errors import BackboneError, EmbeddingError, VidvizError, WorkspaceError
from vidviz.log.timing import timed
from vidviz.log.told_errors import sentence_of
from vidviz.records import Clip, EmbeddingSet
from vidviz.services.backbones.fed_frames import say_set_frames
from vidviz.services.embedding.embed_loop import embed_all, reading
from vidviz.services.index import set_index
from vidviz.services.library import embedding_sets
from vidviz.services.library.allowed_folders import AllowedFolders
from vidviz.services.progress import Progress, ignore_progress
from vidviz.store import clips, sets, weights_files
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.store.vectors import VectorShards
from vidviz.types import NEVER_TRAINED, OWN_FILE, EmbeddingSetSpec, Sampling
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    from vidviz.embed.embedder import Embedder
    from vidviz.embed.prepare import ReadyBackbone


SAID_REASONS = 3


@dataclass(frozen=True)
class EmbedRequest:
    """What to embed with what.

    Empty `recipe_key`, `layer` mean the library's only recipe, the usual layer; `sampling` "auto" as the backbone was
    trained, or spread where it sees frames one by one. `within` are the folders in which weights of one's own may be
    read, links followed; None where a person of this machine asks.
    """

    backbone: str
    weights: str = "auto"
    layer: str = ""
    pooling: str = "mean"
    recipe_key: str = ""
    device: str = ""
    precision: str = "auto"
    accept_licence: bool = False
    sampling: Sampling | Literal["auto"] = "auto"
    within: tuple[str, ...] | None = None


@dataclass(frozen=True)
class EmbedReport:
    """What an embedding run covered: of `total` clips, `known` were there before, `computed` are new.

    `in_float32` are the operators that the set's precision lacks on this device, and that were computed in float32.
    `note` says what of the network the weights do not fill, where that is not everything.
    """

    spec: EmbeddingSetSpec
    dimension: int
    total: int
    known: int
    computed: int
    failed: dict[int, str]
    seconds: float
    in_float32: tuple[str, ...] = ()
    note: str = ""


def run_embed_job(folder: WorkspaceFolder, job_id: int, arguments: dict[str, Any], progress: Progress) -> str:
    """Embed as a job, then bring the index in line; returns what to tell about it."""
    from vidviz.embed.process import tune_process

    tune_process()
    report = embed_clips(folder, EmbedRequest(**arguments), progress)
    parts = [f"{count_of(report.computed, 'clip')} embedded"]
    if report.known:
        parts.append(f"{report.known} were there already")
    with read_catalogue(folder) as db:
        replaced = clips.count_replaced(db, report.spec.recipe_key)
    if replaced:
        parts.append(f"{replaced} of replaced files left out")
    if report.failed:
        parts.append(f"{len(report.failed)} failed ({next(iter(report.failed.values())).rstrip('.')})")
    message = f"{', '.join(parts)}; {say_set_frames(report.spec)}."
    if report.in_float32:
        message += f" {', '.join(report.in_float32)} ran in float32, which {report.spec.precision} lacks here."
    if report.spec.random_weights:
        message += f" {NEVER_TRAINED}"
    if report.note:
        message += f" {report.note}"
    try:
        set_index.refresh_index(folder, report.spec.key)
    except VidvizError as error:
        message += f" The index waits: {sentence_of(error)}"
    return message


def request_arguments(request: EmbedRequest) -> dict[str, Any]:
    """The request as JSON data for a job."""
    return asdict(request)


@timed
def embed_clips(folder: WorkspaceFolder, request: EmbedRequest, progress: Progress = ignore_progress) -> EmbedReport:
    """Embed all clips of a recipe that the embedding set does not hold yet.

    Raises:
        UnknownNameError: no such backbone, or the backbone has no such layer.
        BackboneError: the weights cannot be had, or the network does not run here.
        WorkspaceError: there is nothing to embed, or the disk is full.
        EmbeddingError: not one clip of it could be embedded; there is no such set then.
        NotAllowedError: the weights lie outside of the folders that may be read.
        JobError: another process embeds the same set.
        JobCancelledError: as `progress` asks; what was computed is kept.
    """
    started = time.monotonic()
    ready = _prepare(request, progress)
    spec = _plan(folder, request, ready)
    _remember_file(folder, ready)
    shards = VectorShards(folder.vectors(spec.key))
    with shards.writing():
        with read_catalogue(folder) as db:
            stored = sets.find_set(db, spec.key)
        todo, known = _list_todo(folder, spec, shards)
        if stored is not None and not todo:
            _record(folder, spec, {})
            return EmbedReport(spec, stored.dimension, known, known, 0, {}, time.monotonic() - started)
        progress(0, 0, f"loading {spec.backbone}")
        frames = ready.backbone.frames_by(spec.sampling)
        with reading(folder, frames, todo) as reader:  # while the network is loaded
            embedder = _load_embedder(ready, spec, request)
            enrol = partial(_enrol, folder, spec, embedder)
            failed = embed_all(embedder, reader, shards, progress, known, known + len(todo), enrol)
        computed = len(todo) - len(failed)
        if not known + computed:
            _refuse_empty(folder, spec, failed)
        with suppress(WorkspaceError):  # too full a disk for a second copy: the shards stay as they are
            shards.compact()
        enrol()
        _record(folder, spec, failed)
    total = known + len(todo)
    in_float32 = tuple(sorted(embedder.loaded.in_float32))
    seconds, note = time.monotonic() - started, embedder.loaded.left_out
    return EmbedReport(spec, embedder.dimension, total, known, computed, failed, seconds, in_float32, note)


def plan_set(folder: WorkspaceFolder, request: EmbedRequest) -> EmbeddingSetSpec:
    """The set that a request means, whose weights are on this machine.

    Raises:
        UnknownNameError: no such backbone or precision.
        BackboneError: no such weights, or the backbone cannot be given frames in that way.
        WorkspaceError: there is nothing to embed.
    """
    return _plan(folder, request, _prepare(request, ignore_progress))


def _plan(folder: WorkspaceFolder, request: EmbedRequest, ready: ReadyBackbone) -> EmbeddingSetSpec:
    from vidviz.embed.device import choose_device, choose_precision

    backbone = ready.backbone
    sampling = backbone.samplings[0] if request.sampling == "auto" else request.sampling
    backbone.frames_by(sampling)  # refused before anything is read
    return EmbeddingSetSpec(
        backbone.name,
        ready.weights.identity,
        request.layer or backbone.embedding_layer,
        request.pooling,
        embedding_sets.choose_recipe(folder, request.recipe_key),
        sampling,
        choose_precision(request.precision, choose_device(request.device or None)),
        ready.preprocessing,
    )


def _remember_file(folder: WorkspaceFolder, ready: ReadyBackbone) -> None:
    """Where weights of one's own lie: whoever asks the set with something new needs them again."""
    weights = ready.weights
    if weights.path is not None and weights.identity.startswith(OWN_FILE):
        with write_catalogue(folder) as db:
            weights_files.record_file(db, weights.identity, str(weights.path.absolute()))


def _enrol(folder: WorkspaceFolder, spec: EmbeddingSetSpec, embedder: Embedder) -> None:
    """Have the catalogue know a set, from its first vectors on: one that holds nothing is nobody's choice."""
    with write_catalogue(folder) as db:
        sets.add_set(db, EmbeddingSet(spec, embedder.dimension))


def _record(folder: WorkspaceFolder, spec: EmbeddingSetSpec, failed: Mapping[int, str]) -> None:
    """Remember which clips failed this time, instead of those that did before."""
    with write_catalogue(folder) as db:
        sets.forget_failures(db, spec.key)
        sets.record_failures(db, spec.key, failed)


def _refuse_empty(folder: WorkspaceFolder, spec: EmbeddingSetSpec, failed: Mapping[int, str]) -> NoReturn:
    """Leave no set behind of which every clip failed."""
    with write_catalogue(folder) as db:
        sets.remove_set(db, spec.key)
    reasons = Counter(failed.values())
    told = "; ".join(reason.rstrip(".") for reason, _ in reasons.most_common(SAID_REASONS))
    more = f"; and {len(reasons) - SAID_REASONS} other reasons" if len(reasons) > SAID_REASONS else ""
    raise EmbeddingError(f"No clip could be embedded with {spec.backbone}, {len(failed)} failed ({told}{more}).")


def _prepare(request: EmbedRequest, progress: Progress) -> ReadyBackbone:
    """The weights on this machine; a download shows its progress in megabytes."""
    from vidviz.embed.backbones import find_backbone
    from vidviz.embed.checkpoints.weights import AUTO
    from vidviz.embed.prepare import prepare_backbone

    def tell(done_bytes: int, total_bytes: int) -> None:
        progress(done_bytes // 10**6, total_bytes // 10**6, f"MB of the weights of {backbone.name}")

    backbone = find_backbone(request.backbone)
    if request.weights not in (AUTO, *backbone.weights_names):
        _check_place(request)
    return prepare_backbone(backbone, request.weights, accept_licence=request.accept_licence, on_progress=tell)


def _check_place(request: EmbedRequest) -> None:
    """See that weights of one's own lie where they may be read; of a folder, every file in it."""
    allowed = AllowedFolders.of(request.within)
    allowed.check(request.weights)
    place = Path(os.path.expanduser(request.weights))  # noqa: PTH111 - Path's own fails at unknown people
    try:
        for file in place.iterdir() if place.is_dir() else ():
            allowed.check(file)
    except OSError as error:  # what cannot be listed cannot be checked
        raise BackboneError(f"The weights {place.name!r} cannot be looked at: {error.strerror or error}.") from error


def _load_embedder(ready: ReadyBackbone, spec: EmbeddingSetSpec, request: EmbedRequest) -> Embedder:
    from vidviz.embed.embedder import Embedder
    from vidviz.embed.load import load_ready

    loaded = load_ready(ready, device=request.device or None, precision=spec.precision, up_to=spec.layer)
    return Embedder(loaded, spec.layer, spec.pooling)


def _list_todo(folder: WorkspaceFolder, spec: EmbeddingSetSpec, shards: VectorShards) -> tuple[list[Clip], int]:
    done = set(shards.load_ids().tolist())
    with read_catalogue(folder) as db:
        every = clips.list_clips(db, spec.recipe_key)
    todo = [clip for clip in every if clip.id not in done]
    return todo, len(every) - len(todo)
