"""A class in parts: which learners belong to a part, and how the parts' tables become one."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from helpers.course.grading.table import Row


def is_in_shard(learner: str, number: int, of: int) -> bool:
    """Whether a learner belongs to part ``number`` of ``of``.

    Only the name tells, so each machine of many finds the same without a look at the others, and
    nobody is lost when somebody hands in late.

    Args:
        learner: the name.
        number: from 1 to ``of``.
        of: the number of parts.

    Example:
        >>> [number for number in (1, 2, 3) if is_in_shard("ann", number, of=3)]
        [3]
    """
    if not 1 <= number <= of:
        raise ValueError(f"expected a part from 1 to {of}, got {number}: the first is 1/{of}")
    first = sha256(learner.encode(errors="surrogateescape")).digest()[:8]
    return int.from_bytes(first) % of == number - 1


def joined(tables: Mapping[str, Iterable[Row]]) -> list[Row]:
    """The rows of several tables as one, by learner and notebook.

    The same rows may stand in several tables. Rows about what could not be read or judged, which
    have no digest, give way to others about the same notebook.

    Args:
        tables: the rows of each, by a name for messages.

    Raises:
        ValueError: when two of them tell different things of a notebook.

    Example:
        >>> right = Row("ann", "a.ipynb", "1.1", "right", "", "sha256-1")
        >>> wrong = right._replace(result="wrong")
        >>> joined({"1.csv": [right], "2.csv": [right]}) == [right]
        True
        >>> joined({"1.csv": [right], "2.csv": [wrong]})
        Traceback (most recent call last):
        ...
        ValueError: 1.csv and 2.csv say different things of ann's a.ipynb: leave out the older one
    """
    found: dict[tuple[str, str], tuple[str, list[Row]]] = {}
    for name, rows in tables.items():
        of_table: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            of_table.setdefault(row.key()[:2], []).append(row)
        for key, new in of_table.items():
            before, old = found.get(key, ("", []))
            if not any(row.digest for row in old):
                found[key] = name, new
            elif any(row.digest for row in new) and new != old:
                learner, notebook = key
                raise ValueError(
                    f"{before} and {name} say different things of {learner}'s {notebook}: "
                    "leave out the older one"
                )
    return [row for key in sorted(found) for row in found[key][1]]
