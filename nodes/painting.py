"""A clip's motion on a picture or a video: what the renderers are asked to paint, and where the frames go."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import folder_paths
import numpy as np
import torch
from comfy_api.latest import InputImpl, Types

from ..jamflow_core.clock import SAMPLE_RATE
from ..jamflow_core.errors import JamFlowError
from .draw import thumbnail
from .media import FrameSource, Shots, TracksOf, frames_of, read_video
from .node import Progress, as_inputs, counted
from .render_inputs import EXAMPLES, Pictures, RenderWidgets


@dataclass(frozen=True)
class Besides:
    """What goes with the lips: the sound of the clip (AUDIO), an Expression, a Motion that drives the whole face, and
    what is said with its times (Line), which moves the tongue; each may be None."""

    audio: dict | None = None
    expression: object | None = None
    driving: object | None = None
    said: object | None = None

    def tracks_of(self, widgets: RenderWidgets, filmed: bool, led: bool) -> TracksOf:
        """What the face does around the lips: the expression, else in a picture the node's two switches, in a video
        nothing new; of an expression what is set by hand where a driving motion leads."""
        from ..jamflow_core.render.expression import Expression as Face

        if led:
            chosen = self.expression and self.expression.by_hand()
        elif filmed:
            chosen = self.expression
        else:
            chosen = self.expression or Face(blink=float(widgets.blink), sway=widgets.head_motion)
        said = self.said.text if self.said is not None and self.said.timed else None
        return lambda frames, fps: tracks(chosen, widgets.seed, self.audio, frames, fps) | tongue(said, frames, fps)


def painted(portrait, clip, pictures: Pictures, widgets: RenderWidgets, besides: Besides) -> Shots:
    """The clip's motion on the pictures, or on the shipped example, by the renderer of Load JAM-Flow."""
    renderer = portrait.choose(driving=besides.driving, **widgets.choices())
    led = renderer.leads(clip)
    shots = _shots(renderer, clip, pictures, widgets, besides.tracks_of(widgets, pictures.filmed, led))
    if pictures.image is not None and pictures.filmed and shots.count / shots.fps < clip.seconds / 2:
        shots = replace(shots, warning=f"{shots.warning} (pictures of their own? set images_are to portraits)")
    if led and besides.expression is not None and besides.expression.driving is not None:
        unheard = "the driving motion moves head and eyes, the clip of the expression does not count"
        shots = replace(shots, warning="; ".join(filter(None, [unheard, shots.warning])))
    return shots


def _shots(renderer, clip, pictures: Pictures, widgets: RenderWidgets, tracks_of: TracksOf) -> Shots:
    if not pictures.filmed:
        return pose(
            renderer, one_picture(pictures, widgets.example, widgets.paper), clip.at(widgets.fps), widgets, tracks_of
        )

    def source() -> FrameSource:
        if pictures.video is not None:
            return read_video(pictures.video)
        frames = frames_of(pictures.image, pictures.mask, widgets.paper)
        return FrameSource(frames, widgets.fps, len(pictures.image))

    return relip(renderer, source, clip, widgets.face, tracks_of)


def tracks(expression, seed: int, audio: dict | None, frames: int, fps: float) -> dict[str, np.ndarray]:
    """An expression (None: nothing), frame by frame."""
    if expression is None:
        return {}
    wave = None
    if audio is not None and expression.nods:
        from ..jamflow_core.audio.resample import to_mono_24k

        wave = to_mono_24k(torch.from_numpy(one_sound(audio)), audio["sample_rate"]).numpy()
    return expression.tracks(frames, seed, fps, wave)


def tongue(said, frames: int, fps: float) -> dict[str, np.ndarray]:
    """What the tongue does for a TimedText (None: nothing), frame by frame."""
    from ..jamflow_core.motion.tongue import tongue_track

    return {} if said is None else {"tongue": tongue_track(said.symbols, said.durations, frames, fps)}


def pose(renderer, picture, clip, widgets: RenderWidgets, tracks_of: TracksOf) -> Shots:
    """One picture, moved by a clip's motion at its rate."""
    posed = renderer.pose(picture, widgets.face, widgets.box)
    frames = posed.frames(clip, **tracks_of(len(clip.exp), clip.fps))
    return Shots(
        ((posed.still, frame) for frame in frames), clip.fps, len(clip.exp), posed.warning and as_inputs(posed.warning)
    )


def relip(renderer, source: Callable[[], FrameSource], clip, face: int, tracks_of: TracksOf) -> Shots:
    """A video with new lips, and what `tracks_of` adds; it is read several times, a frame at a time."""
    from ..jamflow_core.render.renderer import Footage

    first, show = source(), Progress()
    film = renderer.relip(
        Footage(lambda: source().frames, first.fps), clip, tracks_of, face,
        progress=lambda done: show(done, renderer.readings * first.count),
    )  # fmt: skip
    told = [f"{counted(len(film.missing), 'frame')} without a face, left as they are"] if film.missing else []
    longer = clip.seconds - film.count / first.fps
    if longer > 0.1:
        told.append(f"the motion is {longer:.1f} s longer than the video")
    return Shots(film.pairs, first.fps, film.count, "; ".join(told) or None)


def one_picture(pictures: Pictures, example: str, paper: tuple[float, float, float]) -> np.ndarray:
    """IMAGE of one picture, what its mask covers in the colour `paper` -> uint8 RGB; the example if there is none."""
    if pictures.image is None:
        from ..jamflow_core.media.picture import read_image

        return read_image(EXAMPLES / f"{example}.jpg")
    return next(frames_of(pictures.image, pictures.mask, paper))


def watched(pairs, total: int):
    """The same pairs, with progress, a preview now and then, and a stop at a cancel."""
    show = Progress()
    for done, (before, after) in enumerate(pairs, 1):
        show(done, total, thumbnail(after) if done % 25 == 1 else None)
        yield before, after


def one_sound(audio: dict) -> np.ndarray:
    """AUDIO of one clip -> samples [channels, n] as they are."""
    if len(audio["waveform"]) != 1:
        raise JamFlowError(f"this audio is a batch of {len(audio['waveform'])}: connect one clip at a time")
    return audio["waveform"][0].float().cpu().numpy()


def spoken(audio: dict) -> float:
    """Seconds of AUDIO."""
    return audio["waveform"].shape[-1] / audio["sample_rate"]


def write(pairs, fps: float, audio: dict | None):
    """Painted pictures -> VIDEO over a file in ComfyUI's temporary folder, written as they come."""
    from ..jamflow_core.media.video import VideoWriter

    sound, rate = (None, SAMPLE_RATE) if audio is None else (one_sound(audio), audio["sample_rate"])
    folder, name, counter, _, _ = folder_paths.get_save_image_path("JAM-Flow", folder_paths.get_temp_directory())
    path = os.path.join(folder, f"{name}_{counter:05}_.mp4")
    first = next(pairs)[1]
    with VideoWriter(path, fps, (first.shape[1], first.shape[0]), sound, rate) as writer:
        writer.write(first)
        for _, frame in pairs:
            writer.write(frame)
    return InputImpl.VideoFromFile(path)


def video_of(images, fps: float, audio: dict | None):
    """Frames in memory -> VIDEO."""
    if audio is not None:
        one_sound(audio)
    rate = Fraction(fps).limit_denominator(1001)  # 30000/1001 from its decimals, as the streamed video has it
    return InputImpl.VideoFromComponents(Types.VideoComponents(images=images, audio=audio, frame_rate=rate))
