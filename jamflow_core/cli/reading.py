"""How texts are read: options that say what the writing does not."""

from argparse import ArgumentParser
from dataclasses import dataclass


def add_reading(parser: ArgumentParser) -> None:
    """The options of a command that reads a text."""
    parser.add_argument(
        "--lexicon",
        metavar="FILE",
        help="a pronunciation list: a word, a tab, and phonemes or a respelling a line",
    )


@dataclass(frozen=True)
class Reading:
    """What add_reading asks for."""

    lexicon: str | None

    def reads(self) -> dict[str, str | None]:
        return {"--lexicon": self.lexicon}

    def language(self, name: str | None = None):
        """A language by its code or accent (None: the default), with the list that was given."""
        from ..text.languages import DEFAULT, find
        from ..text.lexicon import read_lexicon

        language = DEFAULT if name is None else find(name)
        return language.with_lexicon(read_lexicon(self.lexicon)) if self.lexicon else language

    def voice(self, voice):
        """A voice that reads new text by the list."""
        from dataclasses import replace

        from ..text.lexicon import read_lexicon

        if not self.lexicon:
            return voice
        return replace(voice, language=voice.language.with_lexicon(read_lexicon(self.lexicon)))
