"""What can go wrong in a way that a person should read: one family, one sentence each.

Every message says what is wrong with which input, and what to do about it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from traceback import walk_tb


class VidvizError(Exception):
    """The family: its text is shown to people as it stands, on pages and in `--json`.

    Attributes:
        behind: the traceback of what it came of in another process, for the log.
        incomplete: whether the log knows more than the sentence, although no `__cause__` says so.
    """

    behind: str = ""
    incomplete: bool = False


class SettingsError(VidvizError):
    """A variable of the environment that makes no sense."""


class NotAllowedError(VidvizError):
    """A path that a page may not read, whatever lies there."""


class UploadError(VidvizError):
    """An upload that is not taken: too large, too many, or of a page that is gone."""


class MediaError(VidvizError):
    """A file that cannot be used as a video."""


class DecoderCrashError(MediaError):
    """The process that decoded a file died, hung or ran out of its bounds."""


class RecipeError(VidvizError):
    """A recipe for cutting clips that makes no sense."""


class LabelError(VidvizError):
    """A label, a tag or a table of them that cannot be used."""


class WorkspaceError(VidvizError):
    """A workspace that cannot be opened, read or written."""


class DamagedCatalogueError(WorkspaceError):
    """A catalogue that is damaged, or gone from where it was."""


class UnknownNameError(VidvizError):
    """A name that is not known; the sentence offers the nearest known ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.known = list(known)
        near = difflib.get_close_matches(name, self.known, n=3, cutoff=0.4)
        offer = ", ".join(near or self.known[:6]) or "none are available"
        self.near = near
        super().__init__(f"There is no {kind} called {name!r}. {'Nearest' if near else 'Known'}: {offer}.")


class BackboneError(VidvizError):
    """A backbone that cannot be loaded or run as asked."""


class EmbeddingError(VidvizError):
    """Clips of which not one could be embedded."""


class SearchIndexError(VidvizError):
    """A vector index that cannot be reached, opened or trusted."""


class IndexLockedError(SearchIndexError):
    """The local Milvus file is held by another process."""


class ProjectionError(VidvizError):
    """Embeddings that cannot be laid out on a map."""


class JobError(VidvizError):
    """A job that does not exist or cannot be started or cancelled."""


def is_bug(error: BaseException) -> bool:
    """Whether an exception is a slip in a line of vidviz itself, and no failure of what that line called.

    For blocks that turn whatever a library raises into a sentence: a slip must not be told as a broken file.
    """
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    slips = (TypeError, LookupError, AttributeError, NameError)
    return isinstance(error, slips) and bool(modules) and str(modules[-1]).partition(".")[0] == "vidviz"
