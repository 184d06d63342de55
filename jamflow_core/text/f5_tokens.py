"""The tokens of F5-TTS: letters as they are written, Chinese as pinyin syllables with tone numbers.

Source: `convert_char_to_pinyin` of the f5-tts package, which cuts the text into words with jieba. Words of plain ASCII
are cut by a pattern that gives jieba's own result, so rjieba and pypinyin are asked only for other scripts.
"""

import re
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from ..errors import JamFlowError

_STRAIGHT = str.maketrans({";": ",", "“": '"', "”": '"', "‘": "'", "’": "'"})
# jieba's words of plain ASCII: names of its dictionary, letters and digits, runs of its other signs, single characters.
_NAMES = r"AT&T|[Cc](?:\+\+|#)"
_LETTERS = rf"(?:(?!{_NAMES})[A-Za-z0-9])+"
_ASCII_WORDS = re.compile(rf"{_NAMES}|{_LETTERS}(?:[._-]{_LETTERS})*%?|[+#&._%-]+|\r\n|.", re.DOTALL)


def f5_tokens(text: str) -> list[str]:
    """The tokens of a text, spaces included. JamFlowError when another script needs a package that is missing."""
    tokens: list[str] = []
    for word in _words(text.translate(_STRAIGHT)):
        if word.isascii():
            if tokens and len(word) > 1 and tokens[-1] not in " :'\"":
                tokens.append(" ")
            tokens.extend(word)
        elif len(word.encode()) == 3 * len(word):
            for sign, syllable in zip(word, _pinyin(word)):
                tokens.extend((" ", syllable) if _is_chinese(sign) else (syllable,))
        else:
            for sign in word:
                tokens.extend((" ", *_pinyin(sign)) if _is_chinese(sign) else (sign,))
    return tokens


def _words(text: str) -> list[str]:
    if text.isascii():
        return _ASCII_WORDS.findall(text)
    try:
        import rjieba
    except ImportError as error:
        raise JamFlowError(
            "Install rjieba (`pip install rjieba pypinyin`): F5-TTS needs it for this script."
        ) from error
    return rjieba.cut(text)


def _pinyin(signs: str) -> list[str]:
    try:
        from pypinyin import Style, lazy_pinyin
    except ImportError as error:
        raise JamFlowError("Install pypinyin (`pip install rjieba pypinyin`): F5-TTS needs it for Chinese.") from error
    return lazy_pinyin(signs, style=Style.TONE3, tone_sandhi=True)


def _is_chinese(sign: str) -> bool:
    return "\u3100" <= sign <= "\u9fff"


class Vocabulary:
    """Tokens <-> ids as in a vocab.txt: the id is the line number, what is not listed counts as line 0, the space."""

    def __init__(self, symbols: tuple[str, ...]):
        self.symbols = symbols

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {symbol: index for index, symbol in enumerate(self.symbols)}

    def encode(self, tokens: list[str]) -> Tensor:
        """Ids, int64 [n]."""
        return torch.tensor([self._ids.get(token, 0) for token in tokens], dtype=torch.long)


def read_vocabulary(path: str | Path) -> tuple[str, ...]:
    """The lines of a vocab.txt without their ends (the first is one space). JamFlowError if it is something else."""
    path = Path(path)
    try:
        lines = path.read_bytes().decode("utf-8").replace("\r\n", "\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise JamFlowError(f"Not a vocab.txt of F5-TTS: {path} cannot be read as text.") from error
    if lines[-1] == "":
        lines.pop()
    if not lines or lines[0] != " ":
        raise JamFlowError(f"Not a vocab.txt of F5-TTS: the first line of {path} is not a single space.")
    return tuple(lines)
