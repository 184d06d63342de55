"""Options of the voice."""

from argparse import ArgumentParser
from dataclasses import dataclass
from pathlib import Path

from ..errors import JamFlowError


def add_voice(parser: ArgumentParser) -> None:
    """The options of a command that speaks."""
    parser.add_argument("--voice", default="heart", help="a preset voice or an audio file")
    parser.add_argument("--voice-text", help="what the audio file says (helps the imitation)")


@dataclass(frozen=True)
class VoiceChoice:
    """What add_voice asks for."""

    voice: str
    voice_text: str | None

    def reads(self) -> dict[str, str | None]:
        return {"--voice": self.voice}

    def open(self, models, name: str | None = None):
        """The chosen voice, or the preset or recording called `name`. JamFlowError: there is none."""
        from ..media.sound import load_audio
        from ..tasks import voices

        name = name or self.voice
        if name in voices.preset_names():
            return voices.preset(name)
        if not Path(name).exists():
            known = ", ".join(voices.preset_names())
            raise JamFlowError(f'Unknown voice "{name}": choose one of {known}, or an existing audio file.')
        wave, rate = load_audio(name)
        said = self.voice_text if name == self.voice else None
        return voices.from_recording(models, wave, rate, said, Path(name).stem)
