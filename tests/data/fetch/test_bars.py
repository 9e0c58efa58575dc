import pytest

from helpers.data.fetch import bars


@pytest.mark.parametrize("long, shown", [(0, True), (60, False)])
def test_only_long_work_shows_a_bar(monkeypatch, tmp_path, capsys, long, shown):
    monkeypatch.setattr(bars, "LONG", long)
    (tmp_path / "file.tgz").write_bytes(b"abc")
    assert list(bars.progress(range(5), "counting")) == [0, 1, 2, 3, 4]
    with bars.reading(tmp_path / "file.tgz", "unpacking") as content:
        assert content.read() == b"abc"
    told = capsys.readouterr()
    assert told.out == ""
    assert ("counting" in told.err, "unpacking file.tgz" in told.err) == (shown, shown)
    assert told.err == "" or told.err.endswith("\r"), "the bar goes when the work is done"
