"""What rendering costs: `python benchmarks/render.py [PICTURE] [--seconds 5]`.

Prints milliseconds a frame of each part (wall clock and processor time of this process; on a busy machine the second is
the steadier one), and of whole clips with sound, written to a temporary folder.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from jamflow_core.clock import MOTION_FPS, SAMPLE_RATE  # noqa: E402
from jamflow_core.face.finder import FaceFinder  # noqa: E402
from jamflow_core.face.track import track_face  # noqa: E402
from jamflow_core.media.picture import read_image  # noqa: E402
from jamflow_core.media.video import VideoWriter, read_video  # noqa: E402
from jamflow_core.motion.basis import state_to_exp  # noqa: E402
from jamflow_core.motion.files import Motion  # noqa: E402
from jamflow_core.render.idle import idle_motion  # noqa: E402
from jamflow_core.render.mesh import MeshPortrait  # noqa: E402
from jamflow_core.render.mesh.relip import closed_lips, relip_frames  # noqa: E402


def measure(label: str, work, count: int = 1):
    """Run work() once, print its time for each of `count` pieces, return its result."""
    wall, processor = time.perf_counter(), time.process_time()
    result = work()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"{label:<44}{1e3 * wall / count:9.1f} ms{1e3 * processor / count:9.1f} ms{wall:9.2f} s")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", nargs="?", default=ROOT / "portraits" / "mona_lisa.jpg")
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    frames = round(options.seconds * MOTION_FPS)
    syllables = 0.5 - 0.5 * np.cos(np.arange(frames) * 2 * np.pi * 4 / MOTION_FPS)  # four a second
    exp = state_to_exp(np.stack([0.7 * syllables, 0.2 + 0.2 * np.sin(np.arange(frames)), *np.zeros((3, frames))], 1))
    motion = Motion(exp, MOTION_FPS)
    blink, head = idle_motion(frames, seed=0)
    wave = 0.1 * np.random.default_rng(0).standard_normal(round(options.seconds * SAMPLE_RATE))

    picture = read_image(options.picture)
    print(f"{Path(options.picture).name}, {picture.shape[1]}x{picture.shape[0]}, {frames} frames")
    print(f"{'':<44}{'each':>12}{'processor':>12}{'in all':>11}")
    finder = measure("load the face models", FaceFinder)
    portrait = measure("set up the portrait", lambda: MeshPortrait(picture, finder=finder))
    measure("mouth", lambda: [None for _ in portrait.frames(motion)], frames)
    measure("mouth and blinks", lambda: [None for _ in portrait.frames(motion, blink=blink)], frames)
    measure("mouth, blinks and head", lambda: [None for _ in portrait.frames(motion, blink=blink, head=head)], frames)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"

        def film():
            with VideoWriter(path, MOTION_FPS, portrait.size, wave) as video:
                for frame in portrait.frames(motion, blink=blink, head=head):
                    video.write(frame)

        measure("all that and a finished video with sound", film, frames)
        measure("read a video", lambda: [None for _ in read_video(path).frames], frames)
        track = measure("follow a face", lambda: track_face(read_video(path).frames, finder), frames)
        plates = measure("find its closed lips", lambda: closed_lips(read_video(path).frames, track), frames)

        def relip():
            return [None for _ in relip_frames(read_video(path).frames, track, exp, plates=plates)]

        measure("new lips for a video", relip, frames)


if __name__ == "__main__":
    main()
