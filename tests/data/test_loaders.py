"""Loaders: what hands out images and labels in mini-batches."""

import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader, TensorDataset
from torchvision.transforms import Normalize, ToTensor
from torchvision.transforms.functional import to_pil_image

from helpers.data.augment import random_flip, random_shift
from helpers.data.loaders import (
    AlternatingBatches,
    AlternatingTrainingBatches,
    Batches,
    DigitDataset,
    ResidentBatches,
    TrainingBatches,
    images_and_labels,
)


def rows(n, features=3):
    x = torch.arange(n * features).float().view(n, features)
    return x, torch.arange(n).unsqueeze(1)


def test_images_become_rows_from_0_to_1():
    threes = torch.zeros(2, 28, 28, dtype=torch.uint8)
    threes[1, 0, 1], threes[1, 27, 27] = 255, 51
    sevens = torch.full((3, 28, 28), 102, dtype=torch.uint8)
    x, y = images_and_labels(threes, sevens)
    assert x.shape == (5, 784) and x.dtype == torch.float32
    assert x[1, 1] == 1 and x[1, 783] == pytest.approx(0.2) and x[1].count_nonzero() == 2
    torch.testing.assert_close(x[2:], torch.full((3, 784), 0.4))
    assert y.shape == (5, 1) and y.dtype == torch.int64
    assert y.squeeze().tolist() == [1, 1, 0, 0, 0]


def test_floats_are_refused_because_they_would_be_divided_twice():
    with pytest.raises(TypeError, match=r"expected bytes .* got torch.float32; it divides by 255"):
        images_and_labels(torch.zeros(1, 28, 28), torch.zeros(1, 28, 28))


@pytest.mark.parametrize("shape", [(28, 28), (2, 784), (2, 1, 28, 28), (2, 32, 32)])
def test_other_shapes_are_refused(shape):
    fine, bad = (torch.zeros(s, dtype=torch.uint8) for s in ((1, 28, 28), shape))
    with pytest.raises(ValueError, match=r"expected images of shape \(n, 28, 28\)"):
        images_and_labels(fine, bad)


@given(n=st.integers(1, 20), batch_size=st.integers(1, 25))
@settings(max_examples=40, deadline=None)
def test_batches_are_those_of_a_data_loader(n, batch_size):
    x, y = rows(n)
    mine = list(Batches(x, y, batch_size))
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size)
    assert len(mine) == len(loader) == len(Batches(x, y, batch_size))
    for (xb, yb), (xb_torch, yb_torch) in zip(mine, loader):
        assert torch.equal(xb, xb_torch) and torch.equal(yb, yb_torch)


@given(n=st.integers(1, 20), batch_size=st.integers(1, 25), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_shuffling_keeps_every_row_with_its_label(n, batch_size, seed):
    x, y = rows(n)
    torch.manual_seed(seed)
    mine = list(Batches(x, y, batch_size, shuffle=True))
    assert [len(xb) for xb, _ in mine] == [len(xb) for xb, _ in Batches(x, y, batch_size)]
    xs, ys = (torch.cat(part) for part in zip(*mine))
    assert torch.equal(ys.sort(0).values, y)
    assert torch.equal(x[ys.squeeze(1)], xs)


def test_each_epoch_is_shuffled_anew_from_the_global_seed():
    dl = Batches(*rows(50), batch_size=50, shuffle=True)

    def order():
        ((_, yb),) = dl
        return yb.squeeze().tolist()

    torch.manual_seed(1)
    first, second = order(), order()
    assert first != second
    torch.manual_seed(1)
    assert [order(), order()] == [first, second]


def test_slices_share_memory_with_the_data():
    x, y = rows(6)
    for (xb, _), start in zip(Batches(x, y, 2), (0, 2, 4)):
        assert xb.data_ptr() == x[start].data_ptr()


@pytest.mark.parametrize(
    ("inputs", "labels", "batch_size", "message"),
    [
        (0, 0, 2, r"at least one, got 0 inputs of shape \(0, 3\) and 0 labels"),
        (4, 3, 2, "got 4 inputs .* and 3 labels"),
        (4, 4, 0, "batch_size must be a whole number, 1 or more, got 0"),
        (4, 4, 2.0, "batch_size must be a whole number, 1 or more, got 2.0"),
    ],
)
def test_bad_input_is_named(inputs, labels, batch_size, message):
    with pytest.raises(ValueError, match=message):
        Batches(rows(inputs)[0], rows(labels)[1], batch_size)


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


def tiny_photos(n, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (n, 3, 4, 4), dtype=torch.uint8, generator=generator)


def epoch(dl):
    """The images of one pass, in the order of their labels, as bytes."""
    batches = list(dl)
    labels = torch.cat([yb for _, yb in batches])
    pixels = torch.cat([xb for xb, _ in batches])
    return (pixels[labels.argsort()] * 255).round().byte()


def sides(shown, images):
    """For each image: True when it is shown mirrored; it must be shown whole, one way or other."""
    mirrored = (shown == images.flip(-1)).flatten(1).all(1)
    plain = (shown == images).flatten(1).all(1)
    assert (mirrored ^ plain).all()
    return mirrored


def test_each_image_comes_once_mirrored_in_any_two_epochs():
    torch.manual_seed(0)
    images = tiny_photos(200)
    dl = AlternatingBatches(images, torch.arange(200), 32, "cpu", shuffle=True)
    seen = [sides(epoch(dl), images) for _ in range(4)]
    for one, other in zip(seen, seen[1:]):
        assert (one ^ other).all()
    assert 70 < seen[0].sum() < 130  # of 200 coins; four times the spread of 7 beside 100


def test_the_images_handed_in_stay_as_they_are():
    images = tiny_photos(20)
    before = images.clone()
    for _ in range(2):
        epoch(AlternatingBatches(images, torch.arange(20), 8, "cpu"))
    assert torch.equal(images, before)


def test_the_first_half_is_drawn_from_the_seed():
    images, firsts = tiny_photos(50), []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        firsts.append(epoch(AlternatingBatches(images, torch.arange(50), 50, "cpu")))
    assert torch.equal(firsts[0], firsts[1]) and not torch.equal(firsts[0], firsts[2])


def test_it_works_on_the_device_of_the_images():
    dl = AlternatingBatches(tiny_photos(5), torch.arange(5), 2, "meta", shuffle=True)
    assert {t.device.type for _ in range(2) for batch in dl for t in batch} == {"meta"}


# What becomes of an incomplete batch.

KINDS = TrainingBatches, AlternatingTrainingBatches


def numbered(n, batch_size, kind=TrainingBatches, **options):
    images = torch.arange(n, dtype=torch.uint8).view(n, 1, 1, 1).expand(n, 3, 2, 2)
    return kind(images, torch.arange(n), batch_size, "cpu", **options)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rest", ["drop", "carry"])
@given(n=st.integers(1, 30), batch_size=st.integers(1, 30), shuffle=st.booleans())
@settings(max_examples=40, deadline=None)
def test_no_step_sees_fewer_images_than_the_batch_size(kind, rest, n, batch_size, shuffle):
    if n < batch_size:
        with pytest.raises(ValueError, match=f"at least {batch_size} images, one batch, got {n}"):
            numbered(n, batch_size, kind, rest=rest)
        return
    dl = numbered(n, batch_size, kind, shuffle=shuffle, rest=rest)
    for _ in range(3):
        expected = len(dl)
        batches = list(dl)
        assert len(batches) == expected >= 1
        assert {len(xb) for xb, _ in batches} == {len(yb) for _, yb in batches} == {batch_size}


@given(n=st.integers(1, 30), batch_size=st.integers(1, 30), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_kept_they_are_the_batches_of_before(n, batch_size, seed):
    for kind, before in zip(KINDS, (ResidentBatches, AlternatingBatches)):
        epochs = []
        for loader in (kind, before):
            torch.manual_seed(seed)
            dl = numbered(n, batch_size, loader, shuffle=True, augment=random_flip)
            epochs.append([batch for _ in range(2) for batch in dl])
            assert len(epochs[-1]) == 2 * len(dl)
        for (xb, yb), (xb_before, yb_before) in zip(*epochs):
            assert torch.equal(xb, xb_before) and torch.equal(yb, yb_before)


@given(n=st.integers(1, 30), batch_size=st.integers(1, 30), epochs=st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_carried_over_no_image_is_lost(n, batch_size, epochs):
    """After some epochs each was seen that often, but for those that still wait."""
    batch_size = min(n, batch_size)
    dl = numbered(n, batch_size, shuffle=True, rest="carry")
    seen = torch.cat([yb for _ in range(epochs) for _, yb in dl])
    counts = torch.cat([seen, dl.held]).bincount(minlength=n)
    assert counts.eq(epochs).all() and len(dl.held) == epochs * n % batch_size


def test_dropped_images_are_others_with_each_order():
    dl = numbered(5, 4, shuffle=True, rest="drop")
    torch.manual_seed(0)
    seen = [set(torch.cat([yb for _, yb in dl]).tolist()) for _ in range(20)]
    assert all(len(images) == 4 for images in seen) and set.union(*seen) == set(range(5))


def test_the_rest_is_kept_unless_asked_otherwise():
    assert [len(yb) for _, yb in numbered(5, 2)] == [2, 2, 1]
    with pytest.raises(ValueError, match="expected rest to be .* got 'lost'"):
        numbered(5, 2, rest="lost")


def test_images_stay_with_their_labels_and_change_sides():
    images = torch.arange(30, dtype=torch.uint8).view(5, 1, 1, 6).expand(5, 3, 1, 6)
    dl = AlternatingTrainingBatches(images, torch.arange(5), 4, "cpu", True, rest="carry")
    for _ in range(3):
        for xb, yb in dl:
            numbers = (xb[:, 0, 0] * 255).round().long()
            assert torch.equal(numbers.amin(1) // 6, yb)
    first, second = (dict(zip(yb.tolist(), xb)) for xb, yb in (next(iter(dl)), next(iter(dl))))
    for label in first.keys() & second.keys():
        assert torch.equal(first[label], second[label].flip(-1))


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_batch_size_of_numpy_is_one(shuffle):
    x, y = rows(5)
    assert [len(yb) for _, yb in Batches(x, y, np.int64(2), shuffle)] == [2, 2, 1]


@pytest.mark.parametrize("shuffle", [random_flip, "cpu", 1, None])
def test_what_shuffle_is_given_by_mistake_is_refused(shuffle):
    images, labels = torch.zeros(4, 3, 2, 2, dtype=torch.uint8), torch.arange(4)
    with pytest.raises(TypeError, match="shuffle must be True or False, got"):
        ResidentBatches(images, labels, 2, "cpu", shuffle)
    with pytest.raises(TypeError, match="shuffle must be True or False, got"):
        Batches(images, labels, 2, shuffle)
    assert len(Batches(images, labels, 2, np.True_)) == 2
