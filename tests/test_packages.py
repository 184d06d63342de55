"""The packages that the pack stands on: named where pip looks, used by what ships, one answer where one is broken."""

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# As pip calls them -> as Python does.
PACKAGES = {
    "torch": "torch",
    "torchaudio": "torchaudio",
    "vocos": "vocos",
    "safetensors": "safetensors",
    "einops": "einops",
    "numpy": "numpy",
    "opencv-python": "cv2",
}
# Speech from text and a picture read: what every run does.
USE = """
import torch
from jamflow_core.models import LoadedModels
from jamflow_core.audio.resample import resample
from jamflow_core.audio.mel import log_mel
from jamflow_core.media.picture import read_image
wave = LoadedModels().vocoder.decode(log_mel(resample(torch.randn(9600), 48000, 24000)))
read_image("portraits/mona_lisa.jpg")
"""


def python(code: str, path: Path = ROOT) -> subprocess.CompletedProcess:
    """The outcome of code in a fresh interpreter that finds packages below `path` first."""
    search = os.pathsep.join((str(path), str(ROOT)))
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": search}, capture_output=True, text=True)


@pytest.mark.parametrize("file", ("requirements.txt", "pyproject.toml"))
def test_every_package_is_asked_for_and_none_pinned(file):
    text = (ROOT / file).read_text(encoding="utf-8")
    for name in PACKAGES:
        assert re.search(rf'^\s*"?{name}"?,?$', text, re.MULTILINE), f"{file} does not name {name}"


def test_every_package_is_used_and_the_heavy_ones_only_then():
    """vocos leaves no trace in sys.modules (audio/packages.py), and whoever imports it later gets the whole package."""
    used = f"""
import sys
import jamflow_core.models
print({{"torchaudio", "vocos", "av", "onnxruntime"}} & {{*sys.modules}})
{USE}
print({{*{list(PACKAGES.values())}}} - {{*sys.modules}}, type(LoadedModels().vocoder.head).__module__)
import vocos
print(vocos.Vocos.__name__, vocos.heads.ISTFTHead.__name__)
"""
    found = python(used)
    assert found.stdout.splitlines() == ["set()", "{'vocos'} vocos.heads", "Vocos ISTFTHead"], found.stderr


def test_info_names_their_versions():
    told = subprocess.run(
        [sys.executable, "-m", "jamflow_core", "info"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    for name in PACKAGES:
        assert f"{name}: {metadata.version(name)}\n" in told


def test_nothing_needs_encodec(tmp_path):
    """Nor the rest of what the vocos package imports for its own loader."""
    for name in ("encodec", "huggingface_hub", "yaml"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not here')")
    found = python(USE + "import sys; print({'encodec', 'yaml'} & {*sys.modules})", tmp_path)
    assert found.stdout == "set()\n", found.stderr


def test_reading_a_text_loads_the_reader_alone():
    """Not hibari's voices, nor scipy; words that its dictionary lacks are read too, and the package is whole later."""
    reading = """
import sys
from jamflow_core.text.parse import parse
text = parse("Zorblatt grumphs.")
print(len(text.symbols) > 10, [name for name in sys.modules if name.startswith(("scipy", "hibari"))])
import hibari
print(hibari.Hibari.__name__)
"""
    found = python(reading)
    assert found.stdout == "True []\nHibari\n", found.stderr


def test_a_torchaudio_of_another_torch_says_what_to_install(tmp_path):
    (tmp_path / "torchaudio").mkdir()
    (tmp_path / "torchaudio" / "__init__.py").write_text(
        "raise OSError('libcudart.so.13: cannot open shared object file')"
    )
    speaking = ["speak", "Hello.", "--out", "x.mp4", "--portrait", "portraits/mona_lisa.jpg"]
    speaking = f"import sys; from jamflow_core.cli.main import main; sys.exit(main({speaking}))"
    found = python(speaking, tmp_path)
    lines = found.stderr.strip().splitlines()
    assert found.returncode == 2 and len(lines) == 1, found.stderr
    assert "Install torchaudio from the index that torch" in lines[0] and "libcudart.so.13" in lines[0]
