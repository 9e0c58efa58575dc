import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import ft2font
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from helpers.language import speaking
from helpers.pictures import lettering
from helpers.pictures.canvas import png, show
from helpers.pictures.lettering import in_picture, numberless, translate


def drawn():
    figure, axis = plt.subplots()
    axis.plot([0, 1], label="training")
    axis.set(title="SGD, rate 0.1: loss 2 after 30 steps", xlabel="epoch", ylabel="mine alone")
    axis.legend()
    return figure


def test_english_is_left_alone():
    figure = drawn()
    translate(figure)
    assert figure.axes[0].get_xlabel() == "epoch"


def test_titles_labels_and_legends_are_korean_and_what_is_not_known_stays():
    figure = drawn()
    with speaking("ko"):
        translate(figure)
    axis = figure.axes[0]
    assert axis.get_title() == "SGD, 학습률 0.1: 스텝 30번 뒤 손실 2"
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("에포크", "mine alone")
    assert axis.get_legend().get_texts()[0].get_text() == "훈련"


def test_it_can_be_done_twice():
    figure = drawn()
    with speaking("ko"):
        translate(figure)
        png(figure)
    assert figure.axes[0].get_xlabel() == "에포크"


def test_words_at_ticks():
    figure, (fixed, categories) = plt.subplots(1, 2)
    fixed.bar([0, 1], [1, 2])
    fixed.set_xticks([0, 1], ["training", "mine"])
    categories.bar(["training", "mine"], [1, 2])
    with speaking("ko"):
        translate(figure)
        figure.canvas.draw()
    for axis in figure.axes:
        assert [tick.get_text() for tick in axis.get_xticklabels()] == ["훈련", "mine"]
    plt.close(figure)


@pytest.mark.parametrize(
    "text, key",
    [
        ("rate 1, after 10 epochs", "rate {0}, after {1} epochs"),
        ("from -4.0 to 1,000", "from {0} to {1}"),
        ("conv2d, resnet18, 1st", "conv2d, resnet18, 1st"),
        ("50% right", "{0} right"),
        ("{a} 3", "{{a}} {0}"),
    ],
)
def test_the_key_of_a_text_with_numbers(text, key):
    assert numberless(text) == key


def test_a_title_of_two_lines_is_known_by_its_lines():
    with speaking("ko"):
        assert in_picture("cat\nloss 0.20") == "cat\n손실 0.20"


def test_a_letter_that_the_font_lacks_leaves_the_english(monkeypatch):
    monkeypatch.setattr(lettering.language, "say", lambda text, **values: "뷁뙑")
    with speaking("ko"):
        assert in_picture("epoch") == "epoch"


def test_without_the_font_there_is_english(monkeypatch, tmp_path):
    monkeypatch.setattr(lettering, "FILE", tmp_path / "none.ttf")
    figure = drawn()
    with speaking("ko"):
        translate(figure)
    assert figure.axes[0].get_xlabel() == "epoch"


def ink(words, **font):
    """The pixels of words, without the paper around them."""
    figure = Figure(figsize=(4, 1))
    figure.text(0.1, 0.4, words, fontsize=20, **font)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    dark = np.asarray(canvas.buffer_rgba())[..., 0] < 128
    return dark[dark.any(1)][:, dark.any(0)]


@pytest.mark.filterwarnings("ignore:Glyph")  # of the boxes to compare with
def test_a_label_has_the_glyphs_of_the_font_and_no_boxes():
    figure = Figure(figsize=(4, 1))
    label = figure.text(0.1, 0.4, "accuracy", fontsize=20)
    with speaking("ko"):
        translate(figure)
    shown = ink(label.get_text(), fontfamily=label.get_fontfamily())
    assert label.get_text() == "정확도"
    assert np.array_equal(shown, ink("정확도", font=lettering.FILE))
    assert not np.array_equal(shown, ink("뷁뷁뷁", font=lettering.FILE))  # which it has not: boxes


def test_the_font_has_every_letter_of_the_table():
    from tools import messages

    letters = ft2font.FT2Font(lettering.FILE).get_charmap()
    words = "".join(korean for korean in messages.read().values())
    assert not {letter for letter in words if "가" <= letter <= "힣" and ord(letter) not in letters}


def test_the_licence_lies_beside_the_font_and_keeps_the_reserved_name_free():
    licence = lettering.FILE.with_name("LessonsHangul-LICENSE.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE" in licence and "Nanum" not in lettering.FAMILY
    assert lettering.FILE.stat().st_size < 2**20


def test_show_says_the_titles_in_korean(capsys, monkeypatch):
    told = {}
    monkeypatch.setattr("helpers.pictures.canvas.display", lambda bundle, **_: told.update(bundle))
    with speaking("ko"):
        show(drawn(), "훈련하는 동안 에포크마다 손실이 줄어드는 곡선.")
    assert told["text/plain"] == (
        "그림: 훈련하는 동안 에포크마다 손실이 줄어드는 곡선. "
        "제목: SGD, 학습률 0.1: 스텝 30번 뒤 손실 2."
    )
