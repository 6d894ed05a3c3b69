"""Serve: the dashboard as a process of its own on 127.0.0.1."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vidviz.config import ALLOWED_FOLDERS, SERVED_BY, STARTED_IN, allowed_folders, serving_process
from vidviz.errors import VidvizError
from vidviz.log.process_log import child_environment

ADDRESS = "127.0.0.1"
LOCAL_NAMES = ("localhost", ADDRESS, "::1")
START_SECONDS, END_SECONDS = 60.0, 10.0
SERVER_CHECK_SECONDS = 0.5


def find_site() -> Path:
    """The folder with app.py, pages/ and sample_videos/: the checkout, or where the package put them.

    Raises:
        VidvizError: neither is there.
    """
    candidates = [Path(__file__).resolve().parents[2], Path(sysconfig.get_path("data"), "share", "vidviz")]
    for candidate in candidates:
        if (candidate / "app.py").is_file() and (candidate / "pages").is_dir():
            return candidate
    raise VidvizError("The dashboard's files are missing beside the package. Install vidviz again.")


def serve(
    workspace: Path,
    port: int,
    *,
    open_browser: bool,
    say: Callable[[str], None],
    allowed_hosts: Sequence[str] = (),
    folders: Sequence[Path] = (),
) -> None:
    """Run the dashboard until it is interrupted.

    Args:
        workspace: the folder.
        port: where it listens, or the next one that is free.
        open_browser: whether to open one.
        say: told the address.
        allowed_hosts: names beside this machine's own under which browsers may ask for it, e.g. of a proxy before it;
            `*.example.com` means every name that ends so.
        folders: whose files pages may read by their path, beside those of `VIDVIZ_ALLOWED_FOLDERS`.

    Raises:
        VidvizError: it does not come up.
    """
    port = free_port(port)
    process = start_dashboard(workspace, port, allowed_hosts, folders)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the dashboard ends with us
    try:
        wait_until_up(process, port)
        url = f"http://{ADDRESS}:{port}"
        say(f"vidviz is at {url} (workspace {workspace}). Ctrl+C ends it.")
        if open_browser and sys.stdout.isatty():
            webbrowser.open(url)
        process.wait()
    except KeyboardInterrupt:
        say("")
    finally:
        end_process(process)


def start_dashboard(
    workspace: Path, port: int, allowed_hosts: Sequence[str] = (), folders: Sequence[Path] = ()
) -> subprocess.Popen[bytes]:
    """Start Streamlit on the site; see `wait_until_up`."""
    command = [sys.executable, "-m", "streamlit", "run", str(find_site() / "app.py")]
    options = ["--server.address", ADDRESS, "--server.port", str(port), "--server.headless", "true"]
    for name in (*LOCAL_NAMES, *allowed_hosts) if allowed_hosts else ():
        options += ["--server.allowedHosts", name]
    options += ["--logger.hideWelcomeMessage", "true"]  # we say the address ourselves, once it answers
    places = {"VIDVIZ_WORKSPACE": str(workspace.absolute()), STARTED_IN: str(Path.cwd()), SERVED_BY: str(os.getpid())}
    readable = os.pathsep.join(str(folder.absolute()) for folder in (*allowed_folders(), *folders))
    environment = {**child_environment(), **places, ALLOWED_FOLDERS: readable}
    # What goes wrong on a page is told here in full, beside our own words and not among them.
    return subprocess.Popen(command + options, cwd=find_site(), env=environment, stdout=sys.stderr)


def end_with_server() -> None:
    """Have this dashboard end with the `vidviz serve` that started it, however that ends."""
    server = serving_process()
    if server:
        threading.Thread(target=_end_with, args=(server,), name="end-with-server", daemon=True).start()


def _end_with(server: int) -> None:
    while os.getppid() == server:
        time.sleep(SERVER_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)  # Streamlit closes its sessions
    time.sleep(END_SECONDS)
    os._exit(1)


def wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the dashboard answers.

    Raises:
        VidvizError: it ends, or does not answer in time.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise VidvizError(f"The dashboard ended at once (exit code {process.returncode}). Run `vidviz doctor`.")
        with contextlib.suppress(urllib.error.URLError, OSError), _ask_health(port) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise VidvizError(f"The dashboard did not answer within {START_SECONDS:.0f} seconds.")


def _ask_health(port: int) -> Any:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy has no business on this machine
    return direct.open(f"http://{ADDRESS}:{port}/_stcore/health", timeout=2)


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a process that we started, gently first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port(wanted: int) -> int:
    """The first free port from `wanted` on.

    Raises:
        VidvizError: none of the next fifty is free.
    """
    for port in range(wanted, wanted + 50):
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                attempt.bind((ADDRESS, port))
                return port
    raise VidvizError(f"No port from {wanted} to {wanted + 49} is free on {ADDRESS}. Choose one with --port.")
