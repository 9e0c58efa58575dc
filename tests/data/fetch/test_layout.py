from dataclasses import replace

import pytest
import torch

from helpers import data
from helpers.course.doctor import machine
from helpers.course.doctor.finding import NOTE, OK
from helpers.data.fetch.layout import UNKNOWN, Edition, pixels_digest, recognise
from helpers.data.images import Split
from tests.data.kit import PNG, Bench


def splits():
    pixels = torch.arange(2 * 3 * 4, dtype=torch.uint8).reshape(2, 3, 2, 2)
    return {name: Split(pixels.clone(), torch.tensor([0, 1])) for name in ("train", "test")}


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize("what", ["images", "labels"])
def test_the_digest_notices_every_change(split, what):
    changed = splits()
    getattr(changed[split], what)[0] += 1
    assert pixels_digest(changed) != pixels_digest(splits()) == pixels_digest(splits())


def test_an_edition_is_recognised_by_its_digest_or_by_its_sums():
    by_digest = Edition("ours", pixels_digest(splits()))
    red, green, blue = (int(splits()["train"].images[:, i].sum()) for i in range(3))
    by_sums = Edition("theirs", sums=(red, green, blue))
    assert recognise(splits(), (by_sums, by_digest)) == "theirs"
    assert recognise(splits(), (by_digest,)) == "ours"
    assert recognise(splits(), (Edition("other", "0" * 64, (1, 2, 3)),)) == UNKNOWN
    assert recognise(splits(), ()) == ""


@pytest.fixture
def bench(monkeypatch, tmp_path):
    """A set whose pixels are known."""
    found = PNG.layout.check(PNG.write(tmp_path / "known" / "tiny", PNG.layout.counts))
    known = (Edition("the known one", pixels_digest(found.splits)),)
    return Bench(monkeypatch, tmp_path, replace(PNG, layout=replace(PNG.layout, editions=known)))


def test_a_known_edition_is_not_worth_a_word(bench, capsys):
    bench.install()
    for use in (data.load, data.folder):
        bench.new_process()
        use("tiny")
        assert capsys.readouterr().out.count("\n") == 1
    finding = machine.stand(["tiny"])[0].finding
    assert finding.word == OK and "all files (the known one)" in finding.text


@pytest.mark.parametrize("used", [False, True], ids=["new", "used before"])
def test_an_unknown_edition_is_told_and_works(bench, capsys, used):
    """All-black images of the right names are whole, too."""
    bench.install()
    file = bench.folder / "train/cat/5.png"
    file.write_bytes((bench.folder / "train/cat/12.png").read_bytes())
    if used:
        data.load("tiny")
        bench.new_process()
        capsys.readouterr()
    data.load("tiny")
    out = capsys.readouterr().out
    assert "not the pixels of an edition that the lessons know (the known one)" in out
    bench.new_process()
    data.folder("tiny")
    assert "not the pixels of an edition" in capsys.readouterr().out
    finding = machine.stand(["tiny"])[0].finding
    assert finding.word == NOTE and UNKNOWN in finding.text
