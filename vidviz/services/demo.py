"""Demo: the sample videos, imported, embedded, laid out and indexed. What is done is not done again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vidviz.services import dashboard
from vidviz.services.embedding import embed_run
from vidviz.services.importing import import_run
from vidviz.services.index import set_index
from vidviz.services.maps import map_build
from vidviz.services.progress import Progress
from vidviz.types import MapSpec
from vidviz.workspace_folder import WorkspaceFolder

Say = Callable[[str], None]

BACKBONES = ("simple2d_look", "simple3d_motion")
"""One that sees single frames and one that sees motion; both come with the package. The last one is shown first."""


def prepare_demo(folder: WorkspaceFolder, backbones: Sequence[str], say: Say) -> str:
    """Bring a workspace with the samples up to date; returns what to tell about it.

    Raises:
        BackboneError: weights that do not come with the package cannot be had.
    """
    samples = dashboard.find_site() / "sample_videos"
    report = import_run.import_videos(
        folder, import_run.ImportRequest((str(samples),)), _telling(say, "importing the samples")
    )
    new = report.count("ok", "partial")
    done = [f"{len(report.items)} samples ({new} new)"]
    for backbone in backbones:
        request = embed_run.EmbedRequest(backbone)
        embedded = embed_run.embed_clips(folder, request, _telling(say, f"embedding with {backbone}"))
        say(f"laying out the map of {backbone}")
        for method in ("pca", "umap"):
            map_build.build_map(folder, embedded.spec.key, MapSpec(method))
        say(f"building the index of {backbone}")
        set_index.refresh_index(folder, embedded.spec.key)
        done.append(f"{embedded.total} clips by {backbone} ({embedded.computed} embedded now)")
    set_index.release_index(folder)  # the dashboard that is started next opens it
    return f"{', '.join(done)}."


def _telling(say: Say, what: str) -> Progress:
    last_tenth = [-1]

    def tell(done: int, total: int, message: str = "") -> None:
        tenth = 10 * done // total if total else 0
        if tenth != last_tenth[0]:
            last_tenth[0] = tenth
            say(f"{what}: {done}/{total}")

    return tell
