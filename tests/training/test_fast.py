import itertools

import pytest
import torch
from torch import nn

from benchmarks.operators import operators, waits
from helpers.data import Split
from helpers.data.augment import random_shift
from helpers.data.loaders import AlternatingBatches, AlternatingTrainingBatches, ResidentBatches
from helpers.data.onepass import MovedBatches
from helpers.models import fastnet
from helpers.models.fastnet import KEPT, FastNet
from helpers.training import fast
from helpers.training.fast import answers, fit_fast, train
from helpers.training.schedule import StepBudget
from helpers.training.views import look, shifted

SMALL = (8, 16, 16)
SIZES = (SMALL, (16, 16, 16))


def photos(n, seed=0):
    """Noise, brighter in red, green, blue or none: a network that pools can tell them apart."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 4
    noise = torch.randint(0, 150, (n, 3, 32, 32), generator=generator)
    bright = torch.arange(3) == labels[:, None]
    return Split((noise + 60 * bright[:, :, None, None]).to(torch.uint8), labels)


def floats(n, seed=0):
    return photos(n, seed).images / 255


def started(precision=torch.float32, classes=4, seed=0):
    torch.manual_seed(seed)
    return FastNet(floats(40), SMALL, classes, precision)


def loader(n=256, batch_size=32):
    return AlternatingBatches(*photos(n), batch_size, "cpu", True, random_shift)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_logits_are_float32_in_any_precision(precision):
    model = started(precision, classes=7)
    logits = model(floats(3))
    assert logits.shape == (3, 7) and logits.dtype == torch.float32
    assert logits.abs().max() < 1  # a new network is not sure of anything
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_the_first_layer_gives_uncorrelated_answers_of_one_size():
    model, images = started(), floats(40)
    answers = model.whiten((images - model.mean) / model.std)[:, :KEPT]
    covariance = answers.transpose(0, 1).flatten(1).cov()
    # The filters were made with eps=5e-4 in each direction, which takes that much off the spread.
    torch.testing.assert_close(covariance, torch.eye(KEPT), atol=0.02, rtol=0)


def test_what_learns_and_what_does_not():
    model = started()
    frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
    scales = {f"blocks.{b}.{layer}.weight" for b in range(3) for layer in (2, 5)}
    assert frozen == {"whiten.weight"} | scales
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    train(model, loader(), StepBudget(20))
    same = {name for name, p in model.named_parameters() if torch.equal(p, before[name])}
    assert same == frozen


def test_features_are_passed_on_from_block_to_block():
    """Identity initialisation: without norm and activation a block only takes the largest of 4."""
    model, x = started(), torch.rand(2, 12, 8, 8)
    assert model.whiten.out_channels == 12  # so that 16 filters can pass all of them on
    convolution = FastNet(floats(40), (16, 16, 16)).blocks[0][0]
    assert torch.equal(convolution(x)[:, :12], x)
    passing = [m for m in model.modules() if isinstance(m, nn.Conv2d)][1:]
    assert all(torch.equal(m.weight[0, 0, 1, 1], torch.ones(())) for m in passing)


def test_the_averages_of_the_norms_follow_within_a_few_steps():
    assert {m.momentum for m in started().modules() if isinstance(m, nn.BatchNorm2d)} == {0.4}


@pytest.mark.slow
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_it_learns_in_a_few_steps(precision):
    model = started(precision)
    train(model, loader(), StepBudget(24))
    test = photos(100, seed=1)
    logits = answers(model, ResidentBatches(*test, 50, "cpu"))
    assert (logits.argmax(1) == test.labels).float().mean() > 0.9


def test_the_same_seed_gives_the_same_network():
    ends = []
    for _ in range(2):
        model = started()
        train(model, loader(128), StepBudget(6))
        ends.append(model.head.weight.detach().clone())
    assert torch.equal(*ends)


def test_rates_fall_to_zero_with_the_budget(monkeypatch):
    rates = []
    step = torch.optim.SGD.step

    def noting(self, *rest):
        rates.append([group["lr"] for group in self.param_groups])
        return step(self, *rest)

    monkeypatch.setattr(torch.optim.SGD, "step", noting)
    train(started(), loader(128), StepBudget(5), bias_lr=0.01, head_lr=0.02)
    assert rates == [pytest.approx([0.01 * left, 0.02 * left]) for left in (1, 0.8, 0.6, 0.4, 0.2)]


@pytest.mark.parametrize(
    ("widths", "batch_size", "expected"),
    [
        ((8, 16, 16), 32, 0.05),  # 40 * 10 / (32 * 16) = 0.78: no limit
        ((8, 16, 64), 256, 400 / (256 * 64)),
        ((8, 16, 128), 256, 400 / (256 * 128)),
        ((8, 16, 128), 512, 400 / (512 * 128)),
    ],
)
def test_large_batches_and_many_features_limit_the_rate_of_the_head(
    monkeypatch, widths, batch_size, expected
):
    def learn(model, loader, budget, optimizers, *rest, **more):
        rates.append([group["lr"] for group in optimizers[1].param_groups])

    rates = []
    monkeypatch.setattr(fast, "learn", learn)
    train(FastNet(floats(40), widths), loader(batch_size, batch_size), StepBudget(1))
    assert rates == [pytest.approx([0.05, expected])]


def test_the_limit_is_where_a_step_stops_to_undo_an_error():
    """The curvature of a new network's loss along its head, times the rate: 1.37 is the edge."""
    torch.manual_seed(0)
    model, features = FastNet(floats(100), (8, 32, 64)).train(), []
    model.prepare(0.2)  # few pixels, as a training begins
    model.head.register_forward_pre_hook(lambda head, inputs: features.append(inputs[0].detach()))
    with torch.no_grad():
        probabilities = model(floats(200)).softmax(1)
    curvature = (torch.linalg.eigvalsh(features[0].T @ features[0])[-1] / 81).item()
    of_an_image = [(p.diag() - p.outer(p)) for p in probabilities]
    curvature *= torch.linalg.eigvalsh(torch.stack(of_an_image).mean(0))[-1].item()
    steepness = fast.STEADY * 10 / (200 * 64) * curvature
    assert 0.3 < steepness < (2 + 2 * 0.85) / (1 + 2 * 0.85)


@pytest.mark.slow
def test_many_features_in_large_batches_train():
    """With a rate of 0.05, or of four times the limit, they end near chance."""
    torch.manual_seed(0)
    model = FastNet(floats(40), (8, 8, 256), 4)
    train(model, loader(512, 512), StepBudget(10))
    test = photos(100, seed=1)
    logits = answers(model, ResidentBatches(*test, 50, "cpu"))
    assert (logits.argmax(1) == test.labels).float().mean() > 0.9


@pytest.mark.slow
def test_a_step_asks_little_of_the_device():
    """A GPU starts an operator in about the time in which it computes one of a small network."""
    dl, counts = loader(320, 16), []
    for steps in (4, 14):
        model, budget = started(torch.bfloat16), StepBudget(steps)
        counts.append(operators(lambda: train(model, dl, budget)))  # noqa: B023
    assert (counts[1] - counts[0]) / 10 < 185


def test_an_overflow_in_float16_is_no_step(monkeypatch):
    """On a processor float16 is slow, but it is computed."""
    hooked = []
    monkeypatch.setattr(fast, "drop_overflow", lambda opt, *_: hooked.append(type(opt).__name__))
    for precision in (torch.float32, torch.float16):
        model = started(precision)
        train(model, loader(32, 16), StepBudget(1))
    assert hooked == ["BatchedMuon", "SGD"] and model.head.weight.isfinite().all()


def test_the_bias_of_the_first_layer_learns_at_the_beginning_only():
    class Noting(StepBudget):
        def done(self):
            biases.append(model.whiten.bias.detach().clone())
            return super().done()

    model, biases = started(), []
    train(model, loader(64, batch_size=16), Noting(20))
    changed = [not torch.equal(a, b) for a, b in zip(biases, biases[1:])]
    assert changed == [True, True] + 18 * [False]  # a tenth of the steps


def test_pixels_are_few_at_first_and_all_in_the_end():
    class Noting(StepBudget):
        def done(self):
            pixels.append(model.pixels)
            return super().done()

    model, pixels = started(), []
    train(model, loader(64, batch_size=16), Noting(10))
    assert pixels == [32] + 6 * [24] + 4 * [32] and model.pixels == 32
    model.prepare(0.4)
    seen = []
    model.whiten.register_forward_hook(lambda layer, inputs, output: seen.append(inputs[0].shape))
    assert model(floats(3)).shape == (3, 4)
    model.prepare(1.0)
    assert model(floats(3)).shape == (3, 4)
    assert seen == [(3, 3, 24, 24), (3, 3, 32, 32)]


def test_a_rate_that_is_too_large_is_named():
    with pytest.raises(FloatingPointError, match="the loss became .* at step"):
        train(started(), loader(128), StepBudget(30), bias_lr=1e30)


def test_answers_are_those_of_six_views_when_everything_is_doubtful():
    model, images = started().eval(), photos(10)
    logits = answers(model, ResidentBatches(*images, 5, "cpu"), doubtful=1.0)
    with torch.no_grad():
        expected = look(model, shifted(images.images / 255))
    # Batches of other sizes add up in another order: some ulps in each of seven layers.
    torch.testing.assert_close(logits, expected, atol=1e-5, rtol=1e-4)


class Clock:
    """An image takes 1/400 of a second in training, and ``LOOK`` of it in a look alone."""

    def __init__(self, monkeypatch):
        forward = FastNet.forward

        def timed(model, xb):
            self.now += len(xb) / 400 * (1 if torch.is_grad_enabled() else fast.LOOK)
            return forward(model, xb)

        self.now = 0.0
        monkeypatch.setattr(FastNet, "forward", timed)
        monkeypatch.setattr(fast, "clock_of", lambda device: self)

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    """What ``fit_fast`` takes for the time; it goes on with the work, however fast that is done."""
    return Clock(monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [6.0, 9.0])
def test_fit_fast_keeps_its_time(monkeypatch, clock, seconds):
    shares = []
    monkeypatch.setattr(fast, "linear_decay", lambda done: shares.append(done) or 1 - done)
    fit = fit_fast(photos(200), photos(100, seed=1), seconds, torch.device("cpu"), SIZES)
    step = 1 / 16  # 200 images are learnt from in eight batches
    assert fit.seconds == clock.now and fit.preparing == 0
    assert seconds - step < clock.now < seconds + 2 * step
    training = list(dict.fromkeys(shares[shares.index(0) :]))  # asked for each group of a step
    assert training == sorted(training) and training[-1] + 2 * training[1] > 1
    assert fit.widths in SIZES and fit.epochs > 1
    assert fit.logits.shape == (100, 4)
    right = (fit.logits.argmax(1) == photos(100).labels).float().mean().item()
    assert fit.accuracy == pytest.approx(right) and right > 0.5  # a guess would have 0.25


@pytest.mark.slow
@pytest.mark.parametrize(("slower", "looks"), [(1, 380), (30, 200)])
def test_a_slow_machine_looks_at_fewer_images_twice(monkeypatch, clock, slower, looks):
    """At a thirtieth of the speed six looks at 30 images take more than the whole training."""
    seen, forward = [], FastNet.forward

    def later(model, xb):
        if torch.is_grad_enabled():
            clock.now += len(xb) / 400 * (slower - 1) * (clock.now > 2)
        else:
            seen.append(len(xb))
        return forward(model, xb)

    monkeypatch.setattr(FastNet, "forward", later)
    fit_fast(photos(200), photos(100, seed=1), 6.0, torch.device("cpu"), SIZES[:1])
    assert sum(seen) == looks


@pytest.fixture
def ticking(monkeypatch):
    """A clock that goes on by 0.02 s whenever it is asked: each step takes as long."""
    ticks = itertools.count()
    monkeypatch.setattr(fast, "clock_of", lambda device: lambda: 0.02 * next(ticks))


@pytest.mark.slow
@pytest.mark.parametrize(("cost", "expected"), [(1e-6, SIZES[1]), (100.0, SIZES[0])])
def test_a_wide_network_is_taken_where_there_is_time_for_it(monkeypatch, clock, cost, expected):
    monkeypatch.setattr(fast.Trial, "step_seconds", lambda trial: cost)
    fit = fit_fast(photos(60), photos(20), 2.5, torch.device("cpu"), SIZES)
    assert fit.widths == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seconds", "expected"),
    # For each image 1, 1.2 or 2 hundredths of a second, and 0.5 s a step for Muon. So 800 images in
    # batches of 100, five times, and views of 20 images take 61, 69 or 101 s; trying takes 9 s,
    # then 10 s and 15 s more.
    [(86, (4, 4, 4)), (90, (4, 4, 8)), (132, (4, 4, 8)), (138, (4, 8, 8))],
)
def test_the_choice_counts_optimiser_views_and_the_time_that_trying_takes(
    monkeypatch, seconds, expected
):
    class Now:
        seconds = 0.0

        def __call__(self):
            return self.seconds

    now, forward, step = Now(), FastNet.forward, fast.BatchedMuon.step
    cost = {(4, 4): 0.01, (4, 8): 0.012, (8, 8): 0.02}

    def timed(model, xb):
        widths = tuple(model.blocks[k][0].out_channels for k in (1, 2))
        now.seconds += len(xb) * cost[widths] * (1 if torch.is_grad_enabled() else fast.LOOK)
        return forward(model, xb)

    def timed_step(optimizer):
        now.seconds += 0.5
        return step(optimizer)

    monkeypatch.setattr(FastNet, "forward", timed)
    monkeypatch.setattr(fast.BatchedMuon, "step", timed_step)
    monkeypatch.setattr(fast, "clock_of", lambda device: now)
    sizes = (4, 4, 4), (4, 4, 8), (4, 8, 8)
    fit = fit_fast(photos(800), photos(20), seconds, torch.device("cpu"), sizes, batch_size=100)
    assert fit.widths == expected and fit.epochs > 4
    assert 0.95 * seconds < fit.seconds < 1.05 * seconds


def test_a_processor_tries_sizes_between_those_of_a_gpu():
    sizes = fastnet.SIZES
    assert set(fastnet.GPU_SIZES) < set(sizes) and sizes == tuple(sorted(sizes))
    assert {(32, 64, 64), (32, 64, 128)} == set(sizes) - set(fastnet.GPU_SIZES)


@pytest.mark.slow
def test_what_is_tried_is_what_is_trained(monkeypatch, ticking):
    """Both sizes of images, shifted batches and both optimisers are in the time of a trial."""
    seen = []

    def learn(model, loader, budget, optimizers, *rest, before_step):
        def noting(done):
            before_step(done)
            seen.append((type(budget).__name__, model.pixels, model.whiten.bias.requires_grad))

        assert isinstance(loader, MovedBatches) and loader.pixels == 2
        assert [type(opt).__name__ for opt in optimizers] == ["BatchedMuon", "SGD"]
        learn_really(model, loader, budget, optimizers, *rest, before_step=noting)

    learn_really = fast.learn
    monkeypatch.setattr(fast, "learn", learn)
    fit_fast(photos(60), photos(20), 1.0, torch.device("cpu"), SIZES[:1])
    assert seen[:7] == 3 * [("Trial", 24, False)] + 3 * [("Trial", 32, False)] + [
        ("TimeBudget", 24, True)
    ]


def test_one_pass_is_the_training_of_many_passes():
    """The images are the same, byte for byte; what they are multiplied by is rounded elsewhere."""
    ends = []
    for floats in (False, True):
        model, options = started(), {"rest": "drop"}
        torch.manual_seed(1)
        if floats:
            options |= {"shuffle": True, "augment": random_shift}
        kind = AlternatingTrainingBatches if floats else MovedBatches
        train(model, kind(*photos(100), 32, "cpu", **options), StepBudget(8), lr=0.01)
        ends.append(model.state_dict())
    for name, values in ends[0].items():
        torch.testing.assert_close(values, ends[1][name], atol=2e-3, rtol=2e-3, msg=name)


@pytest.mark.slow
def test_no_step_of_fit_fast_sees_fewer_images_than_others(monkeypatch, clock):
    sizes = []

    def learn(model, loader, budget, *rest, **more):
        learn_really(model, noting(loader), budget, *rest, **more)

    def noting(loader):
        class Noting:
            def __iter__(self):
                for xb, yb in loader:
                    sizes.append((len(xb), loader.batch_size))
                    yield xb, yb

        return Noting()

    learn_really = fast.learn
    monkeypatch.setattr(fast, "learn", learn)
    fit_fast(photos(203), photos(20), 6.0, torch.device("cpu"), SIZES[:1])
    assert len(sizes) > 10 and all(seen == size for seen, size in sizes)


@pytest.mark.slow
def test_compiling_is_over_before_the_time_begins(monkeypatch, clock):
    """Each sort of call has a program of its own: none is met in the time for the first time."""
    calls = []

    def compiling(blocks, dynamic):
        def note(blocks, inputs):
            (x,) = inputs
            sort = x.shape, x.dtype, x.requires_grad, torch.is_grad_enabled(), blocks.training
            calls.append((clock.now, sort))

        blocks.register_forward_pre_hook(note)

    monkeypatch.setattr(nn.Module, "compile", compiling)
    fit = fit_fast(photos(64), photos(20), 1.0, torch.device("cpu"), SIZES[:1], compiled=True)
    before = {sort for now, sort in calls if now < fit.preparing}
    within = {sort for now, sort in calls if now >= fit.preparing}
    assert within and before >= within
    assert 0.7 < fit.seconds < 1.3 and clock.now == fit.preparing + fit.seconds


@pytest.mark.gpu
def test_an_epoch_on_a_gpu_waits_no_more_often_than_a_short_one():
    if not torch.cuda.is_available():
        pytest.skip("about NVIDIA's GPUs")
    cuda, counts = torch.device("cuda"), []
    dl = AlternatingBatches(*photos(320), 16, cuda, True, random_shift)
    for steps in (20, 2, 20):  # the first prepares much
        model = FastNet(floats(40).to(cuda), SMALL, 4, torch.bfloat16)
        counts.append(waits(lambda: train(model, dl, StepBudget(steps))))  # noqa: B023
    assert counts[2] <= counts[1] + 2 <= 6  # not one for each of 18 more steps


@pytest.mark.gpu
def test_fit_fast_on_a_gpu():
    """With the sizes it has for a GPU: with 16 features, batches of 500 are too large to learn."""
    fit = fit_fast(photos(4000), photos(100, seed=1), 8)
    assert fit.accuracy > 0.9 and not fit.model.head.weight.is_cpu


def test_bad_input_is_refused():
    good, cpu = photos(60), torch.device("cpu")
    with pytest.raises(ValueError, match="more than 0 seconds, got 0"):
        fit_fast(good, good, 0, cpu)
    with pytest.raises(ValueError, match="at least 50 training images, got 20"):
        fit_fast(photos(20), good, 5, cpu)
    grey = Split(good.images[:, :1], good.labels)
    with pytest.raises(ValueError, match="expected colour images"):
        fit_fast(grey, good, 5, cpu)
    with pytest.raises(TypeError, match="bytes"):
        fit_fast(Split(good.images.float(), good.labels), good, 5, cpu)
    with pytest.raises(ValueError, match="shape \\(n, 3, 32, 32\\)"):
        started()(torch.rand(2, 3, 28, 28))
    small = Split(good.images[..., :16, :16], good.labels)
    with pytest.raises(ValueError, match="shape \\(n, 3, 32, 32\\)"):
        fit_fast(small, small, 5, cpu)


@pytest.mark.parametrize("change", [lambda labels: labels.int(), lambda labels: labels.float()])
def test_labels_that_are_no_class_numbers_are_told_as_such(change):
    images, labels = photos(60)
    wrong = Split(images, change(labels))
    with pytest.raises(TypeError, match="class numbers of dtype int64"):
        fit_fast(wrong, wrong, 5, "cpu", sizes=[(8, 8, 8)])
