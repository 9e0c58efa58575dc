"""Where the numbers are in a text.

A number stands alone: ``-0.95``, ``1e-05``, ``3.`` (a float of torch), ``12,396``, ``nan``.
Digits that are part of a name, a version, an address or a colour are text: ``conv2d``,
``T_12ab3``, ``2.15.0``, ``0x7f3a``, ``#0072B2``, ``28x28``.
In Korean a number has its particle or its unit behind it without a space: ``0.95의``, ``3번``.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = re.compile(
    r"""
    (?: (?<![\w.)\]]) [-+\u2212] )?         # a sign, where it cannot be a minus between two things
    (?<![\w\#.])                            # not inside a name, a colour or a version
    (?: (?: \d{1,3} (?:,\d{3})+ (?!\d)      # 12,396
          | \d+ )
        (?: \.\d* )? (?: [eE][-+]?\d+ )?    # 0.95, 3., 1e-05
      | \.\d+ (?: [eE][-+]?\d+ )?           # .5
      | nan | NaN | inf )
    (?! [^\W가-힣] | \.\d )                # nor followed by its rest: no Korean particle
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Number:
    """A number as a text writes it.

    Args:
        text: the number as written, for example ``"12,396"``.
    """

    text: str
    start: int
    end: int

    @property
    def _plain(self) -> str:
        return self.text.replace(",", "").replace("\u2212", "-")

    @property
    def value(self) -> float:
        """The number.

        Example:
            >>> Number("12,396", 0, 6).value
            12396.0
        """
        return float(self._plain)

    @property
    def is_whole(self) -> bool:
        """Whether it is written as an integer; ``3.``, as torch writes a float, counts as one.

        Example:
            >>> Number("3.", 0, 2).is_whole, Number("3.0", 0, 3).is_whole
            (True, False)
        """
        return self._plain.lstrip("+-").removesuffix(".").isdigit()

    @property
    def unit(self) -> float:
        """One unit of the last written digit; 0 for ``nan`` and ``inf``.

        Example:
            >>> Number("1.50e-3", 0, 7).unit
            1e-05
        """
        exponent = Decimal(self._plain).as_tuple().exponent
        return 10.0**exponent if isinstance(exponent, int) else 0.0


def numbers(text: str) -> list[Number]:
    """Every number of a text, in order.

    Example:
        >>> [n.text for n in numbers("conv2d: 6,131 of 12396, loss -0.03, torch 2.15.0")]
        ['6,131', '12396', '-0.03']
    """
    return [Number(m.group(), m.start(), m.end()) for m in _NUMBER.finditer(text)]


def between(text: str, found: list[Number]) -> list[str]:
    """The pieces of a text around its numbers, one more than there are numbers.

    Example:
        >>> between("a 1 b 2", numbers("a 1 b 2"))
        ['a ', ' b ', '']
    """
    starts = [0, *(number.end for number in found)]
    ends = [*(number.start for number in found), len(text)]
    return [text[start:end] for start, end in zip(starts, ends)]
