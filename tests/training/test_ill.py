"""Five training runs to be diagnosed: one is healthy, four have a mistake that people make."""

import pytest
import torch

from helpers.training.ill import patients

RANDOM = torch.Generator().manual_seed(0)
X, Y = torch.rand(256, 1, 28, 28, generator=RANDOM), torch.arange(256) % 10


def test_each_run_gives_its_losses_and_its_model_and_leaves_the_random_numbers_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    five = patients(X, Y, "cpu")
    assert torch.equal(torch.rand(1), expected)
    assert list(five) == list("ABCDE")
    for losses, model in five.values():
        assert len(losses) == 2 and model(X[:3]).shape == (3, 10)


def test_all_begin_at_the_same_place_and_end_elsewhere():
    five = patients(X, Y, "cpu")
    starts = [five[letter].losses[0] for letter in "BDE"]  # on the same first batch
    assert starts[0] == pytest.approx(starts[1]) == pytest.approx(starts[2])
    ends = {round(patient.losses[1], 6) for patient in five.values()}
    assert len(ends) == 5


@pytest.mark.slow
def test_each_has_the_mistake_of_its_letter_and_b_has_none():
    templates = torch.rand(10, 1, 28, 28, generator=RANDOM)
    y = torch.arange(4096).mul(7) % 10
    x = (templates[y] + 0.1 * torch.rand(4096, 1, 28, 28, generator=RANDOM)).clamp(0, 1)
    five = patients(x, y, "cpu")
    said = {letter: model(x).argmax(1) for letter, (_, model) in five.items()}
    right = {letter: (answers == y).float().mean().item() for letter, answers in said.items()}
    assert right["B"] > 0.95
    assert set(said["A"][y < 9].tolist()) <= {8, 9}  # forgot what came before the last classes
    assert min(five["C"].losses) > 1.46  # of probabilities no loss is below ln(e + 9) - 1
    assert max(five["D"].losses[1:]) > 2 * five["D"].losses[0]  # steps too long
    assert 2 < five["E"].losses[-1] < five["E"].losses[0]  # steps too short


def test_images_and_labels_belong_together():
    with pytest.raises(ValueError):
        patients(X, Y[:5], "cpu")
