"""Catalogue, what other programs fetched, and pulling from a server that speaks the hub's protocol."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator

import pytest

from coach.errors import DownloadError
from coach.llm import catalogue, download
from coach.llm.discover import found_models
from coach.llm.download import HubFile, parse, pull
from tests.llm.hub_server import CONTENT, FILE, REPOSITORY, Hub

WANTED = HubFile(REPOSITORY, FILE)


@pytest.fixture
def hub(monkeypatch) -> Iterator[Hub]:
    from huggingface_hub import constants

    server = Hub()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # The library reads HF_ENDPOINT and HF_HUB_OFFLINE once, when it is imported.
    monkeypatch.setattr(constants, "ENDPOINT", server.url)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.url + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1 << 20)  # what is lost when a transfer breaks off
    yield server
    server.shutdown()
    server.server_close()


def test_a_file_arrives_whole_with_progress(hub, tmp_path):
    seen: list[tuple[int, int, str]] = []
    path = pull(WANTED, tmp_path, lambda *step: seen.append(step))
    assert path.read_bytes() == CONTENT
    assert path.is_relative_to(tmp_path / "someone--small-GGUF")
    assert (len(CONTENT), len(CONTENT), "small.gguf") in seen


def test_progress_is_told_where_the_libraries_draw_no_bars(hub, tmp_path):
    from huggingface_hub.utils import disable_progress_bars, enable_progress_bars

    seen: list[int] = []
    disable_progress_bars()  # as transformers does once an encoder is loaded
    try:
        pull(WANTED, tmp_path, lambda done, _total, what: seen.append(done) if what == "small.gguf" else None)
    finally:
        enable_progress_bars()
    assert seen == sorted(seen)
    assert 0 < seen[0] < len(CONTENT)
    assert seen[-1] == len(CONTENT)


def test_what_is_there_is_not_fetched_again(hub, tmp_path):
    assert pull(WANTED, tmp_path) == pull(WANTED, tmp_path)
    assert len(hub.ranges) == 1


def test_a_transfer_that_broke_off_goes_on_where_it_stopped(hub, tmp_path, monkeypatch):
    from huggingface_hub import file_download

    monkeypatch.setattr(file_download.time, "sleep", lambda _seconds: None)  # the library pauses before it retries
    hub.break_after = 6_000_000
    try:
        path = pull(WANTED, tmp_path)
    except DownloadError:
        path = pull(WANTED, tmp_path)
    assert path.read_bytes() == CONTENT
    assert hub.ranges[0] == 0
    assert hub.ranges[-1] > 0


def test_what_a_killed_program_had_fetched_is_not_fetched_again(hub, tmp_path):
    part = tmp_path / "someone--small-GGUF" / ".partial" / f"small.gguf.{hub.sha256[:16]}"
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT[:4_000_000])
    assert pull(WANTED, tmp_path).read_bytes() == CONTENT
    assert hub.ranges == [4_000_000]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["small.gguf"]


def test_two_coaches_do_not_write_the_same_file(hub, tmp_path):
    hub.pause_seconds = 0.2
    first = threading.Thread(target=pull, args=(WANTED, tmp_path))
    first.start()
    while not hub.ranges:
        time.sleep(0.01)
    with pytest.raises(DownloadError, match="Another coach is fetching"):
        pull(WANTED, tmp_path)
    hub.pause_seconds = 0.0
    first.join()
    assert hub.ranges == [0]


def test_a_wrong_file_is_deleted_and_said(hub, tmp_path):
    hub.content = CONTENT[:-1] + b"!"
    with pytest.raises(DownloadError, match="wrong checksum and was deleted"):
        pull(WANTED, tmp_path)
    assert not list(tmp_path.rglob("*.gguf"))
    hub.content = CONTENT
    assert pull(WANTED, tmp_path).read_bytes() == CONTENT


def test_a_server_that_sends_more_than_it_said_does_not_fill_the_disk(hub, tmp_path):
    hub.excess = 30_000_000
    with pytest.raises(DownloadError, match="longer than the hub says"):
        pull(WANTED, tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= len(CONTENT)
    hub.excess = 0
    assert pull(WANTED, tmp_path).read_bytes() == CONTENT


def test_a_checksum_of_ours_counts_more_than_the_hubs(hub, tmp_path):
    with pytest.raises(DownloadError, match="wrong checksum"):
        pull(HubFile(WANTED.repository, WANTED.file, "0" * 64), tmp_path)


def test_what_is_no_gguf_file_is_deleted(hub, tmp_path):
    hub.content = b"<html>Please log in</html>"
    hub.sha256 = hashlib.sha256(hub.content).hexdigest()
    with pytest.raises(DownloadError, match="not a GGUF file"):
        pull(WANTED, tmp_path)


def test_a_disk_that_is_too_small_is_said_before_anything_is_fetched(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": 1000}))
    with pytest.raises(DownloadError, match=r"takes 0\.01 GB, but only 0\.00 GB are free"):
        pull(WANTED, tmp_path)
    assert hub.ranges == []


@pytest.mark.parametrize(("status", "message"), [(404, "There is no someone/small"), (403, "asks for a licence")])
def test_refusals_are_said(hub, tmp_path, status, message):
    hub.status = status
    with pytest.raises(DownloadError, match=message):
        pull(WANTED, tmp_path)


def test_no_connection_is_said(hub, tmp_path):
    hub.shutdown()
    hub.server_close()
    with pytest.raises(DownloadError, match="broke off"):
        pull(WANTED, tmp_path)


def test_offline_is_kept(hub, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(DownloadError, match="switched off"):
        pull(WANTED, tmp_path)
    assert hub.ranges == []


@pytest.mark.parametrize(
    "name",
    [
        "someone/small-GGUF/small.gguf",
        "https://huggingface.co/someone/small-GGUF/blob/main/small.gguf",
        "https://huggingface.co/someone/small-GGUF/resolve/main/small.gguf?download=true",
        "hf://someone/small-GGUF/small.gguf",
    ],
)
def test_ways_to_name_a_file(name):
    assert parse(name) == WANTED


@pytest.mark.parametrize("name", ["nothing", "owner/repository", "a/b/../../../etc/passwd", "a/b/model.bin"])
def test_names_that_mean_nothing_are_refused(name):
    with pytest.raises(DownloadError, match="neither in the catalogue nor a file"):
        parse(name)


def test_the_catalogue_is_consistent():
    names = [entry.name for entry in catalogue.CATALOGUE]
    assert len(set(names)) == len(names)
    for entry in catalogue.CATALOGUE:
        assert entry.draft in ("", "bundled", *names)
        assert entry.memory_bytes > entry.bytes
        assert parse(entry.name).file == entry.file
        assert catalogue.find(entry.name.upper()) is entry


def test_models_of_other_programs_are_found_in_place(tmp_path, monkeypatch):
    for variable in ("OLLAMA_MODELS", "HF_HUB_CACHE", "HF_HOME", "LLAMA_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    digest = "sha256:" + "ab" * 32
    manifest = tmp_path / ".ollama/models/manifests/registry.ollama.ai/library/llama3.2/3b"
    layers = [
        {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:00"},
        {"mediaType": "application/vnd.ollama.image.model", "digest": digest},
    ]
    files = {
        manifest: json.dumps({"layers": layers}).encode(),
        manifest.with_name("broken"): b"{",
        tmp_path / ".ollama/models/blobs" / digest.replace(":", "-"): b"GGUF weights",
        tmp_path / ".lmstudio/models/pub/repo/chat.gguf": b"GGUF",
        tmp_path / ".lmstudio/models/pub/repo/mmproj-chat.gguf": b"GGUF",
        tmp_path / ".cache/huggingface/hub/models--a--b/snapshots/0/hub.gguf": b"GGUF",
        tmp_path / "home/models/own.gguf": b"GGUF",
        tmp_path / "home/models/not.gguf": b"text",
    }
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    found = found_models(tmp_path / "home/models", home=tmp_path)
    assert {(model.name, model.source) for model in found} == {
        ("own", "coach"), ("hub", "Hugging Face cache"), ("chat", "LM Studio"), ("llama3.2:3b", "Ollama")
    }  # fmt: skip
    assert all(model.path.exists() for model in found)
