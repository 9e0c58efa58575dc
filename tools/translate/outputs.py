"""What a cell has shown in an English run, retold with its Korean words: no run is needed for it.

Two kinds of words are known from the catalogue: those for pictures, and the strings that the cell
prints. Figures stay what they were.
"""

import re
from collections.abc import Mapping, Sequence

from nbformat import NotebookNode

from tools.translate.literals import placeholders, split


def retold(text: str, english: str, korean: str) -> str:
    """A printed text with a string in Korean, wherever the English one was printed.

    Args:
        text: what was printed.
        english: a string of the code, as ``literals`` has it; what stands in braces is kept.
        korean: the same in Korean, with the same braces.

    Example:
        >>> retold("run 1: 0.25\\nrun 2: 0.50", "run {k}: {y:.2f}", "{k}번째: {y:.2f}")
        '1번째: 0.25\\n2번째: 0.50'
    """
    names = [part for part in split(english) if part in placeholders(english)]
    pattern = "".join(
        "(.*?)" if part in names else re.escape(_plain(part)) for part in split(english)
    )

    def told(match: re.Match) -> str:
        values: dict[str, list[str]] = {}
        for name, value in zip(names, match.groups()):
            values.setdefault(name, []).append(value)
        parts = (
            values[part].pop(0) if values.get(part) else _plain(part) for part in split(korean)
        )
        return "".join(parts)

    end = r"(?=\s|$)" if pattern.endswith("(.*?)") else ""
    return re.sub(rf"(?<!\w){pattern}{end}", told, text, flags=re.MULTILINE)


def retell(
    cell: NotebookNode,
    words: Sequence[tuple[str, str]],
    alts: Mapping[str, str],
    names: Mapping[str, str] | None = None,
) -> None:
    """Put Korean words into the outputs of a cell, which is changed in place.

    Args:
        cell: with its outputs.
        words: strings of its code and their Korean.
        alts: words for its pictures and their Korean; more may follow them in an output.
        names: strings of cells before it, which are looked for where lines begin with them only.
    """
    # The longest first: another may be a part of it.
    words = sorted((pair for pair in words if pair[0] != pair[1]), key=lambda p: -len(p[0]))
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            for english, korean in words:
                output.text = retold(output.text, english, korean)
            for english, korean in (names or {}).items():
                output.text = _at_line_starts(output.text, _plain(english), _plain(korean))
        for english, korean in words if "text/html" in output.get("data", {}) else ():
            _in_table(output.data, _plain(english), _plain(korean))
        for about in output.get("metadata", {}).values():
            for english, korean in alts.items() if isinstance(about, dict) else ():
                if str(about.get("alt", "")).startswith(english):
                    about["alt"] = about["alt"].replace(english, korean, 1)
                    plain = output.data.get("text/plain", "")
                    output.data["text/plain"] = plain.replace(english, korean, 1)
                    break


def _at_line_starts(text: str, english: str, korean: str) -> str:
    """Exchange a name where a line begins with it."""
    pieces = re.split(rf"^{re.escape(english)}(?!\w)", text, flags=re.MULTILINE)
    return korean.join(pieces)


def _in_table(data: dict, english: str, korean: str) -> None:
    """Exchange what a field of a table says; as text, columns stay where they are."""
    fields = data["text/html"].split(f"<td>{english}</td>")
    if len(fields) > 1:
        data["text/html"] = f"<td>{korean}</td>".join(fields)
        plain = data.get("text/plain", "")
        data["text/plain"] = plain.replace(english, korean.rjust(len(english)))


def _plain(part: str) -> str:
    """A piece of a string as it is printed."""
    part = part.replace("{{", "{").replace("}}", "}")
    return part.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\")
