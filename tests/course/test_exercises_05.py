"""What is particular to the exercises of lesson 05, beside what holds for all."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from torchvision.transforms import ToTensor

from helpers.course.exercises import RIGHT, UNTRIED, WRONG, find


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
    assert judged("5.2", lambda n, b, e: count_steps(n, b, e) + 2)[1].startswith("expected 12, got")


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


def test_the_batch_is_not_divided_by_the_images():
    assert "What is divided by what" in judged("5.2", lambda n, b, e: math.ceil(b / n) * e)[1]
    assert "epochs are added" in judged("5.2", lambda n, b, e: math.ceil(n / b) + e)[1]
    assert "expected 12, got 9" in judged("5.2", lambda n, b, e: n // b * e + 1)[1]


def dataset():
    return find("5.4").inputs()[0][0]


@pytest.mark.parametrize(
    "two_digits",
    [
        lambda data, i: (
            torch.cat((data[i][0], data[i + 1][0]), -1),
            data[i][1] * 10 + data[i + 1][1],
        ),
        lambda data, i: (
            torch.stack([data[i][0], data[i + 1][0]], dim=2).view(1, 28, 56),
            int(f"{data[i][1]}{data[i + 1][1]}"),
        ),
        lambda data, i: (
            torch.hstack([*data[i][0], *data[i + 1][0]])[None],
            torch.tensor(10 * data[i][1] + data[i + 1][1]),
        ),
    ],
)
def test_two_digits_may_be_joined_in_many_ways(two_digits):
    assert judged("5.4", two_digits)[0] == RIGHT


def test_an_example_of_two_digits_is_an_image_and_a_number():
    solution = find("5.4").solution
    assert "return image, number" in judged("5.4", lambda data, i: solution(data, i)[0])[1]
    verdict, said = judged("5.4", lambda data, i: ([1, 2], solution(data, i)[1]))
    assert verdict == WRONG and "expected a tensor as the image" in said


def test_an_unforeseen_example_of_two_digits_is_told_in_words():
    image, label = find("5.4").solution(dataset(), 0)
    assert (tuple(image.shape), label) == ((1, 28, 56), 57)
    said = judged("5.4", lambda data, i: (image[0], label))[1]
    assert "an image of shape (28, 56) instead of (1, 28, 56), and the right number" in said
    said = judged("5.4", lambda data, i: (image.double(), label + 1))[1]
    assert "of dtype torch.float64 instead of torch.float32, and the number 58" in said


@pytest.mark.parametrize(
    "join", [lambda a, b: torch.cat(a, b, 2), lambda a, b: torch.cat(a, b, dim=2)]
)
def test_tensors_that_are_no_list_are_named(join):
    def two_digits(data, i):
        return join(data[i][0], data[i + 1][0]), 10 * data[i][1] + data[i + 1][1]

    verdict, said, more = find("5.4").hints(two_digits)
    assert verdict == WRONG and "two tensors, one after the other" in said and "one list" in more


def test_untouched_two_digits_are_untried():
    def two_digits(dataset, index): ...  # your code here

    assert judged("5.4", two_digits)[0] == UNTRIED
