"""No secret reaches the file or the terminal, however it is spelled."""

from __future__ import annotations

import base64
import logging

import pytest

from vidviz.log import process_log
from vidviz.log.redaction import credentials_of, hide, redact

logger = logging.getLogger("vidviz.tests")
SECRETS = ("t0p-Secret", "pa55/word", "pa55%2Fword", "hf_abcdefgh", "line-two-of-key", "other-pass")


@pytest.fixture
def secretive(monkeypatch):
    monkeypatch.setenv("VIDVIZ_MILVUS_URI", "https://user:pa55%2Fword@host.example:443")
    monkeypatch.setenv("VIDVIZ_MILVUS_TOKEN", "root:t0p-Secret")
    monkeypatch.setenv("HF_TOKEN", "hf_abcdefgh")
    monkeypatch.setenv("DEPLOY_KEY", "line-one-of-key\nline-two-of-key")
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "harmless")


@pytest.mark.usefixtures("secretive")
def test_secrets_stand_neither_in_the_file_nor_on_the_terminal(workspace, logged, capsys):
    process_log.start(workspace, verbose=True)
    header = base64.b64encode(b"root:t0p-Secret").decode()
    try:
        raise ValueError(f"no entry with root:t0p-Secret to https://user:pa55%2Fword@host.example:443 ({header})")
    except ValueError:
        logger.exception("asked with %s and %s", "hf_abcdefgh", "line-one-of-key\nline-two-of-key")
    logging.getLogger("pymilvus.part").warning("unused")
    logger.info("mysql://me:other-pass@db/x is harmless")
    told = capsys.readouterr().err
    for text in (logged(), told):
        assert not [secret for secret in (*SECRETS, header) if secret in text]
        assert "no entry with ***" in text
        assert "host.example" in text
        assert "mysql://***@db/x is harmless" in text


def test_credentials_are_found_whole_and_in_parts():
    assert credentials_of("http://user:pass@host:1?key=v", "a:tokenpart") == (
        "a:tokenpart",
        "key=v",
        "pass",
        "tokenpart",
        "user:pass",
    )
    assert credentials_of("", "") == ()
    assert credentials_of("http://host:19530", "x") == ("x",)


def test_hiding_nothing_hides_nothing():
    hide(["", ""])
    assert redact("a plain text of http://host/path") == "a plain text of http://host/path"
