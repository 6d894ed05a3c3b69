"""Serving: the dashboard runs on 127.0.0.1, says where as JSON as well, and ends with its command."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

import psutil


def test_serve_says_where_it_is_and_ends_with_its_command(tmp_path):
    command = [sys.executable, "-m", "vidviz", "serve", "--json", "--no-open", "--port", "18650"]
    environment = {**os.environ, "http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    process = subprocess.Popen(
        [*command, "--workspace", str(tmp_path / "w")], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        message = json.loads(process.stdout.readline())["message"]
        address = re.search(r"http://127\.0\.0\.1:\d+", message).group()
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:
            assert answer.status == 200
        (dashboard,) = psutil.Process(process.pid).children()
        assert {place.laddr.ip for place in dashboard.net_connections() if place.status == "LISTEN"} == {"127.0.0.1"}
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert not dashboard.is_running()
