import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader, TensorDataset
from torchvision.transforms import Normalize, ToTensor
from torchvision.transforms.functional import to_pil_image

from helpers.data.augment import random_flip, random_shift
from helpers.data.resident import ResidentBatches


def photos(n, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (n, 3, 8, 8), dtype=torch.uint8, generator=generator)


def test_batches_are_those_of_to_tensor_and_dataloader():
    images, labels = photos(10), torch.arange(10)
    floats = torch.stack([ToTensor()(to_pil_image(image)) for image in images])
    theirs = list(DataLoader(TensorDataset(floats, labels), batch_size=4))
    ours = list(ResidentBatches(images, labels, batch_size=4, device="cpu"))
    assert len(ours) == len(theirs) == 3
    for (xb, yb), (their_xb, their_yb) in zip(ours, theirs):
        assert torch.equal(xb, their_xb) and torch.equal(yb, their_yb)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 50), st.booleans())
def test_every_image_comes_once_with_its_label(n, batch_size, shuffle):
    images = torch.arange(n, dtype=torch.uint8)[:, None, None, None].expand(-1, 3, 2, 2)
    dl = ResidentBatches(images, torch.arange(n), batch_size, "cpu", shuffle)
    batches = list(dl)
    assert len(batches) == len(dl)
    assert all(len(xb) == batch_size for xb, _ in batches[:-1])
    labels = torch.cat([yb for _, yb in batches])
    assert sorted(labels.tolist()) == list(range(n))
    pixels = torch.cat([xb for xb, _ in batches])[:, 0, 0, 0] * 255
    assert torch.equal(pixels.round().long(), labels)


def test_the_order_is_new_in_each_pass_and_comes_from_the_seed():
    dl = ResidentBatches(photos(50), torch.arange(50), 10, "cpu", shuffle=True)
    torch.manual_seed(1)
    first, second = (torch.cat([yb for _, yb in dl]) for _ in range(2))
    torch.manual_seed(1)
    assert torch.equal(torch.cat([yb for _, yb in dl]), first)
    assert not torch.equal(first, second)


def test_changes_are_made_in_the_order_bytes_floats():
    def brighter(xb):
        assert xb.dtype == torch.uint8
        return xb | 1

    mean, std = (0.5, 0.4, 0.3), (0.2, 0.3, 0.4)
    images = photos(4)
    dl = ResidentBatches(
        images, torch.arange(4), 4, "cpu", augment=brighter, normalize=Normalize(mean, std)
    )
    expected = ((images | 1) / 255 - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(
        3, 1, 1
    )
    torch.testing.assert_close(next(iter(dl))[0], expected)


def test_batches_are_made_on_the_device_of_the_images():
    seen = []

    def look(xb):
        seen.append(xb.device.type)
        return xb

    dl = ResidentBatches(photos(5), torch.arange(5), 2, "meta", shuffle=True, augment=look)
    assert {t.device.type for batch in dl for t in batch} == {"meta"} and set(seen) == {"meta"}


def test_the_default_device_plays_no_part():
    images, labels = photos(6), torch.arange(6)
    with torch.device("meta"):
        dl = ResidentBatches(images, labels, 4, "cpu", shuffle=True)
        xb, yb = next(iter(dl))
    assert xb.device.type == yb.device.type == "cpu" and len(yb) == 4


def test_flip_mirrors_some_images_whole():
    torch.manual_seed(0)
    images = photos(200)
    flipped = random_flip(images)
    mirrored = torch.tensor([torch.equal(f, i.flip(-1)) for f, i in zip(flipped, images)])
    same = torch.tensor([torch.equal(f, i) for f, i in zip(flipped, images)])
    assert flipped.dtype == torch.uint8 and (mirrored ^ same).all()
    assert 70 < mirrored.sum() < 130  # of 200 coins; four times the spread of 7 beside 100


def test_shift_moves_each_image_on_its_own_and_repeats_the_edge():
    torch.manual_seed(0)
    images = photos(300)
    shifted = random_shift(images, pixels=1)
    assert shifted.shape == images.shape and shifted.dtype == torch.uint8
    padded = torch.nn.functional.pad(images.float(), (1, 1, 1, 1), mode="replicate").byte()
    found = []
    for place, image in enumerate(shifted):
        windows = {
            (y, x): padded[place, :, y : y + 8, x : x + 8] for y in range(3) for x in range(3)
        }
        found += [moved for moved, window in windows.items() if torch.equal(window, image)]
    assert len(found) == 300 and len(set(found)) == 9


def test_no_shift_changes_nothing():
    assert torch.equal(random_shift(photos(5), pixels=0), photos(5))


@pytest.mark.parametrize("change", [random_flip, random_shift])
def test_changes_stay_on_the_device(change):
    images = photos(3)
    assert change(images.to("meta")).is_meta
    with torch.device("meta"):
        assert change(images).device.type == "cpu"
