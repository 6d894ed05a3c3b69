"""Under which names this server is asked, by Streamlit's settings, and what follows from that."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from vidviz.services.dashboard import find_site
from vidviz.services.library.allowed_folders import AllowedFolders, folders_for_pages
from vidviz.workspace_folder import WorkspaceFolder

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
EVERY_NAME, EVERY_ADDRESS = "*", "0.0.0.0"  # noqa: S104 - what no setting means to Streamlit


def configured_hosts() -> list[str]:
    """The host names that are answered beside the local ones."""
    listed = [str(host) for host in st.get_option("server.allowedHosts") or []]
    named = [st.get_option("server.address"), st.get_option("browser.serverAddress")]
    return listed + [str(host) for host in named if host]


def is_allowed_host(header: str, hosts: Iterable[str]) -> bool:
    """Whether a Host header names one of the hosts; the port does not matter."""
    match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?", header)
    if match is None:
        return False
    name = match.group(1).lower().rstrip(".")
    return any(_matches(name, pattern.lower()) for pattern in hosts)


def _matches(name: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return name.endswith(pattern[1:])
    return pattern in ("*", name)


def allowed_folders(folder: WorkspaceFolder) -> AllowedFolders:
    """The folders whose files a person may name on a page; none where others can reach the server, unless allowed."""
    listed = [str(host) for host in st.get_option("server.allowedHosts") or [EVERY_NAME]]
    named = st.get_option("browser.serverAddress")
    names = [*listed, str(st.get_option("server.address") or EVERY_ADDRESS), *([str(named)] if named else [])]
    return folders_for_pages(folder, names, samples_folder())


def samples_folder() -> Path:
    """The folder of the videos that come along."""
    return find_site() / "sample_videos"


def readable_by_jobs(folder: WorkspaceFolder) -> tuple[str, ...]:
    """What jobs that pages start may read beside uploads: what may be named, and the samples."""
    return (*allowed_folders(folder).folders, str(samples_folder()))
