"""Each data set: is it here, can it be had, or will a lesson run on the practice images?"""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.doctor.report import FIX, NOTE, OK, Finding

PATIENCE = 3.0  # seconds to wait for a server, unless LESSONS_TIMEOUT says less


@dataclass(frozen=True)
class Standing:
    """Where a set stands.

    Attributes:
        finding: for the report.
        needs: GB of disk that it will take when it is first used.
    """

    finding: Finding
    needs: float


def stand(names: Iterable[str]) -> list[Standing]:
    """Look where the sets stand: on this machine, in the mirror, on the network, or nowhere.

    Only the network is asked whether a server has the files; nothing is fetched. The look at the
    files on this machine counts them; a lesson checks each one at its first use.

    Raises:
        ImportError: when torch, which ``helpers.data`` needs, is missing or damaged.
        DataError: when ``LESSONS_DATA`` or another setting cannot be understood.
    """
    from helpers import data
    from helpers.data.catalogue import lookup
    from helpers.data.served import mode

    practice, names = mode() == "practice", list(names)
    states = {name: data.state(name) for name in names}
    away = [] if practice else [n for n in names if states[n] == "not here yet"]
    addresses = {name: list(_addresses(lookup(name))) for name in away}
    answers = _ask([address for two in addresses.values() for _, address in two])
    return [
        _standing(
            name,
            states[name],
            [(label, answers[address]) for label, address in addresses.get(name, [])],
        )
        for name in names
    ]


def _standing(name: str, state: str, tried: list[tuple[str, str]]) -> Standing:
    from helpers.data import data_home
    from helpers.data.catalogue import lookup
    from helpers.data.served import mode
    from helpers.data.sources import mirror_place

    entry, folder = lookup(name), data_home() / name
    packed = sum(archive.size for archive in entry.archives) / 1e9
    real = entry.layout.megabytes / 1e3 + packed
    drawn = entry.practice_layout.megabytes / 1e3
    damaged = state != "practice" and folder.is_dir()
    begin = "the copy here is not whole; at the next use it is repaired " if damaged else ""
    if state == "ready":
        return Standing(Finding(OK, name, f"here, all files, in {folder}"), 0)
    if state == "practice":
        return Standing(Finding(OK, name, "practice images, as LESSONS_DATA=practice says"), drawn)
    if state == "in the mirror":
        word = NOTE if damaged else OK
        return Standing(Finding(word, name, f"{begin}from the mirror {mirror_place()}"), real)
    place = next((label for label, problem in tried if not problem), None)
    if place is not None:
        word = NOTE if damaged else OK
        size = f"{packed * 1e3:.0f} MB, fetched at its first use" if not damaged else "if it lasts"
        text = f"{begin}from {place}" if damaged else f"{place} has it: {size}"
        return Standing(Finding(word, name, text), real)
    why = "; ".join(f"{label}: {problem}" for label, problem in tried)
    what_to_do = "connect to the internet, or set LESSONS_MIRROR to a place that has the archives"
    if mode() == "official":
        text = f"cannot be had, and LESSONS_DATA=official allows nothing else ({why}): {what_to_do}"
        return Standing(Finding(FIX, name, text), real)
    text = f"PRACTICE IMAGES only, figures differ ({why}). For the real ones {what_to_do}"
    return Standing(Finding(NOTE, name, text), drawn)


def _addresses(entry) -> Iterator[tuple[str, str]]:
    """The places that a set may come from, and the address of its first file there."""
    from helpers.data.sources import mirror_place

    if mirror := mirror_place():
        yield f"the mirror {mirror}", f"{mirror}/{entry.files[0]}"
    yield f"{entry.host}", f"{entry.host}/{entry.files[0]}"


def _ask(addresses: Iterable[str]) -> dict[str, str]:
    """For each address why it cannot be had; empty when it can. All are asked at once."""
    from helpers.data.download import timeout

    seconds = min(PATIENCE, timeout())
    answers = dict.fromkeys(addresses, f"no answer within {seconds:g} seconds")

    def ask(address: str) -> None:
        answers[address] = _problem(address, seconds)

    # Plain threads that nobody waits for: looking up a name may take longer than any time-out.
    threads = [threading.Thread(target=ask, args=[a], daemon=True) for a in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    return dict(answers)


def _problem(address: str, seconds: float) -> str:
    import requests

    if not address.startswith(("http://", "https://")):
        return f"there is no {Path(address).name} in it"
    try:
        # Only the head of the answer is read; some servers do not know a request for just that.
        with requests.get(address, timeout=seconds, stream=True) as answer:
            status, kind = answer.status_code, answer.headers.get("Content-Type", "")
    except requests.Timeout:
        return f"no answer within {seconds:g} seconds"
    except requests.exceptions.SSLError:
        return "its certificate is not accepted"
    except requests.RequestException:
        return "cannot be reached: no network, or no such host"
    if status >= 400:
        return f"the server answers {status} {answer.reason}"
    if "text/html" in kind:
        return "a web page answers; is this network waiting for you to log in?"
    return ""
