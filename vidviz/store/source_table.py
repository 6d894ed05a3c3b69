"""Every file that was ever offered, with its video, clips and label, as one table."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_QUERY = (
    "SELECT source.name AS name, iif(video.replaced_by IS NULL, source.status, 'replaced') AS status, "
    "iif(video.replaced_by IS NULL, source.reason, ?1) AS reason, source.path AS path, "
    "video.id AS video_id, duration_seconds, width_px, height_px, frame_rate, codec, "
    "coalesce(video.size_bytes, source.size_bytes) AS size_bytes, loss, "
    "coalesce(cut.clips, 0) AS clips, cut.first_clip AS first_clip, "
    "CASE WHEN own.video_id IS NULL THEN label.value ELSE own.label END AS label "
    "FROM (SELECT name, status, reason, path, video_id, size_bytes FROM source UNION ALL "
    "SELECT name, '', NULL, path, id, size_bytes FROM video "
    "WHERE replaced_by IS NOT NULL AND id NOT IN (SELECT video_id FROM source WHERE video_id IS NOT NULL)) AS source "
    "LEFT JOIN video ON video.id = source.video_id LEFT JOIN "
    "(SELECT video_id, count(*) AS clips, min(id) AS first_clip FROM clip GROUP BY video_id) AS cut "
    "ON cut.video_id = video.id "
    "LEFT JOIN label ON label.video_id = video.id AND label.name = 'label' "
    "LEFT JOIN (SELECT video_id, nullif(group_concat(value, ', '), '') AS label FROM "
    "(SELECT DISTINCT clip.video_id AS video_id, nullif(coalesce(clip_label.value, label.value), '') AS value "
    "FROM clip LEFT JOIN clip_label ON clip_label.clip_id = clip.id AND clip_label.name = 'label' "
    "LEFT JOIN label ON label.video_id = clip.video_id AND label.name = 'label' WHERE clip.video_id IN "
    "(SELECT video_id FROM clip WHERE id IN (SELECT clip_id FROM clip_label)) ORDER BY 1, 2) GROUP BY video_id) "
    "AS own ON own.video_id = video.id "
    "ORDER BY status NOT IN ('failed', 'partial', 'replaced'), source.name, source.path"
)
_REPLACED = "Another file lies in its place now. Its clips and labels are kept, and it is left out of new embeddings."


def source_table(db: sqlite3.Connection) -> pd.DataFrame:
    """One row a file, what went wrong first, then by name; also a video in whose place another file lies now.

    Where clips of a video have labels of their own, its label is all that its clips have.
    """
    import pandas as pd

    return pd.read_sql_query(_QUERY, db, params=(_REPLACED,))
