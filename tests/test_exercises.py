"""Every exercise: its solution is right, its stub is untried, its known mistakes are named."""

import importlib
import pkgutil

import pytest
import torch

import helpers.exercises
from helpers.exercises import RIGHT, UNTRIED, WRONG, Exercise, Mistake, check, find

LESSONS = [
    importlib.import_module(f"helpers.exercises.{module.name}")
    for module in pkgutil.iter_modules(helpers.exercises.__path__)
    if module.name.startswith("lesson")
]
EXERCISES = {number: e for lesson in LESSONS for number, e in lesson.EXERCISES.items()}
MISTAKES = [
    pytest.param(exercise, mistake, id=f"{number}-{place}")
    for number, exercise in EXERCISES.items()
    for place, mistake in enumerate(exercise.mistakes)
]


def stub(*arguments): ...  # your code here


@pytest.mark.parametrize("number", EXERCISES)
def test_solution_is_right(number):
    assert find(number).judge(find(number).solution)[0] == RIGHT


@pytest.mark.parametrize("number", EXERCISES)
@pytest.mark.parametrize("answer", [stub, None, ...])
def test_untouched_stub_is_untried(number, answer):
    assert find(number).judge(answer)[0] == UNTRIED


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_known_mistake_is_named(exercise, mistake):
    assert exercise.judge(mistake.code) == (WRONG, mistake.says)


@pytest.mark.parametrize("number", EXERCISES)
def test_each_exercise_knows_mistakes_and_says_which_kind(number):
    mistakes = find(number).mistakes
    assert len(mistakes) >= 4
    for mistake in mistakes:
        assert mistake.says.split(":")[0] in {"shape", "dtype", "gradient", "value"}


@pytest.mark.parametrize("number", EXERCISES)
def test_an_answer_that_crashes_is_reported(number):
    def crash(*arguments):
        raise KeyError("oops")

    verdict, sentence = find(number).judge(crash)
    assert verdict == WRONG and "KeyError" in sentence and "oops" in sentence


# The framework itself, on an exercise made for it.

DOUBLE = Exercise(
    solution=lambda x: 2 * x,
    inputs=lambda: [(torch.tensor([1.0, 2.0, 4.0]),)],
    mistakes=(Mistake(lambda x: x**2, "value: this squares."),),
    praise="doubled.",
)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x: x**2, "value: this squares."),
        (lambda x: (2 * x)[:2], "the shape is off: expected (3,), got (2,)"),
        (lambda x: (2 * x).double(), "the dtype is off: expected torch.float32, got torch.float64"),
        (lambda x: (2 * x).requires_grad_(), "the gradient is off"),
        (lambda x: 3 * x, "expected 8, got 12"),
        (lambda x: 7, "expected a tensor of shape (3,), got 7 (int)"),
        (lambda x: None, "returns nothing"),
        (5, "expected a function, got 5 (int)"),
        (lambda x: 3 * x, "The arguments were: [1.0, 2.0, 4.0]."),
        (lambda x, y: x, "Keep the arguments of the stub."),
        (lambda x: None * x, "still None"),
    ],
)
def test_wrong_answers_are_told_apart(answer, sentence):
    verdict, said = DOUBLE.judge(answer)
    assert verdict == WRONG and sentence in said


def test_a_step_that_autograd_refuses_gets_advice():
    def step(params, lr):
        params -= lr * params.grad
        return params

    verdict, said = find("2.3").judge(step)
    assert verdict == WRONG and "Put the step under `with torch.no_grad():`" in said


@pytest.mark.parametrize(
    ("number", "answer", "advice"),
    [
        ("1.2", lambda a, b: ((a - b) ^ 2).mean((-1, -2)).sqrt(), "a power is written **"),
        ("1.2", lambda a, b: ((a - b) ** 2).mean((1, 2)).sqrt(), "Count axes from the end"),
        ("1.3", lambda p, a: (p == a).mean(), "use .float() first"),
        ("4.1", lambda x: max(x, 0), "a tensor has .clamp()"),
        ("1.4", lambda x, m: (x - m).abs().mean((-1, -2)).argmin(1), "[:, None] puts an axis in"),
    ],
)
def test_frequent_errors_get_advice(number, answer, advice):
    verdict, said = find(number).judge(answer)
    assert verdict == WRONG and advice in said


def test_a_plain_number_instead_of_a_tensor_is_named():
    verdict, said = find("2.1").judge(lambda p, t: ((p - t) ** 2).mean().item())
    assert verdict == WRONG and "stay with tensors" in said


def test_nan_is_no_right_answer():
    assert DOUBLE.judge(lambda x: x * torch.nan)[0] == WRONG


def test_an_answer_cannot_pass_by_changing_its_input():
    def cheat(x):
        x.zero_()
        return x

    assert DOUBLE.judge(cheat)[0] == WRONG


def test_numbers_are_compared_as_numbers():
    half = Exercise(lambda x: x / 2, lambda: [(3.0,)], (), "halved.")
    assert half.judge(lambda x: torch.tensor(1.5))[0] == RIGHT
    assert half.judge(lambda x: x)[1] == "expected 1.5, got 3. The arguments were: 3.0."
    assert half.judge(lambda x: "1.5")[1].startswith("expected one number, got '1.5' (str).")
    assert half.judge(lambda x: x * float("nan"))[0] == WRONG


def test_check_prints_one_line(capsys):
    check("1.1", find("1.1").solution)
    check("1.1", stub)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{RIGHT}: ") and second.startswith(f"{UNTRIED}: ")


@pytest.mark.parametrize("number", ["9.9", "1.99", "x", "", "1"])
def test_unknown_exercises_are_named(number):
    with pytest.raises(ValueError, match="no exercise"):
        find(number)
