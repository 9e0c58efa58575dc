"""Fetch one file over HTTP: progress bar, retries, a check, and bounds on time and size.

pooch does the retries and gives the file its name. A thread reads what the server sends, so that a
server that sends almost nothing can be left alone: a time-out alone would wait for each byte.
"""

import gzip
import logging
import queue
import threading
import time
import zlib
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, suppress
from pathlib import Path

import pooch
import requests

from helpers.data.fetch import faults
from helpers.data.fetch.faults import DataError
from helpers.language import say
from helpers.settings import setting

TIMEOUT = 10.0  # seconds without any answer; the environment variable LESSONS_TIMEOUT overrides it
TO_CONNECT = 5.0  # seconds, at most
SLOWEST = 8_000  # bytes a second, counted over twice the time-out
RETRIES = 2
WORTH_ANOTHER_TRY = (408, 429)  # time-out, too many requests; other 4xx answers stay the same
PIECE = 2**13  # bytes
GZIP_MAGIC = b"\x1f\x8b"
# Archives are packed already; servers that pack what they send once more send another file.
AS_IT_IS = {"Accept-Encoding": "identity"}
# It would announce each file with its full path; our own messages say what a learner needs.
pooch.get_logger().setLevel(logging.WARNING)


class NotThere(DataError):
    """The server answers, but has no such file."""


class _Passing(ValueError):
    """What may go better at the next attempt; pooch tries again after a ValueError."""


def download(
    url: str, into: Path, check: Callable[[Path], None], most: int, progress: bool = True
) -> Path:
    """Fetch ``url`` into the folder ``into``, under its own file name, once whole and checked.

    Args:
        check: looks at the file; raises ValueError to have it fetched again, DataError to give up.
        most: how many bytes it can have; more are not taken.
        progress: whether to show a progress bar (on stderr).
    """
    name = url.rsplit("/", 1)[1]
    files = pooch.Pooch(into, "", {name: None}, {name: url}, retry_if_failed=RETRIES)

    def fetch(url: str, file: str, pooch: pooch.Pooch) -> None:
        _save(url, Path(file), most, progress)
        check(Path(file))

    try:
        return Path(files.fetch(name, downloader=fetch))
    except ValueError as error:
        raise DataError(
            say("{error} (tried {times} times)", error=error, times=1 + RETRIES)
        ) from error


def ask(url: str, most: int) -> bytes:
    """The first bytes of a file: whether a server has it, found without fetching it."""
    try:
        with closing(_answer(url, most)) as pieces:
            next(pieces)
            return next(pieces, b"")
    except ValueError as error:
        raise DataError(str(error)) from error


def timeout() -> float:
    """Seconds to wait for an answer."""
    text = setting("LESSONS_TIMEOUT", str(TIMEOUT))
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise DataError(
            say(
                "LESSONS_TIMEOUT should be a number of seconds above 0, but is {text!r}.", text=text
            )
        )
    return seconds


def _save(url: str, file: Path, most: int, progress: bool) -> None:
    from tqdm import tqdm

    with closing(_answer(url, most)) as pieces, open(file, "wb") as out:
        headers = next(pieces).headers
        total = _length(headers)
        bar = dict(total=total, ncols=79, unit="B", unit_scale=True, disable=not progress)
        with tqdm.wrapattr(out, "write", **bar) as counted:
            for piece in pieces:
                counted.write(piece)
    if total is not None and (got := file.stat().st_size) < total:
        raise _Passing(
            say("the connection broke off ({got:,} of {total:,} bytes came)", got=got, total=total)
        )
    if headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip"):
        _unwrap(file, packed=url.endswith((".gz", ".tgz")), most=most)


def _unwrap(file: Path, packed: bool, most: int) -> None:
    """Undo what a server packed although it was asked not to.

    Some only say so of a .tgz, and mean the archive itself.
    """
    try:
        with gzip.open(file) as inside:
            start = inside.read(2)
            if packed and start != GZIP_MAGIC:
                return
            content = start + inside.read(most)
    except (OSError, EOFError, zlib.error):
        return  # it is not packed at all
    file.write_bytes(content)


def _answer(url: str, most: int) -> Generator:
    """What a server answers: first its headers, then the content, piece by piece."""
    box: queue.Queue = queue.Queue()
    over = threading.Event()
    seconds, window = timeout(), 2 * timeout()

    def read() -> None:
        try:
            patience = (min(TO_CONNECT, seconds), seconds)
            with requests.get(url, headers=AS_IT_IS, timeout=patience, stream=True) as answer:
                box.put(answer)
                piece = b"x"
                while piece and not over.is_set():
                    piece = answer.raw.read(PIECE, decode_content=False)
                    box.put(piece)
        except Exception as error:
            box.put(error)

    threading.Thread(target=read, daemon=True).start()
    got, wanted, end = 0, 1.0, time.monotonic() + window
    try:
        while True:
            thing = None
            with suppress(queue.Empty):
                thing = box.get(timeout=max(0.0, end - time.monotonic()))
            if isinstance(thing, Exception):
                words = faults.of_network(thing, url, seconds)
                raise (DataError if faults.lasting(thing, url) else _Passing)(words) from thing
            if thing == b"":
                return
            if isinstance(thing, requests.Response):
                _refuse(thing, url, most)
                wanted, end = SLOWEST * window, time.monotonic() + window
            got += len(thing) if isinstance(thing, bytes) else 0
            if got > most:
                raise DataError(
                    say("more than {most:,} bytes come, which is no archive of this set", most=most)
                )
            if thing is not None:
                yield thing
            if time.monotonic() >= end:
                if got < wanted:  # perhaps headers come byte by byte, or the name is looked up
                    raise DataError(
                        say(
                            "too slow: fewer than {least:,.0f} bytes came within {window:g} "
                            "seconds",
                            least=SLOWEST * window,
                            window=window,
                        )
                    )
                wanted, end = got + SLOWEST * window, time.monotonic() + window
    finally:
        over.set()


def _refuse(answer: requests.Response, url: str, most: int) -> None:
    """Raise what an answer other than the file means."""
    code, words = (
        answer.status_code,
        say(
            "the server answers {code} {reason}",
            code=answer.status_code,
            reason=answer.reason,
        ),
    )
    if code == 407:
        raise DataError(faults.of_proxy(url, "407"))
    if code in (404, 410):
        raise NotThere(words)
    if 400 <= code < 500 and code not in WORTH_ANOTHER_TRY:
        raise DataError(words)
    if code != 200:
        raise _Passing(words)
    if (length := _length(answer.headers)) is not None and length > most:
        raise DataError(
            say("it offers {length:,} bytes, which is no archive of this set", length=length)
        )


def _length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("Content-Length", "")
    return int(text) if text.isdecimal() and len(text) < 20 else None
