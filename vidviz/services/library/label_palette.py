"""Which colour a label has: its own by the palette, or the one that a person chose; the same on every page."""

from __future__ import annotations

from collections.abc import Iterable

from vidviz.errors import LabelError
from vidviz.records import LABEL
from vidviz.render.colours import colour_labels, is_colour
from vidviz.services.library import contents
from vidviz.store import chosen_colours as store
from vidviz.store.catalogue import read_catalogue, write_catalogue
from vidviz.workspace_folder import WorkspaceFolder


def label_colours(folder: WorkspaceFolder, column: str = LABEL) -> dict[str, str]:
    """The colour of every value that a column of the clip table has in the whole library."""
    return colours_of(folder, column, (str(value) for value in contents.clip_table(folder)[column].dropna().unique()))


def colours_of(folder: WorkspaceFolder, column: str, values: Iterable[str]) -> dict[str, str]:
    """The colour of each of these values, under the name of what they are values of."""
    with read_catalogue(folder) as db:
        chosen = store.list_colours(db, column)
    colours = colour_labels(values)
    return {value: chosen.get(value, colour) for value, colour in colours.items()}


def choose_colour(folder: WorkspaceFolder, column: str, value: str, colour: str) -> None:
    """Give a value a colour of a person's choice, on all pages.

    Raises:
        LabelError: the colour is none.
    """
    if not is_colour(colour):
        raise LabelError(f"A colour is written as #RRGGBB, not {colour[:20]!r}.")
    with write_catalogue(folder) as db:
        store.set_colour(db, column, value, colour)


def reset_colours(folder: WorkspaceFolder, column: str) -> None:
    """Give all values of a column their own colours back."""
    with write_catalogue(folder) as db:
        store.forget_colours(db, column)
