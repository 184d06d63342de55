"""LivePortrait here and in the official code: `LIVEPORTRAIT_PATH=repository python benchmarks/liveportrait.py`.

Both hold the same random weights and run by turns in one process, and the best of --runs counts; with one thread the
processor time is taken instead of the clock, so that the ratios stand even on a busy machine. Printed for each network:
milliseconds of both, their ratio, and our share of the fastest matrix product of this machine. With --dtype bf16 the
painting networks also run in bfloat16, against the official float32 and its bfloat16 autocast, with the error of the
picture; --compile compiles them.

--rounding shows that error on a machine that has no units for bfloat16, without times: products of rounded values are
summed in float32 and rounded once, as such units do it.
"""

import argparse
import copy
import resource
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch.utils._python_dispatch import TorchDispatchMode

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "parity")]

import liveportrait_official as official  # noqa: E402
from liveportrait_weights import layout, random_state, random_template  # noqa: E402

from jamflow_core.catalog.liveportrait import compile_painting, load_liveportrait  # noqa: E402
from jamflow_core.catalog.precision import fast_dtype  # noqa: E402

GFLOP = {"appearance": 64.1, "motion": 11.6, "warping": 342.0, "generator": 892.0}  # of the official code, once


def seconds(functions: dict, runs: int) -> dict[str, float]:
    """The best time of each function; they take turns."""
    now = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    best = dict.fromkeys(functions, float("inf"))
    for _ in range(runs + 1):  # the first one warms up
        for name, function in functions.items():
            start = now()
            function()
            best[name] = min(best[name], now() - start)
    return best


def peak(dtype: torch.dtype, size: int = 2048) -> float:
    """GFLOP/s of the best matrix product."""
    square = torch.ones(size, size, dtype=dtype)
    return 2e-9 * size**3 / seconds({"product": lambda: square @ square}, 5)["product"]


def psnr(made: torch.Tensor, exact: torch.Tensor) -> list[float]:
    """dB of each frame."""
    return [round(-10 * error.item(), 1) for error in (made.float() - exact).square().mean((1, 2, 3)).log10()]


class Bfloat16Units(TorchDispatchMode):
    """Convolutions and products in bfloat16 as hardware for it computes them, at the speed of float32."""

    PRODUCTS = {
        getattr(torch.ops.aten, name).default
        for name in ("conv2d", "conv3d", "convolution", "linear", "matmul", "addmm", "mm", "bmm")
    }

    def __torch_dispatch__(self, function, types, given=(), named=None):
        if function not in self.PRODUCTS or not any(map(_short, given)):
            return function(*given, **(named or {}))
        return function(*(part.float() if _short(part) else part for part in given), **(named or {})).bfloat16()


def _short(part) -> bool:
    return torch.is_tensor(part) and part.dtype == torch.bfloat16


@torch.inference_mode()
def rounding(makers: dict, exact: torch.Tensor) -> None:
    """Print the error of bfloat16, frame by frame, and how much there is to see in the exact frames."""
    step = (exact[..., 1:] - exact[..., :-1]).abs().mean()
    print(f"exact frames: deviation {exact.std():.2f}, mean step from pixel to pixel {step:.2f} (of 1)")
    with Bfloat16Units():
        for name, maker in makers.items():
            print(f"{name:18s} PSNR {psnr(maker(), exact)} dB")


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--dtype", choices=("auto", "fp32", "bf16"), default="auto", help="of the painting networks")
    parser.add_argument("--parts", nargs="+", choices=tuple(GFLOP), default=tuple(GFLOP))
    parser.add_argument("--crop", type=int, default=256, help="pixels of the crop; a smaller one for a busy machine")
    parser.add_argument("--batch", type=int, default=1, help="frames painted together")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--rounding", action="store_true", help="only the error of bfloat16, on any machine")
    args = parser.parse_args()
    if official.path() is None:
        parser.error("give the official repository by LIVEPORTRAIT_PATH")
    torch.set_num_threads(args.threads)

    with tempfile.TemporaryDirectory() as folder:
        official.save(Path(folder), {part: random_state(shapes) for part, shapes in layout("full").items()})
        theirs = official.wrapper(Path(folder))
        start = time.perf_counter()
        ours = load_liveportrait(folder, dtype=torch.float32)
        print(f"loaded in {time.perf_counter() - start:.1f} s")
    short = {"auto": fast_dtype(), "fp32": torch.float32, "bf16": torch.bfloat16}[
        "bf16" if args.rounding else args.dtype
    ]
    best = {} if args.rounding else {dtype: peak(dtype) for dtype in {torch.float32, short}}
    speeds = ", ".join(f"{dtype} {speed:.0f} GFLOP/s" for dtype, speed in best.items())
    print(f"{args.threads} threads; matrix products: {speeds or 'not timed'}")

    count = args.batch
    torch.manual_seed(0)
    picture = torch.rand(1, 3, args.crop, args.crop)
    rest = random_template(1, 10).faces.points()
    moved = rest + 0.05 * torch.randn(count, 21, 3)
    volume = theirs.appearance_feature_extractor(picture)
    many = volume.expand(count, -1, -1, -1, -1)
    source = ours.warping.source(volume, rest)
    features = ours.warping(source, moved)

    def their_warping():
        return theirs.warping_module(many, kp_driving=moved, kp_source=rest.expand(count, -1, -1))["out"]

    pairs = {
        "appearance": (lambda: ours.appearance(picture), lambda: theirs.appearance_feature_extractor(picture)),
        "motion": (lambda: ours.motion(picture), lambda: theirs.motion_extractor(picture)),
        "warping": (lambda: ours.warping(source, moved), their_warping),
        "generator": (lambda: ours.generator(features), lambda: theirs.spade_generator(feature=features)),
    }
    if not args.rounding:
        print("float32          ours    official   ratio   of peak")
    for part in () if args.rounding else args.parts:
        time_of = seconds(dict(zip(("ours", "official"), pairs[part])), args.runs)
        work = GFLOP[part] * (args.crop / 256) ** 2 * (count if part in ("warping", "generator") else 1)
        share = work / time_of["ours"] / best[torch.float32]
        print(f"{part:12s} {time_of['ours'] * 1e3:6.0f} ms {time_of['official'] * 1e3:6.0f} ms "
              f"{time_of['official'] / time_of['ours']:7.2f} {share:8.0%}")  # fmt: skip

    if short != torch.float32:
        quick = copy.deepcopy(ours).paint_in(short)
        if args.compile:
            compile_painting(quick)
        ready = quick.source(picture, rest)

        def their_frame():
            return theirs.spade_generator(feature=their_warping())

        def their_autocast():
            with torch.autocast("cpu", short):
                return their_frame()

        makers = {
            "ours": lambda: quick.paint(ready, moved),
            "official autocast": their_autocast,
            "official fp32": their_frame,
        }
        exact = their_frame()
        if args.rounding:
            return rounding({name: makers[name] for name in ("ours", "official autocast")}, exact)
        time_of = seconds(makers, args.runs)
        print(f"warping and generator, {short}")
        for name, maker in makers.items():
            ratio, error = time_of[name] / time_of["ours"], psnr(maker(), exact)
            print(f"{name:18s} {time_of[name] * 1e3:6.0f} ms {ratio:6.2f}  PSNR {error} dB")

    print(f"peak memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GB")


if __name__ == "__main__":
    main()
