"""Which files may be read by a path that came from a page: those in folders that the server's owner allowed."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from vidviz.config import ALLOWED_FOLDERS, allowed_folders
from vidviz.errors import NotAllowedError
from vidviz.services.library.source_files import whole_path
from vidviz.words import say_choices
from vidviz.workspace_folder import WorkspaceFolder

ALLOW_MORE = f"Whoever runs the server allows a folder with `vidviz serve --allow-folder DIR` or {ALLOWED_FOLDERS}."


@dataclass(frozen=True)
class AllowedFolders:
    """Folders in which files may be read, as whole paths without links."""

    folders: tuple[str, ...]

    @classmethod
    def of(cls, folders: Iterable[str | Path] | None) -> Self:
        """These folders and no others; None means everywhere, as commands and Python may."""
        return cls(("/",) if folders is None else tuple(dict.fromkeys(whole_path(Path(one)) for one in folders)))

    def check(self, path: str | Path) -> None:
        """See that a file or folder lies within, links followed, before anything asks whether it is there.

        Raises:
            NotAllowedError: it lies elsewhere.
        """
        place = Path(whole_path(Path(os.path.expanduser(path)).absolute()))  # noqa: PTH111 - Path's own fails at unknown people
        if any(place.is_relative_to(folder) for folder in self.folders):
            return
        where = f"in {say_choices(map(repr, self.folders))} alone" if self.folders else "in no folder"
        raise NotAllowedError(f"{str(path)!r} cannot be named here: files are read {where}. {ALLOW_MORE}")


EVERYWHERE = AllowedFolders.of(None)


def folders_for_pages(folder: WorkspaceFolder, names: Iterable[str], samples: Path) -> AllowedFolders:
    """What people may name on a page: the folders that `VIDVIZ_ALLOWED_FOLDERS` names.

    Where it names none, the home folder of whoever runs the server, the workspace and the samples, if only this machine
    can reach the server; nothing if others can.

    Args:
        folder: the workspace.
        names: the addresses and host names that the server answers to.
        samples: the folder of videos that come along.
    """
    chosen = allowed_folders()
    if chosen:
        return AllowedFolders.of(chosen)
    if not all(map(is_of_this_machine, names)):
        return AllowedFolders(())
    home = Path(whole_path(Path(os.path.expanduser("~"))))  # noqa: PTH111 - as above
    homes = [home] if home.is_absolute() and home != Path(home.anchor) else []  # a service's may be all there is
    return AllowedFolders.of([*homes, folder.path, samples])


def is_of_this_machine(name: str) -> bool:
    """Whether a name or address can only mean the machine that asks."""
    bare = name.strip().strip("[]").lower().rstrip(".")
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return bare == "localhost"
