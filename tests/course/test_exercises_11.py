"""What is particular to the exercises of lesson 11, beside what holds for all."""

import pytest
import torch
from torch.utils.data.distributed import DistributedSampler

from helpers.course.exercises import RIGHT, UNTRIED, WRONG, find
from helpers.pictures.processes import ring_states
from helpers.training import step_seconds


def judged(number, answer):
    return find(number).judge(answer)


def test_the_first_round_is_that_of_the_picture():
    for (rows,) in find("11.1").inputs():
        states = ring_states(rows)
        assert find("11.1").solution([list(row) for row in rows]) == states[len(rows) - 1]


def test_a_ring_may_make_new_rows():
    def add_round(rows):
        n = len(rows)
        for step in range(n - 1):
            rows = [
                [value + rows[k - 1][p] if p == (k - 1 - step) % n else value
                 for p, value in enumerate(row)]
                for k, row in enumerate(rows)
            ]  # fmt: skip
        return rows

    assert judged("11.1", add_round)[0] == RIGHT


@pytest.mark.parametrize("kind", [torch.tensor, lambda rows: [torch.tensor(row) for row in rows]])
def test_a_ring_of_tensors_is_right_too(kind):
    assert judged("11.1", lambda rows: kind(find("11.1").solution(rows)))[0] == RIGHT


def test_sums_without_rows_are_told_as_lists_not_as_tensors():
    verdict, said = judged("11.1", lambda rows: [sum(row) for row in rows])
    assert verdict == WRONG and said.startswith("expected a list of n lists")
    assert "tensor" not in said and "stopped" not in said


def test_the_copy_that_only_wraps_the_rows_is_right():
    """In this ring no process sends what has arrived in the same step."""

    def add_round(rows):
        n = len(rows)
        for step in range(n - 1):
            before = rows.copy()
            for process in range(n):
                piece = (process - step) % n
                rows[(process + 1) % n][piece] += before[process][piece]
        return rows

    assert judged("11.1", add_round)[0] == RIGHT


@pytest.mark.parametrize("cut", [lambda rank, size: slice(rank, size), lambda rank, _: slice(rank)])
def test_shares_of_unequal_lengths_are_told(cut):
    verdict, said = judged(
        "11.2", lambda n, seed, epoch, rank, size: list(range(n))[cut(rank, size)]
    )
    assert verdict == WRONG and said == "the processes do not all get equally many images."


def test_a_ring_that_changes_while_it_sends_is_wrong_or_right_but_never_an_error():
    def add_round(rows):
        n = len(rows)
        for step in range(n - 1):
            for process in range(n):
                p = (process - step) % n
                rows[(process + 1) % n][p] += rows[process][p]
        return rows

    assert judged("11.1", add_round)[0] in (RIGHT, WRONG)


def test_shares_are_those_of_distributed_sampler():
    own_rows = find("11.2").solution
    for n, seed, epoch, size in find("11.2").inputs():
        for rank in range(size):
            sampler = DistributedSampler(range(n), size, rank, seed=seed)
            sampler.set_epoch(epoch)
            assert list(sampler) == own_rows(n, seed, epoch, rank, size)


def test_the_global_seed_serves_as_well():
    def own_rows(n, seed, epoch, rank, size):
        torch.manual_seed(seed + epoch)
        return torch.randperm(n)[rank::size]

    assert judged("11.2", own_rows)[0] == RIGHT


def test_the_buggy_order_of_the_lesson_is_named():
    def own_rows(n, seed, epoch, rank, size):
        torch.manual_seed(seed + rank)
        return torch.randperm(n)[rank::size]

    verdict, said = judged("11.2", own_rows)
    assert verdict == WRONG


def test_untouched_shares_are_untried():
    def own_rows(n, seed, epoch, rank, size): ...  # your code here

    assert judged("11.2", own_rows)[0] == UNTRIED


@pytest.mark.parametrize(("rate", "words"), [(0.03, "old rate"), (0.005, "averaged")])
def test_wrong_rates_are_recognised(rate, words):
    verdict, said = judged("11.3", rate)
    assert verdict == WRONG and words in said


def test_the_speed_up_is_that_of_the_lesson():
    for c, n, m, b in find("11.4").inputs():
        assert find("11.4").solution(c, n, m, b) == pytest.approx(c / step_seconds(c, n, m, b))
