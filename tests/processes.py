"""What test_trainer.py starts in two processes: a few steps of a trainer, then each must hold the same weights."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import torch  # noqa: E402


def trained(which: str, cache: str, out: str):
    """(accelerator, weights) of a trainer after its steps."""
    if which == "flow":
        from jamflow_core.train.trainer import Trainer, arguments

        trainer = Trainer(
            arguments(f"--cache {cache} --out {out} --stage 2 --cpu --batch 1 --window 60 --warmup 1 --steps 4".split())
        )
        trainer.run()
        return trainer.accelerator, trainer.model.parameters()
    from jamflow_core.train.corpus import Cache
    from jamflow_core.train.vocoder import Segments, Trainer, parser, save

    options = (
        "--adversarial-from 1 --disturb-from 2 --batch 1 --frames 10 --crop 2048 --dim 32 --intermediate-dim 64 "
        "--layers 2"
    )
    args = parser().parse_args(f"--cache {cache} --out {out} --cpu {options}".split())
    args.out.mkdir(exist_ok=True)
    trainer = Trainer(Segments(Cache(cache), args.frames), args)
    for _ in range(3):
        trainer.train_step()
    save(trainer, args.out)
    return trainer.accelerator, [*trainer.vocoder.parameters(), *trainer.judges.parameters()]


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    for name in ("which", "cache", "out"):
        asked.add_argument(name)
    asked = asked.parse_args()
    torch.set_num_threads(1)
    accelerator, weights = trained(asked.which, asked.cache, asked.out)
    flat = torch.cat([weight.detach().flatten() for weight in weights])[None]
    both = accelerator.gather(flat)
    assert accelerator.num_processes == 2 == len(both) and torch.equal(both[0], both[1]), "the processes drifted apart"
