"""The registry's rows, one file for each family of backbones; `ROWS` is all of them in the order shown."""

from __future__ import annotations

from vidviz.embed.description import Backbone
from vidviz.embed.families import bundled, cnn_2d, cnn_3d, cnn_3d_own

ROWS: tuple[Backbone, ...] = (*bundled.ROWS, *cnn_3d.ROWS, *cnn_3d_own.ROWS, *cnn_2d.ROWS)
