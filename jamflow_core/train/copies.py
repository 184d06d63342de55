"""A corpus as the flow model paints it: `python -m jamflow_core train copies --cache DIR --out DIR [--model FILE]`.

The vocoder will never hear a recorded mel, so it should learn on painted ones that are still in step with a recording:
each
clip is noised part of the way and painted to its end as `speak` would, behind another clip of the same voice as the
prompt.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..audio.mel import N_MELS
from ..clock import HOP
from ..flow.conditions import Segment, normalised, restored, text_features
from ..flow.sampler import Canvas, Settings, sample
from ..models import LoadedModels, Models
from ..tasks.settings import DEFAULTS
from ..text.timed import TimedText
from ..tokens import decode
from .corpus import HOLD_OUT, Cache, Clip
from .vocoder import held_out

# How far from the recording a copy may begin: much is the model's own, the pitch is still the recording's.
STRENGTHS = (0.4, 0.75)


def timed(clip: Clip) -> TimedText:
    """What a clip says, with the times at which it says it."""
    symbols = tuple(decode(clip.tokens))
    return TimedText(clip.text, symbols, clip.durations, np.zeros(len(symbols), bool), ())


def copy(models: Models, prompt: Clip, clip: Clip, settings: Settings) -> Tensor:
    """`clip` painted from its own mel at settings.strength, behind `prompt`: log mel [frames, 100]."""
    before, config = len(prompt.mel), models.flow.config
    mel = torch.from_numpy(np.concatenate([prompt.mel, clip.mel])).float()
    text = text_features(models.flow, [Segment(len(part.mel), timed(part)) for part in (prompt, clip)])
    canvas = Canvas(normalised(mel, config.mel), torch.arange(len(mel)) >= before, text, torch.zeros_like(text))
    return restored(sample(models.flow, canvas, None, settings)[0][before:], config.mel)


def main(argv) -> None:
    """Entry of `python -m jamflow_core train copies`: writes a cache like `prepare`'s, with painted mels."""
    from tqdm import tqdm

    parser = argparse.ArgumentParser("jamflow_core train copies", description=__doc__)
    parser.add_argument("--cache", required=True, help="prepared corpus")
    parser.add_argument("--out", required=True, type=Path, help="folder of the copies")
    parser.add_argument("--model", help="a JAM-Flow model [the embedded one]")
    parser.add_argument("--clips", type=int, default=300)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)

    source, models, rng = Cache(args.cache), LoadedModels(args.model), np.random.default_rng(args.seed)
    aside = set(held_out(source)) | set(range(len(source) - HOLD_OUT, len(source)))
    rows = rng.permutation([index for index in range(len(source)) if index not in aside])[: args.clips]
    by_voice: dict[str, list[int]] = {}
    for index in rows:
        by_voice.setdefault(source.clips[index]["voice"], []).append(int(index))
    args.out.mkdir(parents=True, exist_ok=True)
    mels, waves, clips, frame = [], [], [], 0
    for index in tqdm(rows, unit="clip", leave=False):
        clip, settings = source[int(index)], replace(DEFAULTS["speak"], steps=args.steps, polish=0, clarity=0)
        prompt = source[int(rng.choice(by_voice[clip.voice]))]
        painted = copy(models, prompt, clip, replace(settings, strength=rng.uniform(*STRENGTHS), seed=int(index)))
        mels.append(painted.half().numpy())
        waves.append(clip.wave[: len(painted) * HOP])
        place = {"frame": frame, "frames": len(painted), "sample": frame * HOP, "samples": len(painted) * HOP}
        clips.append(source.clips[int(index)] | place)
        frame += len(painted)
    np.save(args.out / "mels.npy", np.concatenate(mels).reshape(-1, N_MELS))
    np.save(args.out / "waves.npy", np.concatenate(waves))
    (args.out / "clips.json").write_text(json.dumps(clips, ensure_ascii=False), encoding="utf-8")
