"""What is written for machines: URLs, mail addresses, file names, paths, handles, hashtags, code."""

import re

from ...words import word_set
from .dictionary import known, segmented
from .rules import alternatives, rule, spelled

_SIGNS = {
    ".": "dot", "@": "at", "/": "slash", "-": "dash", "_": "underscore", "+": "plus", ":": "colon",
    "?": "question mark", "=": "equals", "&": "and", "#": "hash", "%": "percent", "~": "tilde", ",": "comma",
}  # fmt: skip
_TLD = (
    "com|org|net|edu|gov|io|ai|dev|app|co|uk|us|ca|de|fr|eu|info|biz|tv|me|ly|be|gg|xyz|int|mil|jp|cn|in|au|nl|ch|it|es"
)
# A file's ending: None = spelled.
_ENDINGS = dict.fromkeys(
    word_set("pdf jpg jpeg png gif webp svg bmp tif tiff mp3 mp4 avi mkv webm wav ogg flac m4a csv tsv html htm js "
    "jsx ts tsx "
    "css xml py ipynb cpp hpp rs rb php sh md exe dll iso gz bz2 rar xls xlsx docx pptx ppt ckpt pth pt gguf onnx srt "
    "vtt psd ai sql cfg")
) | {
    "jpeg": "jay peg", "txt": "text", "json": "jason", "yaml": "yaml", "yml": "Y.M.L.", "tar": "tar", "zip": "zip",
    "bin": "bin",
    "safetensors": "safe tensors", "log": "log", "bat": "bat", "doc": "doc", "env": "env", "ini": "ini", "toml": "toml",
    "java": "java", "lock": "lock", "conf": "conf", "onnx": "onyx", "ai": "A.I.", "gif": "gif", "bak": "back",
    "exe": "E.X.E.",
    "mp3": "M P 3", "mp4": "M P 4", "m4a": "M 4 A", "bz2": "B Z 2", "7z": "7 Z",
}  # fmt: skip
_ENDING = alternatives(_ENDINGS)
_DOTFILES = {
    "gitignore": "git ignore", "gitattributes": "git attributes", "bashrc": "bash R C", "zshrc": "Z S H R C",
    "vimrc": "vim R C",
    "dockerignore": "docker ignore", "npmrc": "N P M R C", "env": "env", "editorconfig": "editor config",
}  # fmt: skip
_ADDRESS = (
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|(?:https?|ftp)://[^\s,;!]*[\w/]|www\.[^\s,;!]*[\w/]"
    rf"|(?<![\w.@-])(?:[a-zA-Z0-9-]{{1,63}}\.){{1,6}}(?:{_TLD})(?:/[^\s,;!]*[\w/])?(?![\w.]\w)(?!\w)"
)


def _spell_address(match: re.Match) -> str:
    address = re.sub(r"^[a-z]+://", "", match[0], flags=re.IGNORECASE).rstrip("/")
    address = re.sub(r"^www(?=\.)", "w w w", address, flags=re.IGNORECASE)
    words = "".join(f" {_SIGNS[c]} " if c in _SIGNS else c for c in address)
    return re.sub(r"\s+", " ", re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", words)).strip()


def _ending(short: str) -> str:
    said = _ENDINGS[short.lower()]
    return spelled(short) if said is None else said


def _file(match: re.Match) -> str:
    """IMG_1234.jpg, archive.tar.gz, README.md"""
    name = re.sub(r"[_-]+", " ", match[1])
    name = re.sub(r"(?<=[A-Za-z]{2})(?=\d)", " ", name)
    name = re.sub(r"\bREADME\b", "read me", name)
    name = re.sub(r"\b[A-Z]{4,}\b", lambda word: word[0].lower() if known(word[0].lower()) else word[0], name)
    return name + "".join(f" dot {_ending(short)}" for short in match[2].split(".") if short)


def _hashtag(match: re.Match) -> str:
    """#blacklivesmatter, #MeToo, #NYC2024"""
    return "hashtag " + _words(match[1])


def _handle(match: re.Match) -> str:
    return "at " + _words(match[1])


def _words(joined: str) -> str:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\da-zA-Z_]+", joined)
    return " ".join(word for part in parts for word in (segmented(part) if part.islower() else [part]))


# Before brackets and dashes are touched.
NAMES = (
    rule(rf"(?<![\w/.@-])([\w-]{{1,80}})((?:\.(?:{_ENDING}))+)\b(?![.@/(]\w|\()", _file),
    rule(_ADDRESS, _spell_address),
)
RULES = (
    rule(rf"(?<![\w.])\.({alternatives(_DOTFILES)})\b", lambda m: f"dot {_DOTFILES[m[1]]}"),
    rule(r"(?<![\w#&])#(\d{1,4}[A-Za-z]{3,60})\b", _hashtag),
    rule(r"(?<![\w#&])#(?=[A-Z]{1,2}\d)", "number "),
    rule(r"(?<![\w#&])#([^\W\d]\w{2,80})", _hashtag),
    rule(r"(?<![\w@.])@([^\W\d]\w{2,60})", _handle),
    rule(r"\blocalhost:(\d{2})(\d{2})\b", r"localhost colon \1 \2"),
    rule(r"\b([A-Za-z]):\\(?=\w)", r"\1 colon backslash "),
    rule(r"(?<=\w)\\(?=\w)", " backslash "),
    rule(r"\b[Cc]trl\s?\+?\s?(?=[A-Z]\b)", "control "),
    rule(r"\b(?:CTRL|[Cc]trl)\b", "control"),
    rule(
        r"\b(utf|utf8|ascii|http|https|ssn|css|npm|url|gpu|cpu|usb|ip)(?=-?\d*\b)(?![.:/]\w)",
        lambda m: spelled(m[1].rstrip("8")) + (" 8" if m[1][-1] == "8" else ""),
    ),
    rule(r"(?<=[^\W\d_]{2}|[a-z]\d)\.(?=(?:[a-z]{2,4}|[a-z]\d|[a-z]\w{2,20}\()\b(?!\.))", " dot "),
    rule(r"(?<=\w)\.(?=[a-z]\w{2,20}\()", " dot "),
    rule(r"(?<![\w.])\.(?=[A-Z]{3})", "dot "),
    rule(r"(?<=[a-z])_(?=[a-z])", " "),
)
