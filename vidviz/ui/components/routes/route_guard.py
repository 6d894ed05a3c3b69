"""What every route of ours keeps to: where it lies, and which host names it answers.

Streamlit checks nothing on routes that are not its own, so each request is checked here against the host names this
server answers to: otherwise a foreign page whose name is made to point at 127.0.0.1 (DNS rebinding) could read the
videos.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from vidviz.ui.components.routes.served_names import LOCAL_HOSTS, configured_hosts, is_allowed_host

Handler = Callable[[Request], Awaitable[Response]]


def site_prefix(base_path: str | None = None) -> str:
    """The beginning of the path of all routes of ours; `base_path` is Streamlit's `server.baseUrlPath` if not given."""
    base = str(st.get_option("server.baseUrlPath") or "") if base_path is None else base_path
    inner = base.strip("/")
    return f"/{inner}/vidviz" if inner else "/vidviz"


def answered_hosts(allowed_hosts: Iterable[str] | None = None) -> frozenset[str]:
    """The host names that are answered: the local ones and these, or those of Streamlit's settings if not given."""
    return frozenset(LOCAL_HOSTS) | frozenset(configured_hosts() if allowed_hosts is None else allowed_hosts)


def guard(handler: Handler, hosts: frozenset[str]) -> Handler:
    """The handler, for requests under one of these host names alone; no page of others may embed what it answers."""

    async def guarded(request: Request) -> Response:
        if not is_allowed_host(request.headers.get("host", ""), hosts):
            reason = "This host name is not allowed; add it with `vidviz serve --allow-host`."
            response: Response = PlainTextResponse(reason, status_code=403)
        else:
            response = await handler(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return guarded
