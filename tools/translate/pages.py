"""A page of Markdown, such as the README: its paragraphs by name, and the page with others.

A paragraph is what blank lines part: a heading, a list, a block of code. Of a table each row is
one, so that a new figure makes one row stale. A name is the heading above and a number; where
paragraphs are put in between, ``catalogue.updated`` finds the others again by their words.
"""

import re
from collections.abc import Iterator, Mapping

_FENCE = re.compile(r"^(```+|~~~+)")
_NO_WORDS = re.compile(r"<!--.*?-->|{%.*?%}|{{.*?}}|\.ipynb")


def texts(page: str) -> dict[str, str]:
    """Every paragraph by its name.

    Example:
        >>> texts("# A page\\n\\nOne.\\n\\n| name |\\n|---|\\n| Ada |\\n")
        {'a-page-1': '# A page', 'a-page-2': 'One.', 'a-page-3': '| name |', 'a-page-4': '| Ada |'}
    """
    return {name: page[start:end] for name, start, end in _places(page)}


def replaced(page: str, new: Mapping[str, str]) -> str:
    """A page with other paragraphs; a name that is not in ``new`` keeps its own.

    Example:
        >>> replaced("# A page\\n\\nOne.\\n", {"a-page-2": "하나."})
        '# A page\\n\\n하나.\\n'
    """
    for name, start, end in reversed(list(_places(page))):
        page = page[:start] + new.get(name, page[start:end]) + page[end:]
    return page


def _places(page: str) -> Iterator[tuple[str, int, int]]:
    heading, count = "top", 0
    for start, end in _blocks(page):
        text = page[start:end]
        if not re.search("[A-Za-z]{2}", _NO_WORDS.sub(" ", text)):
            continue
        title = re.match(r"#+ (.*)", text)
        if title:
            heading, count = re.sub(r"\W+", "-", title[1].lower()).strip("-"), 0
        count += 1
        yield f"{heading}-{count}", start, end


def _blocks(page: str) -> Iterator[tuple[int, int]]:
    """Where each paragraph begins and ends; comments and lines of a template stand alone."""
    start, place, fence = None, 0, ""
    for line in page.splitlines(keepends=True):
        end = place + len(line)
        text = line.strip()
        opens = _FENCE.match(text)
        alone = not fence and (text.startswith(("|", "<!--", "{%", "#")) or not text)
        if start is not None and (alone or opens and not fence):
            yield start, place - 1
            start = None
        if fence and text == fence and start is not None:
            yield start, place + len(line.rstrip())
            start, fence = None, ""
        elif alone:
            if text:
                yield place, place + len(line.rstrip())
        elif start is None:
            start = place
            fence = opens[1] if opens else ""
        place = end
    if start is not None:
        yield start, len(page.rstrip())
