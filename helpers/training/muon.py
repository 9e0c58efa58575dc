"""Muon: steps for weight matrices in which no direction is larger than another."""

from collections.abc import Iterable, Sequence

import torch
from torch.nn.utils.rnn import pad_sequence

# a x + b x³ + c x⁵ brings the singular values of a matrix, numbers from 0 to 1, towards 1.
EXACT = (1.5, -0.5, 0.0)  # touches 1 with slope 0: arrives, but small ones grow slowly
FAST = (3.4445, -4.7750, 2.0315)  # ends between about 0.7 and 1.2, in far fewer steps


def orthogonalize(
    matrix: torch.Tensor,
    steps: int = 5,
    coefficients: tuple[float, float, float] = FAST,
) -> torch.Tensor:
    """The nearest matrix whose singular values are all (nearly) 1, by Newton and Schulz.

    With U S Vᵀ the singular value decomposition of a matrix, that is U Vᵀ: same directions, all of
    the same size. A wide matrix gets orthonormal rows, a tall one orthonormal columns. An odd
    polynomial of a matrix, such as a X + b (X Xᵀ) X, changes nothing but S; a few products of
    matrices therefore do what a decomposition would do slowly.

    Args:
        matrix: float, shape (rows, columns).
        steps: how often the polynomial is applied.
        coefficients: (a, b, c) of the polynomial: ``FAST``, or ``EXACT`` for some more steps.

    Returns:
        Tensor: the same shape, dtype and device; zeros stay zeros.

    Example:
        >>> orthogonalize(torch.tensor([[3.0, 0.0], [0.0, 0.1]]), 15, EXACT).round(decimals=4)
        tensor([[1., 0.],
                [0., 1.]])

    Polynomial and coefficients: Keller Jordan et al., "Muon: an optimizer for hidden layers in
    neural networks" (2024); iterations of this kind, ``EXACT`` among them: Björck and Bowie (1971).
    Built in lesson 10.
    """
    _check_matrix(matrix)
    a, b, c = coefficients
    x = matrix / matrix.norm().clamp(min=1e-7)
    for _ in range(steps):
        twice = x @ x.T
        x = a * x + b * twice @ x + c * twice @ twice @ x
    return x


class Muon(torch.optim.Optimizer):
    """Gradient descent with momentum, each step orthogonalised.

    A gradient of a layer is mostly made of few directions. SGD walks along those and hardly along
    the rest; Muon goes equally far along all of them. It is for filters and weights of hidden
    layers; biases and the last layer need another optimiser.

    Args:
        params: weights of two or more axes; those of a filter are taken as one row.
        lr: learning rate, 0 or more: how far a step goes along each direction.
        momentum: share of the last steps that is kept, from 0 to less than 1, as Nesterov's.
        steps: of the iteration in ``orthogonalize``.
        dtype: of its products, see ``orthogonalize_all``.
        keep_length: whether a layer's weights are kept at the length (the root of the sum of their
            squares) of root of the number of filters, before each step. For layers in front of a
            batch norm, where length does not matter, but a step weighs less the longer they get.

    Example:
        >>> filters = torch.nn.Parameter(torch.ones(1, 1, 1, 2))
        >>> filters.grad = torch.tensor([3.0, 4.0]).view(1, 1, 1, 2)
        >>> Muon([filters], lr=0.1, momentum=0.0, steps=0).step()
        >>> filters.detach().flatten()
        tensor([0.9400, 0.9200])

    Keller Jordan et al., "Muon" (2024), and for constant length the airbench programs of 2024;
    ``torch.optim.Muon`` has it for matrices, without the latter. Lesson 10 makes one step by hand.
    """

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        lr: float,
        momentum: float = 0.6,
        steps: int = 3,
        dtype: torch.dtype | None = None,
        keep_length: bool = False,
    ) -> None:
        settings = {"lr": lr, "momentum": momentum, "steps": steps, "dtype": dtype}
        super().__init__(params, settings | {"keep_length": keep_length})
        _check_groups(self.param_groups)

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # no closure: nothing here needs one
        """Change all weights that have a gradient."""
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is not None:
                    self._change(weights, group)

    def _change(self, weights: torch.Tensor, group: dict) -> None:
        state, momentum = self.state[weights], group["momentum"]
        if "average" not in state:
            state["average"] = torch.zeros_like(weights.grad)  # type: ignore[arg-type]  # see step
        average = state["average"].mul_(momentum).add_(weights.grad)
        direction = weights.grad + momentum * average  # Nesterov: one step ahead
        (update,) = orthogonalize_all([direction.flatten(1)], group["steps"], dtype=group["dtype"])
        if group["keep_length"]:
            weights.mul_(len(weights) ** 0.5 / weights.norm().clamp(min=1e-7))
        weights.sub_(update.view_as(weights), alpha=group["lr"])


def orthogonalize_all(
    matrices: Sequence[torch.Tensor],
    steps: int = 5,
    coefficients: tuple[float, float, float] = FAST,
    dtype: torch.dtype | None = None,
) -> list[torch.Tensor]:
    """``orthogonalize`` for many matrices, those with equally many rows together.

    A tall matrix is turned on its side meanwhile: the smaller of X Xᵀ and Xᵀ X is less work.

    They become one stack; shorter rows are filled up with zeros, which change no product of a row
    with a row. A step of the iteration is then three operations for all of them.

    Args:
        matrices: float, each of shape (rows, columns), with rows and columns of its own.
        dtype: of the products; ``torch.bfloat16`` suffices for ``FAST``. A matrix's own if None.

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
    """``Muon``, all weights at once: the same steps, up to rounding.

    A small network has many small weights, and for each ``Muon`` starts some thirty
    operations. A GPU does each of them in less time than it takes to start it.

    Example:
        >>> filters = torch.nn.Parameter(torch.ones(1, 1, 1, 2))
        >>> filters.grad = torch.tensor([3.0, 4.0]).view(1, 1, 1, 2)
        >>> BatchedMuon([filters], lr=0.1, momentum=0.0, steps=0).step()
        >>> filters.detach().flatten()
        tensor([0.9400, 0.9200])
    """

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # as in Muon
        """Change all weights that have a gradient."""
        for group in self.param_groups:
            if weights := [w for w in group["params"] if w.grad is not None]:
                self._change_all(weights, group)

    def _change_all(self, weights: list[torch.Tensor], group: dict) -> None:
        gradients = [w.grad for w in weights if w.grad is not None]
        for w, gradient in zip(weights, gradients):
            if "average" not in self.state[w]:
                self.state[w]["average"] = torch.zeros_like(gradient)
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


def _check_matrix(matrix: torch.Tensor) -> None:
    if matrix.ndim != 2:
        raise ValueError(
            f"expected a matrix, got shape {tuple(matrix.shape)}; filters become one by "
            "filters.flatten(1)"
        )


def _check_groups(groups: list[dict]) -> None:
    for group in groups:
        lr, momentum = group["lr"], group["momentum"]
        if lr < 0 or not 0 <= momentum < 1:
            raise ValueError(
                f"expected lr of 0 or more and momentum from 0 to less than 1, got {lr}, {momentum}"
            )
        for weights in group["params"]:
            if weights.ndim < 2:
                raise ValueError(
                    f"expected weights of two or more axes, got shape {tuple(weights.shape)}; "
                    "give biases to another optimiser, for example torch.optim.SGD"
                )
