"""Takes are listened to: a swallowed word is noticed, the whole take comes first, a script says a lost word again."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from jamflow_core.cli.main import main
from jamflow_core.media.sound import load_audio
from jamflow_core.tasks import voices
from jamflow_core.tasks.clip import Clip
from jamflow_core.tasks.longform import produce as production
from jamflow_core.tasks.longform.lines import lines_of_script
from jamflow_core.tasks.longform.store import Store
from jamflow_core.tasks.takes import listen, takes_of


@pytest.fixture(scope="module")
def said():
    """A real sentence as a clip: the mel of a preset voice and its text, aligned by the teacher."""
    voice = voices.preset("bella")
    return Clip(torch.zeros(len(voice.mel) * 256), voice.mel, torch.zeros(len(voice.mel) // 15 * 4, 21, 3), voice.text)


def without(clip, word):
    """The same with silence in the place of a word."""
    mel, starts = clip.mel.clone(), clip.text.starts() * 93.75
    mel[int(starts[word.first]) : int(starts[word.last])] = mel.min(0).values
    return replace(clip, mel=mel)


def test_every_swallowed_word_is_noticed_and_no_other(models, said):
    assert listen(models, said).lost == ()
    for word in said.text.words:
        if word.last - word.first < 3:  # an "a" may hide in its neighbours
            continue
        heard = listen(models, without(said, word))
        assert word.text in heard.lost and len(heard.lost) <= 2, (word.text, heard)
        assert heard.order > listen(models, said).order


def test_real_sentences_have_no_lost_words(models):
    for name in ("heart", "george", "emma", "michael", "puck"):
        voice = voices.preset(name)
        heard = listen(models, Clip(None, voice.mel, None, voice.text))
        assert not heard.lost and heard.wrong < 0.6


def test_the_best_take_comes_first(models, said):
    broken = without(said, said.text.words[-1])
    takes = {3: broken, 4: said, 5: broken}
    found = takes_of(models, takes.__getitem__, takes)
    assert [take.seed for take in found] == [4, 3, 5] and found[1].hearing.lost
    assert [take.seed for take in takes_of(models, takes.__getitem__, takes, until_whole=True)] == [4, 3]
    untold = {7: replace(said, text=None), 8: said}
    assert [take.seed for take in takes_of(models, untold.__getitem__, untold, until_whole=True)] == [7]


def test_a_script_says_a_lost_word_again(models, said, tmp_path, monkeypatch):
    broken, seeds = without(said, said.text.words[-1]), []

    def spoken(models, parts, voice, *, run, **_):
        seeds.append(run.settings.seed)
        return broken if len(seeds) == 1 else said

    monkeypatch.setattr(production, "speak", spoken)
    cast = {"bella": voices.preset("bella")}
    made = production.produce(models, lines_of_script("[bella] One. [bella] Two."), cast, Store(tmp_path))
    assert made.again == 1 and len(seeds) == len(set(seeds)) == 3
    assert np.isfinite(np.concatenate(list(made.waves()))).all()
    monkeypatch.setattr(production, "speak", lambda *_, **__: broken)
    stubborn = production.produce(models, lines_of_script("[bella] Three."), cast, Store(tmp_path))
    assert stubborn.again == 1 and len(stubborn.chunks) == 1


def test_the_command_line_tells_which_take_it_kept(tmp_path, capsys):
    command = ["speak", "No.", "--steps", "2", "--seed", "5"]
    assert main([*command, "--takes", "2", "--out", str(tmp_path / "a.wav")]) == 0
    told = capsys.readouterr().err
    seed = next(seed for seed in ("5", "6") if f"the take of --seed {seed} is the clearest of 2" in told)
    assert main([*command[:-1], seed, "--out", str(tmp_path / "b.wav")]) == 0
    assert torch.equal(load_audio(tmp_path / "a.wav")[0], load_audio(tmp_path / "b.wav")[0])
    assert main([*command, "--takes", "0", "--out", str(tmp_path / "a.wav")]) == 2
