"""vidviz: explore how video models see.

    import vidviz

    workspace = vidviz.Workspace("my-workspace")
    workspace.add(["clips/"])
    workspace.embed("simple3d_motion")
    workspace.search(clip_id, k=5)

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vidviz.embed.backbones import backbones
    from vidviz.embed.description import Backbone, Stage, Weights
    from vidviz.embed.load import load_backbone
    from vidviz.types import FrameSpec
    from vidviz.workspace import Workspace

__version__ = "0.1.0"
__all__ = ["Backbone", "FrameSpec", "Stage", "Weights", "Workspace", "__version__", "backbones", "load_backbone"]

_HOMES = {
    "Backbone": "vidviz.embed.description",
    "FrameSpec": "vidviz.types",
    "Stage": "vidviz.embed.description",
    "Weights": "vidviz.embed.description",
    "Workspace": "vidviz.workspace",
    "backbones": "vidviz.embed.backbones",
    "load_backbone": "vidviz.embed.load",
}

logging.getLogger(__name__).addHandler(logging.NullHandler())  # who logs, and where to, is for the program to say

if not TYPE_CHECKING:  # a type checker would take every name for granted

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'vidviz' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
