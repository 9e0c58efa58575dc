import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader, TensorDataset

from helpers.data.batches import Batches, images_and_labels


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
