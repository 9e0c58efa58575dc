"""For Sphinx: docstrings as pages show them."""

import re

from sphinx.application import Sphinx


def link_lessons(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Make "Built in lesson 03." a link to that lesson."""
    pages = {page.removeprefix("notebooks/")[:2]: page for page in app.env.found_docs}

    def link(match: re.Match) -> str:
        page = pages.get(match[2])
        return f":doc:`{match[1]} </{page}>`" if page else match[1]

    lines[:] = [re.sub(r"(?<=Built in )(lesson (\d\d))", link, line) for line in lines]


def skip_fields(
    app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object
) -> bool | None:
    """Leave out the fields of named tuples: the docstring of their class explains them."""
    return True if (getattr(obj, "__doc__", None) or "").startswith("Alias for field") else None


def shorten(
    app: Sphinx,
    what: str,
    name: str,
    obj: object,
    options: object,
    signature: str | None,
    result: str | None,
) -> tuple[str | None, str | None]:
    """Write ``Tensor`` for ``~torch.Tensor``: what Sphinx cannot parse it would show as it is."""

    def short(text: str | None) -> str | None:
        return text and re.sub(r"~[\w.]+\.", "", text)

    return short(signature), short(result)


def setup(app: Sphinx) -> dict[str, bool]:
    """Make Sphinx call the above."""
    app.connect("autodoc-process-docstring", link_lessons)
    app.connect("autodoc-skip-member", skip_fields)
    app.connect("autodoc-process-signature", shorten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
