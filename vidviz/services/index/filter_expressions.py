"""The filter that a person sets, as conditions that an index understands and as the expression that Milvus gets."""

from __future__ import annotations

from vidviz.index.filters import (
    ClipIn,
    ColumnIn,
    Duration,
    Filter,
    LabelIn,
    NotClip,
    TagIn,
    TimeRange,
    VideoIn,
)
from vidviz.records import LABEL
from vidviz.services.library import contents
from vidviz.services.library.clip_filter import NO_LABEL, ClipFilter
from vidviz.services.library.reserved_columns import COLUMNS
from vidviz.workspace_folder import WorkspaceFolder


def to_index_filters(folder: WorkspaceFolder, recipe_key: str, chosen: ClipFilter) -> tuple[Filter, ...]:
    """Conditions that keep exactly the clips that `chosen.keeps` keeps.

    Text in a video's name is looked up here and becomes a list of videos: what somebody types reaches no expression.
    """
    conditions: list[Filter] = []
    for column, values in chosen.labels:
        conditions.append(_labelled(column, values))
    if chosen.tags:
        conditions.append(TagIn(chosen.tags))
    if chosen.video_ids:
        conditions.append(VideoIn(chosen.video_ids))
    if chosen.text:
        table = contents.clip_table(folder, recipe_key)
        named = table[table["video"].str.contains(chosen.text, case=False, regex=False)]
        conditions.append(VideoIn(tuple(sorted(named["video_id"].unique()))))
    if chosen.seconds:
        conditions.append(TimeRange(*chosen.seconds))
    if chosen.duration_seconds:
        conditions.append(Duration(*chosen.duration_seconds))
    return tuple(conditions)


def _labelled(column: str, values: tuple[str, ...]) -> Filter:
    if column == LABEL:
        return LabelIn(values)
    if column in COLUMNS:  # no label, so that no clip has any in it
        return NotClip(()) if NO_LABEL in values else ClipIn(())
    return ColumnIn(column, values)
