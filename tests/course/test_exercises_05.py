"""What is particular to the exercises of lesson 05, beside what holds for all."""

import pytest
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from torchvision.transforms import ToTensor

from helpers.course.exercises import RIGHT, UNTRIED, WRONG, find
from helpers.metrics import accuracy
from helpers.training.classifier import predict


def judged(number, answer):
    return find(number).judge(answer)


def test_images_become_tensors_as_torchvision_makes_them():
    photo = torch.randint(0, 256, (5, 4, 3), dtype=torch.uint8)
    torch.testing.assert_close(find("5.1").solution(photo), ToTensor()(photo.numpy()))


@pytest.mark.parametrize(
    "to_tensor",
    [
        lambda photo: photo.movedim(-1, 0) / 255,
        lambda photo: torch.stack(photo.float().div(255).unbind(-1)),
        lambda photo: photo.transpose(0, 2).transpose(1, 2) / 255.0,
    ],
)
def test_images_may_become_tensors_in_many_ways(to_tensor):
    assert judged("5.1", to_tensor)[0] == RIGHT


def test_a_picture_upside_down_is_not_right():
    verdict, said = judged("5.1", lambda photo: photo.permute(2, 0, 1).flip(1).float() / 255)
    assert verdict == WRONG and "the values are not" in said


@pytest.mark.parametrize(("n", "batch_size", "epochs"), [(10, 4, 3), (8, 4, 1), (3, 5, 2)])
def test_steps_are_those_that_a_loader_makes(n, batch_size, epochs):
    dl = DataLoader(TensorDataset(torch.zeros(n)), batch_size=batch_size)
    assert find("5.2").solution(n, batch_size, epochs) == epochs * len(list(dl))


def test_steps_may_be_counted_one_by_one():
    def count_steps(n, batch_size, epochs):
        return sum(1 for _ in range(epochs) for _ in range(0, n, batch_size))

    assert judged("5.2", count_steps)[0] == RIGHT
    assert judged("5.2", lambda n, b, e: round(n / b) * e)[0] == WRONG
    assert judged("5.2", lambda n, b, e: count_steps(n, b, e) + 2)[1].startswith("expected 9, got")


@pytest.mark.parametrize(
    "cross_entropy",
    [
        F.cross_entropy,
        lambda logits, labels: F.nll_loss(logits.log_softmax(1), labels),
        lambda logits, labels: (
            logits.logsumexp(1) - logits.gather(1, labels[:, None]).squeeze(1)
        ).mean(),
    ],
)
def test_cross_entropy_in_many_ways(cross_entropy):
    assert judged("5.3", cross_entropy)[0] == RIGHT


def test_a_cross_entropy_that_cuts_the_gradient_is_not_right():
    assert "gradient" in judged("5.3", lambda x, y: F.cross_entropy(x.detach(), y))[1]


def test_an_unforeseen_loss_is_wrong():
    verdict, said = judged("5.3", lambda x, y: 2 * F.cross_entropy(x, y))
    assert verdict == WRONG and "the values are not" in said


def test_top_one_is_the_accuracy_and_top_all_is_one():
    logits, labels, _ = find("5.4").inputs()[0]
    top_k = find("5.4").solution
    assert top_k(logits, labels, 1) == accuracy(logits, labels)
    assert top_k(logits, labels, logits.shape[1]) == 1


def test_top_k_may_sort():
    def top_k_accuracy(logits, labels, k):
        places = logits.argsort(dim=1, descending=True)[:, :k].tolist()
        right = [label in row for row, label in zip(places, labels.tolist())]
        return torch.tensor(right).float().mean()

    assert judged("5.4", top_k_accuracy)[0] == RIGHT


def test_a_top_k_that_forgets_k_is_not_right():
    assert judged("5.4", lambda x, y, k: find("5.4").solution(x, y, 2))[0] == WRONG


def test_evaluation_may_be_done_with_predict():
    assert judged("5.5", lambda model, dl: accuracy(*predict(model, dl, "cpu")))[0] == RIGHT


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

    assert judged("5.5", evaluate)[0] == RIGHT
    verdict, said = judged("5.5", lambda model, dl: evaluate(model, dl) / 2)
    assert verdict == WRONG and "it gives 0.45 instead of 0.9" in said


def test_an_evaluation_that_gives_no_number_is_reported():
    def evaluate(model, dl):
        model.eval()
        with torch.no_grad():
            right = torch.cat([model(xb).argmax(1) == yb for xb, yb in dl])
        model.train()
        return right

    verdict, said = judged("5.5", evaluate)
    assert verdict == WRONG and "expected one number, got a tensor of shape (10,)" in said


def test_the_buggy_evaluation_of_the_lesson_is_wrong_and_its_first_bug_is_named():
    def evaluate(model, dl):
        shares = [(model(xb).argmax(1) == yb).float().mean() for xb, yb in dl]
        return sum(shares) / len(shares)

    verdict, said = judged("5.5", evaluate)
    assert verdict == WRONG and "model.eval()" in said


def test_an_untouched_evaluation_is_untried():
    def evaluate(model, dl): ...  # your code here

    assert judged("5.5", evaluate)[0] == UNTRIED
