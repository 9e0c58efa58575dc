import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.device.memory import explain_full_memory
from helpers.diagnosis import LossWatch, Watched, misfit, watched
from helpers.metrics import batch_accuracy
from helpers.training import classifier
from helpers.training.budgeted import learn
from helpers.training.by_hand import BasicOptim, train_epoch, validate_epoch
from helpers.training.schedule import StepBudget


class Elsewhere(torch.Tensor):
    """A tensor that says it is not on the CPU, as one on a GPU does."""

    is_cpu = False


def test_a_loss_passes_through_unchanged():
    watch = LossWatch(lambda preds, targets: (preds - targets).mean())
    preds = torch.tensor([3.0], requires_grad=True)
    loss = watch(preds, torch.tensor([1.0]))
    assert loss.item() == 2 and loss.requires_grad and watch.step == 1


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_a_bad_loss_on_the_cpu_stops_at_once(value):
    watch = LossWatch(lambda preds, targets: preds.sum())
    watch(torch.ones(1), torch.ones(1))
    with pytest.raises(FloatingPointError, match=f"the loss became {value} at step 2"):
        watch(torch.tensor([value]), torch.ones(1))


def test_elsewhere_losses_are_read_together_and_the_first_bad_step_is_named():
    watch = LossWatch(lambda preds, targets: preds.sum().as_subclass(Elsewhere))
    for value in (1.0, 2.0, torch.nan, torch.nan):
        watch(torch.tensor(value), torch.ones(1))
    with pytest.raises(FloatingPointError, match="the loss became nan at step 3"):
        watch.finish()


def test_finish_is_content_with_good_losses_and_with_none():
    watch = LossWatch(lambda preds, targets: preds.sum().as_subclass(Elsewhere))
    watch.finish()
    watch(torch.ones(2), torch.ones(2))
    watch.finish()
    assert len(watch.unread) == 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_losses_on_a_gpu_are_read_at_the_end():
    watch = LossWatch(lambda preds, targets: preds.sum())
    for value in (1.0, torch.nan):
        watch(torch.tensor(value, device="cuda"), torch.ones(1, device="cuda"))
    with pytest.raises(FloatingPointError, match="at step 2"):
        watch.finish()


@watched(loader="dl")
def outputs(model, dl):
    return [model(xb) for xb, _ in dl]


def output(model, xb):
    return outputs(model, [(xb, torch.zeros(len(xb)))])[0]


def test_the_original_error_is_kept():
    with pytest.raises(ValueError, match="expects 3 numbers") as caught:
        output(nn.Linear(3, 1), torch.zeros(2, 4))
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_unknown_errors_are_left_alone():
    def model(xb):
        raise RuntimeError("out of luck")

    for failing in (model, nn.Sequential(nn.Flatten(), Failing())):
        with pytest.raises(RuntimeError, match="out of luck"):
            output(failing, torch.zeros(2, 4))


class Failing(nn.Module):
    def forward(self, xb):
        raise RuntimeError("out of luck")


def test_an_empty_sequential_is_no_obstacle():
    x = torch.zeros(2, 4)
    assert output(nn.Sequential(), x) is x


@pytest.mark.parametrize(
    ("xb", "features", "kind"),
    [
        (torch.zeros(2, 4), 4, None),
        (torch.zeros(2, 4), None, None),
        (torch.zeros(2, 5, 4), 4, None),
        (torch.zeros(2, 4), 5, ValueError),
        (torch.zeros(2, 4, dtype=torch.bool), 4, TypeError),
        (torch.zeros(2, 4, device="meta"), 4, ValueError),
        (torch.zeros(2, 4).double(), 4, TypeError),
        (torch.zeros(2, 4).half(), 4, TypeError),
    ],
)
def test_misfit(xb, features, kind):
    problem = misfit(xb, torch.zeros(4, 1), features)
    assert problem is None if kind is None else isinstance(problem, kind)


def test_another_dtype_is_named_with_the_way_to_the_model_s():
    double = torch.zeros(2, 4).double()
    assert "use xb.float()" in str(misfit(double, torch.zeros(4, 1), 4))
    assert "use xb.to(torch.bfloat16)" in str(misfit(double, torch.zeros(4, 1).bfloat16(), 4))


def test_under_autocast_another_dtype_is_none_of_our_business():
    with torch.autocast("cpu"):
        assert misfit(torch.zeros(2, 4).bfloat16(), torch.zeros(4, 1), 4) is None


@pytest.mark.parametrize(
    ("channels", "shape", "way"),
    [
        (1, (4, 28, 28), "xb[:, None]"),
        (1, (4, 784), "xb.view(-1, 1, height, width)"),
        (1, (4, 28, 28, 1), "xb.permute(0, 3, 1, 2)"),
        (3, (4, 28, 28, 3), "xb.permute(0, 3, 1, 2)"),
        (3, (3, 28, 28), "xb[None]"),
        (3, (4, 1, 28, 28), None),
    ],
)
def test_images_without_their_channels_are_named(channels, shape, way):
    first = nn.Sequential(nn.Conv2d(channels, 2, 3), nn.ReLU())
    model = nn.Sequential(first, nn.Flatten(), nn.Linear(2 * 26 * 26, 2))
    with pytest.raises(ValueError) as caught:
        output(model, torch.zeros(shape))
    assert f"(n, {channels}, height, width), got {shape}" in str(caught.value)
    assert way is None or way in str(caught.value)


@pytest.mark.parametrize(
    ("yb", "error", "words"),
    [
        (torch.tensor([0, 1]).int(), TypeError, "int64, got torch.int32: use yb.long()"),
        (torch.tensor([0.0, 1.0]), TypeError, "int64, got torch.float32: use yb.long()"),
        (torch.tensor([[0], [1]]), ValueError, "got (2, 1): use yb.squeeze(1)"),
        (
            torch.tensor([0, 1], device="meta"),
            ValueError,
            "labels on meta; move them: yb.to('cpu')",
        ),
        (torch.tensor([0, 7]), ValueError, "Classes count from 0"),
    ],
)
def test_labels_that_a_loss_refuses_are_named(yb, error, words):
    @watched(loader="dl", classes=True)
    def losses(model, dl):
        return [F.cross_entropy(model(xb), labels) for xb, labels in dl]

    with pytest.raises(error) as caught:
        losses(nn.Linear(4, 2), [(torch.zeros(2, 4), yb)])
    assert words in str(caught.value) and caught.value.__cause__ is not None


@pytest.mark.parametrize("begin", [list, lambda dl: None])
def test_errors_that_the_batch_does_not_explain_stay_as_they_are(begin):
    @watched(loader="dl", classes=True)
    def fails(model, dl):
        begin(dl)
        raise RuntimeError("out of luck")

    with pytest.raises(RuntimeError, match="out of luck"):
        fails(Failing(), [(torch.zeros(2, 4), torch.tensor([0, 1]))])


def test_the_batch_is_judged_where_the_function_moves_it():
    @watched(loader="dl")
    def predict(model, dl, device):
        return [model(xb.to(device)) for xb, _ in dl]

    with pytest.raises(ValueError, match="the model is on cpu but the batch on meta"):
        predict(nn.Linear(4, 2), [(torch.zeros(2, 4), torch.zeros(2))], "meta")


def test_only_the_outermost_watch_counts_and_reads_the_losses():
    @watched(loss="loss_func")
    def step(model, xb, yb, loss_func):
        return loss_func(model(xb), yb)

    @watched(loader="dl", loss="loss_func")
    def epoch(model, dl, loss_func):
        return [step(model, xb, yb, loss_func) for xb, yb in dl]

    def loss(preds, targets):
        return preds.sum().as_subclass(Elsewhere)

    good, bad = ((torch.full((1, 1), x), torch.ones(1)) for x in (1.0, torch.nan))
    with pytest.raises(FloatingPointError, match="at step 2"):
        epoch(nn.Identity(), [good, bad, good], loss)


def test_a_watched_loader_can_be_gone_through_again():
    batches = Watched([(torch.zeros(2, 4), torch.tensor([0, 1]))])
    assert len(list(batches)) == len(list(batches)) == 1


def test_the_very_batches_are_handed_on():
    batches = [(torch.zeros(2, 4), torch.zeros(2, 1)), [torch.zeros(1, 4), torch.zeros(1, 1)]]
    assert all(got is given for got, given in zip(Watched(batches), batches, strict=True))


class TakesBytes(nn.Linear):
    def forward(self, xb):
        return super().forward(xb.float())


@pytest.mark.parametrize(
    ("yb", "error", "words"),
    [
        (torch.tensor([0, 1]).int(), TypeError, "class numbers of dtype int64, got torch.int32"),
        (torch.tensor([0.0, 1.0]), TypeError, "class numbers of dtype int64, got torch.float32"),
        (torch.tensor([0, -1]), ValueError, "Classes count from 0"),
    ],
)
def test_images_that_the_model_has_answered_to_are_not_to_blame(yb, error, words):
    model = TakesBytes(4, 2)
    batches, opt = [(torch.zeros(2, 4).byte(), yb)], torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(error, match=words):
        learn(model, batches, StepBudget(1), [opt])


@pytest.mark.parametrize("xb", [torch.zeros(2, 3).byte(), torch.zeros(2, 4).byte()])
def test_bytes_are_the_reason_only_where_torch_speaks_of_dtypes(xb):
    """Of a linear layer torch looks at the dtypes first, whatever the shape."""
    with pytest.raises(TypeError, match="floats from 0 to 1, got torch.uint8"):
        output(nn.Linear(4, 2), xb)
    with pytest.raises(RuntimeError, match="out of luck"):
        output(nn.Sequential(Failing(), nn.Linear(4, 2)), torch.zeros(2, 4).byte())


def test_a_full_memory_is_told_as_such(capsys):
    class Full(nn.Linear):
        def forward(self, xb):
            raise torch.OutOfMemoryError("out of memory")

    model, batch = Full(4, 2), (torch.zeros(2, 4).byte(), torch.tensor([0, 1]))
    with explain_full_memory(2, {}):
        learn(model, [batch], StepBudget(1), [torch.optim.SGD(model.parameters(), lr=0.1)])
    assert "The memory of the device is full" in capsys.readouterr().out


def test_a_loss_without_a_gradient_is_named():
    weights = torch.zeros(4, 1, requires_grad=True)
    pairs, frozen = [(torch.ones(2, 4), torch.ones(2, 1))], nn.Linear(4, 2).requires_grad_(False)
    with pytest.raises(ValueError, match="no gradient leads back.*not a metric"):
        train_epoch(lambda xb: xb @ weights, pairs, batch_accuracy, BasicOptim([weights], 0.1))
    with pytest.raises(ValueError, match="no gradient leads back.*not frozen"):
        batch, opt = (torch.ones(2, 4), torch.tensor([0, 1])), torch.optim.SGD(frozen.parameters())
        learn(frozen, [batch], StepBudget(1), [opt])


# What trains something else than the learner thinks


def pair_of_nets():
    return nn.Linear(4, 3), nn.Linear(4, 3)


def sgd(model):
    return torch.optim.SGD(model.parameters(), lr=0.1)


XB, YB = torch.ones(2, 4), torch.tensor([0, 1])


@pytest.mark.parametrize(
    "train",
    [
        lambda net, opt: classifier.train_step(net, XB, YB, F.cross_entropy, opt),
        lambda net, opt: classifier.train_classifier(net, 1, [(XB, YB)], [(XB, YB)], opt, "cpu"),
        lambda net, opt: learn(net, [(XB, YB)], StepBudget(1), [opt]),
        lambda net, opt: train_epoch(net, [(XB, YB)], F.cross_entropy, opt),
    ],
)
def test_an_optimiser_of_another_model_is_refused_and_a_class_of_models(train):
    net, other = pair_of_nets()
    before = [p.clone() for p in net.parameters()]
    with pytest.raises(ValueError, match="holds none of this model's parameters"):
        train(net, sgd(other))
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters()))
    train(net, sgd(net))
    assert not all(torch.equal(a, b) for a, b in zip(before, net.parameters()))
    with pytest.raises(TypeError, match="got the class Linear: make one, Linear()"):
        train(nn.Linear, sgd(net))


def test_an_optimiser_by_hand_of_another_model_is_refused():
    net, other = pair_of_nets()
    opt = BasicOptim(other.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="holds none of this model's parameters"):
        train_epoch(net, [(XB, YB)], F.cross_entropy, opt)


def test_an_example_of_a_data_set_is_no_batch():
    net, _ = pair_of_nets()
    with pytest.raises(TypeError, match=r"got Tensor and int. Is it a data set\?"):
        classifier.predict(net, [(torch.ones(4), 1)], "cpu")
    with pytest.raises(TypeError, match="got int of length 1"):
        classifier.predict(net, [1, 2], "cpu")


def test_a_column_and_a_row_are_not_compared_in_a_loss_or_a_metric_of_ones_own():
    net, row = nn.Linear(4, 1), torch.tensor([0.0, 1.0])

    def loss(predictions, targets):
        return ((predictions.sigmoid() - targets) ** 2).mean()

    def metric(predictions, targets):
        return ((predictions > 0) == (targets == 1)).float().mean()

    with pytest.raises(ValueError, match=r"shape \(2, 1\) but targets \(2,\)"):
        train_epoch(net, [(XB, row)], loss, sgd(net))
    with pytest.raises(ValueError, match=r"targets.view\(predictions.shape\)"):
        validate_epoch(net, [(XB, row)], metric)
    assert validate_epoch(net, [(XB, row[:, None])], metric) == 0.5
    assert validate_epoch(net, [(XB[:1], row[:1])], metric) in (0.0, 1.0)  # nothing to mix
