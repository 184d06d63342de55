"""`python -m jamflow_core bench`: how long the main job takes on this machine.

Three figures, each in a fresh process or after a warm-up: cold start and peak memory of the whole job, a warm 5-second
sentence from text to a finished 512 x 512 video, and the cost of 60 seconds of speech relative to 15.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ..clock import MOTION_FPS, SAMPLE_RATE

SENTENCE = "The old keeper climbed the narrow stairs and lit the lamp, because a storm was coming in from the sea."
PORTRAIT = Path(__file__).parents[2] / "portraits" / "mona_lisa.jpg"
SIDE = 512
_CHILD = "from jamflow_core.train.speed import first_run; first_run()"


class Job:
    """Everything that `speak` needs, loaded: text to a finished video."""

    def __init__(self):
        import cv2

        from ..media.picture import read_image
        from ..models import LoadedModels
        from ..render.mesh import MeshPortrait
        from ..tasks.voices import preset

        self.models, self.voice = LoadedModels(), preset("heart")
        self.models.flow, self.models.vocoder  # loaded when first asked for
        self.portrait = MeshPortrait(cv2.resize(read_image(PORTRAIT), (SIDE, SIDE), interpolation=cv2.INTER_AREA))

    def speech(self, text: str):
        """Text -> Clip, with the job's own settings."""
        from ..tasks.speak import speak

        return speak(self.models, text, self.voice)

    def video(self, text: str, path: Path) -> float:
        """Text -> mp4; returns the seconds of speech in it."""
        from ..media.video import VideoWriter
        from ..motion.files import Motion
        from ..render.idle import idle_motion

        clip = self.speech(text)
        lids, head = idle_motion(len(clip.motion), seed=0)
        with VideoWriter(path, MOTION_FPS, self.portrait.size, clip.wave) as video:
            for frame in self.portrait.frames(Motion(clip.motion.numpy(), MOTION_FPS), blink=lids, head=head):
                video.write(frame)
        return len(clip.wave) / SAMPLE_RATE


def first_run() -> None:
    """In a fresh process: load, say "ready", make one video, and print the peak memory in MB (0 where it is
    unknown).
    """
    job = Job()
    print("ready", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        job.video(SENTENCE, Path(folder) / "clip.mp4")
    print(_peak_megabytes(), flush=True)


def report(repeat: int = 3) -> None:
    """Print every figure beside its mark; `repeat`: the best of so many warm runs counts."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {_load()}")
    ready, megabytes = _fresh()
    _line("cold start, import to ready, s", ready, 5)
    _line("peak memory, MB", megabytes, 3072)
    job = Job()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        seconds = job.video(SENTENCE, path)
        took = min(_timed(lambda: job.video(SENTENCE, path)) for _ in range(repeat))
    _line(f"text to mp4, warm, {seconds:.1f} s of speech at {SIDE}x{SIDE}, per 5 s of speech, s", took * 5 / seconds, 5)
    short, long = (" ".join([SENTENCE] * count) for count in (3, 12))
    spoken = {text: len(job.speech(text).wave) / SAMPLE_RATE for text in (short, long)}
    times = {text: min(_timed(lambda: job.speech(text)) for _ in range(repeat)) for text in (short, long)}
    took = [f"{spoken[text]:.0f} s took {times[text]:.1f} s" for text in (long, short)]
    name = f"speech alone: {', '.join(took)}; ratio"
    _line(name, times[long] / times[short], 5)


def _fresh() -> tuple[float, float]:
    """(seconds until a fresh process is ready, its peak memory in MB after one video)."""
    package = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))}
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", _CHILD], stdout=subprocess.PIPE, text=True, env=environment) as child:
        child.stdout.readline()
        ready = time.perf_counter() - start
        return ready, float(child.stdout.readline())


def _timed(job) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def _peak_megabytes() -> float:
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def _load() -> str:
    """How busy the machine is with other work."""
    return f"load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else "load unknown"


def _line(name: str, value: float, limit: float) -> None:
    print(f"{'met   ' if value <= limit else 'MISSED'}  {name}: {value:.2f} (at most {limit})", flush=True)
