import pytest
import torch
from torch import nn

from helpers.training.budgeted import learn
from helpers.training.schedule import StepBudget, TimeBudget, linear_decay


def task(n=8):
    """Two numbers of which the larger names the class."""
    xb = torch.rand(n, 2, generator=torch.Generator().manual_seed(0))
    return xb, xb.argmax(1)


class NotingSGD(torch.optim.SGD):
    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.rates, self.gradients = [], []

    def step(self):
        self.rates.append(self.param_groups[0]["lr"])
        self.gradients.append(self.param_groups[0]["params"][0].grad.clone())
        super().step()


def test_it_goes_through_the_loader_again_until_the_budget_is_used_up():
    seen = []

    class Noting(nn.Linear):
        def forward(self, xb):
            seen.append(len(xb))
            return super().forward(xb)

    model = Noting(2, 2)
    batches = [task(3), task(5)]
    learn(model, batches, StepBudget(5), [torch.optim.SGD(model.parameters(), lr=0.1)])
    assert seen == [3, 5, 3, 5, 3] and model.training


def test_rates_of_all_optimizers_follow_the_schedule():
    model = nn.Linear(2, 2)
    opts = [NotingSGD([model.weight], lr=0.4), NotingSGD([model.bias], lr=0.8)]
    learn(model, [task()], StepBudget(4), opts, linear_decay)
    assert opts[0].rates == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert opts[1].rates == pytest.approx([0.8, 0.6, 0.4, 0.2])


def test_the_loss_is_a_sum_and_gradients_do_not_pile_up():
    model = nn.Linear(2, 2)
    opt = NotingSGD(model.parameters(), lr=0.0)
    xb, yb = task(6)
    learn(model, [(xb, yb)], StepBudget(2), [opt])
    losses = nn.functional.cross_entropy(model(xb), yb, reduction="none")
    (expected,) = torch.autograd.grad(losses.sum(), [model.weight])
    for gradient in opt.gradients:
        torch.testing.assert_close(gradient, expected)


@pytest.mark.parametrize("smoothing", [0.1, 0.4])
def test_smoothing_keeps_a_network_from_being_sure(smoothing):
    """An input of its own for each class: nothing holds the answers back but the labels."""
    batch, sure = (torch.eye(2), torch.arange(2)), []
    for share in (smoothing, 0.0):
        torch.manual_seed(0)
        model = nn.Linear(2, 2)
        opt = torch.optim.SGD(model.parameters(), lr=0.5)
        learn(model, [batch], StepBudget(200), [opt], smoothing=share)
        sure.append(model(batch[0]).softmax(1).diagonal())
    # The loss is least where the answers are the labels: half of the share is the other class's.
    # After 200 steps the distance to that is far below a thousandth.
    torch.testing.assert_close(sure[0], torch.full((2,), 1 - smoothing / 2), atol=1e-3, rtol=0)
    assert (sure[1] > 0.98).all()  # without smoothing they go on to 1


def test_before_step_hears_the_share():
    model, shares = nn.Linear(2, 2), []
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    learn(model, [task()], StepBudget(4), [opt], before_step=shares.append)
    assert shares == [0.0, 0.25, 0.5, 0.75]


def test_a_lost_loss_is_named():
    model = nn.Linear(2, 2)
    opt = torch.optim.SGD(model.parameters(), lr=torch.inf)
    with pytest.raises(FloatingPointError, match="nan at step 2"):
        learn(model, [task()], StepBudget(50), [opt])


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda xb, yb: (xb.double(), yb), TypeError, r"float64: use xb.float\(\)"),
        (lambda xb, yb: (xb, yb.int()), TypeError, r"int32: use yb.long\(\)"),
        (lambda xb, yb: (xb, yb[:, None]), ValueError, r"use yb.squeeze\(1\)"),
    ],
)
def test_a_batch_that_does_not_fit_is_explained(change, error, words):
    model, batch = nn.Linear(2, 3), (torch.zeros(4, 2), torch.tensor([0, 1, 2, 0]))
    with pytest.raises(error, match=words):
        learn(model, [change(*batch)], StepBudget(4), [torch.optim.SGD(model.parameters(), lr=0.1)])


def test_a_loader_without_batches_does_not_go_on_for_ever():
    model = nn.Linear(2, 3)
    with pytest.raises(ValueError, match="the loader gave no batch"):
        learn(model, [], StepBudget(4), [torch.optim.SGD(model.parameters(), lr=0.1)])


def test_a_budget_that_is_used_up_is_refused():
    model, times = nn.Linear(2, 2), iter([0, 0, 5, 9])
    for budget in (StepBudget(1), TimeBudget(4, clock=lambda: next(times))):
        learn(model, [task()], budget, [torch.optim.SGD(model.parameters(), lr=0.1)])
        with pytest.raises(ValueError, match="the budget is used up.*make a new one"):
            learn(model, [task()], budget, [torch.optim.SGD(model.parameters(), lr=0.1)])


def test_a_time_that_was_over_before_the_first_step_is_said():
    model, now = nn.Linear(2, 2), [0.0]
    budget = TimeBudget(5, clock=lambda: now[0])
    now[0] = 9.0
    before = model.weight.clone()
    with pytest.raises(ValueError, match="over before the first step"):
        learn(model, [task()], budget, [torch.optim.SGD(model.parameters(), lr=0.1)])
    assert torch.equal(model.weight, before)


def test_optimisers_come_in_a_list():
    model = nn.Linear(2, 2)
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(TypeError, match=r"got SGD; put a single one into a list, too: \[opt\]"):
        learn(model, [task()], StepBudget(1), opt)
    with pytest.raises(ValueError, match="at least one optimiser, got none"):
        learn(model, [task()], StepBudget(1), [])
