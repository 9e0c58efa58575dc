"""The tests of the project; ``ROOT`` is its folder."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
