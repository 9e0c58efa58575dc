"""The steps of ``Muon`` with far fewer operations: for GPUs, which wait for each."""

from collections.abc import Sequence

import torch
from torch.nn.utils.rnn import pad_sequence

from helpers.training.muon import FAST, Muon


def orthogonalize_all(
    matrices: Sequence[torch.Tensor],
    steps: int = 5,
    coefficients: tuple[float, float, float] = FAST,
    dtype: torch.dtype | None = None,
) -> list[torch.Tensor]:
    """``orthogonalize`` for many matrices, those with equally many rows together.

    They become one stack; shorter rows are filled up with zeros, which change no product of a row
    with a row. A step of the iteration is then three operations for all of them.

    Args:
        matrices: float, each of shape (rows, columns), with rows and columns of its own.
        steps, coefficients, dtype: as for ``orthogonalize``.

    Returns:
        list: for each matrix one of the same shape and dtype.

    Example:
        >>> orthogonalize_all([torch.tensor([[3.0, 4.0]]), torch.tensor([[0.0], [2.0]])], steps=0)
        [tensor([[0.6000, 0.8000]]), tensor([[0.],
                [1.]])]

    Several matrices as one stack: hiverge, cifar10-speedrun (2025).
    """
    a, b, c = coefficients
    wide = [m if m.shape[0] <= m.shape[1] else m.mT for m in matrices]
    done = list(wide)
    for rows in sorted({len(matrix) for matrix in wide}):
        places = [place for place, matrix in enumerate(wide) if len(matrix) == rows]
        x = pad_sequence([wide[place].mT for place in places], batch_first=True).mT
        x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
        x = x.to(dtype or x.dtype)
        for _ in range(steps):
            gram = x @ x.mT
            x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
        x = x.to(wide[places[0]].dtype)
        for place, matrix in zip(places, x):
            done[place] = matrix[:, : wide[place].shape[1]]
    return [d if m.shape[0] <= m.shape[1] else d.mT for d, m in zip(done, matrices)]


class BatchedMuon(Muon):
    """``Muon`` of lesson 08, all weights at once: the same steps, up to rounding.

    A small network has many small weights, and for each the lesson's ``Muon`` starts some thirty
    operations. A GPU does each of them in less time than it takes to start it.

    Args:
        params, lr, momentum, steps, dtype, keep_length: as for ``Muon``.

    Example:
        >>> filters = torch.nn.Parameter(torch.ones(1, 1, 1, 2))
        >>> filters.grad = torch.tensor([3.0, 4.0]).view(1, 1, 1, 2)
        >>> BatchedMuon([filters], lr=0.1, momentum=0.0, steps=0).step()
        >>> filters.detach().flatten()
        tensor([0.9400, 0.9200])
    """

    @torch.no_grad()
    def step(self) -> None:
        """Change all weights that have a gradient."""
        for group in self.param_groups:
            if weights := [w for w in group["params"] if w.grad is not None]:
                self._change_all(weights, group)

    def _change_all(self, weights: list[torch.Tensor], group: dict) -> None:
        gradients = [w.grad for w in weights]
        for w in weights:
            if "average" not in self.state[w]:
                self.state[w]["average"] = torch.zeros_like(w.grad)
        averages = [self.state[w]["average"] for w in weights]
        torch._foreach_mul_(averages, group["momentum"])
        torch._foreach_add_(averages, gradients)
        ahead = torch._foreach_add(gradients, averages, alpha=group["momentum"])
        matrices = [direction.flatten(1) for direction in ahead]
        updates = orthogonalize_all(matrices, group["steps"], dtype=group["dtype"])
        if group["keep_length"]:
            lengths = torch._foreach_norm(weights)
            torch._foreach_clamp_min_(lengths, 1e-7)
            torch._foreach_div_(lengths, [len(w) ** 0.5 for w in weights])
            torch._foreach_div_(weights, lengths)
        updates = [update.view_as(w) for update, w in zip(updates, weights)]
        torch._foreach_add_(weights, updates, alpha=-group["lr"])


def drop_overflow(optimizer: torch.optim.Optimizer, *_: object) -> None:
    """Before a step of an optimiser: where a gradient is not finite, all count as zeros.

    For training in float16, whose numbers end at 65,504. Momentum still moves the weights in such a
    step, but nothing infinite gets into them. The device is not waited for.

    Args:
        optimizer: its ``register_step_pre_hook`` makes this function part of each step.

    Example:
        >>> weights = torch.nn.Parameter(torch.tensor([1.0]))
        >>> weights.grad, opt = torch.tensor([torch.inf]), torch.optim.SGD([weights], lr=0.1)
        >>> hook = opt.register_step_pre_hook(drop_overflow)
        >>> opt.step(); weights.item()
        1.0
    """
    params = [p for group in optimizer.param_groups for p in group["params"]]
    gradients = [p.grad for p in params if p.grad is not None]
    if gradients:
        finite = torch.stack([gradient.isfinite().all() for gradient in gradients]).all()
        for gradient in gradients:
            gradient.masked_fill_(~finite, 0.0)
