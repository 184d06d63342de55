"""Long scripts: peak memory, and a stop in the middle: `python benchmarks/longform.py --minutes 1 --minutes 10`.

Two voices with two portraits speak in turn until the time is full; speech, motion, subtitles and the video are streamed
to files. Every run is a process of its own, and its peak memory is its own.

The longest is made twice: once at a stretch, and once killed (no chance to tidy up) when half of its chunks are there,
started again, killed when half of its pictures are there, and started again. Both must give the same files, bit for
bit.
--steps 1 and no guidance are enough for memory, which does not depend on the number of steps, nor on the length.
"""

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

SAID = (
    "[heart] Did you know that the oldest letters were pressed into wet clay? [george] I did not. Tell me how they "
    "were sent from "
    "town to town. [heart] A runner carried them, and whoever could read was asked to read them aloud. [george] Then "
    "nothing that was written could be kept a secret for very long."
)
SECONDS = 16.4  # about what SAID takes
CAST = {"heart": "pearl_earring", "george": "drawing"}
SIDE = 128  # pixels of a portrait
RESULTS = ("all.wav", "all.srt", "all.mp4", "heart.safetensors", "george.safetensors")


def run(minutes: float, steps: int, folder: Path) -> dict:
    """Speak and render for so long, with chunks in `folder`/chunks; peak memory of this process in MiB."""
    from dataclasses import replace

    import cv2
    import numpy as np

    from jamflow_core.media.picture import read_image
    from jamflow_core.media.sound import stream_wav
    from jamflow_core.models import LoadedModels
    from jamflow_core.motion.files import stream_motion
    from jamflow_core.render.mesh import MeshPortrait
    from jamflow_core.render.stage import Stage
    from jamflow_core.tasks import voices
    from jamflow_core.tasks.longform.film import film, look_of
    from jamflow_core.tasks.longform.lines import lines_of_script
    from jamflow_core.tasks.longform.produce import produce
    from jamflow_core.tasks.longform.store import Store
    from jamflow_core.tasks.run import Run
    from jamflow_core.tasks.settings import DEFAULTS
    from jamflow_core.text.srt import format_srt

    start = time.perf_counter()
    script = " ".join([SAID] * max(1, round(minutes * 60 / SECONDS)))
    store = Store(folder / "chunks")
    settings = replace(
        DEFAULTS["speak"],
        steps=steps,
        polish=min(steps, DEFAULTS["speak"].polish),
        text_guidance=0.0,
        reference_guidance=0.0,
    )
    cast = {name: voices.preset(name) for name in CAST}
    made = produce(LoadedModels(), lines_of_script(script), cast, store, run=Run(settings))
    spoken = peak_mib()
    stream_wav(folder / "all.wav", made.waves())
    (folder / "all.srt").write_text(format_srt(made.subtitles()), encoding="utf-8")
    for name in CAST:
        stream_motion(folder / f"{name}.safetensors", made.motion_of(name), made.frames, 25)
    folder_of_portraits = Path(__file__).parent.parent / "portraits"
    pictures = {name: read_image(folder_of_portraits / f"{picture}.jpg") for name, picture in CAST.items()}
    portraits = {
        name: MeshPortrait(np.ascontiguousarray(cv2.resize(picture, (SIDE, SIDE))))
        for name, picture in pictures.items()
    }
    segments = film(made, Stage(portraits, "speaker only"), folder / "all.mp4", look=look_of(portraits, ""))
    return {
        "seconds": made.seconds,
        "chunks": len(made.chunks),
        "made": store.made,
        "segments": len(segments),
        "peak_spoken_mib": spoken,
        "peak_mib": peak_mib(),
        "took": round(time.perf_counter() - start),
        "disk_mib": round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20),
    }


def peak_mib() -> int:
    """Peak resident memory of this process so far."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2))


def start(minutes: float, steps: int, folder: str) -> subprocess.Popen:
    command = [sys.executable, __file__, "--minutes", str(minutes), "--steps", str(steps), "--inside", folder]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen) -> dict:
    out, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"stopped with {process.returncode}")
    return json.loads(out.splitlines()[-1])


def kill_when(process: subprocess.Popen, folder: str, ending: str, count: int) -> None:
    """Kill the process as soon as `count` files with this ending are among its chunks."""
    while len(list((Path(folder) / "chunks").glob(f"*.{ending}"))) < count:
        if process.poll() is not None:
            raise SystemExit(f"finished before {count} files .{ending} were there")
        time.sleep(0.05)
    process.kill()
    process.wait()


def hashes(folder: str) -> dict[str, str]:
    return {name: hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest() for name in RESULTS}


def main() -> None:
    options = argparse.ArgumentParser(description="Long scripts: memory, and a stop in the middle.")
    options.add_argument("--minutes", type=float, action="append", help="a length to speak (again for more) [1, 10]")
    options.add_argument("--steps", type=int, default=1)
    options.add_argument("--inside", help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.inside:
        print(json.dumps(run(args.minutes[0], args.steps, Path(args.inside))))
        return
    rows = []
    for minutes in sorted(args.minutes or (1, 10)):
        with tempfile.TemporaryDirectory() as folder:
            row = finish(start(minutes, args.steps, folder))
            whole = hashes(folder)
        rows.append(row)
        print(
            f"{row['seconds']:.0f} s of speech and video in {row['chunks']} chunks: peak "
            f"{row['peak_spoken_mib']} MiB after the speech, "
            f"{row['peak_mib']} MiB after the video ({row['peak_mib'] / rows[0]['peak_mib']:.3f} x the first), "
            f"{row['disk_mib']} MiB on disk, "
            f"{row['took']} s",
            flush=True,
        )
    with tempfile.TemporaryDirectory() as folder:
        kill_when(start(minutes, args.steps, folder), folder, "safetensors", row["chunks"] // 2)
        kill_when(start(minutes, args.steps, folder), folder, "mp4", row["segments"] // 2)
        last = finish(start(minutes, args.steps, folder))
        again = hashes(folder)
    print(
        f"killed at half of the speech and at half of the pictures, then continued: {last['made']} chunks made "
        f"in the last run, peak "
        f"{last['peak_mib']} MiB, {last['took']} s; "
        + ", ".join(f"{name} {'equal' if again[name] == whole[name] else 'DIFFERS'}" for name in RESULTS)
    )


if __name__ == "__main__":
    main()
