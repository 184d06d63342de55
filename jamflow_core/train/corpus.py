"""Teacher speech on disk, and the cache that training reads.

A corpus is a folder with `corpus.jsonl` (one clip a line: id, voice, speed, text, phonemes, durations, samples) and
`audio/<id>.opus|.wav`. `durations` counts the silence before, every phoneme character and the silence after, in units
of 600 samples (25 ms). `prepare` decodes it once into flat arrays, so that the training loop never touches a codec.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..audio.mel import N_MELS, log_mel
from ..clock import HOP, SAMPLE_RATE
from ..errors import JamFlowError
from ..tokens import SILENCE, encode
from .timing import heard

DURATION_UNIT = 600 / SAMPLE_RATE
# Kokoro's sound comes 50 ms before its own durations say, in all voices (cross-correlation of phoneme boxes with band
# energies over 600 clips; a classifier of single frames peaks at the same shift). The silence before is that much
# shorter.
SOUND_LEADS = 0.05
# Clips at the end of a corpus that training never sees.
HOLD_OUT = 64


@dataclass(frozen=True)
class Clip:
    """One utterance: int16 wave [samples], log mel float16 [frames, 100], ids [n] and seconds per symbol [n] as it
    sounds.
    """

    id: str
    voice: str
    text: str
    tokens: np.ndarray
    durations: np.ndarray
    wave: np.ndarray
    mel: np.ndarray


class Cache:
    """Prepared corpora, one behind the other: `len(cache)`, `cache[i] -> Clip`; waves and mels stay memory-mapped.

    held_back: so many clips at its end are never trained on.
    """

    held_back = HOLD_OUT

    def __init__(self, *folders):
        self.clips, self._arrays = [], []
        for folder in map(Path, folders):
            if not (folder / "clips.json").exists():
                raise JamFlowError(f"No prepared corpus in {folder}: run `python -m jamflow_core train prepare` first.")
            self.clips += json.loads((folder / "clips.json").read_text(encoding="utf-8"))
            arrays = tuple(np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("waves", "mels"))
            self._arrays += [arrays] * (len(self.clips) - len(self._arrays))

    def __len__(self) -> int:
        return len(self.clips)

    def __getitem__(self, index: int) -> Clip:
        row = self.clips[index]
        waves, mels = self._arrays[index]
        wave = waves[row["sample"] : row["sample"] + row["samples"]]
        mel = mels[row["frame"] : row["frame"] + row["frames"]]
        tokens = np.array(encode([SILENCE, *row["phonemes"], SILENCE]))
        return Clip(row["id"], row["voice"], row["text"], tokens, np.array(row["seconds"]), wave, mel)

    @property
    def voices(self) -> list[str]:
        return sorted({row["voice"] for row in self.clips})


def seconds_as_heard(phonemes: str, durations: list[int], wave: np.ndarray) -> list[float]:
    """The teacher's durations (units) in step with its sound: seconds of the silence, each phoneme, the silence."""
    seconds = np.array(durations) * DURATION_UNIT
    lead = min(SOUND_LEADS, seconds[0])
    seconds[0] -= lead
    seconds[-1] += lead
    return heard([SILENCE, *phonemes, SILENCE], seconds, wave).round(4).tolist()


def prepare(corpus, cache, progress=lambda done, total: None) -> None:
    """Decode `corpus` (folder) into `cache` (folder): waves.npy int16, mels.npy float16, clips.json.

    A clip has samples // 256 mel frames: the last, half-empty frame of the centred STFT is dropped, so that clips laid
    end to end keep the clock.
    """
    import av

    corpus, cache = Path(corpus), Path(cache)
    rows = [json.loads(line) for line in open(corpus / "corpus.jsonl", encoding="utf-8")]
    cache.mkdir(parents=True, exist_ok=True)
    total = sum(row["samples"] for row in rows)
    frames = sum(row["samples"] // HOP for row in rows)
    waves = np.lib.format.open_memmap(cache / "waves.npy", "w+", np.int16, (total,))
    mels = np.lib.format.open_memmap(cache / "mels.npy", "w+", np.float16, (frames, N_MELS))
    sample = frame = 0
    clips = []
    for index, row in enumerate(rows):
        path = next((corpus / "audio").glob(f"{row['id']}.*"))
        with av.open(str(path)) as container:
            to_mono = av.AudioResampler("flt", "mono", SAMPLE_RATE)
            parts = [part.to_ndarray() for piece in container.decode(audio=0) for part in to_mono.resample(piece)]
            parts += [part.to_ndarray() for part in to_mono.resample(None)]
        wave = np.zeros(row["samples"], np.float32)
        decoded = np.concatenate(parts, axis=1)[0][: row["samples"]]
        wave[: len(decoded)] = decoded
        count = row["samples"] // HOP
        waves[sample : sample + row["samples"]] = np.round(wave.clip(-1, 1) * 32767).astype(np.int16)
        mels[frame : frame + count] = log_mel(torch.from_numpy(wave))[:count].numpy()
        keys = ("id", "voice", "text", "phonemes", "durations", "samples")
        place = {"sample": sample, "frame": frame, "frames": count}
        seconds = seconds_as_heard(row["phonemes"], row["durations"], wave)
        clips.append({key: row[key] for key in keys} | place | {"seconds": seconds})
        sample, frame = sample + row["samples"], frame + count
        progress(index + 1, len(rows))
    (cache / "clips.json").write_text(json.dumps(clips, ensure_ascii=False), encoding="utf-8")
