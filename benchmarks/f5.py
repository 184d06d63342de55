"""Our F5-TTS beside the official package: same weights, same process, in turns. `python benchmarks/f5.py --size base`.

Printed are the medians of one guided step (text and reference, and neither) and their ratios, the error of each against
the official float32, the share of the machine's measured peak, how the step grows with length, and time and memory of
loading. `tests/parity/f5_official.py` says what to install.
"""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from copy import deepcopy
from pathlib import Path

import torch

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from f5_weights import BASE, SMALL, TINY, f5_file, f5_state, inputs  # noqa: E402
from parity import f5_official as official  # noqa: E402

from jamflow_core.catalog.compiled import compile_blocks  # noqa: E402
from jamflow_core.catalog.f5 import load_f5  # noqa: E402
from jamflow_core.catalog.precision import fast_dtype  # noqa: E402
from jamflow_core.flow.sampler import Canvas, Run  # noqa: E402
from jamflow_core.tasks.front_ends.characters import OFFICIAL  # noqa: E402

PROMPT = 281
SQUARE = 2048  # side of the matrices whose product is the machine's peak


def step_flops(config, frames: int) -> float:
    """Products of one guided step: both branches, without the text and the timestep."""
    a = config.audio
    inner = a.heads * a.head_dim
    layer = 4 * a.dim * inner + 2 * a.dim * a.dim * a.ff_mult
    convolutions = 2 * a.conv_kernel * a.dim * a.dim // a.conv_groups
    attention = 2 * a.depth * frames * inner
    return 2 * 2 * frames * (a.depth * layer + convolutions + attention)


def seconds(work) -> float:
    """The time of a piece of work; of one thread that of the processor, so that ratios stand on a busy machine."""
    now = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    start = now()
    work()
    return now() - start


def resident() -> float:
    """Memory of this process now, mapped files included, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def run_of(model, given, frames: int) -> Run:
    """Our sampler, ready to take its first step."""
    embed = model.audio.text_embed
    with torch.inference_mode():
        text, null = (embed(given["ids"], frames, drop)[0] for drop in (False, True))
        canvas = Canvas(given["given"][0], torch.arange(frames) >= PROMPT, text, null)
        return Run(model, {"audio": canvas}, OFFICIAL)


def contenders(config, net, models: dict, frames: int) -> dict:
    """name -> one guided step at the first moment, its velocity [frames, 100]."""
    given = inputs(config, prompt=PROMPT, frames=frames)
    runs = {name: run_of(model, given, frames) for name, model in models.items()}
    x = runs["ours fp32"].begin()["audio"]

    @torch.inference_mode()
    def theirs():
        both = net(
            x=x[None], cond=given["given"], text=given["ids"], time=torch.tensor(0.0), cfg_infer=True, cache=True
        )
        pred, null = both.float().chunk(2)
        return (pred + (pred - null) * 2.0)[0]

    @torch.inference_mode()
    def autocast():
        with torch.autocast("cpu", torch.bfloat16):
            return theirs()

    def ours(which):
        return torch.inference_mode()(lambda: which.velocity({"audio": x}, 0)["audio"])

    net.clear_cache()
    found = {"official fp32": theirs} | {name: ours(run) for name, run in runs.items()}
    return found | ({"official bf16 autocast": autocast} if "ours bf16" in runs else {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=("tiny", "small", "base"), default="small")
    parser.add_argument("--frames", type=int, nargs="+", default=[1219], help="sequence lengths (1219 = 13 s)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bf16", action="store_true", help="bfloat16 too")
    parser.add_argument("--compile", action="store_true", help="our blocks through torch.compile")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--loading", action="store_true", help="measure loading and nothing else")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    config = {"tiny": TINY, "small": SMALL, "base": BASE}[options.size]
    dit_class, *_ = official.load()
    with tempfile.TemporaryDirectory() as folder:
        path = f5_file(Path(folder), config)
        size = path.stat().st_size / 2**20
        before = resident()
        start = time.perf_counter(), time.process_time()
        model = load_f5(path)
        ready = time.perf_counter() - start[0]
        total = sum(float(weight.sum()) for weight in model.parameters())  # touches every page
        clock, processor = time.perf_counter() - start[0], time.process_time() - start[1]
        print(
            f"loading {size:.0f} MB: mapped in {ready:.2f} s, all of it read after {clock:.2f} s "
            f"({processor:.2f} s of processor), "
            f"memory {(resident() - before) / size:.2f} x the file ({total:.3g})"
        )
        if options.loading:
            return
        net = official.network(dit_class, config, f5_state(config))
        models = {"ours fp32": model}
        if options.bf16:
            models["ours bf16"] = deepcopy(model).to(torch.bfloat16)
        for ours in models.values() if options.compile else ():
            compile_blocks(ours)
        square = torch.ones(SQUARE, SQUARE)
        auto = "ours bf16" if fast_dtype() is torch.bfloat16 else "ours fp32"
        print(f"precision auto = {auto}")
        for frames in options.frames:
            steps = contenders(config, net, models, frames)
            wanted = steps["official fp32"]()
            errors = {name: float((step() - wanted).norm() / wanted.norm()) for name, step in steps.items()}
            times, peaks = {name: [] for name in steps}, []
            for _ in range(options.rounds):
                peaks.append(
                    2 * SQUARE**3 / seconds(lambda: square @ square)
                )  # in the same moments: the machine may be busy
                for name, step in steps.items():
                    times[name].append(seconds(step))
            peak = statistics.median(peaks)
            print(f"peak {peak / 1e9:.0f} GFLOP/s in fp32, between the steps")
            for name, values in times.items():
                speed = step_flops(config, frames) / statistics.median(values)
                ratio = statistics.median(a / b for a, b in zip(times["official fp32"], values))
                print(
                    f"{frames} frames, {name:22}: {statistics.median(values):7.3f} s a step, {ratio:5.2f} x "
                    f"official fp32, "
                    f"{speed / 1e9:4.0f} GFLOP/s ({100 * speed / peak:.0f} % of peak), error {errors[name]:.1e}"
                )
            if options.bf16:
                gain = statistics.median(a / b for a, b in zip(times["official bf16 autocast"], times[auto]))
                print(f"{frames} frames, auto is {gain:.2f} x as fast as the official bf16 autocast")
    print(f"peak memory of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
