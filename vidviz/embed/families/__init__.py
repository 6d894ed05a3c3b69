"""The registry's rows, one file for each family of backbones; `ROWS` is all of them in the order shown."""

from __future__ import annotations

from vidviz.embed.description import Backbone
from vidviz.embed.families import bundled, cnn_2d, cnn_2d_recent, cnn_3d, cnn_3d_papers, text_video, video_transformers

FAMILIES = (bundled, cnn_3d, cnn_3d_papers, cnn_2d, cnn_2d_recent, video_transformers, text_video)

ROWS: tuple[Backbone, ...] = tuple(row for family in FAMILIES for row in family.ROWS)
