"""`python -m jamflow_core eval --what strangers|robust|learned`: the model among people it never heard.

strangers  clips of readers as voice prompts: similarity of what is spoken to the prompt, words wrong; beside it what
the
           nearest preset would give
robust     lips from spoiled sound: against the teacher's mouth, and how far the mouth moves beside the clean clip's;
           and speech from a spoiled prompt: DNSMOS beside that from the clean one
learned    a minute of each reader learned (train/learn.py): similarity to the clips that were kept back

Readers are folders of recordings, one folder a person, given by --readers; they are never trained on and never shipped.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from torch import Tensor

from ..clock import SAMPLE_RATE
from ..errors import JamFlowError
from ..media.sound import load_audio
from ..motion.basis import JAW, exp_to_state
from ..motion.measure import jaw_agreement
from ..tasks import voices
from ..tasks.animate import animate
from ..tasks.speak import speak
from .learn import gather, learn
from .metrics.quality import dnsmos
from .metrics.spoil import SPOILED
from .metrics.voice import VoiceEncoder, similarity
from .metrics.words import WordRecogniser, word_errors
from .visemes import teacher_state

WHAT = ("strangers", "robust", "learned")
SENTENCES = (
    "The ship left the harbor early in the morning.",
    "Nobody could explain what happened next.",
    "We will need a larger table for the party.",
    "His answer surprised everyone in the room.",
    "She opened the window and looked outside.",
    "Put the books back on the highest shelf.",
)
LEARNED_SECONDS = 60.0
_ENDINGS = (".flac", ".wav", ".mp3", ".opus", ".ogg", ".m4a")


def readers(folder) -> dict[str, list[Path]]:
    """Folders of recordings -> files by person. JamFlowError: none there."""
    found = {}
    for person in sorted(path for path in Path(folder).iterdir() if path.is_dir()):
        clips = sorted(path for path in person.iterdir() if path.suffix.lower() in _ENDINGS)
        if clips:
            found[person.name] = clips
    if not found:
        raise JamFlowError(f"Give a folder with a folder of recordings for each person: {folder} has none.")
    return found


class People:
    """Measures among strangers; each method gives one row of figures a person or recording."""

    def __init__(self, models, sentences=SENTENCES):
        self.models, self.sentences = models, sentences
        self.encode, self.words = VoiceEncoder(), WordRecogniser()
        self._presets: dict[str, np.ndarray] = {}

    def strangers(self, clips: list[Path]) -> dict:
        """A reader's first clip is the prompt; its similarity to the reader's others is the most that can be had."""
        wave, rate = load_audio(clips[0])
        voice = voices.from_recording(self.models, wave, rate, name=clips[0].stem)
        prompt = self.encode(_mono(wave, rate))
        others = [similarity(prompt, self.encode(_mono(*load_audio(clip)))) for clip in clips[1:]]
        nearest = max(similarity(prompt, portrait) for portrait in self._preset_portraits().values())
        row = self._spoken(voice, [prompt])
        return row | {"nearest_preset": nearest, "own": float(np.mean(others)) if others else float("nan")}

    def learned(self, clips: list[Path], seconds: float = LEARNED_SECONDS) -> dict:
        """A reader's first clips, up to `seconds`, are learned without transcripts; the rest (two at least) judge."""
        taken, length = [], 0.0
        for clip in clips[:-2]:
            wave, rate = load_audio(clip)
            if taken and length + wave.shape[-1] / rate > seconds:
                break
            taken.append((wave, rate))
            length += wave.shape[-1] / rate
        kept_back = [self.encode(_mono(*load_audio(clip))) for clip in clips[len(taken) :]]
        prompt = voices.from_recording(self.models, *taken[0])
        adapter = learn(self.models, gather(self.models, taken, None), prompt)
        row = self._spoken(replace(prompt, adapter=adapter), kept_back)
        pairs = [similarity(a, b) for i, a in enumerate(kept_back) for b in kept_back[:i]]
        return row | {"seconds": length, "own": float(np.mean(pairs))}

    def robust(self, recording, voice=None) -> dict:
        """A held-out recording of the teacher, clean and spoiled in each way: {"clean jaw", "<way> jaw", "<way> moves",
        ...}.
        """
        row, clean = {}, None
        for way, spoil in {"clean": None, **SPOILED}.items():
            wave, slower = (recording.wave, 1.0) if spoil is None else vars(spoil(recording.wave)).values()
            state = exp_to_state(np.asarray(animate(self.models, wave).motion))
            teacher = teacher_state(recording.text.symbols, recording.text.durations * slower)
            moves = float(state[:, JAW].std())
            clean = moves if clean is None else clean
            row[f"{way} jaw"] = jaw_agreement(teacher, state).correlation
            row[f"{way} moves"] = moves / clean
        return row

    def prompts(self, wave: Tensor, rate: int) -> dict:
        """DNSMOS of speech from a prompt as it is, with noise at 10 dB, and with an echo."""
        mono, row = _mono(wave, rate), {}
        for way in ("clean", "noise 10 dB", "echo"):
            prompt = mono if way == "clean" else SPOILED[way](mono).wave
            voice = voices.from_recording(self.models, prompt, SAMPLE_RATE)
            said = [speak(self.models, text, voice, face=False).wave for text in self.sentences]
            row[f"{way} prompt"] = float(np.mean([dnsmos(one.numpy())["ovrl"] for one in said]))
        return row

    def _spoken(self, voice, targets: list[np.ndarray]) -> dict:
        likeness, errors, words = [], 0, 0
        for text in self.sentences:
            wave = speak(self.models, text, voice, face=False).wave
            portrait = self.encode(wave)
            likeness.append(np.mean([similarity(portrait, target) for target in targets]))
            wrong, count = word_errors(self.words, wave, text)
            errors, words = errors + wrong, words + count
        return {"similarity": float(np.mean(likeness)), "word_errors": errors, "words": words}

    def _preset_portraits(self) -> dict[str, np.ndarray]:
        if not self._presets:
            for name in voices.preset_names():
                path = next(voices.PRESETS.glob(f"{name}.*"))
                self._presets[name] = self.encode(_mono(*load_audio(path)))
        return self._presets


def report(models, what, folder, recordings) -> dict[str, dict[str, dict]]:
    """Print and return the rows of each of `what` by person or recording. folder: of the readers (for two of them);
    recordings: held-out ones of the teacher (for "robust")."""
    from tqdm import tqdm

    people, found = People(models), {}
    for name in what:
        if name == "robust":
            rows = {one.id: people.robust(one) for one in tqdm(recordings, unit="clip", leave=False)}
            clips = next(iter(readers(folder).values())) if folder else []
            if clips:
                rows[clips[0].stem] = people.prompts(*load_audio(clips[0]))
        else:
            persons = readers(_needed(folder, name))
            rows = {
                who: getattr(people, name)(clips) for who, clips in tqdm(persons.items(), unit="voice", leave=False)
            }
        found[name] = rows
        print(f"{name}:", ", ".join(f"{figure} {value:.3g}" for figure, value in means(rows.values()).items()))
    return found


def means(rows) -> dict[str, float]:
    """The mean of every figure over the rows that have it; words wrong as percent of all words; the worst
    similarity.
    """
    rows = list(rows)
    figures = {
        figure: [row[figure] for row in rows if figure in row] for figure in dict.fromkeys(k for r in rows for k in r)
    }
    if "words" in figures:
        figures["word error %"] = [100 * sum(figures.pop("word_errors")) / sum(figures.pop("words"))]
        figures["lowest similarity"] = [min(figures["similarity"])]
    return {figure: float(np.nanmean(values)) for figure, values in figures.items()}


def _needed(folder, name: str):
    if folder is None:
        raise JamFlowError(f"Give --readers FOLDER for --what {name}: a folder of recordings for each person.")
    return folder


def _mono(wave: Tensor, rate: int) -> Tensor:
    from ..audio.resample import to_mono_24k

    return to_mono_24k(wave, rate)
