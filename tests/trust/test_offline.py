"""The whole program without a network: what it does, and that it does not even try."""

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from coach.assemble import Parts
from coach.config import load
from coach.doctor import counted_connections
from coach.errors import ConfigError
from coach.paths import Paths
from coach.privacy import SILENCED, switch_telemetry_off

ROOT = Path(__file__).parents[2]
REFUSING = """
import socket, sys
def refuse(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        raise SystemExit(f"tried to look up {arguments}")
    if event == "socket.__new__" and arguments[1] in (socket.AF_INET, socket.AF_INET6):
        raise SystemExit(f"tried to open an internet socket: {arguments}")
sys.addaudithook(refuse)  # cannot be taken back, and no library can get round it in Python
sys.argv = ["coach", *sys.argv[1:]]
from tui.cli import main
main()
"""


def without_network() -> list[str]:
    """A prefix that runs a command without any network device (Linux), which stops native code as well."""
    prefix = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0:
        return prefix
    return []


def test_a_whole_interview_runs_without_a_network_and_writes_private_files(home: Path) -> None:
    home.mkdir(mode=0o755)
    done = subprocess.run(
        [*without_network(), sys.executable, "-c", REFUSING, "demo", "--keep", str(home)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"COACH_HOME": str(home)},
        umask=0,  # nothing is private by the system's custom
    )
    assert done.returncode == 0, done.stderr
    assert "score" in done.stdout.lower()
    assert "tried to" not in done.stdout + done.stderr
    written = {path.relative_to(home).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in home.rglob("*")}
    assert "coach.db" in written
    assert [name for name, mode in written.items() if mode & 0o077] == []


def test_doctor_counts_what_is_tried() -> None:
    with counted_connections() as seen:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.sendto(b"", ("127.0.0.1", 9))
        with socket.socket() as stream:
            stream.connect_ex(("127.0.0.1", 1))
        socket.getaddrinfo("127.0.0.1", 1)
        one, other = socket.socketpair()  # within this machine: no network
        one.close()
        other.close()
    socket.getaddrinfo("127.0.0.1", 2)
    assert [event for event, *_ in seen] == ["socket.sendto", "socket.connect", "socket.getaddrinfo"]


@pytest.mark.parametrize(
    "fault", ["ModuleNotFoundError(\"No module named 'torch'\")", "OSError('libtorch.so: missing')"]
)
def test_doctor_says_what_is_wrong_with_torch(home: Path, tmp_path: Path, fault: str) -> None:
    home.mkdir()
    (home / "config.toml").write_text('[llm]\nmodel = "none"\n')
    (tmp_path / "torch.py").write_text(f"raise {fault}\n")
    done = subprocess.run(
        [sys.executable, "-m", "tui.cli", "doctor", "--json"],
        capture_output=True,
        text=True,
        env=os.environ | {"COACH_HOME": str(home), "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["gpu"] is None
    assert found["problems"][0].startswith(f"PyTorch cannot be loaded: {fault.split(chr(40), 1)[1][1:-2]}")
    assert found["questions"] > 0


def test_the_proof_would_notice(tmp_path: Path) -> None:
    code = REFUSING.split("sys.argv =")[0] + "socket.create_connection(('192.0.2.1', 80), timeout=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "tried to" in done.stderr


def test_tracing_of_another_program_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SILENCED:
        monkeypatch.setenv(name, "true" if "TRACING" in name else "0")
    switch_telemetry_off()
    from langsmith import utils

    utils.get_env_var.cache_clear()
    utils.get_tracer_project.cache_clear()
    assert not utils.tracing_is_enabled()
    from huggingface_hub import constants

    assert constants.is_offline_mode() or os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"


def test_an_address_that_holds_a_password_is_refused_without_printing_it(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[llm]\nendpoint = "https://me:secret@example.org/v1"\n')
    with pytest.raises(ConfigError, match="holds a name or password") as caught:
        load(Paths(tmp_path))
    assert "secret" not in str(caught.value)
    (tmp_path / "config.toml").write_text('[llm]\nendpoint = "https://example.org/v1/@me"\n')
    with pytest.raises(ConfigError):
        Parts(load(Paths(tmp_path))).reconfigured(endpoint="https://me@example.org")
