import torch

from helpers.data.alternating import AlternatingBatches


def photos(n, seed=0):
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
    images = photos(200)
    dl = AlternatingBatches(images, torch.arange(200), 32, "cpu", shuffle=True)
    seen = [sides(epoch(dl), images) for _ in range(4)]
    for one, other in zip(seen, seen[1:]):
        assert (one ^ other).all()
    assert 70 < seen[0].sum() < 130  # of 200 coins; four times the spread of 7 beside 100


def test_the_images_handed_in_stay_as_they_are():
    images = photos(20)
    before = images.clone()
    for _ in range(2):
        epoch(AlternatingBatches(images, torch.arange(20), 8, "cpu"))
    assert torch.equal(images, before)


def test_the_first_half_is_drawn_from_the_seed():
    images, firsts = photos(50), []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        firsts.append(epoch(AlternatingBatches(images, torch.arange(50), 50, "cpu")))
    assert torch.equal(firsts[0], firsts[1]) and not torch.equal(firsts[0], firsts[2])


def test_it_works_on_the_device_of_the_images():
    dl = AlternatingBatches(photos(5), torch.arange(5), 2, "meta", shuffle=True)
    assert {t.device.type for _ in range(2) for batch in dl for t in batch} == {"meta"}
