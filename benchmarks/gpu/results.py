"""The raw figures of a run: one JSON file, whole at every moment."""

import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path


class Results:
    """A flat JSON object in a file; what is put is there at once, and survives a killed process.

    Only one process may put figures at a time.

    Args:
        path: the file; made by the first ``put``.

    Example:
        ``Results(Path("run.json")).put({"fast.2_s_accuracy": [0.90, 0.91]})``
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict:
        """All figures so far."""
        return json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}

    def put(self, figures: Mapping[str, object]) -> None:
        """Add figures, or replace those of the same name; in one step, so never half a file."""
        new = {key_of(name): plain(value) for name, value in figures.items()}
        temporary = self.path.with_name(f".{self.path.name}.tmp")
        temporary.write_text(json.dumps(self.read() | new, indent=1) + "\n", "utf-8")
        os.replace(temporary, self.path)


def key_of(name: str) -> str:
    """A name as the file has it.

    Example:
        >>> key_of("only 8-16-16, 2 s")
        'only_8-16-16_2_s'
    """
    return re.sub(r"[^\w.-]+", "_", name)


def plain(value: object) -> object:
    """What JSON can hold: numbers with seven digits; NaN, infinity and anything else as text.

    Example:
        >>> plain([1 / 3, float("nan"), True])
        [0.3333333, 'nan', True]
    """
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else str(value)
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def new_file(folder: Path, name: str) -> Path:
    """A file in a folder that is not there yet: ``name_1.json``, ``name_2.json`` and so on."""
    number = 1
    while (path := folder / f"{name}_{number}.json").exists():
        number += 1
    return path


def short_name(gpu: str) -> str:
    """What a GPU is called in the name of a file.

    Example:
        >>> short_name("NVIDIA A100-SXM4-40GB")
        'a100-sxm4-40gb'
    """
    model = re.sub(r"\b(nvidia|tesla|geforce|gpu)\b", "", gpu.lower())
    return re.sub(r"[^a-z0-9]+", "-", model).strip("-")
