"""The preset voices: one short clip of each voice of a corpus, with its transcript and durations.

`python -m jamflow_core train voices --corpus DIR --cache DIR --out DIR`
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np

from ..clock import HOP, SAMPLE_RATE
from ..tokens import decode
from .corpus import Cache

SECONDS = 2.75


def typical(cache: Cache, voice: str) -> int:
    """The clip that best stands for a voice: a plain statement of about SECONDS, of middling loudness."""
    rows = [index for index, row in enumerate(cache.clips) if row["voice"] == voice and row["text"].endswith(".")]
    rows = [index for index in rows if len(cache[index].text.split()) >= 6 and '"' not in cache[index].text]
    lengths = np.array([len(cache[index].wave) / SAMPLE_RATE for index in rows])
    levels = np.array([np.square(cache[index].wave / 32767.0).mean() ** 0.5 for index in rows])
    return rows[int(np.argmin(np.abs(lengths - SECONDS) / 0.3 + np.abs(np.log(levels / np.median(levels))) / 0.2))]


def main(argv) -> None:
    """Entry of `python -m jamflow_core train voices`."""
    parser = argparse.ArgumentParser("jamflow_core train voices")
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args(argv)
    cache, out, book = Cache(options.cache), Path(options.out), {}
    out.mkdir(parents=True, exist_ok=True)
    for voice in cache.voices:
        clip = cache[typical(cache, voice)]
        source = next((Path(options.corpus) / "audio").glob(f"{clip.id}.*"))
        name = voice.split("_")[-1]
        shutil.copyfile(source, out / f"{name}{source.suffix}")
        book[name] = {
            "file": f"{name}{source.suffix}",
            "accent": "british" if voice.startswith("b") else "american",
            "gender": {"f": "female", "m": "male"}.get(voice[1:2], "unknown"),
            "text": clip.text,
            "symbols": decode(clip.tokens),
            "durations": [round(float(value), 4) for value in clip.durations],
            "seconds": round(len(clip.wave) // HOP * HOP / SAMPLE_RATE, 3),
        }
    (out / "voices.json").write_text(json.dumps(book, ensure_ascii=False, indent=1), encoding="utf-8")
