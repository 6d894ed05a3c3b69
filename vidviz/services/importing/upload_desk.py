"""Where uploads arrive: chunk by chunk onto the disk, within bounds, whole or not at all; see `Arrival`."""

from __future__ import annotations

import functools
import logging
import secrets
import shutil
import threading
import time
from contextlib import ExitStack, suppress

from vidviz.config import UPLOAD_FILE_MB, UPLOAD_TOTAL_MB, UploadLimits
from vidviz.errors import UploadError, WorkspaceError
from vidviz.services.importing.import_run import ImportRequest
from vidviz.services.importing.label_sources import TABLE_NAME
from vidviz.services.importing.upload_batch import ReceivedFile, UploadBatch
from vidviz.services.importing.upload_remains import discard_unasked
from vidviz.services.importing.uploads import choose_file_name
from vidviz.services.library.source_files import as_text
from vidviz.store.files import explain_disk_errors, replace_file, sharing
from vidviz.types import Recipe
from vidviz.words import count_of
from vidviz.workspace_folder import WorkspaceFolder

logger = logging.getLogger(__name__)

LONGEST_NAME = 1000
GRACE_SECONDS = 600.0
"""So long what a page has sent waits for that page, should its connection break."""
GONE = "This page's uploads are gone: load the page again, and choose the files once more."


class UploadDesk:
    """Receives the uploads of all pages of this server.

    Args:
        folder: the workspace.
        limits: how much is taken.
    """

    def __init__(self, folder: WorkspaceFolder, limits: UploadLimits) -> None:
        self.limits = limits
        self._folder = folder
        self._batches: dict[str, UploadBatch] = {}
        self._guard = threading.RLock()
        self._share = ExitStack()  # of the lock, as long as the process lives
        try:
            self._share.enter_context(sharing(folder.uploads_lock, lambda: discard_unasked(folder)))
        except WorkspaceError as error:  # read-only: then nothing is received
            logger.info("uploads are not tidied, and none can be received: %s", error)

    def close(self) -> None:
        """Let whoever comes next tidy up; the end of the process does so too."""
        self._share.close()

    def open(self, token: str = "") -> UploadBatch:
        """The batch with this token, whose page is there (again); a new one where there is none."""
        with self._guard:
            self._sweep()
            if token not in self._batches:
                token = secrets.token_hex(16)
                self._batches[token] = UploadBatch(token, self._folder.uploads / secrets.token_hex(8))
            self._batches[token].left_at = None
            return self._batches[token]

    def leave(self, token: str) -> None:
        """Note that the page of a batch is gone: if it does not come back in time, neither do its files."""
        with self._guard:
            if token in self._batches:
                self._batches[token].left_at = time.monotonic()

    def room_bytes(self) -> int:
        """How many bytes may still come."""
        with self._guard:
            waiting = sum(batch.num_bytes for batch in self._batches.values())
            arriving = sum(sum(batch.arriving.values()) for batch in self._batches.values())
        with explain_disk_errors(self._folder.uploads):
            free = shutil.disk_usage(self._folder.path).free
        return max(0, min(self.limits.total_bytes - waiting, free - self.limits.free_bytes - arriving))

    def begin(self, token: str, number: int, name: str, size_bytes: int) -> Arrival | None:
        """Make room for a file; None for one that is left out.

        Args:
            token: of the batch.
            number: of the file in it.
            name: what it is called.
            size_bytes: what it is said to have; 0 where nobody says.

        Raises:
            UploadError: there is no such batch, or the file is too much.
            WorkspaceError: the workspace cannot be written.
        """
        shown = as_text(name)[:LONGEST_NAME]
        with self._guard:
            self._sweep()
            batch = self._find(token)
            if number in batch.files or number in batch.arriving:
                raise UploadError(f"{shown!r} is on its way already.")
            file_name = choose_file_name(number, shown, batch.taken)
            if not file_name:
                return None
            if len(batch.files) + len(batch.arriving) >= self.limits.files:
                raise UploadError(f"{shown!r} is one too many: import the {count_of(self.limits.files, 'file')} first.")
            batch.arriving[number] = 0
            try:
                self._reserve(batch, number, size_bytes, shown)
                with explain_disk_errors(batch.path):
                    batch.path.mkdir(parents=True, exist_ok=True)
                arrival = Arrival(self, batch, ReceivedFile(number, shown, 0, batch.path / file_name))
            except BaseException:
                del batch.arriving[number]
                raise
            batch.taken.add(file_name)
            return arrival

    def remove(self, token: str, number: int) -> None:
        """Forget a file that is here."""
        with self._guard:
            file = self._find(token).files.pop(number, None)
            if file is not None:
                self._batches[token].taken.discard(file.path.name)
                file.path.unlink(missing_ok=True)

    def take(self, token: str, recipe: Recipe | None) -> ImportRequest:
        """The request that imports a batch, and keeps its videos; the batch is closed.

        Raises:
            UploadError: there is no such batch, or some of it is on its way.
        """
        with self._guard:
            batch = self._find(token)
            if batch.arriving:
                raise UploadError("Some files are still on their way: wait for them, or cancel them.")
            del self._batches[token]
        named = [file for file in batch.files.values() if file.path.name != TABLE_NAME]
        return ImportRequest((str(batch.path),), recipe, keep=True, names={str(one.path): one.name for one in named})

    def _find(self, token: str) -> UploadBatch:
        if token not in self._batches:
            raise UploadError(GONE)
        return self._batches[token]

    def _reserve(self, batch: UploadBatch, number: int, size_bytes: int, name: str) -> None:
        """Count so many bytes for a file on its way, where there is room for them."""
        with self._guard:
            if self._batches.get(batch.token) is not batch:
                raise UploadError(GONE)
            more = size_bytes - batch.arriving[number]
            if size_bytes > self.limits.file_bytes:
                most = f"{self.limits.file_bytes / 1e6:,.0f} MB"
                raise UploadError(f"{name!r} is larger than {most}, the most that is taken ({UPLOAD_FILE_MB}).")
            if more > 0 and more > self.room_bytes():
                raise UploadError(
                    f"There is no room for {name!r}: import or remove what waits, free some disk, or have more allowed "
                    f"({UPLOAD_TOTAL_MB})."
                )
            batch.arriving[number] = max(size_bytes, batch.arriving[number])

    def _settle(self, batch: UploadBatch, file: ReceivedFile, *, whole: bool) -> None:
        with self._guard:
            batch.arriving.pop(file.number, None)
            if whole and self._batches.get(batch.token) is not batch:
                file.path.unlink(missing_ok=True)
                raise UploadError(GONE)
            if whole:
                batch.files[file.number] = file
            else:
                batch.taken.discard(file.path.name)

    def _sweep(self) -> None:
        """Drop what pages left that did not come back."""
        now = time.monotonic()
        for batch in list(self._batches.values()):
            if batch.left_at is not None and not batch.arriving and now - batch.left_at > GRACE_SECONDS:
                del self._batches[batch.token]
                shutil.rmtree(batch.path, ignore_errors=True)


class Arrival:
    """A file on its way: written as it comes, and either finished or abandoned, after which nothing of it is left."""

    def __init__(self, desk: UploadDesk, batch: UploadBatch, file: ReceivedFile) -> None:
        self._desk = desk
        self._batch = batch
        self._file = file
        self._written = 0
        self._open = ExitStack()
        self._copy = self._open.enter_context(replace_file(file.path))
        self._ended = False

    def write(self, chunk: bytes) -> None:
        """Write what came.

        Raises:
            UploadError: it is too much by now, or its batch is gone.
            WorkspaceError: the disk is full.
        """
        self._written += len(chunk)
        self._desk._reserve(self._batch, self._file.number, self._written, self._file.name)
        with explain_disk_errors(self._file.path):
            self._copy.write(chunk)

    def finish(self) -> None:
        """Have it whole on the disk.

        Raises:
            UploadError: its batch is gone meanwhile.
            WorkspaceError: the disk is full.
        """
        self._open.close()
        self._ended = True
        file = ReceivedFile(self._file.number, self._file.name, self._written, self._file.path)
        self._desk._settle(self._batch, file, whole=True)

    def abandon(self) -> None:
        """Leave nothing of it, unless it is finished."""
        if not self._ended:
            self._ended = True
            gone = UploadError("abandoned")
            with suppress(UploadError, WorkspaceError):
                self._open.__exit__(UploadError, gone, None)
            self._desk._settle(self._batch, self._file, whole=False)


@functools.cache
def desk_of(folder: WorkspaceFolder) -> UploadDesk:
    """The desk of a workspace, one a process."""
    return UploadDesk(folder, UploadLimits())
