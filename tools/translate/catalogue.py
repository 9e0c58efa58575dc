"""One catalogue a lesson, ``translations/ko/NN.po``: English texts and their Korean, kept in step.

They are PO files, which every translator's editor reads, by polib: the one library for them in
Python that reads back what a *stale* entry was translated from (``#| msgid``; Babel does not).

- ``msgctxt`` is the name of the text (see ``texts``), ``msgid`` the English, ``msgstr`` the Korean.
- An entry without Korean is *missing*.
- One whose English has changed is *stale*: ``fuzzy``, in the words of PO, with the English that the
  Korean was made from kept beside it. Whoever has mended the Korean takes ``fuzzy`` away.
- One whose text is gone is kept at the end, as obsolete, if it has Korean.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import polib

_HEADER = {
    "Language": "ko",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}


def read(path: Path) -> polib.POFile:
    """A catalogue, empty where there is no file yet.

    Raises:
        ValueError: when the file is no catalogue, or names a text twice.
    """
    if not path.exists():
        return _empty()
    try:
        catalogue = polib.pofile(str(path), encoding="utf-8", wrapwidth=0)
    except OSError as error:
        raise ValueError(f"{path}: expected a PO file: {error}") from error
    names = [entry.msgctxt for entry in catalogue if not entry.obsolete]
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{path}: these texts have two entries, keep one: {', '.join(twice)}")
    return catalogue


def written(catalogue: polib.POFile) -> str:
    """The text of a catalogue's file; a line of a text is a line there.

    Example:
        >>> "msgctxt" in written(updated(read(Path("none.po")), {"a": "One."}))
        True
    """
    return str(catalogue).rstrip("\n") + "\n"


def write(catalogue: polib.POFile, path: Path) -> bool:
    """Write a catalogue's file if it has changed, and say whether it has."""
    text = written(catalogue)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


def updated(catalogue: polib.POFile, english: Mapping[str, str]) -> polib.POFile:
    """A new catalogue with an entry for each English text, and the Korean that there is.

    A text that has another name now, and the same words, keeps its Korean.

    Args:
        catalogue: as it was.
        english: the texts by their names, in order.

    Example:
        >>> po = updated(read(Path("none.po")), {"a": "One.", "b": "Two."})
        >>> po[0].msgstr = "하나."
        >>> po = updated(po, {"a": "One!", "b": "Two."})
        >>> stale(po), missing(po), po[0].previous_msgid
        (['a'], ['b'], 'One.')
    """
    # A name may be there twice, for a text that was gone and came back: the living one counts.
    before = {e.msgctxt: e for e in sorted(catalogue, key=lambda e: not e.obsolete)}
    moved = {e.msgid: e for name, e in before.items() if english.get(name) != e.msgid and e.msgstr}
    now = set(english.values())
    new = _empty()
    used = set()
    for name, text in english.items():
        old = before.get(name)
        if old is None or old.msgid != text:
            if text in moved and not moved[text].fuzzy:
                old = moved[text]
            elif old is not None and old.msgid in now:  # its text stands elsewhere now
                old = None
        entry = polib.POEntry(msgctxt=name, msgid=text)
        if old is not None:
            used.add(old.msgctxt)
            entry.msgstr, entry.tcomment = old.msgstr, old.tcomment
            if entry.msgstr and (old.msgid != text or old.fuzzy):
                source = old.previous_msgid if old.fuzzy and old.previous_msgid else old.msgid
                entry.flags, entry.previous_msgid = ["fuzzy"], source
                if source == text:  # as it was before: no longer stale
                    entry.flags, entry.previous_msgid = [], None
        new.append(entry)
    for name, old in before.items():
        if name not in english and name not in used and old.msgstr:
            new.append(
                polib.POEntry(msgctxt=name, msgid=old.msgid, msgstr=old.msgstr, obsolete=True)
            )
    return new


def listed(entry: polib.POEntry) -> str:
    """An entry as a translator works on it: its name, what there is, and room for the Korean.

    Example:
        >>> print(listed(polib.POEntry(msgctxt="a", msgid="One.")))
        == a
        -- English
        One.
        -- Korean
        <BLANKLINE>
    """
    was = ["-- English before", entry.previous_msgid] if entry.previous_msgid else []
    parts = [f"== {entry.msgctxt}", *was, "-- English", entry.msgid, "-- Korean", entry.msgstr]
    return "\n".join(parts)


def taken(catalogue: polib.POFile, listing: str) -> list[str]:
    """Take the Korean out of a listing that a translator has filled in; it is no longer stale.

    Args:
        catalogue: changed in place.
        listing: blocks as ``listed`` makes them, what stands before ``-- Korean`` left out or not.

    Returns:
        The names of the texts that it had.

    Raises:
        ValueError: when it names a text that is not there; then nothing is changed.

    Example:
        >>> po = updated(read(Path("none.po")), {"a": "One."})
        >>> taken(po, "== a\\n-- Korean\\n하나.\\n"), po[0].msgstr
        (['a'], '하나.')
    """
    there = {entry.msgctxt: entry for entry in entries(catalogue)}
    blocks = re.split(r"^== (\S+)[^\n]*\n", "\n" + listing, flags=re.MULTILINE)[1:]
    found = {}
    for name, text in zip(blocks[::2], blocks[1::2]):
        if name not in there:
            raise ValueError(
                f"expected a text of this lesson, such as {next(iter(there))}, got {name}"
            )
        _, marked, korean = ("\n" + text).rpartition("\n-- Korean\n")
        found[name] = (korean if marked else text).strip("\n")
    for name, korean in found.items():
        entry = there[name]
        if korean.strip():
            entry.msgstr, entry.flags, entry.previous_msgid = korean, [], None
    return list(found)


def entries(catalogue: polib.POFile) -> Iterator[polib.POEntry]:
    """The entries that count: not those whose text is gone."""
    return (entry for entry in catalogue if not entry.obsolete)


def korean(catalogue: polib.POFile, english: Mapping[str, str] | None = None) -> dict[str, str]:
    """The Korean texts that are translated and not stale, by name.

    Args:
        catalogue: with the entries.
        english: the texts of today, where the catalogue may not be up to date with them.
    """
    return {
        e.msgctxt: e.msgstr
        for e in entries(catalogue)
        if e.msgstr and not e.fuzzy
        if english is None or english.get(e.msgctxt) == e.msgid
    }


def stale(catalogue: polib.POFile) -> list[str]:
    """The names of the texts whose English has changed since they were translated."""
    return [e.msgctxt for e in entries(catalogue) if e.msgstr and e.fuzzy]


def missing(catalogue: polib.POFile) -> list[str]:
    """The names of the texts that have no Korean."""
    return [e.msgctxt for e in entries(catalogue) if not e.msgstr]


def _empty() -> polib.POFile:
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = dict(_HEADER)
    return catalogue
