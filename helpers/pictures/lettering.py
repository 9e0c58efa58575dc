"""The words in a picture, in the language of the learner: titles, labels, legends, ticks.

Every figure passes here on its way to the page, so functions that draw write English and know of no
other language. A font with Korean letters lies beside the table of words, because the one that
matplotlib brings has none and a system's may have none; it is always that one, so that a picture is
the same on every machine. A text with a letter that it lacks stays as it is.
"""

import re
from functools import cache
from pathlib import Path

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text

from helpers import language

FAMILY = "Lessons Hangul"
FILE = Path(language.__file__).parent / "ko" / "LessonsHangul.ttf"

# Not those in names such as conv2d.
_NUMBER = re.compile(
    r"(?<![\w.])[-\N{MINUS SIGN}]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?%?(?![A-Za-z\d_])"
)


def translate(figure: Figure) -> None:
    """Put the words of a figure into the learner's language, where it is another than English.

    Example:
        >>> from helpers.language import speaking
        >>> figure = Figure()
        >>> title = figure.subplots().set_title("epoch")
        >>> with speaking("ko"):
        ...     translate(figure)
        >>> title.get_text()
        '에포크'
    """
    if language.spoken() == "en" or not FILE.is_file():
        return
    for axis in figure.findobj(Axis):
        _translate_ticks(axis)
    for text in figure.findobj(Text):
        _write(text, in_picture(text.get_text()))


def in_picture(text: str) -> str:
    """A text of a picture in the language of the learner; numbers in it do not matter.

    The table has it as it stands, or with its numbers as {0}, {1} and so on; or else its lines, or
    what commas part in a line, as in the name of a run and "validation".

    Example:
        >>> from helpers.language import speaking
        >>> with speaking("ko"):
        ...     in_picture("lr = 0.5, 30 steps")
        'lr = 0.5, 스텝 30번'
    """
    said = _known(text)
    for comma in ("\n", ", "):
        said = said or comma.join(_known(part) or part for part in text.split(comma))
        said = "" if said == text else said
    return said if said and _can_write(said) else text


def numberless(text: str) -> str:
    """The key of a text with numbers in it.

    Example:
        >>> numberless("loss 0.25 after 1,000 steps")
        'loss {0} after {1} steps'
    """
    places = iter(range(text.count("") + 1))
    plain = text.replace("{", "{{").replace("}", "}}")
    return _NUMBER.sub(lambda _: f"{{{next(places)}}}", plain)


def _known(text: str) -> str:
    """What the table has for a text, or nothing."""
    if (said := language.say(text)) != text:
        return said
    template = numberless(text)
    found = language.say(template)
    return found.format(*_NUMBER.findall(text)) if found != template else ""


def _translate_ticks(axis: Axis) -> None:
    """Words at the ticks: matplotlib writes them anew when it draws, as its formatter says."""
    words = [label.get_text() for label in axis.get_ticklabels()]
    said = [in_picture(word) for word in words]
    if said != words:
        axis.set_ticks(axis.get_ticklocs(), said)


def _write(text: Text, words: str) -> None:
    if words != text.get_text():
        text.set_text(words)
    if _korean(words):
        families = text.get_fontfamily()
        if FAMILY not in families:
            _letters()
            text.set_fontfamily([*families, FAMILY])  # for what the others lack


def _can_write(words: str) -> bool:
    return all(ord(letter) in _letters() for letter in _korean(words))


def _korean(words: str) -> list[str]:
    return re.findall("[\u1100-\u11ff\u3130-\u318f가-힣]", words)


@cache
def _letters() -> frozenset[int]:
    """What the font can write; matplotlib knows it from then on."""
    from matplotlib import font_manager, ft2font

    font_manager.fontManager.addfont(FILE)
    return frozenset(ft2font.FT2Font(FILE).get_charmap())
