"""Muon: steps for weight matrices in which no direction is larger than another."""

from collections.abc import Iterable

import torch

from helpers.training import fast_checks as checks

# a x + b x³ + c x⁵ brings the singular values of a matrix, numbers from 0 to 1, towards 1.
EXACT = (15 / 8, -10 / 8, 3 / 8)  # touches 1 with slope 0: arrives, but small ones grow slowly
FAST = (3.4445, -4.7750, 2.0315)  # ends between about 0.7 and 1.2, in far fewer steps


@checks.matrices
def orthogonalize(
    matrix: torch.Tensor,
    steps: int = 5,
    coefficients: tuple[float, float, float] = FAST,
    dtype: torch.dtype | None = None,
) -> torch.Tensor:
    """The nearest matrix whose singular values are all (nearly) 1, by Newton and Schulz.

    With U S Vᵀ the singular value decomposition of a matrix, that is U Vᵀ: same directions, all of
    the same size. A wide matrix gets orthonormal rows, a tall one orthonormal columns. An odd
    polynomial of a matrix, such as a X + b (X Xᵀ) X, changes nothing but S; a few products of
    matrices therefore do what a decomposition would do slowly.

    Args:
        matrix: float, shape (..., rows, columns); leading axes are several matrices at once.
        steps: how often the polynomial is applied.
        coefficients: (a, b, c) of the polynomial: ``FAST``, or ``EXACT`` for some more steps.
        dtype: of the products; ``torch.bfloat16`` suffices for ``FAST``. The matrix's own if None.

    Returns:
        Tensor: the same shape, dtype and device; zeros stay zeros.

    Raises:
        ValueError: for a tensor of fewer than two axes.

    Example:
        >>> orthogonalize(torch.tensor([[3.0, 0.0], [0.0, 0.1]]), 12, EXACT).round(decimals=4)
        tensor([[1., 0.],
                [0., 1.]])

    Polynomial and coefficients: Keller Jordan et al., "Muon: an optimizer for hidden layers in
    neural networks" (2024); iterations of this kind: Björck and Bowie (1971).
    Built in lesson 08.
    """
    if matrix.shape[-2] > matrix.shape[-1]:  # the smaller of X Xᵀ and Xᵀ X is less work
        return orthogonalize(matrix.mT, steps, coefficients, dtype).mT
    a, b, c = coefficients
    # No singular value is larger than the root of the sum of all squares.
    x = matrix / matrix.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    x = x.to(dtype or matrix.dtype)
    for _ in range(steps):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.to(matrix.dtype)


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
        dtype: of its products, see there.
        keep_length: whether a layer's weights are kept at the length (the root of the sum of their
            squares) of root of the number of filters, before each step. For layers in front of a
            batch norm, where length does not matter, but a step weighs less the longer they get.

    Raises:
        ValueError: for a weight of fewer than two axes, a negative lr, or a bad momentum.

    Example:
        >>> filters = torch.nn.Parameter(torch.ones(1, 1, 1, 2))
        >>> filters.grad = torch.tensor([3.0, 4.0]).view(1, 1, 1, 2)
        >>> Muon([filters], lr=0.1, momentum=0.0, steps=0).step()
        >>> filters.detach().flatten()
        tensor([0.9400, 0.9200])

    Keller Jordan et al., "Muon" (2024), and for constant length the airbench programs of 2024;
    ``torch.optim.Muon`` has it for matrices, without the latter.
    Built in lesson 08.
    """

    @checks.muon_settings
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

    @torch.no_grad()
    def step(self) -> None:
        """Change all weights that have a gradient."""
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is not None:
                    self._change(weights, group)

    def _change(self, weights: torch.Tensor, group: dict) -> None:
        state, momentum = self.state[weights], group["momentum"]
        if "average" not in state:
            state["average"] = torch.zeros_like(weights.grad)
        average = state["average"].mul_(momentum).add_(weights.grad)
        direction = weights.grad + momentum * average  # Nesterov: one step ahead
        update = orthogonalize(direction.flatten(1), group["steps"], dtype=group["dtype"])
        if group["keep_length"]:
            weights.mul_(len(weights) ** 0.5 / weights.norm().clamp(min=1e-7))
        weights.sub_(update.view_as(weights), alpha=group["lr"])
