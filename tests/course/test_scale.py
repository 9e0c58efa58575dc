import pytest
import torch

from helpers.course.scale import FULL, PART, Scale, choose_scale

CPU, CUDA, MPS = (torch.device(name) for name in ("cpu", "cuda", "mps"))


@pytest.fixture(autouse=True)
def no_wish(monkeypatch):
    monkeypatch.delenv("LESSONS_SCALE", raising=False)


@pytest.mark.parametrize(
    ("device", "wish", "scale"),
    [
        (CPU, None, PART), (CUDA, None, FULL), (MPS, None, FULL), (CPU, "", PART),
        (CPU, "full", FULL), (CUDA, "part", PART),
    ],
)  # fmt: skip
def test_the_device_decides_unless_told_otherwise(monkeypatch, device, wish, scale):
    if wish is not None:
        monkeypatch.setenv("LESSONS_SCALE", wish)
    assert choose_scale(device) == scale


def test_a_lesson_may_bring_its_own():
    full, part = Scale("full", 100, 10, 10, 7, 8), Scale("part", 10, 5, 5, 2, 4)
    assert choose_scale(CPU, full, part) == part and choose_scale(CUDA, full, part) == full


def test_it_says_what_it_chose_and_how_to_have_all(capsys):
    choose_scale(CPU)
    choose_scale(CUDA)
    assert capsys.readouterr().out.splitlines() == [
        "Scale: part, with 3,000 training, 1,000 validation and 2,000 test images, 3 epochs, "
        "batches of 64.",
        "(On a GPU, or with LESSONS_SCALE=full, it would be "
        "45,000 training, 5,000 validation and 10,000 test images, 10 epochs, batches of 128.)",
        "Scale: full, with 45,000 training, 5,000 validation and 10,000 test images, 10 epochs, "
        "batches of 128.",
    ]


def test_other_wishes_are_refused(monkeypatch):
    monkeypatch.setenv("LESSONS_SCALE", "Full")
    with pytest.raises(ValueError, match="LESSONS_SCALE must be 'full' or 'part', got 'Full'"):
        choose_scale(CPU)
