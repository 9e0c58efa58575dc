import pytest
import torch
from torch import nn

from helpers.training.views import look, look_twice, mirrored, shifted

ULPS = {"atol": 1e-6, "rtol": 1e-5}  # the mean of other views, or of other batches, in float32


def photos(n=6, seed=0):
    return torch.rand(n, 3, 8, 8, generator=torch.Generator().manual_seed(seed))


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(192, 16), nn.Tanh(), nn.Linear(16, 4)).eval()


@pytest.mark.parametrize("views", [mirrored, shifted])
def test_the_mean_answer_does_not_change_when_the_image_is_mirrored(views):
    model, images = network(), photos()
    with torch.no_grad():
        torch.testing.assert_close(
            look(model, views(images)), look(model, views(images.flip(-1))), **ULPS
        )
        assert not torch.allclose(model(images), model(images.flip(-1)), atol=1e-3)


def test_shifts_move_by_one_pixel_and_repeat_the_edge():
    images = photos(2)
    plain, turned, up_left, _, down_right, _ = shifted(images)
    assert torch.equal(plain, images) and torch.equal(turned, images.flip(-1))
    assert torch.equal(up_left[..., :-1, :-1], images[..., 1:, 1:])
    assert torch.equal(up_left[..., -1, :-1], images[..., -1, 1:])
    assert torch.equal(down_right[..., 1:, 1:], images[..., :-1, :-1])
    assert torch.equal(down_right[..., 0, 1:], images[..., 0, :-1])
    for pixels in (1, 2):
        views = shifted(images, pixels)
        assert {view.shape for view in views} == {images.shape}
        of_mirrored = shifted(images.flip(-1), pixels)
        for view, other in zip(views[::2], of_mirrored[1::2]):
            assert torch.equal(view, other)


def test_look_is_the_mean():
    model, images = network(), photos()
    with torch.no_grad():
        expected = (model(images) + model(images.flip(-1))) / 2
        torch.testing.assert_close(look(model, mirrored(images)), expected)


def test_the_second_look_is_for_the_doubtful_only():
    model, images, sizes = network(), photos(10), []

    def counting(batch):
        sizes.append(len(batch))
        return model(batch)

    with torch.no_grad():
        first = look(model, mirrored(images))
        again = look(model, shifted(images))
        logits = look_twice(counting, images, doubtful=0.3)
    assert sizes == [10, 10] + 6 * [3]
    top = first.softmax(1).topk(2).values
    doubtful = (top[:, 0] - top[:, 1]).argsort()[:3]
    sure = torch.tensor([i for i in range(10) if i not in doubtful])
    torch.testing.assert_close(logits[sure], first[sure])
    torch.testing.assert_close(logits[doubtful], again[doubtful], **ULPS)


@pytest.mark.parametrize(("doubtful", "views"), [(0.0, mirrored), (1.0, shifted)])
def test_nobody_or_everybody(doubtful, views):
    model, images = network(), photos()
    with torch.no_grad():
        logits = look_twice(model, images, doubtful)
        torch.testing.assert_close(logits, look(model, views(images)), **ULPS)


@pytest.mark.parametrize("doubtful", [-0.1, 1.5])
def test_other_shares_are_refused(doubtful):
    with pytest.raises(ValueError, match=f"from 0 to 1, got {doubtful}"):
        look_twice(network(), photos(), doubtful)


def test_images_are_not_taken_for_views():
    images = torch.zeros(5, 1, 2, 2)
    with pytest.raises(TypeError, match=r"expected a list of views.*\[images\]"):
        look(lambda x: x.flatten(1), images)
    assert look(lambda x: x.flatten(1), [images]).shape == (5, 4)
