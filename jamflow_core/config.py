"""Dataclasses that describe a model; saved as JSON in the header of its safetensors file."""

import json
from dataclasses import asdict, dataclass, field, replace

from .tokens import SYMBOLS

MOUTH_CHANNELS = 18
# The other 15 keypoints, three coordinates each (motion/rest.py).
REST_CHANNELS = 45
# Where the steps of the sampler lie (flow/schedule.py).
SCHEDULES = ("pruned", "distilled", "even")


@dataclass(frozen=True)
class TextConfig:
    """Text embedding. `stretch`: "pad" = filler to the audio length (F5), "durations" = by phoneme durations.

    mask_padding: fillers are zeroed (F5 v1); v0 left them in. symbols: what the ids mean, in order (F5's vocab.txt);
    None = the phoneme alphabet of tokens.py.
    """

    vocab: int = len(SYMBOLS)
    dim: int = 256
    conv_layers: int = 4
    conv_mult: int = 2
    stretch: str = "durations"
    mask_padding: bool = True
    symbols: tuple[str, ...] | None = None


@dataclass(frozen=True)
class StreamConfig:
    """One stream of diffusion-transformer blocks. `rate` is in frames per second; heads * head_dim may differ from dim.

    rotary_heads: only so many heads know positions (F5 v0: 1); None = all. rest: channels of a condition beside the
    input (the rest of the face, frame by frame), 0 = none. window: half-width in seconds of what the stream sees of
    itself, None = everything.
    """

    channels: int
    rate: float
    dim: int
    depth: int
    heads: int
    head_dim: int = 64
    ff_mult: int = 2
    conv_kernel: int = 31
    conv_groups: int = 16
    rotary_heads: int | None = None
    rest: int = 0
    window: float | None = None


@dataclass(frozen=True)
class JointConfig:
    """Where and how the streams meet.

    layers: pairs (audio layer, motion layer), rising. audio_sees / motion_sees: one switch a pair, may the stream look
    at the other there? band: half-width in seconds of what it sees of the other stream, None = everything. audio_band:
    where the audio stream sees less of the motion than the motion of it, None = the same. aligned: rotary positions on
    one clock (seconds); False = each stream counts its own frames (for the ablation).
    """

    layers: tuple[tuple[int, int], ...] = ()
    audio_sees: tuple[bool, ...] = ()
    motion_sees: tuple[bool, ...] = ()
    band: float | None = 0.32
    audio_band: float | None = None
    aligned: bool = True


@dataclass(frozen=True)
class VoiceConfig:
    """A vector that says who speaks (model/voice.py): width of its network, and its length."""

    hidden: int = 256
    size: int = 64


@dataclass(frozen=True)
class CleanerConfig:
    """What cleans recordings before they are heard (model/cleaner.py). dilations: a block each, of seven frames that
    lie so far apart."""

    dim: int = 192
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1)


@dataclass(frozen=True)
class Normaliser:
    """Per-channel mean and standard deviation of a stream's data; the model works on (x - mean) / std."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


@dataclass(frozen=True)
class JamFlowConfig:
    """The whole model. A stream that a file does not hold is None (F5 weights have no motion stream).

    schedules: grids of few steps distilled from these weights (flow/distil.py), each from 0 to 1. voice: None = the
    voice is known by its prompt alone (F5-TTS). cleaner: None = recordings are heard as they are.
    """

    audio: StreamConfig
    motion: StreamConfig | None
    text: TextConfig = field(default_factory=TextConfig)
    joint: JointConfig = field(default_factory=JointConfig)
    mel: Normaliser | None = None
    mouth: Normaliser | None = None
    schedules: tuple[tuple[float, ...], ...] = ()
    voice: VoiceConfig | None = None
    cleaner: CleanerConfig | None = None

    @property
    def use_characters(self) -> bool:
        """Whether the audio stream reads a text as it is written (F5-TTS) instead of timed phonemes."""
        return self.text.symbols is not None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> "JamFlowConfig":
        raw = json.loads(text)

        def build(kind, value):
            if value is None:
                return None
            return kind(**{key: _tuples(item) for key, item in value.items()})

        return JamFlowConfig(
            audio=build(StreamConfig, raw["audio"]),
            motion=build(StreamConfig, raw["motion"]),
            text=build(TextConfig, raw["text"]),
            joint=build(JointConfig, raw["joint"]),
            mel=build(Normaliser, raw["mel"]),
            mouth=build(Normaliser, raw["mouth"]),
            schedules=_tuples(raw.get("schedules", [])),
            voice=build(VoiceConfig, raw.get("voice")),
            cleaner=build(CleanerConfig, raw.get("cleaner")),
        )


def _tuples(value):
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def tiny() -> JamFlowConfig:
    """jamflow-tiny: the architecture in numbers that two CPU cores can train and run faster than real time."""
    pairs = ((1, 1), (3, 3), (5, 5), (7, 7))
    return JamFlowConfig(
        audio=StreamConfig(channels=100, rate=93.75, dim=256, depth=8, heads=4),
        motion=StreamConfig(channels=MOUTH_CHANNELS, rate=25.0, dim=192, depth=8, heads=4),
        joint=JointConfig(layers=pairs, audio_sees=(True,) * 4, motion_sees=(True,) * 4),
    )


F5_V1 = StreamConfig(channels=100, rate=93.75, dim=1024, depth=22, heads=16)
F5_V1_TEXT = TextConfig(vocab=2545, dim=512, stretch="pad")


# The paper's local attention of the motion stream: half-width in seconds, as wide as what it sees of the sound.
LOCAL = 0.32
# "The same moment": half a motion frame to either side.
SAME_MOMENT = 0.02


def base(audio: StreamConfig = F5_V1, text: TextConfig = F5_V1_TEXT) -> JamFlowConfig:
    """jamflow-base: the audio stream of F5-TTS (v1 base, or that of another checkpoint) and a motion stream of its
    size.

    As in the paper: they meet in the first half of the layers; the motion stream sees its neighbourhood, of itself and
    of the sound, and the rest of the face; the audio stream sees of the motion what is at the same moment. The
    vocabulary comes from the checkpoint (`text.symbols`).
    """
    meetings = audio.depth // 2
    seen = (True,) * meetings
    motion = replace(audio, channels=MOUTH_CHANNELS, rate=25.0, rotary_heads=None, rest=REST_CHANNELS, window=LOCAL)
    return JamFlowConfig(
        audio=audio,
        motion=motion,
        text=text,
        joint=JointConfig(tuple((i, i) for i in range(meetings)), seen, seen, LOCAL, SAME_MOMENT),
    )
