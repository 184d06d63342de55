"""`info`: what is installed and which models are there."""

from argparse import ArgumentParser, Namespace

from ..errors import JamFlowError
from .options import typed
from .sampling import Places, add_places

PACKAGES = (
    *("torch", "torchaudio", "vocos", "safetensors", "einops", "numpy", "opencv-python"),
    *("av", "onnxruntime", "hibari-tts", "tqdm"),
)


def add_options(parser: ArgumentParser) -> None:
    add_places(parser)


def run(given: Namespace) -> None:
    from importlib import metadata

    from ..catalog import places
    from ..catalog.precision import fast_dtype
    from ..catalog.recognise import Kind
    from ..models import EMBEDDED
    from ..tasks.voices import preset_names

    print("voices:", ", ".join(preset_names()))
    for path in sorted(EMBEDDED.parent.glob("*.safetensors")):
        print(f"model: {path.name} ({path.stat().st_size / 2**20:.1f} MB)")
    roots = typed(Places, given).roots()
    for kind, name in ((Kind.F5, "F5-TTS"), (Kind.VOCOS, "Vocos")):
        print(f"{name}: {places.find_weights(kind, roots) or f'not found; {places.missing(kind, roots)}'}")
    try:
        print(f"LivePortrait: {places.find_portrait_networks(roots)}")
    except JamFlowError as error:
        print(f"LivePortrait: not complete; {error}")
    print("looked for in:", ", ".join(map(str, roots)))
    print("precision of large weights on this CPU:", str(fast_dtype()).removeprefix("torch."))
    for name in PACKAGES:
        try:
            print(f"{name}: {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            print(f"{name}: missing (pip install {name})")
