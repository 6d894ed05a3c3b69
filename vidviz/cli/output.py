"""How commands answer: readable or as JSON, with errors as one sentence."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn

import click

from vidviz.config import workspace_path
from vidviz.errors import VidvizError
from vidviz.log import process_log
from vidviz.log.record_text import failure_text
from vidviz.log.redaction import redact
from vidviz.log.told_errors import sentence_of

if TYPE_CHECKING:
    from vidviz.workspace_folder import WorkspaceFolder

Command = Callable[..., Any]


def answering(run: Command) -> Command:
    """Give a command `--json`, `--workspace` and `--verbose`, keep a log, and tell errors in one sentence (code 1)."""

    @click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
    @click.option("--workspace", metavar="DIR", help="The workspace folder [default: ./vidviz-workspace].")
    @verbose_option
    @wraps(run)
    def answered(*args: Any, as_json: bool, workspace: str | None, verbose: bool, **options: Any) -> None:
        outer = _group_options()
        answer = Answer(as_json or outer.get("as_json", False), workspace or outer.get("workspace"))
        process_log.start(answer.path, verbose=verbose or outer.get("verbose", False))
        try:
            run(*args, answer=answer, **options)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:
            answer.fail(error)
        finally:
            process_log.stop()

    return answered


def verbose_option(command: Command) -> Command:
    """Give a command, or the group of all, `--verbose`."""
    return click.option("-v", "--verbose", is_flag=True, help="Tell on stderr what is done, and how long it takes.")(
        command
    )


def _group_options() -> dict[str, Any]:
    """What was given before the command's own name, as in `vidviz --verbose jobs --workspace DIR list`."""
    given: dict[str, Any] = {}
    context = click.get_current_context().parent
    while context:
        given |= {name: value for name, value in context.params.items() if value and name not in given}
        context = context.parent
    return given


class Answer:
    """How a command answers, and the workspace it works on."""

    def __init__(self, as_json: bool, workspace: str | None) -> None:
        self.as_json = as_json
        self.path = workspace_path(workspace)

    def open(self, *, create: bool = False) -> WorkspaceFolder:
        """The workspace."""

        from vidviz.services.library.workspaces import open_workspace

        return open_workspace(self.path, create=create)

    def give(self, data: Any, text: str) -> None:
        """Print the answer, for a program or for a person."""
        click.echo(json.dumps(_strict(data), allow_nan=False, default=str) if self.as_json else text)

    def say(self, sentence: str) -> None:
        """Print a sentence of a command that goes on, for a program as a JSON object on a line of its own."""
        self.give({"message": sentence}, sentence)

    def fail(self, error: Exception, data: Mapping[str, Any] | None = None, lines: Iterable[str] = ()) -> NoReturn:
        """Print one sentence and end with exit code 1; a bug is printed with its traceback as well.

        `data` and `lines` are what there is to tell all the same, for a program and for a person.
        """
        sentence = sentence_of(error)
        if not isinstance(error, VidvizError) and not process_log.is_verbose():  # which has told it already
            click.echo(f"{redact(failure_text(error))}", err=True)
        if self.as_json:
            log_id = getattr(error, "log_id", "")
            more = {"log_id": log_id} if log_id else {}
            click.echo(json.dumps({"error": sentence, "kind": type(error).__name__, **more, **_strict(data or {})}))
        else:
            for line in lines:
                click.echo(line)
            click.secho(sentence, err=True, fg="red")
        sys.exit(1)

    def progress(self) -> Callable[[int, int, float, str], None] | None:
        """How progress is shown: a line on the terminal that writes over itself, and nothing elsewhere."""
        return _show_progress if sys.stderr.isatty() and not self.as_json else None

    def steps(self, done: int, total: int, message: str = "") -> None:
        """The same for work that is no job: called after each step."""
        if show := self.progress():
            show(done, total, 0.0, message)


def _strict(data: Any) -> Any:
    """The data without NaN and infinities, which JSON has no word for: they become null."""
    if isinstance(data, dict):
        return {name: _strict(value) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_strict(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def _show_progress(done: int, total: int, rate: float, message: str) -> None:
    left = f" · {(total - done) / rate:.0f} s left" if rate > 0 and done < total else ""
    line = f"{done}/{total} {message}" + (f" · {rate:.1f}/s" if rate else "") + left
    click.echo(f"\r\x1b[K{line[:110]}", err=True, nl=done >= total > 0)


def printable(text: str) -> str:
    """A name as one line of a terminal shows it."""
    return "".join(char if char.isprintable() else "?" for char in text)
