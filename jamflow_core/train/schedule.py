"""Distil a model's grids of few steps (flow/distil.py) into its file: `python -m jamflow_core train schedule --model
FILE --cache DIR --out FILE`.
"""

import argparse
from dataclasses import replace

import numpy as np

from ..flow.distil import best_grid, misses
from ..flow.sampler import Settings
from ..models import LoadedModels, Models, save_flow
from ..tasks import voices
from ..tasks.canvases import canvases_of
from ..tasks.durations import fill_grid
from ..tasks.front_ends import front_end
from ..tasks.settings import DEFAULTS
from .corpus import HOLD_OUT, Cache

# How many steps get a grid of their own.
STEPS = range(2, 17)


def distil(models: Models, cache: Cache, rows, settings: Settings) -> tuple[tuple[float, ...], ...]:
    """Grids of STEPS steps from fine runs over these sentences of a corpus, each said anew in its preset voice."""
    total = 0.0
    for index in rows:
        clip = cache[index]
        voice = voices.preset(clip.voice.split("_")[-1])
        part, frames = fill_grid(front_end(models).plan(models, clip.text, voice, 1.0)[0])
        seeded = replace(settings, seed=index)
        times, found = misses(models.flow, *canvases_of(models, part, frames, voice, face=True), seeded)
        total = total + found
    return tuple(best_grid(times, total, steps) for steps in STEPS)


def main(argv) -> None:
    """Entry of `python -m jamflow_core train schedule`."""
    from tqdm import tqdm

    parser = argparse.ArgumentParser("jamflow_core train schedule")
    parser.add_argument("--model", help="JAM-Flow model [the embedded one]")
    parser.add_argument("--cache", required=True, help="prepared corpus (train prepare)")
    parser.add_argument("--out", required=True, help="the model with its grids")
    parser.add_argument("--sentences", type=int, default=12)
    parser.add_argument("--fine", type=int, default=64, help="steps of the runs that the grids are found in")
    options = parser.parse_args(argv)
    models, cache = LoadedModels(options.model), Cache(options.cache)
    rows = np.linspace(0, len(cache) - HOLD_OUT - 1, options.sentences).astype(int)
    usual = DEFAULTS["speak"]
    fine = Settings(
        steps=options.fine,
        schedule="even",
        text_guidance=usual.text_guidance,
        reference_guidance=usual.reference_guidance,
        temperature=usual.temperature,
    )
    grids = distil(models, cache, tqdm(rows.tolist(), unit="sentence", leave=False), fine)
    models.flow.config = replace(models.flow.config, schedules=grids)
    save_flow(options.out, models.flow, models.durations)
    for grid in grids:
        print(f"{len(grid) - 1:2} steps: {' '.join(f'{t:.3f}' for t in grid)}")
