"""What the browser may fetch from us beside the page: posters, strips, videos, sheets, points, scripts and Plotly.

A request names a thing by its id only, which is parsed strictly; the server knows the path. `route_guard` keeps others
out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from vidviz.ui.components.routes.route_guard import Handler, answered_hosts, guard, site_prefix
from vidviz.ui.components.scripts import packaged_scripts, scripts_digest

_CLIP_ID = re.compile(r"0|[1-9][0-9]{0,15}")
_VIDEO_ID = re.compile(r"[0-9a-f]{64}")
_TOKEN = re.compile(r"[0-9a-f]{32}")
_ROW = re.compile(r"0|[1-9][0-9]{0,8}")
_LARGEST_CLIP_ID = 2**53 - 1

# A clip's preview is remade only when it was missing or broken; the content of sheets and points is their name.
_CACHE_PREVIEW = "private, max-age=3600"
_CACHE_FOREVER = "private, max-age=31536000, immutable"
_CACHE_SCRIPT = "public, max-age=31536000, immutable"

_VIDEO_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".ogv": "video/ogg",
    ".avi": "video/x-msvideo",
}

_Id = TypeVar("_Id", int, str)


class MediaSource(Protocol):
    """Who knows where the media are.

    Each method may be called from any thread, and returns None for what is not there.
    """

    def poster_path(self, clip_id: int) -> Path | None:
        """The WebP poster of a clip."""

    def strip_path(self, clip_id: int) -> Path | None:
        """The short animated WebP of a clip."""

    def video_path(self, video_id: str) -> Path | None:
        """A file of this video that a browser plays: the original, or its preview."""

    def sheet(self, token: str) -> bytes | None:
        """A sprite sheet (WebP) that the server keeps under this token."""

    def point_bytes(self, token: str) -> bytes | None:
        """A typed array, little-endian, of the points of a large map."""

    def point_row(self, token: str, row: int) -> dict[str, Any] | None:
        """What is shown of one point of a large map, as JSON has it."""


def media_routes(
    source: MediaSource, *, base_path: str | None = None, allowed_hosts: Iterable[str] | None = None
) -> list[Route]:
    """The routes for `st.App(routes=...)`; ids are the only thing a client can say.

    Args:
        source: finds the files and sheets.
        base_path: where the app is served; Streamlit's `server.baseUrlPath` when not given.
        allowed_hosts: host names answered beside the local ones, `*.example.com` and `*` understood; Streamlit's
            `server.allowedHosts`, `server.address` and `browser.serverAddress` when not given.
    """
    prefix, hosts = site_prefix(base_path), answered_hosts(allowed_hosts)
    handlers: dict[str, Handler] = {
        "/poster/{clip_id}": _picture_handler(source.poster_path),
        "/strip/{clip_id}": _picture_handler(source.strip_path),
        "/video/{video_id}": _file_handler(source.video_path, _parse_video_id, _CACHE_PREVIEW),
        "/sheet/{token}": _bytes_handler(source.sheet, "image/webp"),
        "/points/{token}": _bytes_handler(source.point_bytes, "application/octet-stream"),
        "/point/{token}/{row}": _point_handler(source),
        "/asset/plotly.min.js": _serve_plotly,
        "/assets/{digest}/{path:path}": _serve_script,
    }
    return [Route(prefix + path, guard(handler, hosts), methods=["GET"]) for path, handler in handlers.items()]


def _picture_handler(find: Callable[[int], Path | None]) -> Handler:
    def read(number: int) -> bytes | None:
        path = find(number)
        try:
            return None if path is None else path.read_bytes()
        except OSError:  # gone in between
            return None

    async def serve(request: Request) -> Response:
        number = _parse_clip_id(request)
        # In one step: while a page is at work every further one waits for its turn, and a gallery asks for dozens.
        content = None if number is None else await anyio.to_thread.run_sync(read, number)
        if content is None:
            return _not_found()
        return Response(content, media_type="image/webp", headers={"Cache-Control": _CACHE_PREVIEW})

    return serve


def _file_handler(find: Callable[[_Id], Path | None], parse: Callable[[Request], _Id | None], cache: str) -> Handler:
    async def serve(request: Request) -> Response:
        number = parse(request)
        path = None if number is None else await anyio.to_thread.run_sync(find, number)
        if path is None or not await anyio.Path(path).is_file():
            return _not_found()
        # FileResponse answers Range, If-Range and HEAD, and streams: a film is never read whole.
        return FileResponse(path, media_type=_media_type(path), headers={"Cache-Control": cache})

    return serve


def _bytes_handler(find: Callable[[str], bytes | None], media_type: str) -> Handler:
    async def serve(request: Request) -> Response:
        token = request.path_params["token"]
        content = find(token) if _TOKEN.fullmatch(token) else None
        if content is None:
            return _not_found()
        return Response(content, media_type=media_type, headers={"Cache-Control": _CACHE_FOREVER})

    return serve


def _point_handler(source: MediaSource) -> Handler:
    async def serve(request: Request) -> Response:
        token, row = request.path_params["token"], request.path_params["row"]
        valid = _TOKEN.fullmatch(token) and _ROW.fullmatch(row)
        row_data = source.point_row(token, int(row)) if valid else None
        if row_data is None:
            return _not_found()
        return JSONResponse(row_data, headers={"Cache-Control": _CACHE_FOREVER})

    return serve


async def _serve_script(request: Request) -> Response:
    # The path is a name to look up, and never a way through folders.
    content = packaged_scripts().get(request.path_params["path"])
    if content is None or request.path_params["digest"] != scripts_digest():
        return _not_found()
    return Response(content, media_type="text/javascript", headers={"Cache-Control": _CACHE_SCRIPT})


async def _serve_plotly(request: Request) -> Response:
    import plotly

    path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    headers = {"Cache-Control": "public, max-age=604800"}
    return FileResponse(path, media_type="text/javascript", headers=headers)


def _not_found() -> Response:
    return PlainTextResponse("Not here.", status_code=404, headers={"Cache-Control": "no-store"})


def _parse_clip_id(request: Request) -> int | None:
    text = request.path_params["clip_id"]
    if not _CLIP_ID.fullmatch(text) or int(text) > _LARGEST_CLIP_ID:
        return None
    return int(text)


def _parse_video_id(request: Request) -> str | None:
    text: str = request.path_params["video_id"]
    return text if _VIDEO_ID.fullmatch(text) else None


def _media_type(path: Path) -> str:
    return _VIDEO_TYPES.get(path.suffix.lower(), "application/octet-stream")
