"""What the tests of ``helpers.data`` share: a tiny data set, and a web server that misbehaves."""

import contextlib
import hashlib
import io
import tarfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import requests
from PIL import Image

from helpers.data import catalogue, served
from helpers.data.catalogue import DataSet, Layout

COUNTS = {"train": {"3": 6, "7": 5}, "valid": {"3": 4, "7": 3}}
PRACTICE_COUNTS = {"train": {"3": 2, "7": 2}, "valid": {"3": 1, "7": 1}}
LAYOUT = Layout(COUNTS)
LINE = "tiny: 11 training and 7 validation images of 3, 7 - on this machine, complete\n"
PRACTICE_LINE = (
    "tiny: PRACTICE DATA, 4 training and 2 validation images of 3, 7 "
    "- figures differ from the real ones\n"
)


def write_set(folder: Path, counts: dict[str, dict[str, int]] = COUNTS) -> Path:
    """A set of random images with labels.csv, in ``folder``."""
    rng, rows = np.random.default_rng(0), ["name,label"]
    for split, classes in counts.items():
        for label, (cls, n) in enumerate(classes.items()):
            (folder / split / cls).mkdir(parents=True)
            for i in range(n):
                pixels = rng.integers(0, 256, (28, 28), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / split / cls / f"{7 * i + 5}.png")
                rows.append(f"{split}/{cls}/{7 * i + 5}.png,{label}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf8")
    return folder


def pack(folder: Path) -> bytes:
    """A .tgz of a folder, under the folder's own name."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder, folder.name)
    return packed.getvalue()


def sums(archive: bytes, name: str = "tiny.tgz") -> bytes:
    """A SHA256SUMS file."""
    return f"{hashlib.sha256(archive).hexdigest()}  {name}\n".encode()


def entry(archive: bytes, url: str = "http://127.0.0.1:9/tiny.tgz") -> DataSet:
    """A catalogue entry for the tiny set. Nobody listens at the default address."""
    return DataSet(
        name="tiny",
        layout=LAYOUT,
        url=url,
        size=len(archive),
        md5_of_first_mebibyte=hashlib.md5(archive[: 2**20]).hexdigest(),
        practice_layout=Layout(PRACTICE_COUNTS),
        draw_practice=draw_tiny,
    )


def draw_tiny(folder: Path) -> None:
    write_set(folder, PRACTICE_COUNTS)


@dataclass
class Bench:
    """A fresh machine: an empty data home, no mirror, no network, and one set to ask for."""

    monkeypatch: pytest.MonkeyPatch
    tmp_path: Path

    def __post_init__(self):
        self.original = write_set(self.tmp_path / "original" / "tiny")
        self.archive = pack(self.original)
        for name in ("LESSONS_DATA", "LESSONS_MIRROR"):
            self.monkeypatch.delenv(name, raising=False)
        self.monkeypatch.setenv("FASTAI_HOME", str(self.tmp_path / "fastai"))
        self.monkeypatch.setenv("LESSONS_TIMEOUT", "0.5")
        self.monkeypatch.setenv("NO_PROXY", "*")
        self.monkeypatch.setattr(served, "_found", {})
        self.monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=lambda seconds: None))
        self.official("http://127.0.0.1:9/tiny.tgz")

    @property
    def home(self) -> Path:
        return self.tmp_path / "fastai" / "data"

    @property
    def folder(self) -> Path:
        return self.home / "tiny"

    def official(self, url: str) -> None:
        self.monkeypatch.setitem(catalogue.CATALOGUE, "tiny", entry(self.archive, url))

    def mirror(self, place: Path | str) -> None:
        self.monkeypatch.setenv("LESSONS_MIRROR", str(place))

    def mode(self, value: str) -> None:
        self.monkeypatch.setenv("LESSONS_DATA", value)

    def mirror_folder(self, archive: bytes | None = None, checksum: bytes | None = None) -> Path:
        """A mirror on disk, in use; with SHA256SUMS only when ``checksum`` is given."""
        place = self.tmp_path / "mirror"
        place.mkdir(exist_ok=True)
        (place / "tiny.tgz").write_bytes(self.archive if archive is None else archive)
        if checksum is not None:
            (place / "SHA256SUMS").write_bytes(checksum)
        self.mirror(place)
        return place

    def install(self) -> Path:
        """The whole set, already on this machine."""
        return write_set(self.folder)

    def new_process(self) -> None:
        """Forget what this process knows, as a new one would."""
        served._found.clear()

    def left_over(self) -> list[str]:
        """What lies in the data home, but for the lock, which is empty and stays."""
        if not self.home.exists():
            return []
        return sorted(path.name for path in self.home.iterdir() if path.suffix != ".lock")


@dataclass
class Server:
    """Answers by path. Each answer is a function of the request; the last one is repeated."""

    url: str = ""
    answers: dict[str, list] = field(default_factory=dict)
    asked: Counter = field(default_factory=Counter)

    def put(self, name: str, *answers) -> None:
        self.answers[f"/{name}"] = list(answers)


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """A server on this machine, for as long as the ``with`` block."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            state.asked[self.path] += 1
            answers = state.answers.get(self.path, [status(404)])
            answers[min(state.asked[self.path], len(answers)) - 1](self)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def content(data: bytes, claimed: int | None = None, delay: float = 0):
    """Send ``data``; with ``claimed`` the header promises another length."""

    def answer(request):
        time.sleep(delay)
        request.send_response(200)
        request.send_header("Content-Length", str(len(data) if claimed is None else claimed))
        request.end_headers()
        request.wfile.write(data)

    return answer


def status(code: int):
    """Send an error."""
    return lambda request: request.send_error(code)


def silence(seconds: float = 2):
    """Accept the request and say nothing."""
    return lambda request: time.sleep(seconds)


def test_the_server_does_as_told():
    with serving() as server:
        server.put("file", status(500), content(b"abc"))
        server.put("short", content(b"abc", claimed=9))
        get = requests.Session()
        get.trust_env = False
        assert get.get(f"{server.url}/file").status_code == 500
        assert get.get(f"{server.url}/file").content == b"abc"
        assert get.get(f"{server.url}/other").status_code == 404
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            get.get(f"{server.url}/short")
        assert server.asked == {"/file": 2, "/other": 1, "/short": 1}
