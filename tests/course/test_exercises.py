"""Every exercise: its solution is right, its stub is untried, its known mistakes are named."""

import importlib
import math
import pkgutil

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import helpers.course.exercises
from helpers.course.exercises import (
    RIGHT,
    UNTRIED,
    WRONG,
    Exercise,
    Mistake,
    check,
    find,
    framework,
)
from helpers.metrics import mnist_loss
from tests.course.answers_kit import ERRORS, ODD, raising, spoils_afterwards, spoils_first

LESSONS = [
    importlib.import_module(f"helpers.course.exercises.{module.name}")
    for module in pkgutil.iter_modules(helpers.course.exercises.__path__)
    if module.name.startswith("lesson")
]
EXERCISES = {number: e for lesson in LESSONS for number, e in lesson.EXERCISES.items()}
FUNCTIONS = [number for number, e in EXERCISES.items() if callable(e.solution)]
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


@pytest.mark.parametrize("number", FUNCTIONS)
def test_an_answer_that_crashes_is_reported(number):
    def crash(*arguments):
        raise KeyError("oops")

    verdict, sentence = find(number).judge(crash)
    assert verdict == WRONG and "KeyError" in sentence and "oops" in sentence


# Whatever an answer is, returns or does, there is a verdict and a sentence.

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of rare kinds of tensors

VERDICTS = {RIGHT, WRONG, UNTRIED}
GOOD_RATES = {"odd number", "numpy", "numpy half", "scalar", "array of one", "needs gradient"}


def told(number, answer, capsys):
    """The verdict that ``check`` prints, and the sentence behind it."""
    check(number, answer)
    verdict, _, sentence = capsys.readouterr().out.strip().partition(": ")
    assert verdict in VERDICTS and len(sentence) > 10
    return verdict, sentence


@pytest.mark.slow
@pytest.mark.parametrize("number", EXERCISES)
def test_odd_answers_and_odd_results_get_a_sentence(number, capsys):
    for name, make in ODD.items():
        for answer in (make(), lambda *arguments, make=make: make()):
            verdict, _ = told(number, answer, capsys)
            assert verdict != RIGHT or number == "3.3" and name in GOOD_RATES, name


@pytest.mark.parametrize("number", EXERCISES)
def test_odd_errors_get_a_sentence(number, capsys):
    for error in ERRORS:
        verdict, sentence = told(number, raising(error), capsys)
        assert verdict == WRONG
        assert type(error).__name__ in sentence or number not in FUNCTIONS


def test_only_the_learner_can_interrupt():
    with pytest.raises(KeyboardInterrupt):
        find("1.1").judge(raising(KeyboardInterrupt()))


# An answer gets copies: what it does to them changes neither its own verdict nor another's.

CHANGES_ITS_INPUT = {"2.3", "3.2"}  # the exercise asks for it
FORBIDS_IT = {"4.1"}
FREE = [number for number in FUNCTIONS if number not in CHANGES_ITS_INPUT | FORBIDS_IT]


@pytest.mark.parametrize("number", FREE)
def test_a_right_answer_may_spoil_its_inputs(number):
    exercise = find(number)
    assert exercise.judge(spoils_afterwards(exercise.solution)) == (RIGHT, exercise.praise)


@pytest.mark.parametrize("number", FREE)
def test_a_wrong_answer_does_not_become_right_by_spoiling_its_inputs(number):
    for mistake in find(number).mistakes:
        verdict = find(number).judge(spoils_afterwards(mistake.code))
        assert verdict == (WRONG, mistake.says)
        assert find(number).judge(spoils_first(mistake.code))[0] == WRONG


@pytest.mark.parametrize("number", ["1.2", "1.4", "1.5", "4.2", "5.3", "7.2", "7.5", "8.4", "9.3"])
def test_the_right_answer_to_spoiled_inputs_is_not_right(number):
    assert find(number).judge(spoils_first(find(number).solution))[0] == WRONG


def receptive_field(layers):
    field, apart = 1, 1
    while layers:
        kernel_size, stride = layers.pop(0)
        field += (kernel_size - 1) * apart
        apart *= stride
    return field


def final_size(size, layers):
    while layers:
        kernel_size, stride, padding = layers.pop(0)
        size = (size + 2 * padding - kernel_size) // stride + 1
    return size


def stop_epoch(losses, patience):
    best, waited, epochs = float("inf"), 0, 0
    while losses and waited < patience:
        loss = losses.pop(0)
        epochs += 1
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
    return epochs


def count(sizes):
    total = 0
    while len(sizes) > 1:
        total += (sizes.pop(0) + 1) * sizes[0]
    return total


@pytest.mark.parametrize(
    ("number", "answer"),
    [("7.5", receptive_field), ("7.2", final_size), ("8.4", stop_epoch), ("4.2", count)],
)
def test_lists_may_be_used_up(number, answer):
    assert find(number).judge(answer)[0] == RIGHT


def test_an_emptied_list_does_not_make_an_answer_right():
    def cheat(layers):
        layers.clear()
        return 1

    assert find("7.5").judge(cheat)[0] == WRONG


# Numbers of every kind are numbers.

KINDS = [np.int64, np.float64, np.array, torch.tensor, lambda value: torch.tensor([value])]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", ["4.2", "5.2", "7.2", "7.5", "8.1", "8.4", "9.1"])
def test_numbers_of_numpy_and_torch_are_numbers(number, kind):
    solution = find(number).solution
    assert find(number).judge(lambda *given: kind(solution(*given)))[0] == RIGHT


@pytest.mark.parametrize("kind", [np.float32, *KINDS[1:]])
def test_fractions_of_numpy_and_torch_are_numbers(kind):
    solution = find("9.2").solution
    assert find("9.2").judge(lambda *given: kind(solution(*given)))[0] == RIGHT


@pytest.mark.parametrize("kind", [*KINDS, np.float32])
def test_a_learning_rate_may_come_from_numpy_or_torch(kind):
    assert find("3.3").judge(kind(8.0))[0] == RIGHT


def test_products_of_numpy_are_right():
    answer = find("8.1").judge(lambda s, b, c: c * np.prod([s // 2**b] * 2))
    assert answer[0] == RIGHT


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (10**400, "expected 1.5, got a whole number of more than 300 digits."),
        (float("inf"), "expected 1.5, got inf."),
        (float("nan"), "expected 1.5, got nan."),
        (23582, "expected 1.5, got 23582."),
        (np.True_, "expected one number, got np.True_ (bool)."),
    ],
)
def test_numbers_far_off_are_named(value, sentence):
    half = Exercise(lambda x: x / 2, lambda: [(3.0,)], (), "halved.")
    assert half.judge(lambda x: value)[1].startswith(sentence)


def test_where_the_values_differ_is_told_beside_infinities():
    ends = torch.tensor([torch.inf, 4.0])
    exercise = Exercise(lambda x: ends, lambda: [(1.0,)], (), "there.")
    verdict, sentence = exercise.judge(lambda x: ends + 1)
    assert verdict == WRONG and "expected 4, got 5." in sentence


def test_a_tensor_elsewhere_is_named():
    verdict, sentence = DOUBLE.judge(lambda x: x.to("meta"))
    assert verdict == WRONG and "on the cpu, got one on meta" in sentence


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

    verdict, said, more = find("2.3").hints(step)
    assert verdict == WRONG and "PyTorch would have to remember the step" in said
    assert "Put the step under `with torch.no_grad():`" in more


def test_a_wrong_step_is_told_what_it_did():
    def step(params, lr):
        with torch.no_grad():
            params -= lr * params.grad / 2
        params.grad = None
        return params

    verdict, said = find("2.3").judge(step)
    assert verdict == WRONG
    assert "expected 'params hold [0.8, -1.6, 2.4], the gradient is cleared'" in said
    assert said.endswith("got 'params hold [0.9, -1.8, 2.7], the gradient is cleared'.")


@pytest.mark.parametrize(
    ("number", "answer", "advice"),
    [
        ("1.2", lambda a, b: ((a - b) ^ 2).mean((-1, -2)).sqrt(), "a power is written **"),
        ("1.2", lambda a, b: ((a - b) ** 2).mean((1, 2)).sqrt(), "Count axes from the end"),
        ("8.2", lambda a, n: sum(x * y for x, y in (a, n)), "use zip(a, b)"),
        ("10.1", lambda points: points @ torch.linalg.eigh(points.T.cov()), "several tensors"),
        ("9.3", lambda labels, n, share: labels / labels.shape, "as in .shape[0]"),
        ("10.2", lambda x: x[:, len(x[0])], "the axis you meant"),
        ("9.3", lambda labels, n, share: labels.mul_(1 - share), "Make floats of it first"),
        ("10.2", lambda x: math.sqrt(x), "write x.sqrt()"),
        ("10.1", lambda points: points @ points, "print both shapes"),
        ("9.4", lambda x, *values: x @ x[..., :1, :], "print both shapes"),
        ("8.4", lambda losses, patience: losses[len(losses)], "Which index goes beyond it"),
        ("1.3", lambda p, a: (p == a).mean(), "use .float() first"),
        ("4.1", lambda x: max(x, 0), "a tensor has .clamp()"),
        ("6.2", lambda x, y, k: (x == y).float().mean(), "[:, None] puts an axis in"),
        ("1.2", lambda a, b: ((a - b) ** 2).mean(-1, -2).sqrt(), "axes go in one pair of brackets"),
        ("1.3", lambda p, a: 1.0 if p == a else 0.0, "Compare whole tensors with =="),
        ("1.2", lambda a, b: [a, b].mean(), "torch.stack makes one tensor of a list"),
        ("1.4", lambda t, s: torch.cat(t, s), "together, as one list"),
        ("1.4", lambda t, s: torch.cat(t, s, 0), "Count the arguments of that call"),
        ("2.1", lambda p, t: p.mean().backward(), "Nothing leads back from this number"),
    ],
)
def test_frequent_errors_get_advice(number, answer, advice):
    verdict, said = find(number).judge(answer)
    assert verdict == WRONG and advice in said


def test_only_an_answer_of_other_arguments_is_told_to_keep_those_of_the_stub():
    assert "stub" in find("1.2").judge(lambda a: a)[1]
    assert "stub" not in find("1.2").judge(lambda a, b: torch.cat(a, b, 2))[1]


STOPS = Exercise(
    solution=lambda x, y: x.sum() + y.sum(),
    inputs=lambda: [(torch.ones(2), torch.ones(3))],
    mistakes=(
        Mistake(lambda x, y: x + y, "value: two sums."),
        Mistake(lambda x, y: [x, y].sum(), "value: a list."),
    ),
    praise="added.",
)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x, y: x + y, "value: two sums."),
        (lambda x, y: (y + x).sum(), "value: two sums."),
        (lambda x, y: [y].sum(), "value: a list."),
        (lambda x, y: [y].mean(), "your function stopped with AttributeError"),
        (lambda x, y: x @ y, "your function stopped with RuntimeError"),
    ],
)
def test_a_mistake_is_known_by_the_error_it_stops_with(answer, sentence):
    assert STOPS.judge(answer)[1].startswith(sentence)


def test_what_only_one_of_the_two_labels_is_looked_at_is_told():
    assert "the actual labels" in find("1.3").judge(lambda p, a: p.float().mean())[1]
    assert "the predicted labels" in find("1.3").judge(lambda p, a: a.float().mean())[1]


def test_a_list_without_argmin_is_told_to_be_stacked():
    def nearest(images, means):
        distances = [(images - mean).abs().mean((-1, -2)) for mean in means]
        return distances.argmin(0)

    verdict, said, more = find("1.5").hints(nearest)
    assert verdict == WRONG and "a Python list" in said and "torch.stack" in more


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


# Hints come in two strengths.

HALVED = Exercise(
    lambda x: 2 * x,
    lambda: [(3.0,)],
    (Mistake(lambda x: x / 2, "this is half of it.", "Multiply."), Mistake(lambda x: x, "same.")),
    praise="well done.",
    do="Think of a double.",
)


@pytest.mark.parametrize(
    ("answer", "hint", "said"),
    [
        (lambda x: x / 2, 1, "Not yet: this is half of it.\nA stronger hint: add hint=2"),
        (lambda x: x / 2, 2, "Not yet: this is half of it.\nMultiply.\n"),
        (lambda x: x, 1, "Not yet: same.\nA stronger hint: add hint=2"),
        (lambda x: x, 2, "Not yet: same.\nThink of a double.\n"),
        (
            lambda x: 7.0,
            2,
            "Not yet: expected 6, got 7. The arguments were: 3.0.\nThink of a double.",
        ),
        (lambda x: x["a"], 2, "Think of a double."),
        (lambda x: 2 * x, 2, "Right: well done.\n"),
    ],
    ids=range(7),
)
def test_a_second_hint_is_told_when_it_is_asked_for(monkeypatch, capsys, answer, hint, said):
    monkeypatch.setattr(framework, "find", lambda number: HALVED)
    check("1.1", answer, hint=hint)
    out = capsys.readouterr().out
    assert said in out and ("hint=2" in out) == ("hint=2" in said)


def test_there_are_two_hints():
    with pytest.raises(ValueError, match="1 .where to look. or 2 .what to do., got 3"):
        check("1.1", None, hint=3)


def test_a_module_is_no_answer():
    verdict, sentence = find("3.3").judge(framework)
    assert verdict == WRONG and "expected a number" in sentence


# What readers and attackers have found: answers that once passed, or were refused, or were told
# something else.


def _grad_of(x, y, w):
    return 2 * (w * x - y) * x


def _without_gradient(params, lr):
    params.data -= 2 * lr * params.data
    params.grad = None
    return params


def _left_off(params, lr):
    torch.set_grad_enabled(False)
    params -= lr * params.grad
    params.grad = None
    return params


def _root_mode(model, dl):
    was, model.training = model.training, False
    with torch.no_grad():
        right = torch.cat([model(xb).argmax(1) == yb for xb, yb in dl])
    model.training = was
    return right.float().mean()


def _all_right(model, dl):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        for xb, _ in dl:
            model(xb)
    model.train(was_training)
    return 0.9


def _rounded(size, layers):
    for kernel, stride, padding in layers:
        size = round((size + 2 * padding - kernel) / stride) + 1
    return size


def _one_loss(xb, yb, model, loss_func, params, lr):
    mnist_loss(model(xb), yb).backward()
    with torch.no_grad():
        for p in params:
            p -= lr * p.grad
            p.grad = None


def _momentum(p, grad, velocity, lr, beta):
    velocity = beta * velocity + grad
    return p - (1 - beta) * velocity, velocity


def _against_patience(losses, patience):
    for epoch in range(patience, len(losses)):
        if losses[epoch] >= losses[epoch - patience]:
            return epoch + 1
    return len(losses)


def _wrong_axis(xb, mean, std):
    x = xb / 255
    for c in range(xb.shape[2]):
        x[:, c] = (x[:, c] - mean[c]) / std[c]
    return x


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("1.1", lambda x: torch.stack([torch.stack([r.float() / 255 for r in image]).view(2, 2)
                                       for image in x.view(-1, 2, 2)]).view(3, 2, 2)),
        ("1.4", lambda t, s: t.sum(0) / 5 - s.sum(0) / 3),
        ("2.2", lambda f, x, h: abs(f(x + h) - f(x - h)) / (2 * h)),
        ("2.3", _without_gradient),
        ("2.4", lambda x, y, w: -(2 * (w * x - y).abs() * x).mean()),
        ("2.4", lambda x, y, w: (2 * (w * x - y).abs() * x).mean()),
        ("2.4", lambda x, y, w: (4 * w * x * (w * x - y)).mean()),
        ("2.4", lambda x, y, w: _grad_of(x, y, w).sum() / 3),
        ("2.4", lambda x, y, w: ((w * x - y) * x / w).mean()),
        ("3.2", _one_loss),
        ("3.4", _momentum),
        ("5.2", lambda n, batch_size, epochs: round(n / batch_size + 0.5) * epochs),
        ("6.2", lambda x, y, k: (x.topk(k, dim=1).indices == y[:, None]).sum() / 12),
        ("6.4", _root_mode),
        ("6.4", _all_right),
        ("7.2", _rounded),
        ("7.3", lambda p, i, f: round(((p - i) / (i * f)) ** 0.5)),
        ("7.4", lambda x, k, s: F.max_pool2d(x, k, k - 1)),
        ("7.4", lambda x, k, s: F.max_pool2d(x, s + 1, s)),
        ("8.3", _wrong_axis),
        ("8.4", _against_patience),
        ("10.4", lambda a: 100 * (a - a.mean()).abs().max()),
        ("11.2", lambda n, seed, epoch, rank, size: torch.randperm(
            12, generator=torch.Generator().manual_seed(seed + epoch))[rank::size]),
    ],
)  # fmt: skip
def test_an_answer_that_is_right_by_chance_alone_is_not_right(number, answer):
    verdict, said = find(number).judge(answer)
    assert verdict == WRONG
    for false in ("wrong sign", "half of it", "walks uphill", "running average"):
        assert false not in said


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("2.2", lambda f, x, h: (f(torch.tensor(x) + h) - f(torch.tensor(x) - h)) / (2 * h)),
        ("3.4", lambda p, g, v, lr, beta: [p - lr * (beta * v + g), beta * v + g]),
        ("5.1", lambda p: torch.stack([p[:, :, 0], p[:, :, 1], p[:, :, 2]]).float() / 255),
        ("8.2", lambda a, n: (a * n).round().sum() / n.sum()),
        ("9.5", lambda d, factor: np.str_(find("9.5").solution(d, factor))),
    ],
)
def test_an_unusual_right_answer_is_right(number, answer):
    assert find(number).judge(answer)[0] == RIGHT


def test_gradients_that_an_answer_leaves_switched_off_are_told_and_switched_on_again():
    for number, answer in (("2.3", _left_off), ("6.4", lambda m, dl: _left_off_in(m, dl))):
        verdict, said = find(number).judge(answer)
        assert verdict == WRONG and "switched off" in said
        assert torch.is_grad_enabled()
    with torch.no_grad():
        assert find("3.2").judge(find("3.2").solution)[0] == RIGHT
        assert not torch.is_grad_enabled()


def _left_off_in(model, dl):
    torch.set_grad_enabled(False)
    return find("6.4").solution(model, dl)


def test_a_line_of_dots_beside_work_is_no_stub():
    def worked(x):
        x * 2
        ...

    def documented(x):
        """Say it twice."""
        ...

    assert DOUBLE.judge(worked)[0] == WRONG and "returns nothing" in DOUBLE.judge(worked)[1]
    assert DOUBLE.judge(documented)[0] == UNTRIED
    assert DOUBLE.judge(lambda x: ...)[0] == UNTRIED


def _new_numbers(params, lr):
    with torch.no_grad():
        params = params - lr * params.grad
    params.grad.zero_()
    return params


def _no_step(params, lr):
    params.grad = None
    return params


def _part_by_part(params, lr):
    for p in params:
        p -= lr * p.grad
    return params


@pytest.mark.parametrize(
    ("number", "answer", "sentence"),
    [
        ("2.3", _new_numbers, "you computed new numbers"),
        ("2.3", _no_step, "or is there no step?"),
        ("2.3", _part_by_part, "or a part of a tensor, never had"),
        ("2.3", lambda params, lr: "new", "something else is returned"),
        ("3.2", lambda xb, yb, model, loss_func, params, lr: None, "never asks the model"),
        ("3.4", lambda p, g, v, lr, beta: (p, v.mean()), "keep the shape of p"),
        ("1.2", lambda a, b: (a - b).mean((-1, -2)).sqrt(), "never squared"),
        ("4.1", lambda x: torch.tensor(x.detach().numpy()).relu(), "no gradient can flow back"),
        ("4.1", lambda x: torch.tensor(np.maximum(x.numpy(), 0)), "Numpy keeps no gradients"),
    ],
)
def test_what_is_told_is_what_happened(number, answer, sentence):
    verdict, said = find(number).judge(answer)
    assert verdict == WRONG and sentence in said


def test_numbers_that_are_nearly_equal_are_told_with_more_digits():
    near = Exercise(lambda x: 1.0, lambda: [(0.123456,)], (), "one.")
    assert "expected 1, got 1.0004. The arguments were: 0.1235." in near.judge(lambda x: 1.0004)[1]
    assert "expected 1, got 1.001." in near.judge(lambda x: 1.001)[1]


@pytest.mark.parametrize("number", [4.2, None, len])
def test_a_number_that_is_no_text_is_named(number):
    with pytest.raises(ValueError, match="expected a text like '1.2'"):
        check(number, lambda x: x)
