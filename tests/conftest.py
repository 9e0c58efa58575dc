"""What holds for all tests: no test leaves figures or data sets behind, few need a GPU."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest
import torch
from hypothesis import HealthCheck, settings

from helpers.data.fetch import served

# Hypothesis looks at the clock in two places; on a busy machine both would fail for no fault.
settings.register_profile(
    "without clocks", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("without clocks")


THREADS = torch.get_num_threads()  # before any test has asked for others


@pytest.fixture(autouse=True)
def threads_are_as_at_first() -> Iterator[None]:
    """Take back what a test has set: two threads beside other work can be forty times slower."""
    yield
    if torch.get_num_threads() != THREADS:
        torch.set_num_threads(THREADS)


@pytest.fixture(autouse=True)
def figures_are_closed() -> Iterator[None]:
    """Close the figures that a test has drawn."""
    yield
    plt.close("all")


@pytest.fixture(scope="module", autouse=True)
def data_sets_of_its_own() -> Iterator[None]:
    """A module does not inherit that another one has used practice data."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(served, "_found", {})
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the attacks on grading, by what was around them: tried, and come through."""
    for around in ("bubblewrap", "unshare", "unprotected"):
        count = {
            outcome: sum(
                f"{around}: " in report.nodeid for report in terminalreporter.stats.get(outcome, [])
            )
            for outcome in ("passed", "failed", "skipped")
        }
        if any(count.values()):
            terminalreporter.write_line(
                f"{around}: {count['passed'] + count['failed']} attacks tried, "
                f"{count['failed']} came through, {count['skipped']} not tried"
            )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that needs a GPU on a machine that has none."""
    if item.get_closest_marker("gpu") is None:
        return
    if not (torch.cuda.is_available() or torch.backends.mps.is_available()):
        pytest.skip("needs a GPU (CUDA or Apple's MPS), and torch finds none here")
