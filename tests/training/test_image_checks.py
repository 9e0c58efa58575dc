import pytest
import torch

from helpers.data.loaders import ResidentBatches
from helpers.models.cifar_net import Cifar10CnnModel

BYTES = torch.zeros(4, 3, 32, 32, dtype=torch.uint8)
FLOATS = torch.zeros(2, 3, 32, 32)


@pytest.fixture(scope="module")
def model():
    return Cifar10CnnModel()


@pytest.mark.parametrize(
    ("images", "error", "words"),
    [
        (BYTES, TypeError, r"floats from 0 to 1, got torch.uint8; convert.*\.float\(\) / 255"),
        (torch.zeros(2, 1, 32, 32), ValueError, r"got \(2, 1, 32, 32\); a grey image.*expand"),
        (torch.zeros(2, 32, 32), ValueError, "look like grey images"),
        (torch.zeros(32, 32), ValueError, "look like grey images"),
        (torch.zeros(3, 32, 32), ValueError, r"a batch of one: image\[None\]"),
        (torch.zeros(2, 32, 32, 3), ValueError, "the channels stand last.*permute"),
        (torch.zeros(2, 3, 64, 64), ValueError, "another size: F.interpolate"),
        (torch.zeros(2, 4, 32, 32), ValueError, r"shape \(n, 3, 32, 32\), got \(2, 4, 32, 32\)$"),
        (FLOATS.double(), TypeError, r"float64: use xb.float\(\)"),
        (FLOATS.to("meta"), ValueError, "the model is on cpu but the images are on meta"),
    ],
    ids=lambda value: None,
)
def test_images_that_do_not_fit_the_network(model, images, error, words):
    with pytest.raises(error, match=words):
        model(images)


@pytest.mark.parametrize(
    "images",
    [torch.zeros(2, 1, 32, 32), torch.zeros(3, 32, 32), torch.zeros(2, 32, 32, 3)],
    ids=["grey", "single", "channels last"],
)
def test_the_advice_works(model, images):
    advised = {
        (2, 1, 32, 32): lambda i: i.expand(-1, 3, -1, -1),
        (3, 32, 32): lambda i: i[None],
        (2, 32, 32, 3): lambda i: i.permute(0, 3, 1, 2),
    }
    with pytest.raises(ValueError):
        model(images)
    assert model(advised[tuple(images.shape)](images)).shape[1] == 10


@pytest.mark.parametrize(
    ("images", "labels", "batch_size", "error", "words"),
    [
        (FLOATS, torch.zeros(2), 2, TypeError, "as bytes .*got torch.float32"),
        (BYTES[:, :1], torch.zeros(4), 2, ValueError, "colour images.*a grey image gets"),
        (BYTES[:, 0], torch.zeros(4), 2, ValueError, "look like grey images"),
        (BYTES.permute(0, 2, 3, 1), torch.zeros(4), 2, ValueError, "the channels stand last"),
        (BYTES, torch.zeros(3), 2, ValueError, r"got 4 images and labels of shape \(3,\)"),
        (BYTES, torch.zeros(4, 1), 2, ValueError, r"got 4 images and labels of shape \(4, 1\)"),
        (BYTES[:0], torch.zeros(0), 2, ValueError, "at least one image"),
        (BYTES, torch.zeros(4), 0, ValueError, "batch_size must be a whole number.*got 0"),
        (BYTES, torch.zeros(4), 2.5, ValueError, "batch_size must be a whole number.*got 2.5"),
    ],
    ids=lambda value: None,
)
def test_what_a_resident_loader_refuses(images, labels, batch_size, error, words):
    with pytest.raises(error, match=words):
        ResidentBatches(images, labels, batch_size, "cpu")
