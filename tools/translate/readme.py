"""``README.ko.md``, made of the README and its catalogue, ``translations/ko/readme.po``.

What others write into the README is no text of the catalogue: badges and the address of a fork
(``tools.publish``) and the sentence about the last run (``tools.lessons.ran``) are written again,
in Korean.
"""

import re
from pathlib import Path

import polib

from tools.lessons import ran
from tools.lessons.notebook import lessons
from tools.publish import place_of, publish_readme, unpublished
from tools.translate import catalogue, pages

SWITCH = "**English** · [한국어](README.ko.md)"
_SWITCHED = "[English](README.md) · **한국어**"
_NOT_WHOLE = "> *번역이 끝나지 않은 문단은 영어 원문 그대로 두었습니다.*"
_LESSON = re.compile(r"\]\(notebooks/(?=[^)/]+\.ipynb\))")


def english(page: str) -> str:
    """The README without what others write into it.

    Example:
        >>> english(f"# A\\n\\n{SWITCH}\\n\\n{ran.BEGIN}It ran.{ran.END}\\n")
        '# A\\n\\n<!-- Written by: make ran -->\\n\\n<!-- until here -->\\n'
    """
    before, begin, rest = unpublished(page).partition(ran.BEGIN)
    _, end, after = rest.partition(ran.END)
    return before.replace(SWITCH + "\n\n", "", 1) + begin + end + after


def korean(root: Path, known: polib.POFile) -> str:
    """The Korean README of a checkout.

    Raises:
        ValueError: when the README has no row for a lesson, or no heading "Colab".
    """
    page = (root / "README.md").read_text(encoding="utf-8")
    plain = english(page)
    old = pages.texts(plain)
    new = catalogue.korean(known, old)
    text = _LESSON.sub("](notebooks/ko/", pages.replaced(plain, new))
    head = [_SWITCHED] if len(new) == len(old) else [_SWITCHED, _NOT_WHOLE]
    title, _, rest = text.partition("\n\n")
    text = "\n\n".join([title, *head, rest])
    names = [path.stem for path in lessons(root)]
    before, begin, rest = text.partition(ran.BEGIN)
    if begin:
        text = before + begin + ran.sentence(ran.kept(root), names, "ko") + rest
    place = place_of(page)
    paths = [f"notebooks/ko/{name}.ipynb" for name in names]
    return publish_readme(text, paths, place, "ko") if place else text
