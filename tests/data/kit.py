"""What the tests of ``helpers.data`` share: tiny data sets, and a web server that misbehaves."""

import contextlib
import functools
import gzip
import hashlib
import io
import os
import shutil
import ssl
import subprocess
import tarfile
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.data.fetch import catalogue, home, idx, served, store
from helpers.data.fetch.catalogue import Archive, DataSet
from helpers.data.fetch.folders import ImageFolders
from helpers.data.fetch.layout import Layout
from helpers.data.images import Split

Counts = dict[str, dict[str, int]]

COUNTS = {"train": {"3": 6, "7": 5}, "valid": {"3": 4, "7": 3}}
PRACTICE_COUNTS = {"train": {"3": 2, "7": 2}, "valid": {"3": 1, "7": 1}}
LAYOUT = ImageFolders(COUNTS)
NOBODY = "http://127.0.0.1:9"  # an address where nobody listens
PATIENCE = "60"  # seconds for an answer that comes, however busy the machine is
SHORT = "0.2"  # for one that never comes
LINE = "tiny: 11 training and 7 validation images of 3, 7 - on this machine, complete\n"
PRACTICE_LINE = (
    "tiny: PRACTICE DATA, 4 training and 2 validation images of 3, 7 "
    "- figures differ from the real ones\n"
)


def write_set(folder: Path, counts: Counts = COUNTS) -> Path:
    """A set of random grey images with labels.csv, in ``folder``."""
    write_images(folder, counts, shape=(28, 28))
    rows = ["name,label"]
    for split, classes in counts.items():
        for label, cls in enumerate(classes):
            files = sorted((folder / split / cls).iterdir(), key=lambda file: int(file.stem))
            rows += [f"{file.relative_to(folder).as_posix()},{label}" for file in files]
    (folder / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf8")
    return folder


def write_images(folder: Path, counts: Counts, shape: tuple[int, ...], suffix=".png") -> Path:
    """Random images in one folder a class. ``shape``: as Pillow has it, the colours last."""
    rng = np.random.default_rng(0)
    for split, classes in counts.items():
        for cls, n in classes.items():
            (folder / split / cls).mkdir(parents=True)
            for i in range(n):
                pixels = rng.integers(0, 256, shape, dtype=np.uint8)
                Image.fromarray(pixels).save(folder / split / cls / f"{7 * i + 5}{suffix}")
    return folder


def write_idx(folder: Path, counts: Counts) -> Path:
    """Random images in MNIST's file format, the classes mixed."""
    rng = np.random.default_rng(0)
    (folder / idx.RAW).mkdir(parents=True)
    for split, classes in counts.items():
        labels = rng.permutation(np.repeat(np.arange(len(classes)), list(classes.values())))
        images = rng.integers(0, 256, (len(labels), 28, 28), dtype=np.uint8)
        for path, numbers in zip(idx.files_of(split), (images, labels.astype(np.uint8))):
            (folder / path).write_bytes(idx.encode_idx(numbers))
    return folder


def pack(folder: Path) -> bytes:
    """A .tgz of a folder, under the folder's own name."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder, folder.name)
    return packed.getvalue()


def pack_folder(folder: Path) -> dict[str, bytes]:
    """The one archive of a set in folders, by its path in a mirror."""
    return {f"{folder.name}.tgz": pack(folder)}


def pack_files(folder: Path) -> dict[str, bytes]:
    """The four archives of a set in MNIST's files, by their paths in a mirror."""
    return {
        f"{folder.name}/{Path(path).name}.gz": gzip.compress((folder / path).read_bytes())
        for split in ("train", "test")
        for path in idx.files_of(split)
    }


def same(given: dict[str, Split], wanted: dict[str, Split]) -> bool:
    """Whether these are the same images and labels."""
    return all(map(torch.equal, chain(*given.values()), chain(*wanted.values())))


def remove(file: Path) -> None:
    file.unlink()


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-30])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-100] ^= 16  # among the pixels, in every kind
    file.write_bytes(data)


def sums(archive: bytes, name: str = "tiny.tgz") -> bytes:
    """A SHA256SUMS file."""
    return f"{hashlib.sha256(archive).hexdigest()}  {name}\n".encode()


@dataclass(frozen=True)
class Kind:
    """A kind of set: its files, and how they are packed.

    Attributes:
        layout: what the set holds.
        practice_layout: what its practice set holds.
        write: writes it into a folder: ``write(folder, counts)``.
        pack: its archives, by path in a mirror: ``pack(folder)``.
        below: see ``DataSet.below``.
    """

    layout: Layout
    practice_layout: Layout
    write: Callable[[Path, Counts], Path]
    pack: Callable[[Path], dict[str, bytes]]
    below: str = ""


GREY = Kind(LAYOUT, ImageFolders(PRACTICE_COUNTS), write_set, pack_folder)

DIGITS = {"train": {"0": 6, "1": 5}, "test": {"0": 4, "1": 3}}
FEW_DIGITS = {"train": {"0": 2, "1": 2}, "test": {"0": 1, "1": 1}}
IDX = Kind(idx.IdxFiles(DIGITS), idx.IdxFiles(FEW_DIGITS), write_idx, pack_files, f"tiny/{idx.RAW}")

PETS = {"train": {"cat": 6, "dog": 5}, "test": {"cat": 4, "dog": 3}}
FEW_PETS = {"train": {"cat": 2, "dog": 2}, "test": {"cat": 1, "dog": 1}}
PNG = Kind(
    ImageFolders(PETS, (3, 32, 32)),
    ImageFolders(FEW_PETS, (3, 32, 32)),
    partial(write_images, shape=(32, 32, 3)),
    pack_folder,
)
JPEG = replace(PNG, write=partial(write_images, shape=(32, 32, 3), suffix=".jpg"))


def entry(archives: dict[str, bytes], host: str = NOBODY, kind: Kind = GREY) -> DataSet:
    """A catalogue entry for the tiny set. Nobody listens at the default host."""
    return DataSet(
        name="tiny",
        layout=kind.layout,
        host=host,
        archives=tuple(
            Archive(file, len(archive), hashlib.md5(archive).hexdigest())
            for file, archive in archives.items()
        ),
        practice_layout=kind.practice_layout,
        draw_practice=lambda folder: kind.write(folder, kind.practice_layout.counts),
        below=kind.below,
    )


@dataclass
class Bench:
    """A fresh machine: an empty data home, no mirror, no network, and one set to ask for."""

    monkeypatch: pytest.MonkeyPatch
    tmp_path: Path
    kind: Kind = GREY

    def __post_init__(self):
        self.home = self.tmp_path / "fastai" / "data"
        self.folder = self.home / "tiny"
        self.original = self.kind.write(
            self.tmp_path / "original" / "tiny", self.kind.layout.counts
        )
        self.archives = self.kind.pack(self.original)
        for name in ("LESSONS_DATA", "LESSONS_MIRROR"):
            self.monkeypatch.delenv(name, raising=False)
        self.name_home(self.tmp_path / "fastai")
        self.monkeypatch.setattr(home, "_taken", {})
        (self.tmp_path / "temporary").mkdir()
        self.monkeypatch.setattr(tempfile, "tempdir", str(self.tmp_path / "temporary"))
        self.monkeypatch.setenv("LESSONS_TIMEOUT", PATIENCE)
        self.monkeypatch.setenv("NO_PROXY", "*")
        self.monkeypatch.setattr(served, "_found", {})
        self.monkeypatch.setattr("pooch.core.time", SimpleNamespace(sleep=lambda seconds: None))
        # A copy: entries that a test takes away would come back in another order.
        self.monkeypatch.setattr(catalogue, "CATALOGUE", dict(catalogue.CATALOGUE))
        self.official(NOBODY)

    @property
    def archive(self) -> bytes:
        """The first archive, and the only one of most sets."""
        return next(iter(self.archives.values()))

    def official(self, host: str) -> None:
        self.monkeypatch.setitem(catalogue.CATALOGUE, "tiny", entry(self.archives, host, self.kind))

    def mirror(self, place: Path | str) -> None:
        self.monkeypatch.setenv("LESSONS_MIRROR", str(place))

    def mode(self, value: str) -> None:
        self.monkeypatch.setenv("LESSONS_DATA", value)

    def mirror_folder(self, archive: bytes | None = None, checksum: bytes | None = None) -> Path:
        """A mirror on disk, in use; with SHA256SUMS only when ``checksum`` is given.

        ``archive`` takes the place of the first archive.
        """
        place = self.tmp_path / "mirror"
        for i, (name, content) in enumerate(self.archives.items()):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content if archive is None or i else archive)
        if checksum is not None:
            (place / "SHA256SUMS").write_bytes(checksum)
        self.mirror(place)
        return place

    def install(self) -> Path:
        """The whole set, already on this machine."""
        return self.kind.write(self.folder, self.kind.layout.counts)

    def new_process(self) -> None:
        """Forget what this process knows, as a new one would."""
        served._found.clear()
        home._taken.clear()
        store._say_once.cache_clear()
        self.name_home(self.named)

    def name_home(self, folder: Path | str) -> None:
        """Set the variable that names fastai's folder, now and in each ``new_process``."""
        self.named = str(folder)
        self.monkeypatch.setenv("FASTAI_HOME", self.named)

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
    packings: set = field(default_factory=set)  # the values of Accept-Encoding

    def put(self, name: str, *answers) -> None:
        self.answers[f"/{name}"] = list(answers)


@contextlib.contextmanager
def serving(certificate: Path | None = None) -> Iterator[Server]:
    """A server on this machine, for as long as the ``with`` block; https with a certificate."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            state.asked[self.path] += 1
            state.packings.add(self.headers["Accept-Encoding"])
            answers = state.answers.get(self.path, [status(404)])
            answers[min(state.asked[self.path], len(answers)) - 1](self)

        do_CONNECT = do_GET

        def log_message(self, *args):
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args):  # of those who do not like the certificate
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    state.url = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def content(data: bytes, claimed: int | None = None, **headers: str):
    """Send ``data``; with ``claimed`` the header promises another length."""

    def answer(request):
        request.send_response(200)
        request.send_header("Content-Length", str(len(data) if claimed is None else claimed))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(data)

    return answer


def called_gzip(data: bytes):
    """Send ``data`` as if it were packed for the way."""
    return content(data, Content_Encoding="gzip")


def status(code: int):
    """Send an error."""
    return lambda request: request.send_error(code)


def dripping(data: bytes, headers: bool = False):
    """Send a byte now and then, for ever: of ``data``, or already of the headers."""

    def answer(request):
        sent = b"HTTP/1.0 200 OK\r\n" + (b"X" if headers else b"\r\n" + data)
        with contextlib.suppress(OSError):
            request.wfile.write(sent)
            while True:
                request.wfile.write(b"x")
                time.sleep(0.02)

    return answer


def silence(request):
    """Accept the request and say nothing until the other side has given up waiting."""
    with contextlib.suppress(OSError):
        request.connection.recv(1)


@contextlib.contextmanager
def disk(folder: Path, options: str):
    """A small disk of its own, mounted at ``folder``. Only root may mount."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("needs root, to mount a disk")
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextlib.contextmanager
def read_only(folder: Path):
    """Forbid writing in a folder: by permission, or for root (who may do anything) by mounting."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command = ["mount", "-o", "remount,ro", str(folder)]
        if subprocess.run(command, capture_output=True).returncode:
            pytest.skip("mounting is not allowed here")
        yield
        return
    if os.name == "nt":
        pytest.skip("Windows has no read-only folders")
    folder.chmod(0o555)
    try:
        yield
    finally:
        folder.chmod(0o755)


@contextlib.contextmanager
def fastai():
    """fastai's module of data sets, with settings that it reads anew."""
    from fastai.data import external

    external.fastai_cfg.cache_clear()
    try:
        yield external
    finally:
        external.fastai_cfg.cache_clear()


@functools.cache
def certificate(folder):
    """A server's certificate that no authority has signed."""
    program = shutil.which("openssl") or pytest.skip("needs openssl, to make a certificate")
    both = folder / "both.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run([program, *words, *files], check=True, capture_output=True)
    both.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return both
