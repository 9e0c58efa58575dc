"""Make the font of Korean words in pictures: ``python -m tools.korean_font FILE``.

FILE is ``NanumGothic.ttf`` as the package koreanize-matplotlib on PyPI has it. Of its 11,172
syllables those of the standard KS X 1001 are kept, 2,350, which are those of everyday texts. The
licence (SIL Open Font License) lets nobody call a changed font by the old name, so this one has
another.
"""

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from helpers.pictures.lettering import FAMILY, FILE

NAMES = {
    1: FAMILY,
    3: f"{FAMILY}, a part of NanumGothic",
    4: FAMILY,
    6: "LessonsHangul",
    16: FAMILY,
}
LATIN = range(0x20, 0x7F)
SIGNS = "·×÷±°²³…‘’“”→≤≥−ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"


def syllables() -> list[str]:
    """The 2,350 syllables of KS X 1001, which is what EUC-KR can say.

    Example:
        >>> len(syllables()), syllables()[0], syllables()[-1]
        (2350, '가', '힝')
    """
    rows = range(0xB0, 0xC9)
    return [bytes([row, at]).decode("euc_kr") for row in rows for at in range(0xA1, 0xFF)]


def reduced(file: Path) -> TTFont:
    """The font with the syllables and signs that are needed, under its new name."""
    font = TTFont(file, recalcTimestamp=False)  # made again it is the same file
    for table in set(font.keys()) & {"TSI0", "TSI1", "TSI2", "TSI3", "TSI5", "DSIG"}:
        del font[table]  # a hinter's notes, and a signature that would not hold
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[*NAMES, 0, 2, 13, 14])
    reducer = subset.Subsetter(options)
    reducer.populate(unicodes=LATIN, text="".join([*syllables(), *SIGNS]))
    reducer.subset(font)
    for record in font["name"].names:
        if record.nameID in NAMES:
            record.string = NAMES[record.nameID]
    return font


def main(arguments: list[str] | None = None) -> None:
    """Write the font where ``helpers.pictures.lettering`` looks for it."""
    parser = argparse.ArgumentParser(prog="python -m tools.korean_font", description=__doc__)
    parser.add_argument("file", type=Path, help="NanumGothic.ttf")
    FILE.parent.mkdir(parents=True, exist_ok=True)
    reduced(parser.parse_args(arguments).file).save(FILE)
    print(f"{FILE}: {FILE.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
