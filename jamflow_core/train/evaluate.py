"""`python -m jamflow_core eval`: the model on held-out sentences, the teacher's own recordings beside it.

speak    text -> speech: phoneme and word error, DNSMOS, similarity to the prompt's voice
both     text -> speech and face: do the lips fit the speech of the same sample?
animate  the teacher's speech -> face: does it fit the phonemes that the teacher says?
dub      text and lips -> speech: do the phonemes begin when the lips say so?
strangers, robust, learned   the model among people it never heard: see people.py

The held-out set is a prepared corpus of sentences never trained on (`train teacher`, then `train prepare`).
"""

import argparse
import json
import platform
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..clock import MOTION_FPS
from ..errors import JamFlowError
from ..flow.sampler import Settings
from ..models import LoadedModels, Models
from ..tasks import voices
from ..tasks.animate import animate
from ..tasks.dub import dub
from ..tasks.durations import predict_durations
from ..tasks.run import Run
from ..tasks.settings import DEFAULTS
from ..tasks.speak import speak
from ..text.timed import TimedText
from ..tokens import decode
from . import people
from .corpus import Cache
from .metrics.judges import MEASURES, Judges
from .metrics.lips import lip_figures
from .metrics.onsets import heard_durations, onset_errors
from .scores import bars, summarise, table
from .visemes import teacher_motion

WHAT = ("speak", "both", "animate", "dub")
JOBS = ("speak", "animate", "dub")


@dataclass(frozen=True)
class Recording:
    """A held-out sentence as the teacher says it: wave float32 [samples] at 24 kHz, text timed as it sounds."""

    id: str
    voice: str
    wave: Tensor
    text: TimedText


def held_out(folder, count: int | None = None) -> list[Recording]:
    """The first `count` clips of a prepared corpus; voices by the names of the presets ("af_heart" is "heart")."""
    cache, clips = Cache(folder), []
    for index in range(len(cache))[:count]:
        clip = cache[index]
        symbols = tuple(decode(clip.tokens))
        timed = TimedText(clip.text, symbols, clip.durations, np.zeros(len(symbols), bool), ())
        wave = torch.from_numpy(clip.wave.astype(np.float32) / 32767)
        clips.append(Recording(clip.id, clip.voice.split("_")[-1], wave, timed))
    return clips


class Evaluation:
    """Measures a model, recording by recording: `row(recording)` -> figures by section."""

    def __init__(self, models: Models, what, measures=MEASURES, settings: dict[str, Settings] | None = None):
        self.models, self.what = models, what
        self.settings = settings or {job: DEFAULTS[job] for job in JOBS}
        self.aligner = models.aligners.audio
        self.judges = Judges(self.aligner, measures) if "speak" in what else None
        self.prompts = {}

    def row(self, recording: Recording) -> dict:
        """Figures of one held-out sentence: {"id", "voice", section: {figure: value}}."""
        row = {"id": recording.id, "voice": recording.voice, "teacher": self._teacher(recording)}
        if "speak" in self.what or "both" in self.what:
            said = self._speak(recording.text.text, recording.voice, face="both" in self.what)
            if "speak" in self.what:
                row["speak"] = self._judge(said.wave, recording)
            if "both" in self.what:
                row["both"] = lip_figures(said.motion, said.text.symbols, self._heard(said.wave, said.text.symbols))
        if "animate" in self.what:
            shown = animate(self.models, recording.wave, run=Run(self.settings["animate"]))
            row["animate"] = lip_figures(shown.motion, recording.text.symbols, recording.text.durations)
        if "dub" in self.what:
            row["dub"] = self._dub(recording)
        return row

    def _teacher(self, recording: Recording) -> dict:
        """The same judges on the real recording, and the aligner's own error."""
        row = self._judge(recording.wave, recording) if self.judges else {}
        found = self._heard(recording.wave, recording.text.symbols)
        return row | {"onsets": _milliseconds(recording.text, found)}

    def _judge(self, wave: Tensor, recording: Recording) -> dict:
        name = recording.voice
        if name not in self.prompts:
            self.prompts[name] = self.judges.portrait_of(_preset_wave(name))
        return self.judges.speech(wave, recording.text.text, recording.text.symbols, self.prompts[name])

    def _heard(self, wave: Tensor, symbols) -> np.ndarray:
        return heard_durations(self.aligner, wave, symbols)

    def _speak(self, text, voice: str, face: bool, settings: str = "speak"):
        return speak(self.models, text, voices.preset(voice), face=face, run=Run(self.settings[settings]))

    def _dub(self, recording: Recording) -> dict:
        """Onset errors in ms of four ways to speak: with and without the lips' timing, with and without the motion."""
        untimed = replace(recording.text, durations=None)
        motion = torch.from_numpy(teacher_motion(untimed.symbols, recording.text.durations))
        voice = voices.preset(recording.voice)
        guess = predict_durations(self.models, untimed, voice)
        # Even without the lips the length is known.
        guess = guess.with_durations(guess.durations * (len(motion) / MOTION_FPS / guess.seconds))
        laid = guess.with_durations(self.models.aligners.lips.align(motion, guess.symbols, guess.durations))

        def errors(clip):
            return _milliseconds(recording.text, self._heard(clip.wave, untimed.symbols))

        def dubbed(text):
            return dub(self.models, text, motion, voice, run=Run(self.settings["dub"]))

        return {
            "dub": errors(dubbed(untimed)),
            "motion_only": errors(dubbed(guess)),
            "timing_only": errors(self._speak(laid, recording.voice, False, "dub")),
            "neither": errors(self._speak(guess, recording.voice, False, "dub")),
        }


def _milliseconds(text: TimedText, found: np.ndarray) -> list[float]:
    return [round(1000 * float(error), 1) for error in onset_errors(text.symbols, text.durations, found)]


def _preset_wave(name: str) -> Tensor:
    from ..audio.resample import to_mono_24k
    from ..media.sound import load_audio

    return to_mono_24k(*load_audio(next(voices.PRESETS.glob(f"{name}.*"))))


def main(argv=None) -> None:
    """Command line: see --help."""
    parser = argparse.ArgumentParser(
        prog="python -m jamflow_core eval", description="Measure the model on held-out sentences."
    )
    parser.add_argument("--held-out", help="prepared corpus of sentences never trained on")
    parser.add_argument("--readers", help="a folder of recordings for each of some people, never trained on")
    every = (*WHAT, *people.WHAT)
    parser.add_argument("--what", default=",".join(WHAT), help=f"some of {','.join(every)} [{','.join(WHAT)}]")
    parser.add_argument("--measures", default=",".join(MEASURES), help=f"of speech, some of {','.join(MEASURES)} [all]")
    parser.add_argument("--n", type=int, help="only the first N sentences")
    parser.add_argument("--model", help="a JAM-Flow model file [the embedded one]")
    parser.add_argument("--vocoder", help="a Vocos file [the embedded one]")
    parser.add_argument("--steps", type=int, help="steps of the sampler [each task's own]")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", help="also write all figures (.json)")
    args = parser.parse_args(argv)

    what, measures = _some(args.what, every), _some(args.measures, MEASURES)
    if not args.held_out and set(what) - {"strangers", "learned"}:
        raise JamFlowError("Give --held-out DIR: a prepared corpus of sentences never trained on.")
    recordings = held_out(args.held_out, args.n) if args.held_out else []
    models = LoadedModels(args.model, args.vocoder)
    among_people = people.report(models, [one for one in what if one in people.WHAT], args.readers, recordings)
    what = [one for one in what if one in WHAT]
    if not what:
        return
    usual = {job: DEFAULTS[job] for job in JOBS}
    settings = {job: replace(s, steps=args.steps or s.steps, seed=args.seed) for job, s in usual.items()}
    evaluation = Evaluation(models, what, measures, settings)

    from tqdm import tqdm

    rows = [evaluation.row(recording) for recording in tqdm(recordings, unit="clip", leave=False)]
    by_voice = {
        voice: summarise([row for row in rows if row["voice"] == voice])
        for voice in sorted({row["voice"] for row in rows})
    }
    overall = summarise(rows)
    marks = bars(overall, by_voice)
    print(table(by_voice | {"all": overall}))
    print("\n".join(str(mark) for mark in marks))
    if args.out:
        result = {
            "date": date.today().isoformat(),
            "python": platform.python_version(),
            "torch": torch.__version__,
            "model": models.flow_path.name,
            "sentences": len(rows),
            "steps": {task: setting.steps for task, setting in settings.items()},
            "overall": overall,
            "voices": by_voice,
            "bars": [vars(mark) | {"met": mark.met} for mark in marks],
            "rows": rows,
            "people": among_people,
        }
        Path(args.out).write_text(json.dumps(result, indent=1), encoding="utf-8")


def _some(chosen: str, known: tuple[str, ...]) -> list[str]:
    names = chosen.split(",")
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise JamFlowError(f"Choose among {', '.join(known)}: there is no {', '.join(unknown)}.")
    return names
