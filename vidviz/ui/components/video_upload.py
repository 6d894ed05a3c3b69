"""Choosing or dropping videos, which go to the server's disk while the page stays as it is; see `upload_routes`."""

from __future__ import annotations

from vidviz.services.importing.found_files import NEVER_VIDEOS
from vidviz.services.importing.label_sources import TABLE_NAME
from vidviz.services.importing.upload_batch import UploadBatch
from vidviz.services.importing.upload_desk import UploadDesk
from vidviz.ui.components.mount import component, no_action

MOST_LISTED = 100


def video_upload(desk: UploadDesk, batch: UploadBatch, *, key: str) -> None:
    """Draw the place to drop videos or folders on, with what has arrived and what is on its way.

    When all of it is here, the page runs again.

    Args:
        desk: says how much may come.
        batch: where it goes.
        key: the component's key in the session state.
    """
    numbers = sorted({*batch.files, *batch.arriving})
    data = {
        "token": batch.token,
        "held": [
            {"number": file.number, "name": file.name, "bytes": file.size_bytes}
            for file in list(batch.files.values())[:MOST_LISTED]
        ],
        "num_held": len(batch.files),
        "next": numbers[-1] + 1 if numbers else 0,
        "largest_bytes": desk.limits.file_bytes,
        "room_bytes": desk.room_bytes(),
        "most_files": desk.limits.files,
        "left_out": sorted(NEVER_VIDEOS),
        "table": TABLE_NAME,
    }
    component("video_upload")(key=key, data=data, on_settled_change=no_action)
