"""Tests marked ``gpu`` run where there is one, and say why not elsewhere."""

import pytest
import torch


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that needs a GPU on a machine that has none."""
    if item.get_closest_marker("gpu") is None:
        return
    if not (torch.cuda.is_available() or torch.backends.mps.is_available()):
        pytest.skip("needs a GPU (CUDA or Apple's MPS), and torch finds none here")
