"""Numbers within a tolerance, everything else exactly."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.lessons import compare, kept, tokens
from tools.lessons.compare import Tolerance, difference, pairs, text_difference, tolerance_of
from tools.lessons.sample import code, printed, shown, value


@pytest.mark.parametrize("module", [compare, kept, tokens])
def test_the_examples_in_docstrings(module):
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0


@pytest.mark.parametrize(
    "text, found",
    [
        ("tensor([ 1.0000, -2.5000])", ["1.0000", "-2.5000"]),
        ("tensor([3., 4.])", ["3.", "4."]),
        ("1e-05 2.5E+3 .5 -.5", ["1e-05", "2.5E+3", ".5", "-.5"]),
        ("12,396 of 1,234,567.5", ["12,396", "1,234,567.5"]),
        ("[100,2000] (6131, 28)", ["100", "2000", "6131", "28"]),
        ("nan NaN inf -inf", ["nan", "NaN", "inf", "-inf"]),
        ("95.11% 0.95 %", ["95.11", "0.95"]),
        ("3-7, x-1, 2026-11-20", ["3", "7", "1", "2026", "11", "20"]),
        ("(1)-2 [3]-4", ["1", "2", "3", "4"]),
        ("<td>0.95</td>", ["0.95"]),
        ("28×28", ["28", "28"]),
        ("conv2d T_12ab3 x_1 layer.0.weight 2.15.0+cu130 3.11.7", []),
        ("정확도 0.95의 3번째, 12,396개", ["0.95", "3", "12,396"]),
        ("#0072B2 #123456 0x7f3a9c 28x28 3j 1_000 nano info infinite", []),
    ],
)
def test_what_a_number_is(text, found):
    assert [number.text for number in tokens.numbers(text)] == found


@given(st.floats(allow_nan=False), st.sampled_from(["", ".3f", ".4e", ",.2f", "g"]))
def test_every_way_to_write_a_float_is_read(number, form):
    text = f"loss={number:{form}};"
    (found,) = tokens.numbers(text)
    assert found.value == float(f"{number:{form}}".replace(",", ""))
    assert "".join(tokens.between(text, [found])) == "loss=;"


@given(st.text())
def test_any_text_equals_itself(text):
    assert text_difference(text, text, Tolerance()) is None


SAME = {
    "a thousandth": ("0.9511", "0.9520"),
    "more digits": ("0.95", "0.9501"),
    "sign of zero": ("[-0.0000, 1.]", "[0.0000, 1.]"),
    "padding": ("[ 9.9999,  1.5000]", "[10.0000, 1.5000]"),
    "padding after": ("[1.   2.5 ]", "[1.   2.501]"),
    "float as whole": ("[1., 2.]", "[1.0000, 2.0001]"),
    "nan and inf": ("nan inf -inf", "nan inf -inf"),
    "percent": ("95.1 %", "95.15 %"),
    "exponent": ("1e-05", "1.0005e-05"),
    "html": ("<td>0.9511</td>", "<td>0.9512</td>"),
    "styled table": ("<td id='T_3fa9c_row0_col1'>", "<td id='T_00000_row0_col1'>"),
    "styled table's text": (
        "<pandas.io.formats.style.Styler at 0x7f3a9c00>",
        "<pandas.io.formats.style.Styler>",
    ),
    "blanks": ("a    b", "a b"),
}


@pytest.mark.parametrize("stored, new", SAME.values(), ids=SAME)
def test_what_counts_as_the_same(stored, new):
    assert text_difference(stored, new, Tolerance()) is None


DIFFERENT = {
    "beyond": ("acc 0.9511", "acc 0.9655", "stored 0.9511, now 0.9655: off by 0.0144 (1.51 %)"),
    "integer": ("6131", "6132", "stored 6131, now 6132: off by 1 (0.0163 %); integers must be"),
    "thousand": ("12,396", "12,397", "stored 12,396, now 12,397: off by 1"),
    "whole float": ("tensor(6131.)", "tensor(6132.)", "integers must be equal"),
    "sentence": ("It is 6131.", "It is 6132.", "integers must be equal"),
    "sign": ("-0.5", "0.5", "off by 1 (200 %)"),
    "zero": ("0.0", "1e-09", "stored 0.0, now 1e-09: off by 1e-09; allowed"),
    "nan": ("nan", "0.5", "stored nan, now 0.5"),
    "inf": ("inf", "1e30", "stored inf, now 1e30"),
    "inf's sign": ("inf", "-inf", "stored inf, now -inf"),
    "text": ("torch.float32", "torch.float64", "the text differs"),
    "colour": ("#0072B2", "#0072B3", "the text differs"),
    "version": ("2.15.0", "2.15.1", "the text differs"),
    "shape": ("28x28", "28x29", "the text differs"),
    "address": ("<object at 0x7f3a9c>", "<object at 0x7f3a9d>", "the text differs"),
    "name": ("conv2d", "conv3d", "the text differs"),
    "more numbers": ("[1, 2]", "[1, 2, 3]", "the text differs"),
    "blank lost": ("a b", "ab", "the text differs"),
    "fewer lines": ("a\nb", "a", "stored 2 lines, now 1; the first one too many is\n    stored: b"),
    "one line more": ("a", "a\nb", "stored 1 lines, now 2"),
    "last line break": ("a\n", "a", "stored 2 lines, now 1"),
    "second line": ("a\nloss 0.5", "a\nloss 0.6", "line 2: stored 0.5, now 0.6"),
    "two tables": ("T_11111 T_22222", "T_11111 T_11111", "the text differs"),
}


@pytest.mark.parametrize("stored, new, message", DIFFERENT.values(), ids=DIFFERENT)
def test_what_counts_as_different(stored, new, message):
    assert message in text_difference(stored, new, Tolerance())


def test_a_cell_s_own_tolerance():
    assert tolerance_of(code("")) == Tolerance(1e-3, 0.0, whole=False)
    assert tolerance_of(code("", tolerance=0.1)) == Tolerance(0.1, 0.0, whole=True)
    assert tolerance_of(code("", absolute=2)) == Tolerance(1e-3, 2, whole=True)


def test_what_a_tolerance_allows():
    assert text_difference("6131", "6140", Tolerance(0.01, whole=True)) is None
    assert text_difference("0.0", "1e-09", Tolerance(absolute=1e-6)) is None
    assert "allowed is 0.001 of it + 0.5" in text_difference("1.0", "2.0", Tolerance(absolute=0.5))
    assert "allowed is 0.01 of it" in text_difference("100", "102", Tolerance(0.01, whole=True))


STATED = "accuracy: 0.996 (expected 0.995 ± 0.006)"


@pytest.mark.parametrize(
    "stored, new, problem",
    [
        (STATED, "accuracy: 1.001 (expected 0.995 ± 0.006)", None),
        ("정확도: 0.996 (목표 0.995 ± 0.006)", "정확도: 1.001 (목표 0.995 ± 0.006)", None),
        (STATED, "accuracy: 0.989 (expected 0.995 ± 0.006)", None),
        (STATED, "accuracy: 1.002 (expected 0.995 ± 0.006)", "allowed is 0.995 ± 0.006, as the"),
        (STATED, "accuracy: 0.996 (expected 0.997 ± 0.006)", "stored 0.995, now 0.997"),
        (STATED, "accuracy: 0.996 (expected 0.995 ± 0.007)", "stored 0.006, now 0.007"),
        (STATED, "accuracy: nan (expected 0.995 ± 0.006)", "stored 0.996, now nan"),
        ("50000 (expected 50000 ± 0)", "50001 (expected 50000 ± 0)", "allowed is 50000 ± 0"),
        ("mean 0.73 ± 0.01", "mean 0.74 ± 0.01", None),
        ("mean 0.73 ± 0.01", "mean 0.75 ± 0.01", "allowed is 0.73 ± 0.01"),
        ("0.5 (on the real data 0.6 ± 0.1)", "0.4 (on the real data 0.6 ± 0.1)", "now 0.4"),
    ],
)
def test_a_tolerance_that_the_line_states(stored, new, problem):
    found = text_difference(stored, new, Tolerance())
    assert found is None if problem is None else problem in found


def test_what_became_of_each_number():
    before, after = [printed(f"{STATED}\nloss 2.0")], [printed(f"{STATED}\nloss 2.5")]
    found = list(pairs(before, after, Tolerance(0.1)))
    rooms = [(pair.stored.text, pair.new.text, pair.rule.room(pair.stored)) for pair in found]
    assert rooms[0] == ("0.996", "0.996", 0.006) and rooms[-1] == ("2.0", "2.5", 0.2)
    assert list(pairs([printed("a 1")], [printed("b 1")], Tolerance())) == []


def picture(*, also=None):
    return shown({"image/png": "aaaa", "text/plain": "Picture: a line"} | (also or {}))


@pytest.mark.parametrize(
    "stored, new, message",
    [
        ([printed("1\n")], [], "stdout: stored 1 outputs of this kind, now 0\n    stored: 1"),
        ([], [printed("1\n")], "stdout: stored 0 outputs of this kind, now 1\n    now: 1"),
        ([], [printed("careful\n", "stderr")], "stderr: stored 0 outputs"),
        ([value("1", html="<b>1</b>")], [value("1", html="<b>2</b>")], "text/html, line 1"),
        ([shown({"text/latex": "$a$"})], [shown({"text/latex": "$b$"})], "text/latex, line 1"),
        ([shown({"application/json": {"a": 1}})], [shown({"application/json": {"a": 2}})], "json"),
        ([picture()], [shown({"text/plain": "Picture: a line"})], "image/png: stored 1 outputs"),
        ([picture()], [picture(also={"text/plain": "Picture: two"})], "text/plain, line 1"),
        ([picture(), picture()], [picture()], "image/png: stored 2 outputs of this kind, now 1"),
    ],
)
def test_outputs_that_differ(stored, new, message):
    assert message in difference(stored, new, Tolerance())


def test_outputs_that_do_not():
    assert difference([], [], Tolerance()) is None
    other = picture(also={"image/png": "bbbb"})
    assert difference([picture()], [other], Tolerance()) is None
    assert difference([printed("a"), value("1")], [value("1"), printed("a")], Tolerance()) is None
