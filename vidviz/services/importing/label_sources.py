"""Labels for videos: from a table, or from the folder a file lies in."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from vidviz.errors import LabelError
from vidviz.log.told_errors import sentence_of
from vidviz.records import LABEL
from vidviz.services.importing.found_files import FoundFile
from vidviz.services.importing.label_tables import read_rows
from vidviz.services.library.named_files import plain_name
from vidviz.services.library.source_files import as_text
from vidviz.words import count_of

TABLE_NAME = "labels.csv"
"""A table of this name in an imported folder is used without being asked for."""


@dataclass
class LabelTable:
    """Rows of a label table by the name they give a video; `used` counts the files that each was found for.

    `notes` are sentences about what of the table is not taken as it stands there.
    """

    path: Path
    rows: dict[str, dict[str, str]]
    notes: list[str] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)

    def find(self, found: FoundFile) -> dict[str, str]:
        """The labels of a file; a row may name it with its folders, by its name, or by its stem."""
        shown, path = (PurePosixPath(plain_name(text)) for text in (found.shown, as_text(str(found.path.absolute()))))
        every = [*_endings(path), *_endings(shown), shown.stem]
        for name in every:
            if name in self.rows:
                self.used[name] += 1
                return self.rows[name]
        return {}

    def unknown(self) -> list[str]:
        """The videos that the table names and nobody met."""
        return [name for name in self.rows if name not in self.used]

    def shared(self) -> list[str]:
        """The names by which several files were met."""
        return [name for name, count in self.used.items() if count > 1]


def _endings(path: PurePosixPath) -> list[str]:
    """A path and its ends, the longest first: `/a/b.mp4`, `a/b.mp4`, `b.mp4`."""
    parts = [part for part in path.parts if part != "/"]
    return [str(path), *("/".join(parts[start:]) for start in range(len(parts)))]


@dataclass
class Labels:
    """What the files of an import are labelled: by folder names, unless one table was asked for, and by tables.

    A table that was asked for speaks of all files, any other of those in its own folder. `notes` are sentences
    about tables that cannot be used.
    """

    asked: LabelTable | None = None
    beside: list[LabelTable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, found: FoundFile) -> dict[str, str]:
        """The labels of a new file."""
        return {**({} if self.asked else folder_label(found.shown)), **self.from_tables(found)}

    def from_tables(self, found: FoundFile) -> dict[str, str]:
        """The labels that tables give a file; they count for a video that is known already, too."""
        labels: dict[str, str] = {}
        for table in self.beside:
            if table.path.parent in found.path.parents:
                labels.update(table.find(found))
        return {**labels, **self.asked.find(found)} if self.asked else labels

    def tell(self) -> Iterable[str]:
        """What a person should know when all files were met."""
        yield from self.notes
        for table in [*([self.asked] if self.asked else []), *self.beside]:
            yield from table.notes
            yield from say_unknown(table)
            if shared := table.shared():
                yield f"{table.path.name}: several files are called {_some(shared)}; each got the labels of that name."


def gather_labels(asked: str | None, paths: Iterable[str]) -> Labels:
    """The label table that was asked for, else those in the folders that are imported.

    Raises:
        LabelError: the table that was asked for cannot be used. Of any other, a note says so.
    """
    if asked:
        return Labels(read_label_table(Path(asked)))
    labels = Labels()
    for path in paths:
        table = Path(path) / TABLE_NAME
        if not os.path.isfile(table):  # noqa: PTH113 - unlike Path.is_file, it is False for whatever cannot be a path
            continue
        try:
            labels.beside.append(read_label_table(table))
        except LabelError as error:
            labels.notes.append(f"{sentence_of(error)} Its labels were left out.")
    return labels


def read_label_table(path: Path) -> LabelTable:
    """Read a label table of any of the usual kinds; see `label_tables`.

    Videos that it names several times with different labels get none of them, and are told.

    Raises:
        LabelError: the file cannot be read, or is no table of labels.
    """
    rows, notes = read_rows(path)
    by_name: dict[str, dict[str, str]] = {}
    torn: dict[str, None] = {}
    for row in rows:
        for name in map(plain_name, row.names):
            if by_name.setdefault(name, row.labels) != row.labels:
                torn[name] = None
    for name in torn:
        del by_name[name]
    if torn:
        notes.append(f"{path.name} gives {_some(list(torn))} different labels in several rows; none was taken.")
    return LabelTable(path, by_name, notes)


def folder_label(shown: str) -> dict[str, str]:
    """The name of the folder a file lies in, where that is a folder inside the imported one."""
    inside = PurePosixPath(shown).parent.name
    return {LABEL: inside} if inside.strip(".") else {}


def say_unknown(table: LabelTable) -> Iterable[str]:
    """A sentence where the table names videos that were not among the files."""
    unknown = table.unknown()
    if unknown:
        yield f"{table.path.name} names {count_of(len(unknown), 'video')} not among these files: {_some(unknown)}."


def _some(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names[:5]) + (", ..." if len(names) > 5 else "")
