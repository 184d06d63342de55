"""The sampler: every job of the joint model, chosen by what is connected."""

from dataclasses import dataclass, fields
from typing import ClassVar

from comfy_api.latest import io

from ..jamflow_core.clock import HOP, MOTION_FPS, SAMPLE_RATE
from ..jamflow_core.config import SCHEDULES
from . import latent as streams
from .jobs import Given, Job, refusal
from .node import CATEGORY, Node, Progress, report, seed_input, steps_input
from .sockets import AudioRef, Model, MotionRef, Text, TimeMask
from .text import Line

# What speech is tuned with and lips alone are not.
OF_SPEECH = ("text_guidance", "reference_guidance", "guidance_every")


@dataclass(frozen=True)
class SamplerWidgets:
    """The widgets of JAM-Flow Joint Sampler; the defaults are those of the node."""

    seed: int = 0
    steps: int = 0
    text_guidance: float = 1.7
    reference_guidance: float = 1.7
    temperature: float = 0.3
    face: bool = True
    method: str = "euler"
    sway: float = -1.0
    guidance_every: int = 2
    schedule: str = "pruned"
    cache_every: int = 1

    def settings(self, job: Job, model):
        """What the core's sampler is told for a job."""
        from dataclasses import replace

        from ..jamflow_core.tasks.front_ends import front_end
        from ..jamflow_core.tasks.settings import DEFAULTS

        usual = front_end(model).usual(job.defaults)
        settings = replace(usual, seed=self.seed, steps=self.steps or usual.steps, method=self.method, sway=self.sway)
        chosen = {name: getattr(self, name) for name in (*OF_SPEECH, "temperature", "schedule", "cache_every")}
        if job.lips_only:  # they need no more guidance than they were tuned with
            chosen = {name: value for name, value in chosen.items() if name not in OF_SPEECH}
        elif usual is not DEFAULTS[job.defaults]:  # widgets that nobody touched suit the embedded model, not F5-TTS
            untouched = {field.name: field.default for field in fields(self)}
            chosen = {name: value for name, value in chosen.items() if value != untouched[name]}
        return replace(settings, **chosen)


class JamFlowJointSampler(Node):
    """Conditions -> speech and face together."""

    groups: ClassVar = {"given": Given, "widgets": SamplerWidgets}

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowJointSampler",
            display_name="JAM-Flow Joint Sampler",
            category=CATEGORY,
            description="Generates speech and facial motion together. It does what the connections ask for: text -> "
            "talking face; recording -> lips; text and motion -> dubbing; motion alone -> babble in time with it; "
            "recording, new text and time mask -> words said anew; recording and time mask of the face -> its lips "
            "made anew.",
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
                    "preset heart speaks.",
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
                    tooltip="When to say the recording anew, and when to move its lips anew; all else stays "
                    "exactly as it is.",
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
                    default=SamplerWidgets.text_guidance,
                    min=0.0,
                    max=10.0,
                    step=0.1,
                    tooltip="How strictly the speech follows the text. 0 is off and about a third faster.",
                ),
                io.Float.Input(
                    "reference_guidance",
                    default=SamplerWidgets.reference_guidance,
                    min=0.0,
                    max=10.0,
                    step=0.1,
                    tooltip="How strictly the voice follows the reference and its surroundings. 0 is off.",
                ),
                io.Float.Input(
                    "temperature",
                    default=SamplerWidgets.temperature,
                    min=0.0,
                    max=1.5,
                    step=0.05,
                    tooltip="Liveliness of the voice: 1 varies most; less is a plainer, clearer delivery.",
                ),
                io.Boolean.Input(
                    "face",
                    default=SamplerWidgets.face,
                    tooltip="Make the face as well when speaking a text. Off: speech only, faster; the motion "
                    "stays at rest.",
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
                    default=SamplerWidgets.sway,
                    min=-1.0,
                    max=1.0,
                    step=0.05,
                    advanced=True,
                    tooltip="Where the steps lie: below 0 more of them at the start, where words and timing are "
                    "decided.",
                ),
                io.Int.Input(
                    "guidance_every",
                    default=SamplerWidgets.guidance_every,
                    min=1,
                    max=8,
                    optional=True,
                    advanced=True,
                    tooltip="Compute guidance at every n-th step and repeat it in between: 2 saves a quarter of the "
                    "time at no loss that was measured, 3 little more. 1 is exact.",
                ),
                io.Combo.Input(
                    "schedule",
                    options=list(SCHEDULES),
                    optional=True,
                    advanced=True,
                    tooltip="Which moments the steps take: pruned as in F5-TTS, distilled by the model's own grids, "
                    "better for drafts of 4 to 8 steps (pruned where it has none), or even.",
                ),
                io.Int.Input(
                    "cache_every",
                    default=SamplerWidgets.cache_every,
                    min=1,
                    max=8,
                    optional=True,
                    advanced=True,
                    tooltip="Run the later blocks at every n-th step only and reuse what they added: 2 saves a fifth "
                    "of the time and costs clearness. 1 is exact.",
                ),
                io.Int.Input(
                    "takes",
                    default=1,
                    min=1,
                    max=16,
                    optional=True,
                    advanced=True,
                    tooltip="Say a text with so many seeds, listen to each, and keep the one whose words are heard "
                    "most clearly. Takes so many times as long.",
                ),
            ],
            outputs=[
                io.Latent.Output(
                    display_name="latent",
                    tooltip="Motion and mel of the clip, for JAM-Flow Vocoder Decode, Portrait Render, Timeline "
                    "and Save Motion.",
                ),
                Text.Output(display_name="text", tooltip="What was said, with the times of words and phonemes."),
                io.String.Output(display_name="report", tooltip="Which job was done, and how long the clip is."),
            ],
        )

    @classmethod
    def validate_inputs(cls, input_types):
        wrong = cls.misfit(input_types) or refusal(
            *(part in input_types for part in ("text", "audio_ref", "motion_ref", "time_mask"))
        )
        return f"{cls.title()}: {wrong}" if wrong else True

    @classmethod
    def run(cls, given: Given, widgets: SamplerWidgets) -> io.NodeOutput:
        from ..jamflow_core.tasks.run import Run

        job = given.job()
        doing = job.told(widgets.face)
        how = Run(widgets.settings(job, given.model), Watcher(given.model.flow.config))
        clip, extra, *news = job.work(given, widgets.face, how)
        motion = clip.motion
        if motion is None:
            motion = clip.mel.new_zeros(-(-len(clip.mel) * HOP * MOTION_FPS // SAMPLE_RATE), 21, 3)
        said = Line(clip.text.text, clip.text) if clip.text is not None else None
        told = f"{doing} ({len(clip.mel) * HOP / SAMPLE_RATE:.2f} s)"
        advice = given.fitting() if job is Job.DUB else None
        told += f"; {advice} (JAM-Flow Portrait Render, video)" if advice else ""
        told += "".join(f"; {line}" for line in news if line)
        packed = streams.pack(clip.mel, motion, jamflow_text=said, **extra)
        return io.NodeOutput(packed, said, told, ui=report(f"seed {widgets.seed}", told))


class Watcher:
    """The core's progress -> ComfyUI's, with a picture of the mel and mouth so far. It is where a cancel is noticed."""

    STEPS = 1000

    def __init__(self, config, pictures: bool = True):
        self.config, self.pictures, self.show = config, pictures, Progress()

    def __call__(self, done: float, guess: dict) -> None:
        if not self.pictures:
            return self.show(round(done * self.STEPS), self.STEPS)
        from ..jamflow_core.flow.conditions import restored
        from ..jamflow_core.motion.space import exp_of
        from .draw import preview

        mel, mouth = (guess.get(stream) for stream in ("audio", "motion"))
        picture = preview(
            None if mel is None else restored(mel.float().cpu(), self.config.mel),
            None if mouth is None else exp_of(restored(mouth.float().cpu(), self.config.mouth)),
        )
        self.show(round(done * self.STEPS), self.STEPS, picture)
