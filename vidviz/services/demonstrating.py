"""Demo: the sample videos, imported, embedded, laid out and indexed. What is done is not done again."""

from __future__ import annotations

from collections.abc import Callable

from vidviz.errors import BackboneError
from vidviz.services import embedding, importing, indexing, mapping, serving
from vidviz.services.progress import Progress
from vidviz.store.workspace import WorkspaceFolder
from vidviz.types import MapSpec

Say = Callable[[str], None]


def prepare_demo(folder: WorkspaceFolder, backbone: str, say: Say) -> str:
    """Bring a workspace with the samples up to date; returns what to tell about it.

    Published weights are used where they lie in the cache; else random ones, and every screen says so.
    """
    samples = serving.find_site() / "sample_videos"
    report = importing.import_videos(
        folder, importing.ImportRequest((str(samples),)), _telling(say, "importing the samples")
    )
    embedded = _embed(folder, backbone, say)
    say("laying out the map")
    for method in ("pca", "umap"):
        mapping.build_map(folder, embedded.spec.key, MapSpec(method))
    say("building the index")
    indexing.refresh_index(folder, embedded.spec.key)
    new = report.count("ok", "partial")
    return f"{len(report.items)} samples ({new} new), {embedded.total} clips ({embedded.computed} embedded now)."


def _embed(folder: WorkspaceFolder, backbone: str, say: Say) -> embedding.EmbedReport:
    telling = _telling(say, f"embedding with {backbone}")
    try:
        return embedding.embed_clips(folder, embedding.EmbedRequest(backbone), telling)
    except BackboneError:
        say(f"No trained weights of {backbone} are on this machine: random ones are used, and marked.")
        return embedding.embed_clips(folder, embedding.EmbedRequest(backbone, weights="random"), telling)


def _telling(say: Say, what: str) -> Progress:
    told = [-1]

    def tell(done: int, total: int, message: str = "") -> None:
        tenth = 10 * done // total if total else 0
        if tenth != told[0]:
            told[0] = tenth
            say(f"{what}: {done}/{total}")

    return tell
