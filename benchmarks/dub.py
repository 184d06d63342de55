"""Dub held-out clips of which only the lips' motion is known: `python benchmarks/dub.py --held-out CACHE`.

onsets   when words begin in the new speech (forced alignment) against when the lips begin them: median, milliseconds
first    the same for the first sound of each clip
words    words that pocketsphinx hears right, in the dubbed speech, in `speak` of the same text, and in the teacher's
recording
fit      the text against the lips: what it takes at the voice's own pace (jamflow_core/fit.py); how many would be
refused
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent)]

from edit import word_edges  # noqa: E402

from jamflow_core.models import LoadedModels, Models  # noqa: E402
from jamflow_core.tasks import voices  # noqa: E402
from jamflow_core.tasks.dub import dub  # noqa: E402
from jamflow_core.tasks.fit import fit_of  # noqa: E402
from jamflow_core.tasks.run import Run  # noqa: E402
from jamflow_core.tasks.settings import DEFAULTS  # noqa: E402
from jamflow_core.tasks.speak import speak  # noqa: E402
from jamflow_core.text.parse import parse  # noqa: E402
from jamflow_core.tokens import decode  # noqa: E402
from jamflow_core.train.corpus import Cache  # noqa: E402
from jamflow_core.train.metrics.onsets import heard_durations  # noqa: E402
from jamflow_core.train.metrics.words import WordRecogniser, word_errors  # noqa: E402
from jamflow_core.train.visemes import teacher_motion  # noqa: E402


def measure(models: Models, clip, recogniser, steps: dict) -> dict:
    symbols = tuple(decode(clip.tokens))
    wave = torch.from_numpy(clip.wave.astype(np.float32) / 32767)
    motion = torch.from_numpy(teacher_motion(symbols, clip.durations))
    voice = voices.preset(clip.voice.split("_")[-1])
    dubbed = dub(models, clip.text, motion, voice, run=Run(steps["dub"]))
    spoken = speak(models, clip.text, voice, face=False, run=Run(steps["speak"]))
    row = {"text": clip.text, "voice": clip.voice, "pace": fit_of(models, clip.text, motion, voice).pace}
    for name, sound in (("dub", dubbed.wave), ("speak", spoken.wave), ("teacher", wave)):
        row[name] = word_errors(recogniser, sound, clip.text)
    said = parse(clip.text, voice.language)
    true, found = (
        word_edges(symbols, clip.durations),
        word_edges(said.symbols, heard_durations(models.aligners.audio, dubbed.wave, said.symbols)),
    )
    row["first"] = 1000 * abs(float(found[0, 0] - true[0, 0]))
    row["onsets"] = (1000 * np.abs(found[:, 0] - true[:, 0])).tolist() if len(found) == len(true) else []
    return row


def main() -> None:
    options = argparse.ArgumentParser(description="Dub held-out clips from their motion.")
    options.add_argument("--held-out", required=True, help="a prepared corpus (train prepare)")
    options.add_argument("--n", type=int, default=20)
    options.add_argument("--model", help="a JAM-Flow model file [the embedded one]")
    options.add_argument("--out", help="also write all figures (.json)")
    args = options.parse_args()
    cache, models, recogniser = Cache(args.held_out), LoadedModels(args.model), WordRecogniser()
    settings = {job: replace(DEFAULTS[job], seed=0) for job in ("dub", "speak")}
    rows = []
    for index in range(min(args.n, len(cache))):
        rows.append(measure(models, cache[index], recogniser, settings))
        print(json.dumps(rows[-1]), flush=True)
    right = {
        name: 100 * (1 - sum(row[name][0] for row in rows) / sum(row[name][1] for row in rows))
        for name in ("dub", "speak", "teacher")
    }
    onsets = np.concatenate([row["onsets"] for row in rows])
    print(f"{len(rows)} clips dubbed from their lips")
    print(
        f"word onsets {np.median(onsets):.0f} ms from the lips' (median of {len(onsets)}), first sound "
        f"{np.median([row['first'] for row in rows]):.0f} ms"
    )
    print(
        f"right words: dubbed {right['dub']:.0f} %, spoken freely {right['speak']:.0f} %, teacher "
        f"{right['teacher']:.0f} %"
    )
    print(
        f"pace that the lips ask for: median {np.median([row['pace'] for row in rows]):.2f}, "
        f"{min(r['pace'] for r in rows):.2f} to {max(r['pace'] for r in rows):.2f} of the voice's own"
    )
    if args.out:
        Path(args.out).write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
