import pytest
import torch
from torch import nn

from helpers.budget import StepBudget
from helpers.learning import learn
from helpers.schedule import linear_decay


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


def test_smoothing_keeps_a_network_from_being_sure():
    ends = []
    for smoothing in (0.0, 0.4):
        torch.manual_seed(0)
        model = nn.Linear(2, 2)
        opt = torch.optim.SGD(model.parameters(), lr=0.5)
        learn(model, [task(20)], StepBudget(200), [opt], smoothing=smoothing)
        ends.append(model(task(20)[0]).softmax(1).max(1).values.mean().item())
    assert ends[1] < ends[0] - 0.05 and ends[1] < 0.85


def test_before_step_hears_the_share():
    model, shares = nn.Linear(2, 2), []
    opt = torch.optim.SGD(model.parameters(), lr=0.1)
    learn(model, [task()], StepBudget(4), [opt], before_step=shares.append)
    assert shares == [0.0, 0.25, 0.5, 0.75]


def test_a_lost_loss_is_named():
    model = nn.Linear(2, 2)
    opt = torch.optim.SGD(model.parameters(), lr=1e38)
    with pytest.raises(FloatingPointError, match="at step"):
        learn(model, [task()], StepBudget(50), [opt])
