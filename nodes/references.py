"""What is given: a voice to imitate, a recording to follow, a motion to follow."""

from dataclasses import dataclass

from comfy_api.latest import io
from torch import Tensor

from ..jamflow_core.clock import MOTION_FPS
from ..jamflow_core.errors import JamFlowError
from . import latent as streams
from .media import FrameSource, audio_of, frames_of, read_video, wave_of
from .node import CATEGORY, Node, Progress, counted, report
from .sockets import AudioRef, Model, Motion, MotionRef, Portrait
from .voice_files import learned_voices

VOICE, DRIVE = "voice", "drive"
DEFAULT_VOICE = "heart"


@dataclass(frozen=True)
class Recording:
    """What travels on a JAMFLOW_AUDIO_REF wire.

    As a voice: the core's Voice. To drive: the wave [samples], 24 kHz, and the timed text that it says, where known.
    """

    voice: object | None = None
    wave: Tensor | None = None
    text: object | None = None

    def speech(self) -> Tensor:
        """The wave of a recording to follow; JamFlowError for a voice to imitate."""
        if self.wave is None:
            raise JamFlowError("this is a voice to imitate: set the role of JAM-Flow Reference Audio to drive")
        return self.wave


class JamFlowReferenceAudio(Node):
    """A preset or a recording -> voice to imitate, or speech to follow."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        from ..jamflow_core.tasks.voices import preset_names

        return io.Schema(
            node_id="JamFlowReferenceAudio",
            display_name="JAM-Flow Reference Audio",
            category=CATEGORY,
            description="A voice to imitate (a preset, or a recording of some seconds), or speech that the face has "
            "to follow.",
            search_aliases=["voice clone", "speaker", "voice preset", "drive audio"],
            inputs=[
                Model.Input(
                    "model", tooltip="The model of Load JAM-Flow; it finds where a transcript's words are said."
                ),
                io.Combo.Input(
                    "role",
                    options=[VOICE, DRIVE],
                    tooltip="voice: new speech imitates it. drive: this is the speech; lips follow it, or a span of "
                    "it is said anew.",
                ),
                io.Combo.Input(
                    "preset",
                    options=[*preset_names(), *learned_voices()],
                    default=DEFAULT_VOICE,
                    tooltip="A voice that ships with the pack or that you have learned, used while no audio is "
                    "connected.",
                ),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="Your own recording, at any sample rate, mono or stereo. As a voice 3 to 12 seconds of "
                    "clean speech are best.",
                ),
                io.String.Input(
                    "transcript",
                    multiline=True,
                    optional=True,
                    tooltip="What your recording says. Optional; with it a voice is imitated more closely.",
                ),
            ],
            outputs=[
                AudioRef.Output(
                    display_name="audio_ref",
                    tooltip="For JAM-Flow Joint Sampler; with role drive also for JAM-Flow Encode Text.",
                ),
                io.Audio.Output(
                    display_name="audio",
                    tooltip="The recording as it is used: mono, 24 kHz.",
                ),
            ],
        )

    @classmethod
    def run(cls, model, role, preset, transcript="", **optional) -> io.NodeOutput:
        from ..jamflow_core.tasks import voices
        from ..jamflow_core.tasks.align import align

        own = "audio" in optional
        if not own and preset in learned_voices():
            return _learned(preset, role)
        wave = wave_of(optional["audio"]) if own else _preset_wave(preset)
        if role == VOICE:
            voice = voices.from_recording(model, wave[None], 24000, transcript) if own else voices.preset(preset)
            return io.NodeOutput(Recording(voice=voice), audio_of([wave]))
        text = align(model, wave, transcript) if own and transcript.strip() else None
        return io.NodeOutput(Recording(wave=wave, text=text), audio_of([wave]))


def _learned(name: str, role: str) -> io.NodeOutput:
    """A learned voice from its file, and how its prompt sounds."""
    from ..jamflow_core.catalog.vocos import load_vocoder
    from ..jamflow_core.tasks.learned import load_voice

    if role != VOICE:
        raise JamFlowError("a learned voice is no recording to follow: set role to voice, or connect audio")
    voice = load_voice(learned_voices()[name])
    return io.NodeOutput(Recording(voice=voice), audio_of([load_vocoder().decode_whole(voice.mel).float()]))


def _preset_wave(name: str) -> Tensor:
    """The recording behind a preset voice: wave [samples], 24 kHz."""
    import json

    from ..jamflow_core.audio.resample import to_mono_24k
    from ..jamflow_core.media.sound import load_audio
    from ..jamflow_core.tasks.voices import PRESETS

    book = json.loads((PRESETS / "voices.json").read_text(encoding="utf-8"))
    return to_mono_24k(*load_audio(PRESETS / book[name]["file"]))


class JamFlowReferenceMotion(Node):
    """A video, pictures, a motion file or an earlier result -> motion to follow."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowReferenceMotion",
            display_name="JAM-Flow Reference Motion",
            category=CATEGORY,
            description="Reads the lips of a video, or takes the motion of a file or an earlier clip; speech will "
            "follow it. Where a frame shows no face, the last one is held.",
            search_aliases=["dubbing", "driving video", "face tracking", "lip reading"],
            inputs=[
                Portrait.Input(
                    "portrait",
                    tooltip="The renderer of Load JAM-Flow; it brings the face finder, and with LivePortrait its "
                    "motion extractor.",
                ),
                io.Video.Input("video", optional=True, tooltip="A clip of a face, silent or not, at any frame rate."),
                io.Image.Input("images", optional=True, tooltip="The clip as a batch of pictures; the batch is time."),
                io.MultiType.Input(
                    Motion.Input("motion"),
                    types=[Motion, io.Latent],
                    optional=True,
                    tooltip="A motion of JAM-Flow Load Motion, or the latent of an earlier clip.",
                ),
                io.Float.Input(
                    "fps",
                    default=25.0,
                    min=1.0,
                    max=240.0,
                    step=0.01,
                    tooltip="Frames per second of the images. A video or a motion file knows its own.",
                ),
            ],
            outputs=[
                MotionRef.Output(display_name="motion_ref", tooltip="For JAM-Flow Joint Sampler."),
                io.String.Output(
                    display_name="report",
                    tooltip="How long the motion is, and in how many frames no face was found.",
                ),
                Motion.Output(
                    display_name="motion",
                    tooltip="The motion at its own rate, for JAM-Flow Save Motion and Portrait Render. With "
                    "LivePortrait it is the whole face: expression, pose and scale.",
                ),
            ],
        )

    @classmethod
    def validate_inputs(cls, input_types):
        given = [name for name in ("video", "images", "motion") if name in input_types]
        wrong = cls.misfit(input_types)
        if wrong is None and len(given) != 1:
            wrong = f"{' and '.join(given) or 'nothing'} connected: connect one of video, images and motion"
        return f"{cls.title()}: {wrong}" if wrong else True

    @classmethod
    def run(cls, portrait, fps, video=None, images=None, motion=None) -> io.NodeOutput:
        import torch

        from ..jamflow_core.motion.files import Motion as Clip

        missing = 0
        if motion is not None:
            clip = motion if isinstance(motion, Clip) else Clip(streams.motion(motion).cpu().numpy(), MOTION_FPS)
        elif video is not None:
            clip, missing = _seen(portrait, lambda: read_video(video))
        else:
            clip, missing = _seen(portrait, lambda: FrameSource(frames_of(images), fps, len(images)))
        told = f"{clip.seconds:.2f} s of motion"
        if missing:
            told += f"; no face in {counted(missing, 'frame')}, where the last one is held"
        return io.NodeOutput(torch.from_numpy(clip.at(MOTION_FPS).exp), told, clip, ui=report(told))


def _seen(portrait, source) -> tuple:
    """The motion in a video, and in how many of its frames there is no face."""
    from ..jamflow_core.render.renderer import Footage

    first, show = source(), Progress()
    seen = portrait.read_motion(
        Footage(lambda: source().frames, first.fps), progress=lambda done: show(done, portrait.readings * first.count)
    )
    return seen.motion, len(seen.missing)
