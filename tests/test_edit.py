"""Editing by transcript: which words change, and that everything else stays bit for bit."""

from pathlib import Path

import numpy as np
import pytest
import torch

from jamflow_core.align.changes import compare, describe
from jamflow_core.audio.loudness import normalise
from jamflow_core.audio.mel import log_mel
from jamflow_core.audio.resample import to_mono_24k
from jamflow_core.cli.main import main
from jamflow_core.clock import CELL, GRID, HOP, Span
from jamflow_core.errors import JamFlowError
from jamflow_core.flow.sampler import Settings
from jamflow_core.media.sound import load_audio, save_wav
from jamflow_core.tasks.align import align_mel
from jamflow_core.tasks.animate import animate
from jamflow_core.tasks.edit import Patch, Plan, Request, edit, move_lips, plan_edit, rearranged, splice
from jamflow_core.tasks.edit.splice import blend
from jamflow_core.tasks.run import Run
from jamflow_core.text.parse import parse

VOICES = Path(__file__).parent.parent / "jamflow_core" / "weights" / "voices"
OLD = "They hoped to get together at an early date."


def said(text: str, pace: float = 0.05):
    timed = parse(text)
    return timed.with_durations(np.full(len(timed), pace))


def changed(old: str, new: str) -> list[tuple[str, str]]:
    before, after = said(old), parse(new)
    lines = describe(before, after, compare(before, after).changes).splitlines()
    return [tuple(part.strip('"') for part in line.split(" s: ")[1].split(" -> ")) for line in lines]


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ("We met in Paris last year.", "We met in London last year.", [("Paris", "London")]),
        ("We met in Paris last year.", "We never met in Paris last year.", [("", "never")]),
        ("We never met in Paris last year.", "We met in Paris last year.", [("never", "")]),
        (
            "My brother bought seven large green apples yesterday.",
            "My sister bought seven large green pears yesterday.",
            [("brother", "sister"), ("apples", "pears")],
        ),
        ("We met in Paris.", "Today we met in Paris.", [("", "Today")]),
        ("Today we met in Paris.", "We met in Paris.", [("Today", "")]),
        ("We met in Paris today.", "We met in Paris.", [("today", "")]),
        ("It costs 5 dollars.", "It costs five dollars!", []),
        ("I like the tomato soup.", "I like the tomato/təmˈɑtO/ soup.", [("tomato", "tomato")]),
    ],
)
def test_words_that_sound_different_are_the_changes(old, new, expected):
    assert changed(old, new) == expected


def test_two_changes_around_a_short_word_are_one():
    assert changed("Bob took it up.", "Bob put it down.") == [("took it up", "put it down")]


def test_an_asked_for_pause_is_a_change():
    before = said("We met in Paris last year.")
    assert len(compare(before, parse("We met in Paris [pause 1s] last year.")).changes) == 1
    assert compare(before, parse("We met in Paris, last year.")).changes == ()


@pytest.mark.parametrize("new", ["The apple fell down.", "Then one apple fell right down.", "Apple."])
def test_kept_symbols_keep_their_times(new):
    before, after = said("The old apple fell down."), parse(new)
    heard = compare(before, after)
    starts = before.starts()
    old = {word.text.lower(): starts[word.first] for word in before.words}
    anew = np.zeros(len(after), bool)
    for change in heard.changes:
        anew[change.first : change.last] = True
    assert np.array_equal(np.isnan(heard.begins), anew)
    for word in after.words:
        if not anew[word.first] and word.text.lower() in old:
            assert heard.begins[word.first] == pytest.approx(old[word.text.lower()])


@pytest.fixture(scope="module")
def take():
    return to_mono_24k(*load_audio(VOICES / "heart.opus"))


QUICK = Settings(steps=3, text_guidance=1.0, reference_guidance=1.0, temperature=0.6)
NEW = {
    "another word": "They hoped to get together at an awful date.",
    "two places": "We hoped to get together at an early time.",
    "one more": "They hoped to finally get together at an early date.",
    "one less": "They hoped to get at an early date.",
    "the first less": "Hoped to get together at an early date.",
    "the last other": "They hoped to get together at an early afternoon.",
}


@pytest.mark.parametrize("name", list(NEW))
def test_outside_the_changes_nothing_moves(models, take, name):
    level = normalise(take)[0]
    motion = animate(models, level, run=Run(Settings(steps=2))).motion
    old = align_mel(models, log_mel(level)[: len(take) // HOP], OLD)
    clip = edit(models, take, Request(NEW[name], was=old), motion, run=Run(QUICK))
    mel = log_mel(level)[: len(take) // HOP]
    plan = plan_edit(models, mel, Request(NEW[name], was=old))
    assert len(clip.mel) == plan.frames and clip.text.seconds == pytest.approx(plan.frames * HOP / 24000, abs=0.02)
    assert (plan.frames - len(mel)) % GRID == 0
    assert len(clip.motion) == len(motion) + (plan.frames - len(mel)) // GRID * CELL
    kept = torch.ones(plan.frames, dtype=torch.bool)
    frame_kept = torch.ones(len(clip.motion), dtype=torch.bool)
    for patch in plan.patches:
        kept[patch.place : patch.new_end] = False
        frame_kept[patch.place * CELL // GRID : -(-patch.new_end * CELL // GRID)] = False
    assert torch.equal(clip.mel[kept], rearranged(mel, plan)[kept])
    assert clip.mel[~kept].abs().sum() > 0
    edges = [0, *(edge for patch in plan.patches for edge in (patch.start, patch.end)), None]
    shift = 0
    for index, (first, last) in enumerate(zip(edges[::2], edges[1::2])):
        stop = len(take) if last is None else last * HOP
        assert torch.equal(take[first * HOP : stop], clip.wave[first * HOP + shift * HOP : stop + shift * HOP])
        if index < len(plan.patches):
            patch = plan.patches[index]
            shift += patch.frames - (patch.end - patch.start)
    frames = torch.arange(len(clip.motion))
    moved = torch.zeros_like(frames)
    for patch in plan.patches:
        moved += (frames >= patch.new_end * CELL / GRID).long() * (
            (patch.frames - patch.end + patch.start) // GRID * CELL
        )
    assert torch.equal(clip.motion[frame_kept], motion[(frames - moved)[frame_kept]])


def test_without_a_face_the_new_words_take_their_own_time(models, take):
    mel = log_mel(normalise(take)[0])[: len(take) // HOP]
    fine = plan_edit(models, mel, Request(NEW["one less"], was=OLD), 1)
    coarse = plan_edit(models, mel, Request(NEW["one less"], was=OLD))
    assert fine.frames <= coarse.frames


def test_painted_spans_are_said_anew_beside_the_changes(models, take):
    mel = log_mel(normalise(take)[0])[: len(take) // HOP]
    changed = plan_edit(models, mel, Request(NEW["another word"], was=OLD)).patches[0]
    start = changed.start * HOP / 24000
    spans = (Span(start, start + 0.1), Span(0.5, 0.7))
    assert len(plan_edit(models, mel, Request(NEW["another word"], spans, OLD)).patches) == 2
    with pytest.raises(JamFlowError, match="Mask .* as well"):
        plan_edit(models, mel, Request(NEW["another word"], spans[1:], OLD))
    with pytest.raises(JamFlowError, match="Give a span"):
        plan_edit(models, mel, Request(NEW["another word"]))
    with pytest.raises(JamFlowError, match="Change a word"):
        plan_edit(models, mel, Request(OLD, was=OLD))


def test_several_spans_need_no_align_mel(models, take):
    """The words around each span are found in the recording; the rest of the new text lies in the spans."""
    mel = log_mel(normalise(take)[0])[: len(take) // HOP]
    old = align_mel(models, mel, OLD)
    times = {word: (start, end) for word, start, end in old.word_spans()}
    spans = (Span(*times["They"]), Span(times["an"][0], times["early"][1]))
    plan = plan_edit(models, mel, Request("We hoped to get together at a later date.", spans))
    assert len(plan.patches) == 2
    for patch, span in zip(plan.patches, spans):
        assert abs(patch.start * HOP / 24000 - span.start) < 0.05 and abs(patch.end * HOP / 24000 - span.end) < 0.05
    found = dict((word, start) for word, start, _ in plan.text.word_spans())
    moved = plan.patches[0].new_end - plan.patches[0].end
    assert found["together"] == pytest.approx(times["together"][0] + moved * HOP / 24000, abs=0.04)


def test_lips_alone_move_in_their_spans_only(models, take):
    level = normalise(take)[0]
    motion = animate(models, level, run=Run(Settings(steps=2))).motion
    motion[:, 3] = 0.01  # not a keypoint of the mouth
    clip = move_lips(models, take, motion, (Span(1.0, 1.4), Span(0.2, 0.4)), run=Run(Settings(steps=2, seed=5)))
    assert torch.equal(clip.wave, take) and torch.equal(clip.mel, log_mel(level)[: len(take) // HOP])
    moved = (clip.motion != motion).flatten(1).any(1).nonzero()[:, 0].tolist()
    assert moved == [*range(5, 10), *range(25, 35)]
    assert torch.equal(clip.motion[:, 3], motion[:, 3])


def test_lips_alone_of_a_long_stretch_are_painted_in_pieces(models):
    wave = torch.randn(24000 * 11) * 0.1
    motion = torch.zeros(275, 21, 3)
    clip = move_lips(models, wave, motion, (Span(1.0, 10.0),), run=Run(Settings(steps=1)))
    moved = (clip.motion != motion).flatten(1).any(1).nonzero()[:, 0]
    assert (int(moved[0]), int(moved[-1]), len(moved)) == (25, 249, 225)


def test_speech_alone_keeps_the_lips_and_its_length(models, take):
    level = normalise(take)[0]
    motion = animate(models, level, run=Run(Settings(steps=2))).motion
    clip = edit(models, take, Request(NEW["another word"], was=OLD, face=()), motion, run=Run(QUICK))
    assert torch.equal(clip.motion, motion) and len(clip.wave) == len(take) and not torch.equal(clip.wave, take)
    mel = log_mel(level)[: len(take) // HOP]
    with pytest.raises(JamFlowError, match="Mask the lips as well"):
        plan_edit(models, mel, Request(OLD.replace("early", "extraordinarily unsatisfactory"), was=OLD, face=()))


def test_lips_may_be_masked_beyond_the_speech(models, take):
    """One of two changed places keeps its lips; and lips move anew where nothing is said anew."""
    level = normalise(take)[0]
    motion = animate(models, level, run=Run(Settings(steps=2))).motion
    mel = log_mel(level)[: len(take) // HOP]
    face = (Span(0.0, 0.5), Span(1.0, 1.2))
    plan = plan_edit(models, mel, Request(NEW["two places"], was=OLD, face=face))
    first, second = plan.patches
    assert first.lips and not second.lips and second.frames == second.end - second.start
    clip = edit(models, take, Request(NEW["two places"], was=OLD, face=face), motion, run=Run(QUICK))
    more = len(clip.motion) - len(motion)
    moved = (clip.motion[13 + more :] != motion[13:]).flatten(1).any(1).nonzero()[:, 0] + 13
    assert (int(moved[0]), int(moved[-1])) == (25, 29)


def test_a_blend_is_as_loud_as_what_it_blends():
    torch.manual_seed(0)
    rise = torch.linspace(0, 1, 4800)
    old, new = torch.randn(2, 4800)
    for other in (new, old):
        middle = blend(old, other, rise)[2000:2800]
        assert float(middle.square().mean().sqrt()) == pytest.approx(1, abs=0.1)


def test_new_sound_that_runs_into_a_pause_dies_away():
    """No step of more than 16 dB between blocks of 10 ms, down to 50 dB below the loudest."""
    torch.manual_seed(0)
    wave, sound = 0.2 * torch.randn(60 * HOP), 0.2 * torch.randn(60 * HOP)
    wave[30 * HOP :] = 0
    plan = Plan((Patch(10, 40, 10, 30),), None, 60)
    made = splice(wave, sound, plan)
    assert torch.equal(made[: 10 * HOP], wave[: 10 * HOP]) and torch.equal(made[40 * HOP :], wave[40 * HOP :])
    level = 10 * np.log10(made[: len(made) // 240 * 240].reshape(-1, 240).square().mean(1).numpy() + 1e-12)
    steps = np.abs(np.diff(np.maximum(level, level.max() - 50)))
    assert steps.max() < 16


def test_command_line(tmp_path, take):
    path, out, face = tmp_path / "take.wav", tmp_path / "new.wav", tmp_path / "new.safetensors"
    save_wav(path, take)
    command = ["edit", "--audio", str(path), "--old-text", OLD, "--text", NEW["one more"], "--steps", "2"]
    assert main([*command, "--out", str(out), "--motion-out", str(face)]) == 0
    assert out.exists() and face.exists()
    before, after = (load_audio(file)[0][0] for file in (path, out))
    assert torch.equal(before[: int(0.4 * 24000)], after[: int(0.4 * 24000)])


@pytest.mark.parametrize("flags, words", [([], "Give --old-text"), (["--old-text", OLD], "Change a word")])
def test_command_line_refuses(tmp_path, take, capsys, flags, words):
    path = tmp_path / "take.wav"
    save_wav(path, take)
    assert main(["edit", "--audio", str(path), "--text", OLD, *flags, "--out", str(tmp_path / "new.wav")]) == 2
    assert capsys.readouterr().err.strip().splitlines()[-1].startswith(f"jamflow: {words}")


def test_the_motion_is_that_of_the_recording(models, take):
    """Some frames less are held; the motion of another clip is refused."""
    frames = -(-len(take) * 25 // 24000)
    held = move_lips(models, take, torch.zeros(frames - 5, 21, 3), (Span(0.2, 0.4),), run=Run(Settings(steps=1)))
    assert len(held.motion) == frames and not held.motion[-20:].any()
    with pytest.raises(JamFlowError, match="Give the motion of this recording"):
        move_lips(models, take, torch.zeros(frames // 2, 21, 3), (Span(0.2, 0.4),), run=Run(Settings(steps=1)))


def test_new_sound_at_the_end_is_not_cut_off(models, take):
    """The last hop of a span that reaches the end of the clip sounds as the model paints it, not as zeros."""
    length = len(take) // HOP * HOP
    end = length / 24000
    clip = edit(models, take[:length], Request(OLD, (Span(end - 0.5, end),)), run=Run(QUICK))
    assert len(clip.wave) == len(clip.mel) * HOP and (clip.wave[-HOP:] != 0).float().mean() > 0.9
