"""How the pace of natural clips is spread, for the marks of jamflow_core/fit.py: `python benchmarks/fit.py --held-out
CACHE`.

Pace: what a text takes at a voice's own speed against how long the lips of a clip that says it move. own: the voice
that the clip was recorded with; others: every other preset voice, so that both the take and the speaker differ.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))

from jamflow_core.models import LoadedModels  # noqa: E402
from jamflow_core.tasks import voices  # noqa: E402
from jamflow_core.tasks.fit import FAST, SLOW, fit_of  # noqa: E402
from jamflow_core.tokens import decode  # noqa: E402
from jamflow_core.train.corpus import Cache  # noqa: E402
from jamflow_core.train.visemes import teacher_motion  # noqa: E402


def main() -> None:
    options = argparse.ArgumentParser(description="The natural range of pace.")
    options.add_argument("--held-out", required=True, help="a prepared corpus (train prepare)")
    args = options.parse_args()
    cache, models = Cache(args.held_out), LoadedModels()
    presets = {name: voices.preset(name) for name in voices.preset_names()}
    paces = {"own": [], "others": []}
    for index in range(len(cache)):
        clip = cache[index]
        motion = torch.from_numpy(teacher_motion(tuple(decode(clip.tokens)), clip.durations))
        for name, voice in presets.items():
            own = "own" if name == clip.voice.split("_")[-1] else "others"
            paces[own].append(fit_of(models, clip.text, motion, voice).pace)
    for name, found in paces.items():
        found = np.array(found)
        low, early, middle, late, high = np.percentile(found, [0, 2.5, 50, 97.5, 100])
        advised = np.mean((found < SLOW) | (found > FAST))
        print(
            f"{name}: {len(found)} pairs, median {middle:.2f}, 95 % in {early:.2f} to {late:.2f}, all in "
            f"{low:.2f} to {high:.2f}; "
            f"advice would be given to {100 * advised:.1f} %"
        )


if __name__ == "__main__":
    main()
