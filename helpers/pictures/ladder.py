"""Pictures of a ladder: what each idea did to accuracy and time, and all ways in one race."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from helpers.pictures.canvas import BLUE, GREY, ORANGE
from helpers.pictures.scores import Score, scoreboard

COLORS = GREY, BLUE, ORANGE  # of the groups in a race


def draw_ladder(rungs: Sequence[Score]) -> Figure:
    """Draw accuracy and seconds side by side, a row for each rung; the newest stands out.

    Args:
        rungs: from the bottom to the newest one.

    Returns:
        Figure: to be passed to ``helpers.pictures.canvas.show``.

    Raises:
        ValueError: as ``helpers.pictures.scores.scoreboard`` does.
    """
    board = scoreboard(rungs)
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 0.75 + 0.3 * len(board)), sharey=True)
    colors = [GREY] * (len(board) - 1) + [BLUE]
    for axis, values, form in ((left, board.accuracy, ".3f"), (right, board.seconds, ".1f")):
        bars = axis.barh(board.method, values, color=colors)
        axis.bar_label(bars, [format(value, form) for value in values], padding=3, fontsize=10)
    left.invert_yaxis()  # both, as they share it
    left.set(xlim=(0, 1.15), xticks=(0, 0.5, 1), xlabel="accuracy", ylabel="rung")
    right.set(xlim=(0, max(board.seconds.max(), 1e-3) * 1.25), xlabel="seconds")
    return figure


def draw_race(groups: dict[str, Sequence[Score]]) -> Figure:
    """Draw accuracy against seconds (logarithmic), with names on the right, the best at the top.

    Args:
        groups: up to three groups of scores under their names, each with a colour and a marker
            of its own. Methods of 0 seconds are drawn at a hundredth of one.

    Returns:
        Figure: to be passed to ``helpers.pictures.canvas.show``.

    Raises:
        ValueError: for more than three groups, or as ``helpers.pictures.scores.scoreboard`` does.
    """
    if len(groups) > len(COLORS):
        raise ValueError(f"draw_race: expected at most three groups, got {len(groups)}")
    everyone = [score for scores in groups.values() for score in scores]
    scoreboard(everyone)  # looks whether they are sound
    figure, axis = plt.subplots(figsize=(9, max(3.0, 0.27 * len(everyone))))
    for (name, scores), color, marker in zip(groups.items(), COLORS, "so^"):
        points = [_place(score) for score in scores]
        axis.plot(*zip(*points), marker, color=color, markersize=8, label=name)
    colored = [(score, color) for scores, color in zip(groups.values(), COLORS) for score in scores]
    colored.sort(key=lambda pair: pair[0].accuracy, reverse=True)
    for rank, (score, color) in enumerate(colored):
        axis.annotate(
            f"{score.accuracy:.3f} {score.method}", _place(score), (1.04, 1 - rank / len(colored)),
            textcoords="axes fraction", va="center", fontsize=10, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": color, "linewidth": 0.6},
        )  # fmt: skip
    axis.set(xscale="log", xlabel="seconds (each step ten times as long)", ylabel="accuracy")
    axis.grid(alpha=0.3)
    axis.legend(loc="upper left")
    return figure


def _place(score: Score) -> tuple[float, float]:
    return max(score.seconds, 0.01), score.accuracy
