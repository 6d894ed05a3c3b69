"""Labels for videos: from a table, or from the folder a file lies in."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from vidviz.errors import LabelError, NotAllowedError
from vidviz.log.told_errors import sentence_of
from vidviz.records import LABEL
from vidviz.services.importing.found_files import FoundFile
from vidviz.services.importing.label_segments import Segment, ToldSegments, count_overlaps, join_rows
from vidviz.services.importing.label_tables import TableRow, read_rows
from vidviz.services.library.allowed_folders import EVERYWHERE, AllowedFolders
from vidviz.services.library.named_files import plain_name
from vidviz.services.library.source_files import as_text
from vidviz.types import Recipe
from vidviz.words import count_of

TABLE_NAME = "labels.csv"
"""A table of this name in an imported folder is used without being asked for."""


@dataclass
class LabelTable:
    """Rows of a label table by the names they give a video; `met` counts the files that each was found for.

    Attributes:
        rows: name -> the labels of the whole file.
        segments: name -> what the table says of stretches of that video.
        videos: every name -> the one that the table calls that video by.
        notes: sentences about what of the table is not taken as it stands there.
    """

    path: Path
    rows: dict[str, dict[str, str]]
    segments: dict[str, list[Segment]] = field(default_factory=dict)
    videos: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)

    def find(self, found: FoundFile) -> dict[str, str]:
        """The labels of a file; a row may name it with its folders, by its name, or by its stem."""
        name = self._name_of(found)
        self.met.update([name] if name else [])
        return self.rows.get(name, {})

    def find_segments(self, found: FoundFile) -> list[Segment]:
        """The segments of a file that the table has times for, by time."""
        return self.segments.get(self._name_of(found), [])

    def names(self, found: FoundFile) -> bool:
        """Whether the table says anything of a file."""
        return bool(self._name_of(found))

    def _name_of(self, found: FoundFile) -> str:
        shown, path = (PurePosixPath(plain_name(text)) for text in (found.shown, as_text(str(found.path.absolute()))))
        return next((name for name in (*_endings(path), *_endings(shown), shown.stem) if name in self.videos), "")

    def unknown(self) -> list[str]:
        """The videos that the table names and nobody met."""
        met = {self.videos[name] for name in self.met}
        return [name for name in dict.fromkeys(self.videos.values()) if name not in met]

    def shared(self) -> list[str]:
        """The names by which several files were met."""
        return [name for name, count in self.met.items() if count > 1]


def _endings(path: PurePosixPath) -> list[str]:
    """A path and its ends, the longest first: `/a/b.mp4`, `a/b.mp4`, `b.mp4`."""
    parts = [part for part in path.parts if part != "/"]
    return [str(path), *("/".join(parts[start:]) for start in range(len(parts)))]


@dataclass
class Labels:
    """What the files of an import are labelled: by folder names, where the table that was asked for names them not.

    A table that was asked for speaks of all files, any other of those in its own folder. `notes` are sentences
    about tables that cannot be used, `told` what became of segments.
    """

    asked: LabelTable | None = None
    beside: list[LabelTable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    told: ToldSegments = field(default_factory=ToldSegments)

    def of(self, found: FoundFile) -> dict[str, str]:
        """The labels of a new file."""
        return {**self.from_folder(found), **self.from_tables(found)}

    def from_folder(self, found: FoundFile) -> dict[str, str]:
        """The label that the name of its folder gives a file; none where a table was asked for that names it."""
        return {} if self.asked and self.asked.names(found) else folder_label(found.shown)

    def from_tables(self, found: FoundFile) -> dict[str, str]:
        """The labels that tables give a file; they count for a video that is known already, too."""
        labels: dict[str, str] = {}
        for table in self._tables(found):
            labels.update(table.find(found))
        return labels

    def segments_of(self, found: FoundFile) -> list[Segment]:
        """The segments that tables have times for; those of the last table that has any."""
        return next(filter(None, (table.find_segments(found) for table in reversed(self._tables(found)))), [])

    def usual_recipe(self, files: Iterable[FoundFile]) -> Recipe:
        """How these files are cut where nobody says: by the times of a table that has some of them, else by windows."""
        return Recipe("segments") if any(map(self.segments_of, files)) else Recipe()

    def _tables(self, found: FoundFile) -> list[LabelTable]:
        """The tables that speak of a file, the one that counts most last."""
        beside = [table for table in self.beside if table.path.parent in found.path.parents]
        return [*beside, *([self.asked] if self.asked else [])]

    def tell(self) -> Iterable[str]:
        """What a person should know when all files were met."""
        yield from self.notes
        yield from self.told.tell()
        for table in [*([self.asked] if self.asked else []), *self.beside]:
            yield from table.notes
            yield from say_unknown(table)
            if shared := table.shared():
                yield f"{table.path.name}: several files are called {_some(shared)}; each got the labels of that name."


def gather_labels(
    asked: str | None,
    paths: Iterable[str],
    names: Mapping[str, str] | None = None,
    allowed: AllowedFolders = EVERYWHERE,
) -> Labels:
    """The label table that was asked for, else those in the folders that are imported, where they may be read.

    `names` says what a table is called that was uploaded.

    Raises:
        LabelError: the table that was asked for cannot be used. Of any other, a note says so.
    """
    if asked:
        return Labels(read_label_table(Path(asked), (names or {}).get(asked, "")))
    labels = Labels()
    for path in paths:
        table = Path(path) / TABLE_NAME
        if not os.path.isfile(table):  # noqa: PTH113 - unlike Path.is_file, it is False for whatever cannot be a path
            continue
        try:
            allowed.check(table)
            labels.beside.append(read_label_table(table))
        except (LabelError, NotAllowedError) as error:
            labels.notes.append(f"{sentence_of(error)} Its labels were left out.")
    return labels


def read_label_table(path: Path, name: str = "") -> LabelTable:
    """Read a label table of any of the usual kinds; see `label_tables`.

    Videos that it names several times with different labels get none of them, and are told; rows with times are of
    segments. `name` is what the file is called where it does not lie under its own name.

    Raises:
        LabelError: the file cannot be read, or is no table of labels.
    """
    rows, notes = read_rows(path, name or path.name)
    table = LabelTable(Path(name or path.name) if name else path, {}, notes=notes)
    parts: dict[str, list[TableRow]] = defaultdict(list)
    torn: dict[str, None] = {}
    for row in rows:
        names = list(map(plain_name, row.names))
        for known in names:
            table.videos[known] = names[0]
            if row.span:
                parts[known].append(row)
            elif table.rows.setdefault(known, row.labels) != row.labels:
                torn[known] = None
        if row.cut:
            table.videos[plain_name(row.cut)] = names[0]
            table.rows[plain_name(row.cut)] = row.labels
    table.segments = {known: join_rows(several) for known, several in parts.items()}
    for known, several in parts.items():
        if all(row.labels == several[0].labels for row in several):
            table.rows.setdefault(known, several[0].labels)
    for known in torn:
        del table.rows[known]
    if torn:
        notes.append(f"{table.path.name} gives {_some(list(torn))} different labels in several rows; none was taken.")
    notes.extend(_say_segments(table))
    return table


def _say_segments(table: LabelTable) -> Iterable[str]:
    every = [table.segments[name] for name in dict.fromkeys(table.videos.values()) if name in table.segments]
    if joined := sum(segment.joined for several in every for segment in several):
        yield f"{table.path.name}: {count_of(joined, 'segment')} with several labels, which stand side by side."
    if overlapping := sum(map(count_overlaps, every)):
        yield f"{table.path.name}: {count_of(overlapping, 'segment')} overlapping others; each is a clip."


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
