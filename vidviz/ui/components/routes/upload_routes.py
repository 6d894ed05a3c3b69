"""Where browsers send videos: one request a file, written to the disk chunk by chunk as it comes.

A page may send where it was given a token over the websocket, in a header that a page of others cannot set, and only
from an origin that this server answers to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote, urlsplit

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vidviz.errors import UploadError, VidvizError
from vidviz.log.told_errors import sentence_of
from vidviz.services.importing.upload_desk import Arrival, UploadDesk
from vidviz.ui.components.routes.route_guard import Handler, answered_hosts, guard, site_prefix
from vidviz.ui.components.routes.served_names import is_allowed_host

TOKEN_HEADER, NAME_HEADER = "x-vidviz-upload", "x-vidviz-name"
IDLE_SECONDS = 120.0
"""So long a file on its way may stand still."""
_NUMBER = re.compile(r"0|[1-9][0-9]{0,5}")
_LENGTH = re.compile(r"[0-9]{1,15}")


def upload_routes(
    find_desk: Callable[[], UploadDesk],
    *,
    base_path: str | None = None,
    allowed_hosts: Iterable[str] | None = None,
) -> list[Route]:
    """The routes for `st.App(routes=...)`: POST brings a file, DELETE takes it back.

    Args:
        find_desk: gives who receives them; may be called from any thread.
        base_path: see `site_prefix`.
        allowed_hosts: see `answered_hosts`.
    """
    path, hosts = site_prefix(base_path) + "/upload/{number}", answered_hosts(allowed_hosts)
    handlers = {"POST": _receiver(find_desk), "DELETE": _remover(find_desk)}
    return [
        Route(path, guard(_own_pages(handler, hosts), hosts), methods=[method]) for method, handler in handlers.items()
    ]


def _own_pages(handler: Handler, hosts: frozenset[str]) -> Handler:
    """The handler, for our own pages: by where they come from, by the token's form, and by the file's number."""

    async def checked(request: Request) -> Response:
        origin = urlsplit(request.headers.get("origin", ""))
        if origin.scheme not in ("http", "https") or not is_allowed_host(origin.netloc, hosts):
            return _refuse("Only pages of this server may send files to it.", 403)
        if not _NUMBER.fullmatch(request.path_params["number"]):
            return _refuse("There is no such file.", 404)
        return await handler(request)

    return checked


def _receiver(find_desk: Callable[[], UploadDesk]) -> Handler:
    async def receive(request: Request) -> Response:
        name = unquote(request.headers.get(NAME_HEADER, ""), errors="replace") or "video"
        length = request.headers.get("content-length", "")
        asked = (_token(request), int(request.path_params["number"]), name, int(length) if _is_length(length) else 0)
        try:
            desk = await anyio.to_thread.run_sync(find_desk)
            arrival = await anyio.to_thread.run_sync(desk.begin, *asked)
            if arrival is None:
                return JSONResponse({"left_out": True})
            await _write_all(request, arrival)
        except VidvizError as error:
            return _refuse(sentence_of(error), 413 if isinstance(error, UploadError) else 507)
        except (ClientDisconnect, TimeoutError):  # nobody listens any more
            return _refuse("The upload was broken off.", 400)
        return JSONResponse({"left_out": False})

    return receive


async def _write_all(request: Request, arrival: Arrival) -> None:
    """Write the body of a request; what ends early leaves nothing, whatever ended it."""
    chunks = request.stream()
    try:
        while True:
            with anyio.fail_after(IDLE_SECONDS):
                chunk = await anext(chunks, None)
            if chunk is None:
                break
            await anyio.to_thread.run_sync(arrival.write, chunk)
        await anyio.to_thread.run_sync(arrival.finish)
    finally:
        arrival.abandon()


def _remover(find_desk: Callable[[], UploadDesk]) -> Handler:
    async def remove(request: Request) -> Response:
        def work() -> None:
            find_desk().remove(_token(request), int(request.path_params["number"]))

        try:
            await anyio.to_thread.run_sync(work)
        except VidvizError as error:
            return _refuse(sentence_of(error), 404)
        return JSONResponse({})

    return remove


def _token(request: Request) -> str:
    return request.headers.get(TOKEN_HEADER, "")


def _is_length(text: str) -> bool:
    return _LENGTH.fullmatch(text) is not None


def _refuse(sentence: str, status: int) -> Response:
    return JSONResponse({"error": sentence}, status_code=status)
