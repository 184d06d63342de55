"""What is to be said."""

from dataclasses import dataclass

from comfy_api.latest import io

from ..jamflow_core.text.timed import TimedText
from .node import CATEGORY, Node, stop_if_interrupted
from .sockets import AudioRef, Model, Text

DEFAULT_TEXT = "Hello! I am a picture, and now I can speak."


@dataclass(frozen=True)
class Line:
    """What travels on a JAMFLOW_TEXT wire. timed: times are known and are kept; otherwise the sampler finds them.

    was: what the recording says that this text changes (with times), where known. seconds: how long it is to last; 0:
    as long as it takes.
    """

    written: str
    text: TimedText
    speed: float = 1.0
    was: TimedText | None = None
    seconds: float = 0.0

    @property
    def timed(self) -> bool:
        return self.text.timed


class JamFlowEncodeText(Node):
    """Writing -> phonemes, and times where a recording says it."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowEncodeText",
            display_name="JAM-Flow Encode Text",
            category=CATEGORY,
            description="Turns English text into phonemes. Numbers, dates and money are read out; [pause 0.5s] makes "
            "a pause; tomato/təmˈɑtO/ gives a pronunciation. For F5-TTS the writing itself counts, English or Chinese.",
            search_aliases=["prompt", "phonemes", "g2p", "script"],
            inputs=[
                Model.Input("model", tooltip="The model of Load JAM-Flow."),
                io.String.Input(
                    "text",
                    default=DEFAULT_TEXT,
                    multiline=True,
                    dynamic_prompts=False,
                    tooltip="What is to be said, in English (with F5-TTS also in Chinese), of any length: long text "
                    "is spoken sentence by sentence.",
                ),
                io.Float.Input(
                    "speed",
                    default=1.0,
                    min=0.5,
                    max=2.0,
                    step=0.05,
                    tooltip="Pace of speech: 2 is twice as fast. It changes the durations, not the pitch.",
                ),
                AudioRef.Input(
                    "recording",
                    optional=True,
                    tooltip="A recording that says this text (role drive): the words get its times. Without it the "
                    "sampler finds times at the pace of the voice.",
                ),
                io.String.Input(
                    "lexicon",
                    default="",
                    multiline=True,
                    dynamic_prompts=False,
                    optional=True,
                    advanced=True,
                    tooltip="Pronunciations, one a line: a word or name, = and its reading in phonemes or respelled, "
                    "as in Nguyen = /wˈɪn/, SQL = sequel, Joaquin = wah-KEEN.",
                ),
                io.Float.Input(
                    "seconds",
                    default=0.0,
                    min=0.0,
                    max=600.0,
                    step=0.01,
                    optional=True,
                    advanced=True,
                    tooltip="How long the speech is to last: it is said faster or slower, written pauses stay. 0: as "
                    "long as it takes at the pace of the voice.",
                ),
            ],
            outputs=[
                Text.Output(
                    display_name="text",
                    tooltip="The text for JAM-Flow Joint Sampler; with a recording also for time masks and the "
                    "timeline.",
                ),
                io.String.Output(
                    display_name="phonemes",
                    tooltip="The phonemes as they will be said, to check a pronunciation; for F5-TTS its letters and "
                    "pinyin.",
                ),
                io.String.Output(
                    display_name="words",
                    tooltip="The words as they will be said: numbers, dates and short forms read out. What is left "
                    "out is told on the console.",
                ),
            ],
        )

    @classmethod
    def run(cls, model, text, speed, recording=None, lexicon="", seconds=0.0) -> io.NodeOutput:
        from ..jamflow_core.tasks.align import align
        from ..jamflow_core.tasks.front_ends import PHONEMES, front_end
        from ..jamflow_core.text.languages import DEFAULT
        from ..jamflow_core.text.lexicon import parse_lexicon

        # The times of a recording are those of phonemes, whatever the model reads.
        reader = front_end(model) if recording is None else PHONEMES
        said = reader.read(text, DEFAULT.with_lexicon(parse_lexicon(lexicon)), stop_if_interrupted)
        if recording is not None:
            said = align(model, recording.speech(), said)
        return io.NodeOutput(Line(text, said, speed, seconds=seconds), reader.shown(said), said.spoken or said.text)
