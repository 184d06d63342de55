"""What is this file? Told by its keys, so that a wrong choice gets an answer instead of a traceback."""

from enum import Enum
from pathlib import Path

from ..errors import JamFlowError
from .safe import load_state


class Kind(Enum):
    """What the pack has a use for; the value is what the artist is told."""

    JAMFLOW = "a JAM-Flow model"
    F5 = "an F5-TTS checkpoint"
    VOCOS = "a Vocos for 24 kHz mels"
    ALIGNER = "the aligners of JAM-Flow"
    APPEARANCE = "LivePortrait's appearance_feature_extractor"
    MOTION = "LivePortrait's motion_extractor"
    WARPING = "LivePortrait's warping_module"
    GENERATOR = "LivePortrait's spade_generator"
    RETARGETING = "LivePortrait's stitching_retargeting_module"


# Files that are easily mistaken for those: part of a key -> what has it.
_STRANGERS = {
    "transformer.layers.": "an E2-TTS checkpoint (another architecture than F5-TTS)",
    "feature_extractor.encodec.": "a Vocos for EnCodec tokens",
    "ups.0.0.weight_g": "a BigVGAN vocoder",
    "model.diffusion_model.": "a checkpoint of an image model",
    "lora_": "a LoRA",
}


def recognise(path: str | Path) -> Kind | str:
    """The kind of a file; for one that the pack has no use for, a few words that describe it.

    JamFlowError for a file that cannot be read at all.
    """
    path = Path(path)
    keys, header = _safetensors(path) or (set(load_state(path)), {})
    return _kind_of(keys, header)


def expect(path: str | Path, wanted: Kind) -> None:
    """JamFlowError, in one line, unless the file is of the kind that is wanted."""
    found = recognise(path)
    if found is not wanted:
        raise JamFlowError(f"Choose another file: {path} is {getattr(found, 'value', found)}, expected {wanted.value}.")


def _safetensors(path: Path) -> tuple[set[str], dict[str, str]] | None:
    """(keys, metadata) of a safetensors file without touching its tensors; None if it is another format."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), "pt") as file:
            return set(file.keys()), file.metadata() or {}
    except (SafetensorError, OSError):
        return None  # load_state says what is wrong, or reads it


def _kind_of(keys: set[str], header: dict[str, str]) -> Kind | str:
    from . import aligners, f5, jamflow, liveportrait, vocos  # loaded when a file is looked at: they bring the networks

    for kind, family in ((Kind.JAMFLOW, jamflow), (Kind.F5, f5)):
        if family.recognise(keys, header):
            return kind
    stranger = next((name for part, name in _STRANGERS.items() if any(part in key for key in keys)), None)
    if stranger is not None:
        return stranger
    for kind, family in ((Kind.VOCOS, vocos), (Kind.ALIGNER, aligners)):
        if family.recognise(keys, header):
            return kind
    part = liveportrait.recognise(dict.fromkeys(keys))
    if part is not None:
        return Kind[part.upper()]
    return f"something unknown ({len(keys)} tensors{', such as ' + min(keys)[:80] if keys else ''})"
