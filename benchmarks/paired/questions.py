"""The questions, as ``questions.toml`` asks them."""

import hashlib
import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.paired.recipe import SCALES, Recipe
from benchmarks.paired.store import Line

FILE = Path(__file__).with_name("questions.toml")
# By which of its accuracies a trial with the part is judged, and one without it.
JUDGES = {
    "plain": ("accuracy", "accuracy"),
    "views": ("accuracy_views", "accuracy_views"),
    "views against plain": ("accuracy_views", "accuracy"),
}
NEEDED = ("hypothesis", "with", "without", "judged", "least", "seeds")


@dataclass(frozen=True)
class Question:
    """What is asked, written down before.

    Attributes:
        name: of it; stored trials name it.
        hypothesis: what is expected.
        with_it, without: the two recipes.
        judged: "plain", one look; "views", as ``fit_fast`` looks; or one against the other.
        least: the smallest mean difference that matters, in percentage points.
        seeds: how many at each scale; exactly the seeds from 0 to one less are compared.
        digest: changes with all of that but the seeds.
    """

    name: str
    hypothesis: str
    with_it: Recipe
    without: Recipe
    judged: str
    least: float
    seeds: dict[str, int]
    digest: str


def read_questions(path: Path = FILE) -> dict[str, Question]:
    """All questions of a file, in its order, which is that of their weight.

    Raises:
        ValueError: for a question that does not say all that must be said beforehand.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    recipes = {"final": Recipe()}
    for name, settings in data.get("recipes", {}).items():
        recipes[name] = _recipe(settings, recipes)
    found: dict[str, Question] = {}
    for name, asked in data.get("questions", {}).items():
        if missing := [word for word in NEEDED if asked.get(word) in (None, "", {})]:
            raise ValueError(f"question {name} does not say {', '.join(missing)}")
        if unknown := sorted(set(asked) - set(NEEDED)):
            raise ValueError(f"question {name} says {', '.join(unknown)}, which means nothing")
        if asked["judged"] not in JUDGES or set(asked["seeds"]) - set(SCALES):
            raise ValueError(f"question {name}: judged is of {list(JUDGES)}, scales {list(SCALES)}")
        pair = [_recipe(asked[side], recipes) for side in ("with", "without")]
        if (pair[0] == pair[1]) != (asked["judged"] == "views against plain"):
            raise ValueError(f"question {name}: one recipe alone has only views against plain")
        fixed = [asked["hypothesis"], asked["judged"], asked["least"], *(r.plain() for r in pair)]
        digest = hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()[:10]
        rest = asked["judged"], asked["least"], asked["seeds"], digest
        found[name] = Question(name, asked["hypothesis"], *pair, *rest)
    return found


def chosen(questions: dict[str, Question], names: Iterable[str]) -> list[Question]:
    """Those of some names; all without a name.

    Raises:
        ValueError: for a question that is not in the file.
    """
    names = list(names) or list(questions)
    if unknown := [name for name in names if name not in questions]:
        raise ValueError(
            f"no question {', '.join(unknown)}: write it into {FILE.name} before it is asked, "
            "with hypothesis, recipes and rule"
        )
    return [questions[name] for name in names]


def check_unchanged(questions: dict[str, Question], lines: Iterable[Line]) -> None:
    """Trials that were made for a question must have been made for the question as it is now.

    Raises:
        ValueError: when one was changed afterwards, or is gone.
    """
    for line in lines:
        name = line["question"]
        if name not in questions:
            raise ValueError(f"there are trials for {name}, which is asked no more; put it back")
        if line["asked"] != questions[name].digest:
            raise ValueError(
                f"question {name} was changed after its first trial; "
                "set it back, and give the new one another name"
            )


def _recipe(settings: str | dict[str, Any], recipes: dict[str, Recipe]) -> Recipe:
    """A named recipe, or one with changed settings."""
    if isinstance(settings, str):
        settings = {"from": settings}
    settings = dict(settings)
    base = settings.pop("from", "final")
    if base not in recipes:
        raise ValueError(f"no recipe is called {base}; above it there are {list(recipes)}")
    return recipes[base].changed(settings)
