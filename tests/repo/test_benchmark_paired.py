"""Paired trials: none twice, none of a question not asked before, and verdicts as by hand."""

import json
import math
import random
from itertools import combinations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.paired import __main__ as harness
from benchmarks.paired import exported, jobs, store
from benchmarks.paired.network import SwitchedNet
from benchmarks.paired.questions import check_unchanged, chosen, read_questions
from benchmarks.paired.recipe import SCALES, Recipe, Scale
from benchmarks.paired.table import BEGIN, END, filled, report, table, waiting, write
from benchmarks.paired.training import Average, Cautious, PairedBatches, optimizers, train
from benchmarks.paired.trial import Trainer, alone, right
from helpers.course import trials as kept
from helpers.course.evidence import HARMFUL, OPEN, PROVED, T, compare
from helpers.data import ResidentBatches, Split
from helpers.data.augment import random_shift
from helpers.data.loaders import AlternatingBatches
from helpers.models.fastnet import KEPT, PIXELS, FastNet
from helpers.training import fast
from helpers.training.budgeted import learn
from helpers.training.fast import CALM, answers
from helpers.training.schedule import StepBudget, linear_decay

PART = SCALES["part"]
TINY = Scale("part", 64, 10, 1, 16, (4, 4, 4))
ASKED = """
[recipes.small]
batch = 0.5

[questions.flip]
hypothesis = "It helps."
with = "final"
without = {flip = "random"}
judged = "plain"
least = 0.2
seeds = {part = 3}

[questions.views]
hypothesis = "They help."
with = "small"
without = "small"
judged = "views against plain"
least = 0.2
seeds = {part = 2, full = 1}
"""


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "questions.toml"
    path.write_text(ASKED)
    return read_questions(path)


def fake(recipe, scale, seed):
    """What a training might have come to."""
    number = 0.6 + 0.01 * seed + 0.004 * (recipe.flip == "alternating")
    facts = {"machine": "none", "precision": "float32", "at": "", "seconds": 0.0}
    return facts | {"accuracy": round(number, 4), "accuracy_views": round(number + 0.01, 4)}


def asked(questions):
    return harness.queue(questions.values(), SCALES.values())


def split(n, seed=0):
    draw = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (n, 3, 32, 32), dtype=torch.uint8, generator=draw)
    return Split(images, torch.arange(n) % 10)


# The queue and the file.


def test_a_run_makes_each_trial_once_and_shares_those_of_two_questions(questions, tmp_path):
    path = tmp_path / "trials.jsonl"
    assert harness.run(fake, path, questions, asked(questions)) == 3 + 3 + 2 + 1
    assert harness.run(fake, path, questions, asked(questions)) == 0
    lines = store.read(path)
    assert len(lines) == len(store.by_key(lines)) == 9
    assert {line["question"] for line in lines} == {"flip", "views"}
    assert all(Recipe().changed(line["recipe"]).plain() == line["recipe"] for line in lines)


def test_an_interrupted_run_goes_on_where_it_was(questions, tmp_path):
    path, made = tmp_path / "trials.jsonl", []

    def interrupted(*trial):
        if len(made) == 4:
            raise KeyboardInterrupt
        made.append(trial)
        return fake(*trial)

    with pytest.raises(KeyboardInterrupt):
        harness.run(interrupted, path, questions, asked(questions))
    with open(path, "a") as file:  # and the fifth was being written
        file.write('{"question": "flip", "as')
    assert len(store.read(path)) == 4
    assert harness.run(fake, path, questions, asked(questions)) == 5
    whole = tmp_path / "whole.jsonl"
    harness.run(fake, whole, questions, asked(questions))
    assert path.read_bytes() == whole.read_bytes()


@pytest.mark.slow
def test_several_processes_make_the_same_trials(questions, tmp_path):
    """Real ones, which the processes get from here; none is begun when the time is over."""
    trainer, trials = Trainer(split(110)), [(Recipe(), TINY, seed) for seed in range(3)]
    trainer.precision = torch.float32
    facts = dict(jobs.shared_out(2, None, trainer, trials))
    assert facts.keys() == set(trials)
    alone = trainer(*trials[1])
    assert facts[trials[1]]["accuracy"] == alone["accuracy"]
    assert list(jobs.shared_out(1, 1e-9, trainer, trials)) == []


def test_two_machines_do_not_come_into_one_file():
    lines = [{"precision": "bfloat16", "machine": "a processor", "seed": seed} for seed in (0, 1)]
    jobs.check_alike(lines)
    with pytest.raises(ValueError, match="bfloat16 on a GPU and bfloat16 on a processor do not"):
        jobs.check_alike([*lines, {"precision": "bfloat16", "machine": "a GPU"}])


def test_each_machine_has_a_file():
    for name, lines in harness.machines().items():
        assert harness.file_of(lines[0]).name == name
    kind = {"precision": "float32", "machine": "Some (R) CPU, 8 cores", "device": "cpu"}
    assert harness.file_of(kind).name == "paired_some_r_cpu_8_cores_float32.jsonl"
    assert harness.file_of(kind).parent == harness.TRIALS.parent


def test_two_precisions_do_not_come_into_one_file(questions, tmp_path):
    path, trials = tmp_path / "trials.jsonl", list(asked(questions))
    harness.run(fake, path, questions, trials[:2])
    with pytest.raises(ValueError, match="bfloat16 on none and float32 on none do not mix"):
        harness.run(lambda *t: fake(*t) | {"precision": "bfloat16"}, path, questions, trials)
    assert len(store.read(path)) == 2


def test_half_a_line_that_would_be_json_is_none_either(tmp_path):
    path = tmp_path / "trials.jsonl"
    path.write_text("12")
    assert store.read(path) == []
    line = {"question": "q", "seed": 0, "recipe": {}, "scale": PART.plain(), "text": "±"}
    store.append(path, line)
    assert store.read(path) == [line] and path.read_text(encoding="utf-8").endswith("}\n")


@pytest.mark.parametrize("bad", ["{", "12", '{"seed": 1}', ""])
def test_a_broken_line_in_the_middle_is_named(tmp_path, bad):
    path = tmp_path / "trials.jsonl"
    store.append(path, {"question": "q", "seed": 0, "recipe": {}, "scale": PART.plain()})
    with open(path, "a") as file:
        file.write(f"{bad}\n{{}}\n")
    with pytest.raises(ValueError, match=r"trials.jsonl, line 2 is no trial"):
        store.read(path)


def test_the_same_trial_twice_is_refused():
    line = {"question": "q", "seed": 0, "recipe": {}, "scale": PART.plain()}
    other = line | {"recipe": Recipe().plain()}  # the same, with the defaults written out
    with pytest.raises(ValueError, match="there twice: q, seed 0"):
        store.by_key([line, other])
    assert len(store.by_key([line, line | {"seed": 1}])) == 2


def test_all_questions_get_some_seeds_before_one_gets_more(tmp_path):
    path = tmp_path / "questions.toml"
    path.write_text(ASKED.replace("part = 3", "part = 13").replace("part = 2", "part = 10"))
    queue = list(harness.queue(read_questions(path).values(), [PART]))
    pairs = [(question.name, seed) for question, _, _, seed in queue[::2]]
    rounds = [(0, 4, 4), (4, 8, 8), (8, 12, 10), (12, 13, 10)]
    expected = [("flip", s) for s in range(13)] + [("views", s) for s in range(10)]
    assert sorted(pairs) == sorted(expected)
    assert pairs == [
        (name, seed)
        for first, flip, views in rounds
        for name, last in (("flip", flip), ("views", views))
        for seed in range(first, last)
    ]
    assert [recipe.flip for _, recipe, _, _ in queue[:2]] == ["alternating", "random"]


# Questions come first.


def test_unknown_questions_are_refused(questions):
    with pytest.raises(ValueError, match="no question luck: write it into questions.toml before"):
        chosen(questions, ["flip", "luck"])
    assert chosen(questions, []) == list(questions.values())
    assert chosen(questions, ["views"]) == [questions["views"]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('hypothesis = "It helps."', "", "question flip does not say hypothesis"),
        ('hypothesis = "It helps."', 'hypothesis = ""', "flip does not say hypothesis"),
        ("least = 0.2\nseeds = {part = 3}", "", "flip does not say least, seeds"),
        ('"random"', '"often"', "expected flip to be of alternating, random, none, got 'often'"),
        ("flip =", "flop =", "no setting flop"),
        ('with = "final"', 'with = "finale"', "no recipe is called finale"),
        ('with = "final"', 'with = {flip = "random"}', "one recipe alone"),
        ("part = 3", "most = 3", "scales .*part.*full"),
        ("[questions.views]", "rule = 1\n[questions.views]", "says rule, which means nothing"),
    ],
)
def test_a_question_must_say_all_beforehand(tmp_path, old, new, message):
    path = tmp_path / "questions.toml"
    path.write_text(ASKED.replace(old, new))
    with pytest.raises(ValueError, match=message):
        read_questions(path)


@pytest.mark.parametrize(
    "change", [("It helps.", "It harms."), ("least = 0.2", "least = 0.1"), ("random", "none")]
)
def test_a_question_does_not_change_after_its_trials(questions, tmp_path, change):
    path = tmp_path / "trials.jsonl"
    harness.run(fake, path, questions, asked(questions))
    lines, other = store.read(path), tmp_path / "other.toml"
    other.write_text(ASKED.replace(*change))
    with pytest.raises(ValueError, match="question flip was changed after its first trial"):
        harness.run(fake, path, read_questions(other), [])
    other.write_text(ASKED.replace("part = 3", "part = 5"))  # more seeds are no other question
    check_unchanged(read_questions(other), lines)
    with pytest.raises(ValueError, match="trials for views, which is asked no more"):
        check_unchanged({"flip": questions["flip"]}, lines)


def test_a_file_that_is_in_no_commit_is_refused(monkeypatch, tmp_path):
    said = {"ls-files": "questions.toml", "status": ""}
    monkeypatch.setattr(harness, "git", lambda word, *_: said[word])
    harness.check_committed(tmp_path / "questions.toml")
    for word, answer in (("status", " M questions.toml"), ("ls-files", "")):
        with monkeypatch.context() as patch:
            patch.setitem(said, word, answer)
            with pytest.raises(ValueError, match="commit questions.toml first"):
                harness.check_committed(tmp_path / "questions.toml")


# Verdicts.


def shares(*points):
    """Accuracies of 50 % and so many points, by seed."""
    return {seed: round(0.5 + point / 100, 6) for seed, point in enumerate(points)}


@pytest.mark.parametrize(
    ("points", "mean", "error", "verdict"),
    [
        # Deviations -1, 1, -1, 1: squares 4, / 3 / 4 = 1/3, root 0.577; times 3.182 is 1.84.
        ((1, 3, 1, 3), 2.0, 3**-0.5, PROVED),
        ((0.5, 2.5, 0.5, 2.5), 1.5, 3**-0.5, OPEN),
        ((-1, -3, -1, -3), -2.0, 3**-0.5, HARMFUL),
        ((0.1, 0.1, 0.1), 0.1, 0.0, OPEN),  # sure, and too small to matter
        ((0.3, 0.3, 0.3), 0.3, 0.0, PROVED),
        ((-0.3, -0.3), -0.3, 0.0, HARMFUL),
        ((9,), 9.0, 0.0, OPEN),  # one pair has no error, so it proves nothing
        ((0, 0, 0), 0.0, 0.0, OPEN),
        # Two errors are 1.8, Student's for three pairs 4.303: deviations -1, 0, 1; error 0.577.
        ((1, 2, 3), 2.0, 3**-0.5, OPEN),
    ],
)
def test_verdicts_are_those_by_hand(points, mean, error, verdict):
    result = compare(shares(*points), shares(*[0] * len(points)))
    assert result.mean == pytest.approx(mean) and result.error == pytest.approx(error)
    assert result.verdict(least=0.2) == verdict
    assert result.seeds == len(points)
    assert result.better == sum(p > 0 for p in points)
    assert result.worse == sum(p < 0 for p in points)


def test_only_seeds_of_both_count():
    result = compare({0: 0.6, 1: 0.7, 2: 0.8}, {2: 0.7, 1: 0.6, 7: 0.1})
    assert result.seeds == 2 and result.mean == 10 and result.error == 0
    assert compare({0: 0.5}, {1: 0.5}).seeds == 0


@pytest.mark.parametrize("df", range(1, 31))
def test_students_quantiles_leave_five_in_a_hundred_outside(df):
    """Simpson's rule over the density of Student's distribution, from 0 to the quantile."""
    scale = math.gamma((df + 1) / 2) / math.gamma(df / 2) / math.sqrt(df * math.pi)
    n, end = 2000, T[df - 1]
    weights = [1, *[4, 2] * (n // 2 - 1), 4, 1]
    heights = [scale * (1 + (end * k / n) ** 2 / df) ** (-(df + 1) / 2) for k in range(n + 1)]
    inside = 2 * end / n / 3 * sum(w * h for w, h in zip(weights, heights))
    assert inside == pytest.approx(0.95, abs=6e-5)


@pytest.mark.slow
@given(
    pairs=st.lists(st.tuples(*[st.integers(0, 5000)] * 2), min_size=1, max_size=6),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=25, deadline=None)
def test_the_order_of_lines_changes_nothing(pairs, order):
    question = read_questions()["alternating_flip"]
    lines = [
        {"question": question.name, "seed": seed, "recipe": recipe.plain(), "scale": PART.plain()}
        | {"accuracy": 0.0, "accuracy_views": count / 5000, "machine": "", "precision": ""}
        for seed, counts in enumerate(pairs)
        for recipe, count in zip((question.with_it, question.without), counts)
    ]
    mixed = order.sample(lines, len(lines))
    assert table(mixed, [question]) == table(lines, [question])
    assert report({"a": mixed}, [question]) == report({"a": lines}, [question])


def test_there_is_no_verdict_before_all_seeds_are_there(questions, tmp_path):
    path = tmp_path / "trials.jsonl"
    trials = list(asked(questions))
    harness.run(fake, path, questions, trials[:4])
    lines = store.read(path)
    rows = table(lines, questions.values()).splitlines()
    assert len(rows) == 2 + 1
    assert rows[2] == (
        "| flip | part | 60.5 % | +0.40 ± 0.00 | +0.40 to +0.40 | 2 | 2 / 0 "
        "| not yet: 2 of 3 seeds |"
    )
    left = waiting([lines, lines[:2]], questions.values(), SCALES.values())
    assert left == "No pair of trials yet: views (part), views (full)."
    harness.run(fake, path, questions, trials)
    rows = table(store.read(path), questions.values()).splitlines()
    assert rows[2].endswith("| 3 | 3 / 0 | **proved** |")
    assert rows[3].endswith("| +1.00 ± 0.00 | +1.00 to +1.00 | 2 | 2 / 0 | **proved** |")
    assert rows[-1] == "| views | full | 60.4 % | +1.00 |  | 1 | 1 / 0 | not proved |"


# The document.


def test_a_document_keeps_what_is_around_its_table(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"above\n{BEGIN}\nold\n{END}\nbelow\n")
    texts = {path: filled(path.read_text(), "new")}
    assert write(texts, check=True) == [path] and "old" in path.read_text()
    assert write(texts) == [path] and not write(texts) and not write(texts, check=True)
    assert path.read_text() == f"above\n{BEGIN}\n\nnew\n\n{END}\nbelow\n"


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}{BEGIN}", f"{BEGIN}{BEGIN}{END}"])
def test_a_document_without_place_is_refused(text):
    with pytest.raises(ValueError, match="document"):
        filled(text, "new")


def test_what_is_made_from_the_stored_trials_agrees_with_them():
    questions, stored = read_questions(), harness.machines()
    assert next(iter(stored)) == "paired.jsonl" and "paired_h200.jsonl" in stored
    for lines in stored.values():
        check_unchanged(questions, lines)
        jobs.check_alike(lines)
    made = harness.documents(questions.values())
    assert {path.name for path in made} == {"README.md", "trials.csv", "questions.csv"}
    assert not write(made, check=True), "python -m benchmarks.paired write"


def test_lessons_read_what_the_trials_say(questions, tmp_path, monkeypatch):
    path = tmp_path / "trials.jsonl"
    harness.run(fake, path, questions, list(asked(questions))[:4])
    lines = store.read(path)
    monkeypatch.setattr(kept, "PAIRS", tmp_path / "trials.csv")
    monkeypatch.setattr(kept, "ASKED", tmp_path / "questions.csv")
    kept.PAIRS.write_text(exported.pairs([lines[:2], lines], questions.values()))
    kept.ASKED.write_text(exported.asked(questions.values()))
    assert kept.PAIRS.read_text().splitlines()[1] == "flip,part,0,0.604,0.6"
    assert kept.paired("flip", "part").values.tolist() == [
        [0, 0.604, 0.6, 0.4],
        [1, 0.614, 0.61, 0.4],
    ]
    assert kept.asked()["flip"] == ("It helps.", "plain", 0.2, {"part": 3})
    shown = kept.gains(scale="part").iloc[0]
    assert shown.verdict == "not yet: 2 of 3 seeds" and shown.without == 0.605
    assert f"| {shown.verdict} |" in table(lines, questions.values())


def test_stored_trials_say_what_they_are():
    for line in (line for lines in harness.machines().values() for line in lines):
        assert {"machine", "versions", "commit", "threads", "precision", "seconds"} <= line.keys()
        assert line["steps"] > 0 and line["images_a_step"] > 0
        valid = line["scale"]["valid"]
        for count in (line["accuracy"] * valid, line["accuracy_views"] * valid):
            assert count == pytest.approx(round(count), abs=1e-6) and 0 <= count <= valid


# The trainings.


@pytest.mark.parametrize("directions", [12, KEPT])  # of the trials, and of ``fit_fast``
def test_the_defaults_and_half_of_the_directions_are_the_recipe_of_fit_fast(directions):
    """If this fails, ``fit_fast`` has changed: ask the questions that follow from that anew."""
    n, batch_size, steps = 64, 16, 8
    images = split(n)
    sample = images.images[::2].float() / 255
    recipe = Recipe(directions=directions, calm=CALM)
    torch.manual_seed(3)
    ours = SwitchedNet(sample, recipe, (4, 8, 8))
    torch.manual_seed(3)
    theirs = FastNet(sample, (4, 8, 8), directions=directions)
    assert all(torch.equal(p, q) for p, q in zip(ours.parameters(), theirs.parameters()))
    assert Recipe() == Recipe(directions=12, calm=0) and Recipe().pixels == PIXELS
    loader = AlternatingBatches(*images, batch_size, "cpu", True, random_shift)
    torch.manual_seed(4)
    train(ours, loader, recipe, steps)
    loader = AlternatingBatches(*images, batch_size, "cpu", True, random_shift)
    torch.manual_seed(4)
    fast.train(theirs, loader, StepBudget(steps))
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    for name, values in ours.state_dict().items():
        assert torch.equal(values, theirs.state_dict()[name]), name


@pytest.mark.slow
def test_every_recipe_that_is_asked_for_trains():
    """For two steps, so that a queue of hours does not end in the middle."""
    trainer = Trainer(split(110))
    trainer.precision = torch.float32  # faster for so little
    questions = read_questions().values()
    recipes = {recipe for q in questions for recipe in (q.with_it, q.without)}
    for recipe in recipes:
        scale = Scale("part", 64, 10, 2 / 4 * recipe.work() / recipe.epochs, 16, (4, 4, 4))
        scale = scale if recipe.batch == 1 else Scale("part", 64, 10, 0.5, 16, (4, 4, 4))
        result = trainer(recipe, scale, 0)
        assert result["steps"] >= 1 and 0 <= result["accuracy"] <= 1, recipe


def test_a_real_trial_goes_by_its_seed():
    trainer = Trainer(split(110))
    first, again, other = (trainer(Recipe(), TINY, seed) for seed in (1, 1, 2))
    assert first["steps"] == round(64 / 16 / Recipe().work()) and first["images_a_step"] == 16
    assert {"torch", "python"} == first["versions"].keys() and first["threads"] >= 1
    for name in ("accuracy", "accuracy_views"):
        assert first[name] == again[name] and first[name] * 10 == round(first[name] * 10)
    assert other["steps"] == first["steps"]
    assert json.loads(json.dumps(first)) == first


def test_seconds_count_only_without_other_work_and_pauses():
    threads = torch.get_num_threads()
    assert alone(10.0, busy=9.5, load=threads + 0.4)
    assert not alone(10.0, busy=9.5, load=threads + 2)
    assert not alone(600.0, busy=9.5, load=threads)  # somebody has paused it


def test_too_few_images_for_a_scale_are_named():
    with pytest.raises(ValueError, match="scale part needs 6144 images, there are 99"):
        Trainer(split(110))(Recipe(), PART, 0)


def seen(recipe, seed=5, epochs=2, n=20, batch_size=8):
    images = torch.arange(n, dtype=torch.uint8).view(n, 1, 1, 1) * 10
    images = images + torch.arange(9, dtype=torch.uint8).view(1, 1, 3, 3)
    loader = PairedBatches(
        Split(images.expand(n, 3, 3, 3), torch.arange(n)), recipe, batch_size, seed
    )
    return [batch for _ in range(epochs) for batch in loader]


def origins(batches):
    """From which row and column of its image each pixel came, images of all batches in a row."""
    values = torch.cat([(xb[:, 0] * 255).round().long() - 10 * yb.view(-1, 1, 1)
                        for xb, yb in batches])  # fmt: skip
    return values // 3, values % 3


def test_both_recipes_see_the_same_images_in_the_same_order_moved_alike():
    torch.manual_seed(random.randrange(1000))
    base = seen(Recipe(flip="none"))
    rows, columns = origins(base)
    for recipe in (Recipe(flip="random"), Recipe(), Recipe(flip="none", bias_rate=1.0)):
        other = seen(recipe)
        assert [yb.tolist() for _, yb in base] == [yb.tolist() for _, yb in other]
        other_rows, other_columns = origins(other)
        assert torch.equal(rows, other_rows)
        # What is mirrored at random has been moved before; what is mirrored in turn, afterwards.
        mirrored = columns.flip(-1) if recipe.flip == "random" else 2 - columns
        same = (other_columns == columns).flatten(1).all(1)
        assert (same | (other_columns == mirrored).flatten(1).all(1)).all()
        assert same.all() == (recipe.flip == "none")
    assert all(torch.equal(a[0], b[0]) for a, b in zip(base, seen(Recipe(flip="none"))))
    assert [yb.tolist() for _, yb in base] != [yb.tolist() for _, yb in seen(Recipe(), seed=6)]
    unmoved = seen(Recipe(flip="none", shift=0))
    assert [yb.tolist() for _, yb in base] == [yb.tolist() for _, yb in unmoved]


def test_paired_networks_begin_alike_where_they_can():
    sample = split(40).images.float() / 255

    def net(**changes):
        torch.manual_seed(0)
        return SwitchedNet(sample, Recipe(**changes), (4, 8, 8))

    base, random_start, learnt = net(), net(identity=False), net(first="sgd")
    assert torch.equal(base.head.weight, random_start.head.weight)
    first = base.blocks[1][0].weight  # 4 to 8 channels: the last four stay as drawn
    assert torch.equal(first[4:], random_start.blocks[1][0].weight[4:])
    assert not torch.equal(first[:4], random_start.blocks[1][0].weight[:4])
    for ours, theirs in zip(base.blocks.parameters(), learnt.blocks.parameters()):
        assert torch.equal(ours, theirs)
    assert learnt.whiten.weight.requires_grad and not base.whiten.weight.requires_grad


def test_fewer_directions_are_the_first_with_their_negatives():
    sample = split(40).images.float() / 255
    whole, half = (SwitchedNet(sample, Recipe(directions=d), (4, 4, 4)) for d in (12, 6))
    weights = whole.whiten.weight
    assert torch.equal(half.whiten.weight, torch.cat([weights[:6], -weights[:6]]))
    assert not half.whiten.weight.requires_grad and half(sample[:2]).shape == (2, 10)


def test_a_first_block_that_rests_learns_up_to_its_share():
    images, recipe = split(64), Recipe(rests=0.5)
    model = SwitchedNet(images.images[::2].float() / 255, recipe, (4, 8, 8))
    learning, rates, kept = [p for p in model.parameters() if p.requires_grad], [], []
    chosen = optimizers(model, recipe, 16)
    assert {id(p) for opt in chosen for group in opt.param_groups for p in group["params"]} == {
        id(p) for p in learning
    }

    def before_step(done):
        model.prepare(done)
        kept.append([p.clone() for p in model.blocks[0].parameters()])

    chosen[0].register_step_pre_hook(lambda o, *_: rates.append([g["lr"] for g in o.param_groups]))
    batches = PairedBatches(images, recipe, 16, 0)
    learn(model, batches, StepBudget(8), chosen, linear_decay, 0.0, before_step)
    late, early = zip(*rates)
    assert [a / b for a, b in zip(early, late)] == pytest.approx(
        [1, 6 / 7, 2 / 3, 2 / 5, 0, 0, 0, 0]
    )
    first, second = (list(model.blocks[i].parameters()) for i in (0, 1))
    assert not any(p.requires_grad for p in first) and any(p.requires_grad for p in second)
    assert all(torch.equal(a, b) for a, b in zip(kept[4], first))
    assert not all(torch.equal(a, b) for a, b in zip(kept[3], first))


def test_a_setting_that_came_later_is_written_down_where_it_is_used():
    assert "rests" not in Recipe().plain() and Recipe(rests=0.5).plain()["rests"] == 0.5
    assert Recipe().changed(Recipe(rests=0.5).plain()) == Recipe(rests=0.5)


def test_relu_may_stand_behind_the_first_layer_alone():
    images = split(40).images.float() / 255

    def answer(**changes):
        torch.manual_seed(0)
        return SwitchedNet(images, Recipe(**changes), (4, 8, 8)).eval()(images[:4])

    assert torch.equal(answer(behind_first="relu", activation="relu"), answer(activation="relu"))
    different = [answer(), answer(behind_first="relu"), answer(activation="relu")]
    assert not any(torch.equal(a, b) for a, b in combinations(different, 2))


def test_steps_come_out_as_equal_arithmetic():
    assert PART.steps(Recipe(pixels=((1.0, 32),))) == 96
    assert PART.steps(Recipe()) == round(96 / (0.5 * (24 / 32) ** 2 + 0.5)) == 123
    assert PART.steps(Recipe(pixels=((1.0, 32),), batch=0.5)) == 192
    assert PART.steps(Recipe(pixels=((1.0, 32),), epochs=0.5)) == 48
    kept = Recipe(pixels=((1.0, 32),), extra=4, rest="keep")
    assert PART.steps(kept) == 98  # two steps more, on 4 images each
    for batch in (1, 0.5, 0.25, 2):
        assert PART.train % PART.batch(Recipe(batch=batch)) == 0


def test_one_look_and_views_are_those_of_the_helpers():
    torch.manual_seed(0)
    images = split(60)
    model = FastNet(images.images.float() / 255, (4, 4, 4))
    loader = ResidentBatches(*images, 25, "cpu")
    plain, views = right(model, loader)
    labels = images.labels
    assert views == int((answers(model, loader).argmax(1) == labels).sum())
    model.eval()
    with torch.no_grad():
        looks = torch.cat([model(xb) for xb, _ in loader])
    assert plain == int((looks.argmax(1) == labels).sum())


def test_the_average_is_that_of_the_last_steps():
    layer = torch.nn.Linear(1, 1)
    average = Average(layer, 0.5)
    for step in range(5):
        layer.weight.data.fill_(step)
        average.see(step / 4)
    average.put()
    assert layer.weight.item() == 3  # of 2, 3, 4
    nothing = Average(layer, 0.0)
    nothing.see(1.0)
    nothing.put()
    assert layer.weight.item() == 3


def test_cautious_decay_shortens_only_what_the_step_shortens():
    weights = torch.nn.Parameter(torch.tensor([[1.0, 1.0, -1.0]]))
    bias = torch.nn.Parameter(torch.tensor([1.0]))
    opt = torch.optim.SGD([weights, bias], lr=0.1)
    Cautious(opt, decay=0.5)
    weights.grad, bias.grad = torch.tensor([[1.0, -1.0, -1.0]]), torch.tensor([1.0])
    opt.step()
    # Steps of 0.1; the first and third go inwards, and lose 0.1 · 0.5 · 1 more.
    torch.testing.assert_close(weights.detach(), torch.tensor([[0.85, 1.1, -0.85]]))
    assert bias.item() == pytest.approx(0.9)


# The commands.


def test_commands_say_what_they_do(monkeypatch, capsys, tmp_path, questions):
    def call(*words):
        monkeypatch.setattr("sys.argv", ["paired", *words])
        return harness.main()

    monkeypatch.setattr(harness, "TRIALS", tmp_path / "trials.jsonl")
    monkeypatch.setattr(harness, "DOCUMENT", tmp_path / "README.md")
    monkeypatch.setattr(kept, "PAIRS", tmp_path / "trials.csv")
    monkeypatch.setattr(kept, "ASKED", tmp_path / "questions.csv")
    monkeypatch.setattr(harness, "DECISIONS", tmp_path / "decisions.toml")
    (tmp_path / "decisions.toml").write_text('flip = "Stays."')
    monkeypatch.setattr(harness, "read_questions", lambda: questions)
    monkeypatch.setattr(harness, "git", lambda word, *_: "x" * (word == "status"))
    monkeypatch.setattr(harness, "load", lambda name: type("Set", (), {"train": None}))
    kind = {"precision": "float32", "device": "cpu", "machine": "none"}
    monkeypatch.setattr(fake, "kind", kind, raising=False)
    file = tmp_path / "trials_none_float32.jsonl"  # this machine's
    monkeypatch.setattr(harness, "Trainer", lambda split, device: fake)
    (tmp_path / "README.md").write_text(f"{BEGIN}\n{END}\n")
    assert call("run", "luck") == 2 and "no question luck" in capsys.readouterr().err
    assert call("run", "flip") == 2 and "commit questions.toml first" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.jsonl"))
    monkeypatch.setattr(harness, "git", lambda word, *_: "x" * (word == "ls-files"))
    assert call("run", "flip", "--threads", str(torch.get_num_threads())) == 0
    assert "6 trials made" in capsys.readouterr().out
    assert [path.name for path in tmp_path.glob("*.jsonl")] == [file.name]
    assert call("table", "flip") == 0 and "**proved**" in capsys.readouterr().out
    assert call("table", "flip", "--file", str(tmp_path / "other.jsonl")) == 0
    assert "No pair of trials yet: flip (part)" in capsys.readouterr().out
    assert call("write", "--check") == 0  # each trial has brought the document up to date
    harness.run(fake, file, questions, asked(questions))
    assert call("write", "--check") == 1 and "out of date" in capsys.readouterr().out
    assert call("write") == 0 and call("write", "--check") == 0
    said = (tmp_path / "README.md").read_text()
    assert "| flip | +0.4, proved |  | Stays. |" in said
    with harness.FileLock(f"{file}.lock"):
        assert call("run") == 2 and "another run is at work" in capsys.readouterr().err
    # A machine that another file is for says so at once, and not when its first trial is over.
    monkeypatch.setattr(fake, "kind", kind | {"precision": "bfloat16"})
    assert call("run", "--file", str(file)) == 2
    assert "bfloat16 on none and float32 on none" in capsys.readouterr().err
