"""Is the coupling worth it? Joint, independent, global and unaligned streams on the same data and budget.

    python benchmarks/ablation.py --cache CACHE --init AUDIO_CHECKPOINT --out FOLDER --stage 1 --steps 200

Every variant starts from the same Audio-DiT, trains the stage for the same steps on the same batches, and is asked for
its
losses on windows of clips never trained on: the face from the voice (animate), the voice from the face with wrong
durations (dub; untrained after stage 1), and both together. Lower is better; about 1.2 for motion is what an untrained
stream gives.
"""

import argparse
import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent))

from jamflow_core.flow.objective import ANIMATE, BOTH, DUB, FlowMatching  # noqa: E402
from jamflow_core.train.corpus import Cache  # noqa: E402
from jamflow_core.train.data import Windows  # noqa: E402
from jamflow_core.train.trainer import Trainer, arguments  # noqa: E402

VARIANTS = {
    "joint, band, aligned": [],
    "independent": ["--independent"],
    "global": ["--band", "0"],
    "unaligned": ["--unaligned"],
}


@torch.no_grad()
def held_out_losses(trainer: Trainer, cache: str, window: int, batches: int = 12) -> dict[str, float]:
    """Mean losses of the three joint tasks on held-out windows, same noise for every variant."""
    windows = Windows(Cache(cache), trainer.config.mel, trainer.config.mouth, window, held_out=True)
    objective, sums = FlowMatching(trainer.model), {}
    for index in range(batches):
        for task in (ANIMATE, DUB, BOTH):
            batch = windows.batch(4, 99, index, task.wrong_durations)
            for name, value in objective(batch, task, torch.Generator().manual_seed(index)).items():
                if name != "loss":
                    key = f"{task.name}/{name}"
                    sums[key] = sums.get(key, 0.0) + value.item() / batches
    return sums


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--init", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--stage", default="1")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--window", type=int, default=480)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    rows = {}
    for name, flags in VARIANTS.items():
        folder = Path(options.out) / name.replace(", ", "_")
        common = [
            "--cache",
            options.cache,
            "--init",
            options.init,
            "--out",
            str(folder),
            "--stage",
            options.stage,
            "--cpu",
        ]
        budget = [
            "--steps",
            str(options.steps),
            "--window",
            str(options.window),
            "--batch",
            "4",
            "--threads",
            str(options.threads),
        ]
        trainer = Trainer(arguments([*common, *budget, "--report", "50", "--lr", "1.5e-3", "--warmup", "20", *flags]))
        trainer.run()
        rows[name] = held_out_losses(trainer, options.cache, options.window)
        print(name, {key: round(value, 4) for key, value in rows[name].items()}, flush=True)
    (Path(options.out) / "ablation.json").write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
