"""The sampler: every job of the joint model, chosen by what is connected."""

from comfy_api.latest import io

from ..jamflow_core.clock import HOP, MOTION_FPS, SAMPLE_RATE
from ..jamflow_core.config import SCHEDULES
from . import latent as streams
from .decode import Kept
from .jobs import Job, job_of, refusal
from .node import CATEGORY, Node, Progress, seed_input, steps_input
from .references import DEFAULT_VOICE
from .sockets import AudioRef, Model, MotionRef, Text, TimeMask
from .text import Line


class JamFlowJointSampler(Node):
    """Conditions -> speech and face together."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowJointSampler",
            display_name="JAM-Flow Joint Sampler",
            category=CATEGORY,
            description="Generates speech and facial motion together. It does what the connections ask for: text -> "
            "talking "
            "face; recording -> lips; text and motion -> dubbing; recording, new text and time mask -> words said "
            "anew; recording "
            "and time mask of the face -> its lips made anew.",
            search_aliases=["tts", "lip sync", "dub", "talking head", "speech inpainting"],
            inputs=[
                Model.Input("model", tooltip="The model of Load JAM-Flow."),
                Text.Input(
                    "text",
                    optional=True,
                    tooltip="What is said. With a recording and a time mask: the whole new text of the recording.",
                ),
                AudioRef.Input(
                    "audio_ref",
                    optional=True,
                    tooltip="A voice to imitate, or a recording to follow (its role says which). Without one, the "
                    "preset "
                    "heart speaks.",
                ),
                MotionRef.Input(
                    "motion_ref",
                    optional=True,
                    tooltip="Lips to follow: with a text the speech is laid on them; with a time mask they are "
                    "edited along.",
                ),
                TimeMask.Input(
                    "time_mask",
                    optional=True,
                    tooltip="When to say the recording anew, and when to move its lips anew; all else stays exactly "
                    "as it is.",
                ),
                seed_input(
                    "Another seed is another take. The same seed and inputs give the same result.", another_take=True
                ),
                steps_input(
                    "Sampling steps. 0 takes what is best for the job (8 to 16); 6 is a quick draft; above 32 "
                    "nothing is gained."
                ),
                io.Float.Input(
                    "text_guidance",
                    default=1.7,
                    min=0.0,
                    max=10.0,
                    step=0.1,
                    tooltip="How strictly the speech follows the text. 0 is off and about a third faster.",
                ),
                io.Float.Input(
                    "reference_guidance",
                    default=1.7,
                    min=0.0,
                    max=10.0,
                    step=0.1,
                    tooltip="How strictly the voice follows the reference and its surroundings. 0 is off.",
                ),
                io.Float.Input(
                    "temperature",
                    default=0.3,
                    min=0.0,
                    max=1.5,
                    step=0.05,
                    tooltip="Liveliness of the voice: 1 varies most; less is a plainer, clearer delivery.",
                ),
                io.Boolean.Input(
                    "face",
                    default=True,
                    tooltip="Make the face as well when speaking a text. Off: speech only, faster; the motion stays "
                    "at rest.",
                ),
                io.Combo.Input(
                    "method",
                    options=["euler", "midpoint"],
                    advanced=True,
                    tooltip="How the flow is solved. midpoint is more exact and takes twice as long for the same "
                    "steps.",
                ),
                io.Float.Input(
                    "sway",
                    default=-1.0,
                    min=-1.0,
                    max=1.0,
                    step=0.05,
                    advanced=True,
                    tooltip="Where the steps lie: below 0 more of them at the start, where words and timing are "
                    "decided.",
                ),
                io.Int.Input(
                    "guidance_every",
                    default=2,
                    min=1,
                    max=8,
                    optional=True,
                    advanced=True,
                    tooltip="Compute guidance at every n-th step and repeat it in between: 2 saves a quarter "
                    "of the time at "
                    "no loss that was measured, 3 little more. 1 is exact.",
                ),
                io.Combo.Input(
                    "schedule",
                    options=list(SCHEDULES),
                    optional=True,
                    advanced=True,
                    tooltip="Which moments the steps take: pruned as in F5-TTS, distilled by the model's own grids, "
                    "better for "
                    "drafts of 4 to 8 steps (pruned where it has none), or even.",
                ),
                io.Int.Input(
                    "cache_every",
                    default=1,
                    min=1,
                    max=8,
                    optional=True,
                    advanced=True,
                    tooltip="Run the later blocks at every n-th step only and reuse what they added: 2 saves a "
                    "fifth of "
                    "the time and costs clearness. 1 is exact.",
                ),
            ],
            outputs=[
                io.Latent.Output(
                    display_name="latent",
                    tooltip="Motion and mel of the clip, for JAM-Flow Vocoder Decode, Portrait Render, Timeline and "
                    "Save Motion.",
                ),
                Text.Output(display_name="text", tooltip="What was said, with the times of words and phonemes."),
                io.String.Output(display_name="report", tooltip="Which job was done, and how long the clip is."),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def validate_inputs(cls, input_types):
        wrong = cls.misfit(input_types) or refusal(
            *(part in input_types for part in ("text", "audio_ref", "motion_ref", "time_mask"))
        )
        return f"{cls.title()}: {wrong}" if wrong else True

    @classmethod
    def usual(cls, name: str):
        """The default of a widget."""
        return next(item.default for item in cls.define_schema().inputs if item.id == name)

    @classmethod
    def run(
        cls, model, seed, steps, text_guidance, reference_guidance, temperature, face, method, sway,
        text=None, audio_ref=None, motion_ref=None, time_mask=None, guidance_every=2,
        schedule="pruned", cache_every=1,
    ) -> io.NodeOutput:  # fmt: skip
        from dataclasses import replace

        from ..jamflow_core.tasks.f5 import OFFICIAL
        from ..jamflow_core.tasks.speak import DEFAULTS

        job = job_of(text, audio_ref, motion_ref, time_mask)
        doing = job.told(face)
        cls.say(doing)
        letters = job is Job.SPEAK and model.flow.config.use_characters
        lips_only = job in (Job.ANIMATE, Job.RELIP)
        usual = OFFICIAL if letters else DEFAULTS["animate" if lips_only else job.name.lower()]
        settings = replace(usual, seed=seed, steps=steps or usual.steps, method=method, sway=sway)
        chosen = {
            "text_guidance": text_guidance,
            "reference_guidance": reference_guidance,
            "guidance_every": guidance_every,
            "temperature": temperature,
            "schedule": schedule,
            "cache_every": cache_every,
        }
        if lips_only:  # lips alone need no more guidance than they were tuned with
            chosen = {"temperature": temperature, "schedule": schedule, "cache_every": cache_every}
        elif letters:  # widgets that nobody touched are right for the embedded model, not for F5-TTS
            chosen = {name: value for name, value in chosen.items() if value != cls.usual(name)}
        settings = replace(settings, **chosen)
        callbacks = {"settings": settings, "progress": _Watcher(model.flow.config)}
        work = {Job.SPEAK: _speak, Job.ANIMATE: _animate, Job.DUB: _dub, Job.EDIT: _edit, Job.RELIP: _relip}[job]
        clip, extra = work(model, text, audio_ref, motion_ref, time_mask, face, callbacks)
        motion = clip.motion
        if motion is None:
            motion = clip.mel.new_zeros(-(-len(clip.mel) * HOP * MOTION_FPS // SAMPLE_RATE), 21, 3)
        said = Line(clip.text.text, clip.text) if clip.text is not None else None
        report = f"{doing} ({len(clip.mel) * HOP / SAMPLE_RATE:.2f} s)"
        advice = fitting(model, text, audio_ref, motion_ref) if job is Job.DUB else None
        report += f"; {advice} (JAM-Flow Portrait Render, video)" if advice else ""
        cls.say(report)
        return io.NodeOutput(streams.pack(clip.mel, motion, jamflow_text=said, **extra), said, report)


def _voice(recording):
    """The voice to imitate: the reference's, or a preset."""
    from ..jamflow_core.tasks import voices

    if recording is None:
        return voices.preset(DEFAULT_VOICE)
    return recording.voice


def _script(line: Line):
    """What the tasks take as text: the timed text, or the writing that they time themselves."""
    return line.text if line.timed else line.written


def _speak(model, text, recording, motion, mask, face, callbacks):
    from ..jamflow_core.tasks.speak import speak

    return speak(model, _script(text), _voice(recording), speed=text.speed, face=face, **callbacks), {}


def _animate(model, text, recording, motion, mask, face, callbacks):
    from ..jamflow_core.audio.loudness import normalise
    from ..jamflow_core.tasks.speak import animate

    level = normalise(recording.speech())[0]
    return animate(model, level, _said(model, text, recording), **callbacks), {}


def _said(model, text, recording):
    """What a recording says, with times; None if nobody knows."""
    from ..jamflow_core.audio.loudness import normalise
    from ..jamflow_core.tasks.speak import align

    if text is None:
        return recording.text
    return text.text if text.timed else align(model, normalise(recording.speech())[0], text.text)


def _dub(model, text, recording, motion, mask, face, callbacks):
    from ..jamflow_core.tasks.speak import dub

    return dub(model, _script(text), motion, _voice(recording), **callbacks), {}


def fitting(model, text, recording, motion) -> str | None:
    """By how much a text is too long or too short for the lips; None if it fits."""
    from ..jamflow_core.tasks.fit import fit_of

    return fit_of(model, text.text, motion, _voice(recording)).advice()


def _edit(model, text, recording, motion, mask, face, callbacks):
    from ..jamflow_core.tasks.edit import GRID, as_heard, paint, plan_edit
    from ..jamflow_core.tasks.speak import require_phonemes

    require_phonemes(model, "edit")
    wave = recording.speech()
    if mask.face and motion is None:
        motion = _animate(model, None, recording, None, None, True, callbacks)[0].motion
    mel, gain = as_heard(wave)
    cell, face = (1, None) if motion is None else (GRID, mask.face)
    was = text.was or (recording.text if len(mask.speech) > 1 else None)
    plan = plan_edit(model, mel, text.written, mask.speech, was, cell, face)
    clip = paint(model, wave, plan, motion, **callbacks)
    return clip, {"jamflow_kept": Kept(wave, gain, plan)}


def _relip(model, text, recording, motion, mask, face, callbacks):
    from ..jamflow_core.tasks.edit import as_heard, paint, plan_lips

    wave = recording.speech()
    if motion is None:
        motion = _animate(model, None, recording, None, None, True, callbacks)[0].motion
    mel, gain = as_heard(wave)
    plan = plan_lips(mel, mask.face, _said(model, text, recording))
    return paint(model, wave, plan, motion, **callbacks), {"jamflow_kept": Kept(wave, gain, plan)}


class _Watcher:
    """The core's progress -> ComfyUI's, with a picture of the mel and mouth so far. It is where a cancel is noticed."""

    STEPS = 1000

    def __init__(self, config):
        self.config, self.show = config, Progress()

    def __call__(self, done: float, guess: dict) -> None:
        from ..jamflow_core.flow.conditions import restored
        from ..jamflow_core.motion.space import exp_of
        from .draw import preview

        mel, mouth = (guess.get(stream) for stream in ("audio", "motion"))
        picture = preview(
            None if mel is None else restored(mel.float().cpu(), self.config.mel),
            None if mouth is None else exp_of(restored(mouth.float().cpu(), self.config.mouth)),
        )
        self.show(round(done * self.STEPS), self.STEPS, picture)
