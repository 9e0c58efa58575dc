"""Two ways of doing the same take turns, and the differences of neighbours count."""

import pytest
import torch

from benchmarks import steps
from helpers.data import Split
from helpers.models.fastnet import FastNet


def photos(n=40):
    draw = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (n, 3, 32, 32), dtype=torch.uint8, generator=draw)
    return Split(images, torch.arange(n) % 10)


def test_ways_take_turns_in_changing_order():
    order = []
    ways = {name: lambda name=name: order.append(name) for name in "ab"}
    steps.in_turn(ways, rounds=3, each=2, clock=lambda: 0.0)
    assert "".join(order) == "ab" + "aabb" + "bbaa" + "aabb"


@pytest.mark.parametrize("pixels", [24, 32])
@pytest.mark.parametrize("settings", [steps.NOW, steps.USUAL])
def test_each_way_changes_all_that_learns(monkeypatch, pixels, settings):
    made = []
    monkeypatch.setattr(steps, "FastNet", lambda *args: made.append(FastNet(*args)) or made[0])
    step = steps.steps(photos(), (4, 4, 4), pixels, **settings, batch_size=16)
    (model,) = made
    for _ in range(3):
        before = {name: p.clone() for name, p in model.named_parameters() if p.requires_grad}
        step()
        assert model.pixels == pixels and "whiten.weight" not in before
        assert all(not torch.equal(p, dict(model.named_parameters())[name])
                   for name, p in before.items())  # fmt: skip


@pytest.mark.slow
def test_the_command_says_what_is_saved(monkeypatch, capsys):
    monkeypatch.setattr(steps, "load", lambda name: type("Set", (), {"train": photos(1024)}))
    words = ["steps", "muon", "--widths", "4", "4", "4", "--pixels", "24", "--rounds", "2"]
    monkeypatch.setattr("sys.argv", [*words, "--each", "1"])
    steps.main()
    assert "muon, 24 pixels:" in capsys.readouterr().out
