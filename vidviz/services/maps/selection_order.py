"""A selection of clips in an order worth looking at."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

import numpy as np

from vidviz.services.library import contents, embedding_sets
from vidviz.workspace_folder import WorkspaceFolder

if TYPE_CHECKING:
    import pandas as pd

Order = Literal["time", "typical first", "unusual first"]


def order_selection(
    folder: WorkspaceFolder, set_key: str, selected: Collection[int], order: Order
) -> tuple[pd.DataFrame, list[float]]:
    """The rows of the selected clips, and each one's cosine similarity to the selection's centre.

    Args:
        folder: the workspace.
        set_key: the embedding set.
        selected: ids of clips of that set; others are left out.
        order: by video and time, or by the similarity, falling or rising.
    """
    from vidviz.measure.typical import by_typicality

    embeddings = embedding_sets.load_embeddings(folder, set_key)
    wanted = np.isin(embeddings.ids, np.fromiter(selected, np.int64, len(selected)))
    rows, scores = by_typicality(embeddings.vectors, wanted)
    score_of = dict(zip(embeddings.ids[rows].tolist(), scores.tolist(), strict=True))
    recipe_key = embedding_sets.find_set(folder, set_key).spec.recipe_key
    if order == "time":
        table = contents.clip_table(folder, recipe_key)
        chosen = table[table["clip_id"].isin(score_of)]
    else:
        ids = list(score_of) if order == "typical first" else list(score_of)[::-1]
        chosen = contents.clip_rows(folder, ids, recipe_key)
    return chosen, [score_of[int(number)] for number in chosen["clip_id"]]
