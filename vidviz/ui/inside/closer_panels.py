"""Looking closer: the panels below the film, each of which computes only when it is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from vidviz.records import EmbeddingSet
from vidviz.services.inside.clip_input import ClipInput
from vidviz.services.inside.layer_films import Inspection
from vidviz.services.library.contents import KnownClip
from vidviz.ui import messages
from vidviz.ui.inside.inside_request import Request
from vidviz.ui.sitemap import INSIDE_PANEL
from vidviz.workspace_folder import WorkspaceFolder


@dataclass(frozen=True)
class PanelContext:
    """What a panel looks at."""

    folder: WorkspaceFolder
    clip: KnownClip
    chosen: EmbeddingSet | None
    request: Request
    inspection: Inspection

    @property
    def clip_input(self) -> ClipInput:
        """The view of the clip and the network, as services take them."""
        asked, view = self.request, self.inspection.view.number
        where = self.folder.path, self.clip.clip_id
        return ClipInput(*where, asked.backbone, asked.weights, sampling=asked.sampling, view=view)


Panel = Callable[[PanelContext], None]


def draw_panels(context: PanelContext, panels: Mapping[str, Panel]) -> None:
    """Let a person choose a panel and draw it; what goes wrong in it is told in its place."""
    name = st.segmented_control(
        "Look closer", list(panels), default=next(iter(panels)), key=INSIDE_PANEL, bind="query-params"
    )
    if name is not None and name in panels:
        with messages.telling_errors():
            panels[name](context)
