"""One table for all that is said: ``say("expected {wanted}, got {got}", wanted=3, got=4)``.

The English in the code is the key of the table, the default, and what is said where the table has
nothing. The Korean is written in ``translations/ko/helpers.po``; ``make messages`` finds what is
said anywhere, and compiles the table that lies here, in the format of GNU gettext. Nothing of it is
loaded before somebody asks for Korean.

``LESSONS_LANG=ko`` asks for it, and so do ``KO`` and ``ko_KR.UTF-8``. Where that is not set, the
notebook does: one that lies in a folder ``ko``, which is where JupyterLab, VS Code and nbval start
its kernel, or one whose first cells, up to the one that starts the lesson, hold Korean. That is how
it is known in Colab, which tells no program where a notebook lies.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from helpers.settings import setting

LANGUAGES = ("en", "ko")
DOMAIN = "helpers"
HERE = Path(__file__).parent

_HANGUL = re.compile("[가-힣]")
_spoken: list[str] = []  # see ``speaking``


def say(text: str, /, **values: object) -> str:
    """A text in the language of the learner, with values in it.

    Args:
        text: the English, a literal, so that ``make messages`` finds it; or one that was
            ``marked`` where it stands.
        **values: what its placeholders stand for, as in ``str.format``; without any, braces mean
            nothing.

    Example:
        >>> say("expected {wanted}, got {got}.", wanted=3, got="'3' (str)")
        "expected 3, got '3' (str)."
    """
    words = text if spoken() == "en" else _translated(text)
    return words.format(**values) if values else words  # a learner's own braces stay


def marked(text: str) -> str:
    """The text itself: ``make messages`` takes it into the table, for a ``say`` elsewhere.

    Example:
        >>> marked("ready")
        'ready'
    """
    return text


def everywhere(text: str) -> tuple[str, ...]:
    """A text in all languages, for programs that read what was said.

    Example:
        >>> everywhere("Right")
        ('Right', '정답입니다')
    """
    return text, _translated(text)


def spoken() -> str:
    """The language that is spoken now: ``"en"`` or ``"ko"``.

    Example:
        >>> spoken()
        'en'
    """
    if _spoken:
        return _spoken[-1]
    return _wished() or _of_notebook()


def language_of(wish: str) -> str:
    """The language that a wish names; empty where it is none of ``LANGUAGES``.

    Example:
        >>> language_of("KO"), language_of("ko_KR.UTF-8"), language_of("fr")
        ('ko', 'ko', '')
    """
    language = re.split("[-_.@]", wish.lower())[0]
    return language if language in LANGUAGES else ""


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Speak a language inside the block, whatever the notebook; ``LESSONS_LANG`` has precedence.

    Example:
        >>> with speaking("ko"):
        ...     say("Right")
        '정답입니다'
    """
    _spoken.append(_wished() or chosen)
    try:
        yield
    finally:
        _spoken.pop()


def of_file(notebook: bytes, place: Path) -> str:
    """The language of a notebook that is not run here.

    Args:
        notebook: the file's bytes, which may name it as ``metadata.lesson.lang``.
        place: where the file lies: in a folder ``ko`` it is Korean.

    Example:
        >>> of_file(b'{"metadata": {"lesson": {"lang": "ko"}}}', Path("a.ipynb"))
        'ko'
        >>> of_file(b"{}", Path("notebooks/ko/a.ipynb")), of_file(b"{}", Path("a.ipynb"))
        ('ko', 'en')
    """
    try:
        named = json.loads(notebook)["metadata"]["lesson"]["lang"]
    except (ValueError, KeyError, TypeError, RecursionError):
        named = place.absolute().parent.name
    return named if named in LANGUAGES else "en"


def _wished() -> str:
    """What ``LESSONS_LANG`` asks for: English where it is not understood, as the report tells."""
    wish = setting("LESSONS_LANG")
    return wish and (language_of(wish) or "en")


@cache
def _of_notebook() -> str:
    """The language of the notebook, or else the folder, in which this runs."""
    try:
        if os.path.basename(os.getcwd()) == "ko":
            return "ko"
    except OSError:  # the folder is gone
        pass
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    cells = shell.user_ns.get("In", []) if shell else []
    return "ko" if any(_HANGUL.search(str(cell)) for cell in cells) else "en"


def _translated(text: str) -> str:
    return _table().gettext(text) if text else ""  # to the empty text belongs the table's heading


@cache
def _table():
    import gettext  # here, because a lesson in English has no use for it

    return gettext.translation(DOMAIN, HERE, languages=["ko"], fallback=True)
