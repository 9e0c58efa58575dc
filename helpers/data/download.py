"""Fetch one file over HTTP: progress bar, time-out, retries, check. pooch does the work."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pooch
import requests
from urllib3.exceptions import NewConnectionError

from helpers.data.errors import DataError

TIMEOUT = 10.0  # seconds without any answer; the environment variable LESSONS_TIMEOUT overrides it
RETRIES = 2
WORTH_ANOTHER_TRY = (408, 429)  # time-out, too many requests; other 4xx answers stay the same


class NotThere(DataError):
    """The server answers, but has no such file."""


def download(url: str, into: Path, check: Callable[[Path], None], progress: bool = True) -> Path:
    """Fetch ``url`` into the folder ``into``, under its own file name.

    Args:
        url: an http or https address.
        into: a folder for it; the file appears there only when whole and checked.
        check: looks at the file; raises ValueError to have it fetched again, DataError to give up.
        progress: whether to show a progress bar (on stderr).

    Raises:
        NotThere: when the server has no such file.
        DataError: when it cannot be fetched; the message says why in one line.
    """
    name = url.rsplit("/", 1)[1]
    files = pooch.Pooch(into, "", {name: None}, {name: url}, retry_if_failed=RETRIES)
    try:
        with _quiet(pooch.get_logger()):
            return Path(files.fetch(name, downloader=_Checked(check, progress)))
    except (ValueError, requests.RequestException) as error:
        raise DataError(f"{_in_words(error)} (tried {1 + RETRIES} times)") from error


def timeout() -> float:
    """Seconds to wait for an answer."""
    text = os.environ.get("LESSONS_TIMEOUT", str(TIMEOUT))
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise DataError(f"LESSONS_TIMEOUT should be a number of seconds above 0, but is {text!r}.")
    return seconds


class _Checked(pooch.HTTPDownloader):
    """pooch's downloader, which looks at the file before pooch gives it its name.

    pooch tries again after a ValueError or an error of requests; a DataError ends the attempts.
    """

    def __init__(self, check: Callable[[Path], None], progress: bool) -> None:
        super().__init__(progressbar=progress, chunk_size=2**16, timeout=timeout())
        self._check = check

    def __call__(self, url: str, output_file: str, pooch, check_only: bool = False) -> None:
        try:
            super().__call__(url, output_file, pooch)
        except requests.HTTPError as error:
            code = error.response.status_code
            if code in (404, 410):
                raise NotThere(_in_words(error)) from error
            if 400 <= code < 500 and code not in WORTH_ANOTHER_TRY:
                raise DataError(_in_words(error)) from error
            raise
        except requests.ConnectionError as error:
            if _nobody_there(error):
                raise DataError(_in_words(error)) from error
            raise
        self._check(Path(output_file))


def _nobody_there(error: requests.ConnectionError) -> bool:
    """No such host, connection refused, no route: without a network, waiting does not help."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _in_words(error: Exception) -> str:
    if isinstance(error, requests.HTTPError):
        return f"the server answers {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"no answer within {timeout():g} seconds"
    if isinstance(error, requests.ConnectionError) and _nobody_there(error):
        return "cannot be reached: no network, or no such host"
    if isinstance(error, (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        return f"the connection broke off ({error})"
    return str(error)


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """pooch announces each file with its full path; our own messages say what a learner needs."""
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
