"""Peak memory of long scripts: `python benchmarks/longform.py --minutes 1 --minutes 10`.

Two voices speak in turn until the time is full; speech and motion, without pictures, then both are streamed to files. Every
length runs in a process of its own. --steps 1 is enough for memory, which does not depend on it.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

SAID = (
    "[heart] Did you know that the oldest letters were pressed into wet clay? [george] I did not. Tell me how they were sent from "
    "town to town. [heart] A runner carried them, and whoever could read was asked to read them aloud. [george] Then nothing that "
    "was written could be kept a secret for very long."
)
SECONDS = 19.0  # about what SAID takes


def run(minutes: float, steps: int, folder: str) -> dict:
    """Speak for so long; peak memory of this process in MiB."""
    from dataclasses import replace

    from jamflow_core import voices
    from jamflow_core.audio.files import stream_wav
    from jamflow_core.longform.lines import lines_of_script
    from jamflow_core.longform.produce import produce
    from jamflow_core.longform.store import Store
    from jamflow_core.motion.files import stream_motion
    from jamflow_core.tasks import DEFAULTS
    from jamflow_core.weights.bundle import Models

    start = time.perf_counter()
    script = " ".join([SAID] * max(1, round(minutes * 60 / SECONDS)))
    cast = {name: voices.preset(name) for name in ("heart", "george")}
    store = Store(folder)
    settings = replace(DEFAULTS["speak"], steps=steps)
    made = produce(Models(), lines_of_script(script), cast, store, settings=settings)
    stream_wav(Path(folder) / "all.wav", made.waves())
    stream_motion(Path(folder) / "heart.motion", made.motion_of("heart"), made.frames, 25)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return {
        "seconds": made.seconds, "chunks": len(made.chunks), "peak_mib": round(peak), "took": round(time.perf_counter() - start),
        "disk_mib": round(sum(path.stat().st_size for path in Path(folder).iterdir()) / 2**20),
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description="Peak memory of long scripts.")
    options.add_argument("--minutes", type=float, action="append", help="a length to speak (again for more) [1, 10]")
    options.add_argument("--steps", type=int, default=1)
    options.add_argument("--inside", help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.inside:
        print(json.dumps(run(args.minutes[0], args.steps, args.inside)))
        return
    rows = []
    for minutes in args.minutes or (1, 10):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, __file__, "--minutes", str(minutes), "--steps", str(args.steps), "--inside", folder]
            rows.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]))
        row = rows[-1]
        print(f"{row['seconds']:.0f} s of speech and motion in {row['chunks']} chunks: peak {row['peak_mib']} MiB "
              f"({row['peak_mib'] / rows[0]['peak_mib']:.2f} x the first), {row['disk_mib']} MiB on disk, {row['took']} s", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
