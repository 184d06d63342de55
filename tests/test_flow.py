"""Sampler and objective: given parts stay, seeds repeat, guidance is F5's, training masks mean what they say."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from test_model import FRAMES, MOUTHS, SMALL, model  # noqa: F401

from jamflow_core.config import SCHEDULES
from jamflow_core.flow.distil import best_grid, misses
from jamflow_core.flow.objective import ANIMATE, BOTH, DUB, SPEECH, STAGES, FlowMatching, draw_spans
from jamflow_core.flow.sampler import Cancelled, Canvas, Settings, noise, sample
from jamflow_core.flow.schedule import PRUNED, time_grid
from jamflow_core.train.data import Batch


def canvases(prompt=20, face=True):
    rng = torch.Generator().manual_seed(3)
    text = torch.randn(FRAMES, SMALL.text.dim, generator=rng)
    audio = Canvas(
        torch.randn(FRAMES, 100, generator=rng), torch.arange(FRAMES) >= prompt, text, torch.zeros_like(text)
    )
    motion = Canvas(torch.randn(MOUTHS, 18, generator=rng), torch.arange(MOUTHS) >= 5)
    return audio, motion if face else None


@pytest.mark.parametrize("steps", (1, 7, 12, 20))
def test_time_grids_run_from_noise_to_data(steps):
    grid = time_grid(steps)
    assert len(grid) == steps + 1 and grid[0] == 0 and abs(float(grid[-1]) - 1) < 1e-6
    assert (grid.diff() > 0).all()


def test_schedules_fall_back_where_they_have_no_grid():
    own = ((0.0, 0.1, 1.0),)
    assert time_grid(2, schedule="distilled", distilled=own).tolist() == pytest.approx([0, 0.1, 1])
    pruned, even = (time_grid(7, schedule=name, distilled=own) for name in ("pruned", "even"))
    assert torch.equal(time_grid(7, schedule="distilled", distilled=own), pruned) and not torch.equal(pruned, even)
    assert torch.equal(*(time_grid(9, schedule=name) for name in ("pruned", "even")))
    with pytest.raises(ValueError, match="schedule must be one of " + ", ".join(SCHEDULES)):
        Settings(schedule="odd")


def test_the_best_grid_misses_least():
    """Against all grids of three steps over ten moments; steps that go backwards are never taken."""
    times, found = torch.linspace(0, 1, 10), torch.rand(10, 10, generator=torch.Generator().manual_seed(1))
    found = found.masked_fill(torch.ones(10, 10).tril().bool(), torch.inf)
    sums = {(i, j): found[0, i] + found[i, j] + found[j, 9] for i in range(1, 9) for j in range(i + 1, 9)}
    i, j = min(sums, key=sums.get)
    assert best_grid(times, found, 3) == pytest.approx((0, i / 9, j / 9, 1), abs=1e-4)
    assert best_grid(times, found, 1) == (0.0, 1.0)


def test_misses_are_those_of_the_sampler(model):  # noqa: F811
    """The miss of one step over all is how far one step lies from the fine run; neighbours never miss."""
    audio, motion = canvases()
    fine = Settings(steps=6, schedule="even")
    times, found = misses(model, audio, motion, fine)
    assert torch.allclose(torch.tensor([found[i, i + 1] for i in range(6)]), torch.zeros(6), atol=1e-5)
    far = zip(sample(model, audio, motion, replace(fine, steps=1)), sample(model, audio, motion, fine), (audio, motion))
    wanted = sum((one - many)[canvas.generate].square().mean().sqrt() for one, many, canvas in far)
    torch.testing.assert_close(found[0, 6], wanted, rtol=1e-4, atol=1e-4)


def test_pruned_grids_have_the_steps_they_claim():
    assert all(len(grid) == steps + 1 and grid[-1] == 32 for steps, grid in PRUNED.items())


@pytest.mark.parametrize("method", ("euler", "midpoint"))
def test_given_frames_are_exact_and_seeds_repeat(model, method):  # noqa: F811
    audio, motion = canvases()
    settings = Settings(steps=3, method=method, seed=5)
    mel, mouth = sample(model, audio, motion, settings)
    assert torch.equal(mel[:20], audio.given[:20]) and torch.equal(mouth[:5], motion.given[:5])
    again = sample(model, audio, motion, settings)
    assert torch.equal(mel, again[0]) and torch.equal(mouth, again[1])
    other = sample(model, audio, motion, Settings(steps=3, method=method, seed=6))
    assert not torch.allclose(mel, other[0])


def test_noise_of_a_stream_does_not_depend_on_length_or_the_other():
    assert torch.equal(noise("audio", 50, 100, 7)[:30], noise("audio", 30, 100, 7))
    assert not torch.equal(noise("audio", 30, 18, 7), noise("motion", 30, 18, 7))


def test_guidance_equals_separate_passes(model):  # noqa: F811
    """One step from noise: v = all + text (all - no text) + reference (no text - neither), from three plain runs."""
    audio, motion = canvases(face=False)
    run = lambda canvas, **scales: sample(model, canvas, None, Settings(steps=1, anchored=False, **scales))[0]
    plain = dict(text_guidance=0.0, reference_guidance=0.0)
    no_text = Canvas(audio.given, audio.generate, audio.null_text, audio.null_text)
    neither = Canvas(torch.zeros_like(audio.given), torch.ones_like(audio.generate), audio.null_text, audio.null_text)
    all_, text, null = run(audio, **plain), run(no_text, **plain), run(neither, **plain)
    wanted = all_ + 1.5 * (all_ - text) + 0.5 * (text - null)
    found = run(audio, text_guidance=1.5, reference_guidance=0.5)
    torch.testing.assert_close(found[20:], wanted[20:], atol=1e-4, rtol=1e-4)


def test_guidance_in_a_part_of_the_steps(model):  # noqa: F811
    """Resting guidance takes the plain velocity; between two askings the last push is repeated. Whole streams go
    along.
    """
    audio, motion = canvases()
    heard = replace(motion, generate=torch.zeros_like(motion.generate))
    asked = []
    count = model.register_forward_pre_hook(lambda _, args: asked.append(len(args[0].static)))
    rest = sample(model, audio, heard, Settings(steps=4, guidance_until=0.0))
    plain = sample(model, audio, heard, Settings(steps=4, text_guidance=0.0, reference_guidance=0.0))
    exact = sample(model, audio, heard, Settings(steps=4))
    asked.clear()
    every = sample(model, audio, heard, Settings(steps=4, guidance_every=2))
    count.remove()
    assert asked == [2, 1, 2, 1]
    assert torch.equal(rest[0], plain[0])
    assert 0 < (every[0] - exact[0]).norm() < (plain[0] - exact[0]).norm()


def test_blocks_that_rest_are_near_to_those_that_run(model):  # noqa: F811
    """The first call runs all blocks; where x hardly moves, what they added before is what they would add; heard
    streams too.
    """
    audio, motion = canvases()
    heard = replace(motion, generate=torch.zeros_like(motion.generate))
    ran = []
    for dit in (model.audio, model.motion):
        block = dit.transformer_blocks[-1]
        block.post_attention = lambda *args, run=block.post_attention: (ran.append(1), run(*args))[1]
    for face in (motion, heard, None):
        ran.clear()
        exact = sample(model, audio, face, Settings(steps=8, schedule="even", sway=0.0))
        every = len(ran)
        ran.clear()
        rested = sample(model, audio, face, Settings(steps=8, schedule="even", sway=0.0, cache_every=2))
        assert len(ran) <= every // 2 + 1
        far = (rested[0] - exact[0]).norm() / exact[0].norm()
        assert 0 < far < 0.1
    with pytest.raises(ValueError, match="cache_every must be at least 1"):
        Settings(cache_every=0)


def test_progress_and_cancel_every_step(model):  # noqa: F811
    seen = []
    sample(model, *canvases(), Settings(steps=4), lambda done, guess: seen.append((done, set(guess))))
    assert seen == [(step / 4, {"audio", "motion"}) for step in (1, 2, 3, 4)]
    calls = iter((False, False, True))
    with pytest.raises(Cancelled):
        sample(model, *canvases(), Settings(steps=9), cancelled=lambda: next(calls))


def test_strength_keeps_the_sketch(model):  # noqa: F811
    audio, motion = canvases()
    far = [
        (sample(model, audio, motion, Settings(steps=4, strength=s))[0] - audio.given).square().mean()
        for s in (0.05, 0.5, 1)
    ]
    assert far[0] < far[1] < far[2] and far[0] < 0.1


def test_polish_is_a_second_pass_over_the_result(model):  # noqa: F811
    audio, motion = canvases()
    seen = []
    once = sample(model, audio, motion, Settings(steps=3))
    twice = sample(model, audio, motion, Settings(steps=3, polish=2), lambda done, _: seen.append(done))
    assert seen == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    for first, second, canvas in zip(once, twice, (audio, motion)):
        assert torch.equal(second[~canvas.generate], canvas.given[~canvas.generate])
        assert not torch.equal(first, second)


def test_clarity_deepens_valleys_of_what_is_painted(model):  # noqa: F811
    audio, motion = canvases()
    plain = sample(model, audio, motion, Settings(steps=3))
    clear = sample(model, audio, motion, Settings(steps=3, clarity=1.5))
    assert torch.equal(clear[0][~audio.generate], audio.given[~audio.generate]) and torch.equal(clear[1], plain[1])
    change = (clear[0] - plain[0])[audio.generate]
    assert bool((change <= 1e-5).all()) and bool((change < -0.1).any())


def test_a_whole_stream_is_returned_untouched(model):  # noqa: F811
    audio, motion = canvases()
    given = Canvas(audio.given, torch.zeros_like(audio.generate), audio.text)
    mel, mouth = sample(model, given, motion, Settings(steps=2))
    assert torch.equal(mel, audio.given) and not torch.equal(mouth, motion.given)


def batch(size=3):
    rng = torch.Generator().manual_seed(0)
    clock = torch.linspace(0, 9.9, FRAMES).expand(size, -1)
    tokens = torch.randint(1, 50, (size, 10), generator=rng)
    mel, mouth = (torch.randn(size, n, c, generator=rng) for n, c in ((FRAMES, 100), (MOUTHS, 18)))
    return Batch(mel, mouth, tokens, torch.full((size, 10), 0.064), clock)


@pytest.mark.parametrize("task", (SPEECH, BOTH, ANIMATE, DUB), ids=lambda task: task.name)
def test_tasks_train_what_they_generate(model, task):  # noqa: F811
    losses = FlowMatching(model)(batch(), task, torch.Generator().manual_seed(1))
    made = {name for name in ("audio", "motion") if getattr(task, name) == "generate"}
    assert set(losses) == made | {"loss"}
    losses["loss"].backward()
    for name in ("audio", "motion"):
        moved = getattr(model, name).proj_out.weight.grad is not None
        assert moved == (name in made)
    if task.name == "dub":  # the given face is learnt through the joint attention only
        assert model.motion.transformer_blocks[0].attn.to_k.weight.grad.abs().sum() > 0


def test_the_mixture_is_a_distribution():
    for tasks in STAGES.values():
        assert abs(sum(share for _, share in tasks) - 1) < 1e-9


def test_spans_cover_what_they_should():
    spans = draw_spans(400, 480, torch.Generator().manual_seed(0))
    share = spans.float().mean(1)
    assert 0.55 < float(share.mean()) < 0.85
    assert (spans.int().diff(dim=1) == 1).sum(1).max() <= 1, "one span a window"


def test_the_lowest_bins_weigh_more_whatever_their_number(model):  # noqa: F811
    weights = FlowMatching(model).mel_weights
    assert weights.tolist() == [1.75] * 40 + [0.5] * 60
    stub = torch.nn.Module()
    stub.config = SimpleNamespace(audio=SimpleNamespace(channels=20))
    assert FlowMatching(stub).mel_weights.tolist() == [1.75] * 8 + [0.5] * 12
