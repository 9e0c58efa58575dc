"""What is particular to the exercises of lesson 06, beside what holds for all."""

import pytest
import torch

from helpers.course.exercises import RIGHT, UNTRIED, WRONG, find
from helpers.metrics import accuracy
from helpers.training.classifier import predict


def judged(number, answer):
    return find(number).judge(answer)


def place_of_torch():
    p = torch.tensor(1.0, requires_grad=True)
    opt = torch.optim.Adam([p], lr=0.1)
    for gradient in (4.0, -4.0):
        p.grad = torch.tensor(gradient)
        opt.step()
    return p.item()


def test_two_steps_of_adam_end_where_torch_ends():
    assert find("6.1").solution == pytest.approx(place_of_torch(), abs=1e-6)


@pytest.mark.parametrize("place", [0.9053, 0.90526, torch.tensor(0.9053)])
def test_four_decimals_are_enough(place):
    assert judged("6.1", place)[0] == RIGHT


@pytest.mark.parametrize(
    ("place", "words"),
    [(1.0, "gradient descent would end"), (0.9, "not exactly 0"), (0.7062, "began at 0")],
)
def test_wrong_places_are_recognised(place, words):
    verdict, said = judged("6.1", place)
    assert verdict == WRONG and words in said


def test_overconfidence_may_be_a_plain_number():
    def overconfidence(logits, labels):
        sure = logits.softmax(1).amax(1).sum().item()
        return (sure - (logits.argmax(1) == labels).sum().item()) / len(labels)

    assert judged("6.3", lambda x, y: torch.tensor(overconfidence(x, y)))[0] == RIGHT


def test_a_network_that_is_always_right_is_never_overconfident():
    logits, labels = find("6.3").inputs()[1]
    assert accuracy(logits, labels) == 1
    assert find("6.3").solution(logits, labels) < 0


@pytest.mark.parametrize(
    ("overconfidence", "words"),
    [
        (lambda sure, x, y: sure.mean() - (y == x.argmax(0)).float().mean(), "for each image"),
        (lambda sure, x, y: (sure.mean() - (x.argmax(1) == y).float().mean()).abs(), "above 0"),
        (lambda sure, x, y: sure.mean() - (sure == y).float().mean(), "not which class"),
        (lambda sure, x, y: sure.mean() - (x.amax(1) == y).float().mean(), "not which class"),
        (lambda sure, x, y: sure.mean(), "this is how sure it is"),
        (lambda sure, x, y: (x.argmax(1) == y).float().mean() - sure.mean(), "other way round"),
    ],
)
def test_overconfidences_that_look_alike_are_told_apart(overconfidence, words):
    verdict, said = judged("6.3", lambda x, y: overconfidence(x.softmax(1).amax(1), x, y))
    assert verdict == WRONG and words in said


def test_top_one_is_the_accuracy_and_top_all_is_one():
    logits, labels, _ = find("6.2").inputs()[0]
    top_k = find("6.2").solution
    assert top_k(logits, labels, 1) == accuracy(logits, labels)
    assert top_k(logits, labels, logits.shape[1]) == 1


def test_top_k_may_sort():
    def top_k_accuracy(logits, labels, k):
        places = logits.argsort(dim=1, descending=True)[:, :k].tolist()
        right = [label in row for row, label in zip(places, labels.tolist())]
        return torch.tensor(right).float().mean()

    assert judged("6.2", top_k_accuracy)[0] == RIGHT


def test_a_top_k_that_forgets_k_is_not_right():
    assert judged("6.2", lambda x, y, k: find("6.2").solution(x, y, 2))[0] == WRONG


def test_evaluation_may_be_done_with_predict():
    assert judged("6.4", lambda model, dl: accuracy(*predict(model, dl, "cpu")))[0] == RIGHT


def test_evaluation_may_count_and_give_a_plain_number():
    def evaluate(model, dl):
        before = model.training
        model.eval()
        right = seen = 0
        with torch.inference_mode():
            for xb, yb in dl:
                right += (model(xb).argmax(1) == yb).sum().item()
                seen += len(yb)
        model.train(before)
        return right / seen

    assert judged("6.4", evaluate)[0] == RIGHT
    verdict, said = judged("6.4", lambda model, dl: evaluate(model, dl) / 2)
    assert verdict == WRONG and said.endswith("got 'it gives 0.45 instead of 0.9'.")


def test_an_evaluation_that_gives_no_number_is_reported():
    def evaluate(model, dl):
        model.eval()
        with torch.no_grad():
            right = torch.cat([model(xb).argmax(1) == yb for xb, yb in dl])
        model.train()
        return right

    verdict, said = judged("6.4", evaluate)
    assert verdict == WRONG and "expected one number, got a tensor of shape (10,)" in said


def test_an_argmax_over_the_images_is_named():
    def evaluate(model, dl):
        before = model.training
        model.eval()
        with torch.no_grad():
            right = torch.cat([yb == model(xb).argmax(0) for xb, yb in dl])
        model.train(before)
        return right.float().mean()

    assert "argmax(0) names, for each class, an image" in judged("6.4", evaluate)[1]


def test_the_buggy_evaluation_of_the_lesson_is_wrong_and_its_first_bug_is_named():
    def evaluate(model, dl):
        shares = [(model(xb).argmax(1) == yb).float().mean() for xb, yb in dl]
        return sum(shares) / len(shares)

    verdict, said = judged("6.4", evaluate)
    assert verdict == WRONG and "model.eval()" in said


def test_an_untouched_evaluation_is_untried():
    def evaluate(model, dl): ...  # your code here

    assert judged("6.4", evaluate)[0] == UNTRIED
