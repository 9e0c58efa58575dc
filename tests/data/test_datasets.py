import pickle

import pytest
import torch
from torch.utils.data import DataLoader

from helpers.data.datasets import DigitDataset


def images(n):
    return torch.arange(n * 6, dtype=torch.uint8).view(n, 2, 3)


def test_an_example_is_a_float_image_with_a_channel_and_a_plain_label():
    image, label = DigitDataset(images(3), torch.tensor([7, 2, 1]))[1]
    assert image.dtype == torch.float32 and image.shape == (1, 2, 3)
    assert torch.equal(image, torch.tensor([[[6, 7, 8], [9, 10, 11]]]) / 255)
    assert label == 2 and isinstance(label, int)


def test_it_has_the_values_of_torchvisions_to_tensor():
    from torchvision.transforms import ToTensor

    pixels = torch.arange(256, dtype=torch.uint8).view(1, 16, 16)
    image, _ = DigitDataset(pixels, torch.tensor([0]))[0]
    assert torch.equal(image, ToTensor()(pixels[0].numpy()))


def test_a_loader_makes_batches_of_it():
    batches = list(DataLoader(DigitDataset(images(5), torch.arange(5)), batch_size=2))
    assert [len(yb) for _, yb in batches] == [2, 2, 1]
    assert batches[0][0].shape == (2, 1, 2, 3) and batches[0][1].dtype == torch.int64


def test_workers_can_get_it():
    """Where workers are started afresh, the data set is pickled for them."""
    copy = pickle.loads(pickle.dumps(DigitDataset(images(2), torch.arange(2))))
    assert len(copy) == 2 and copy[1][1] == 1


def test_indexes_end_with_the_data():
    with pytest.raises(IndexError):
        DigitDataset(images(2), torch.arange(2))[2]


@pytest.mark.parametrize(
    ("pixels", "labels", "error"),
    [
        (images(2).float(), torch.arange(2), TypeError),
        (images(2), torch.arange(3), ValueError),
        (images(2)[0], torch.arange(2), ValueError),
    ],
)
def test_what_does_not_fit_is_refused(pixels, labels, error):
    with pytest.raises(error):
        DigitDataset(pixels, labels)
