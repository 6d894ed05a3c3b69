"""Columns of clip tables that no label may be called after."""

from __future__ import annotations

from vidviz.records import TAGS

RESERVED = {"clip_id", "video_id", "start_seconds", "end_seconds", "recipe", "cluster", "score", "x", "y", "z", "tags"}
"""Columns that the tables of clips have themselves."""

COLUMNS = {"clip_id", "video_id", "video", "start_seconds", "end_seconds", "recipe", TAGS}
"""The columns of a clip table that are no labels."""
