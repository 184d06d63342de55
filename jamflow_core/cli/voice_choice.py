"""Options of the voice."""

from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

from ..errors import JamFlowError
from .reading import Reading, add_reading

RANDOM = "random"


def add_voice(parser: ArgumentParser) -> None:
    """The options of a command that speaks."""
    known = f"a preset voice, an audio file, a learned voice (.safetensors), or {RANDOM}: whom --seed gives"
    parser.add_argument("--voice", default="heart", help=known)
    parser.add_argument("--voice-text", help="what the audio file says (helps the imitation)")
    add_reading(parser)


@dataclass(frozen=True)
class VoiceChoice:
    """What add_voice asks for."""

    voice: str
    voice_text: str | None
    reading: Reading

    def reads(self) -> dict[str, str | None]:
        return {"--voice": self.voice} | self.reading.reads()

    def open(self, models, name: str | None = None, seed: int = 0):
        """The chosen voice, or the preset or recording called `name`. JamFlowError: there is none."""
        from ..media.sound import load_audio
        from ..tasks import learned, voices

        name = name or self.voice
        if name == RANDOM:
            return self.reading.voice(voices.stranger(models, seed))
        if name in voices.preset_names():
            return self.reading.voice(voices.preset(name))
        if not Path(name).exists():
            known = ", ".join(voices.preset_names())
            raise JamFlowError(f'Unknown voice "{name}": choose one of {known}, {RANDOM}, or an existing file.')
        if Path(name).suffix.lower() == ".safetensors":
            return self.reading.voice(learned.load_voice(name))
        wave, rate = load_audio(name)
        said = self.voice_text if name == self.voice else None
        return voices.from_recording(models, wave, rate, said, Path(name).stem, self.reading.language())
