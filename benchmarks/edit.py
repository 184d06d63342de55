"""Replace one word in held-out recordings, and how well words are placed in them: `python benchmarks/edit.py --held-out
CACHE`.

align    distance of word boundaries (begin and end of every word) from the teacher's, given the teacher's phonemes, and
given
         only the writing
edit     one word of each recording is replaced by another of WORDS:
         heard    pocketsphinx, told the sentence with a gap, chooses among all WORDS and the old word (21 or more)
         said     the package's frame classifier: phone errors in the new word, beside those in the old one
         outside  mel, motion and wave outside the mask are those of the recording, bit for bit
         voice    resemblyzer: the second around the new word against the rest of the recording; beside it the same for
         the
                  untouched recording
         step     greatest jump of energy (dB between blocks of 10 ms) within 30 ms of a join, and the greatest anywhere
         in the
                  untouched recording
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))

from jamflow_core.align.aligner import class_of, phones_of  # noqa: E402
from jamflow_core.clock import CELL, GRID, HOP, SAMPLE_RATE  # noqa: E402
from jamflow_core.errors import JamFlowError  # noqa: E402
from jamflow_core.flow.sampler import Settings  # noqa: E402
from jamflow_core.models import LoadedModels, Models  # noqa: E402
from jamflow_core.tasks.align import align_mel  # noqa: E402
from jamflow_core.tasks.animate import animate  # noqa: E402
from jamflow_core.tasks.edit import Request, as_heard, paint, plan_edit, rearranged  # noqa: E402
from jamflow_core.tasks.run import Run  # noqa: E402
from jamflow_core.tasks.settings import DEFAULTS  # noqa: E402
from jamflow_core.text.languages.english import AMERICAN, BRITISH  # noqa: E402
from jamflow_core.text.parse import parse  # noqa: E402
from jamflow_core.text.timed import TimedText, Word  # noqa: E402
from jamflow_core.tokens import SILENCE, decode  # noqa: E402
from jamflow_core.train.corpus import Cache  # noqa: E402
from jamflow_core.train.metrics import at_16k, edit_distance, need  # noqa: E402
from jamflow_core.train.metrics.voice import VoiceEncoder, similarity  # noqa: E402
from jamflow_core.train.metrics.words import spoken_words  # noqa: E402

WORDS = (
    "window mountain yesterday chicken beautiful seven paper remember music children garden purple doctor winter "
    "holiday kitchen simple tomorrow orange husband"
).split()
BLOCK = SAMPLE_RATE // 100
NEAR = 3


def word_edges(symbols, durations) -> np.ndarray:
    """Begin and end of each word (a run of symbols between spaces, marks and silences), seconds [words, 2]."""
    ends = np.cumsum(durations)
    spoken = np.array([class_of(symbol) not in (" ", ".", SILENCE) for symbol in symbols])
    edges = np.flatnonzero(np.diff(np.r_[0, spoken.astype(int), 0])).reshape(-1, 2)
    return np.stack([(ends - durations)[edges[:, 0]], ends[edges[:, 1] - 1]], 1)


def alignment(models: Models, clips) -> dict:
    """Errors of word boundaries in milliseconds, median and 90th percentile, from both transcripts."""
    known, written = [], []
    for clip in clips:
        symbols, mel = decode(clip.tokens), torch.from_numpy(np.array(clip.mel)).float()
        true = word_edges(symbols, clip.durations)
        known.append(word_edges(symbols, models.aligners.audio.align(mel, symbols)) - true)
        said = align_mel(models, mel, parse(clip.text, BRITISH if clip.voice[0] == "b" else AMERICAN))
        found = word_edges(said.symbols, said.durations)
        if len(found) == len(true):
            written.append(found - true)
    figures = {}
    for name, errors in (("phonemes", known), ("writing", written)):
        errors = 1000 * np.abs(np.concatenate(errors)).ravel()
        figures[name] = {
            "clips": len(known if name == "phonemes" else written),
            "median": float(np.median(errors)),
            "p90": float(np.percentile(errors, 90)),
            "boundaries": len(errors),
        }
    return figures


class Chooser:
    """Which of some words fills the gap of a sentence, by pocketsphinx."""

    def __init__(self):
        self._decoder = need("pocketsphinx", "pocketsphinx").Decoder(samprate=16000, loglevel="FATAL", lm=None)

    def knows(self, words) -> bool:
        return all(self._decoder.lookup_word(word) for word in words)

    def __call__(self, wave, before: list[str], choices: list[str], after: list[str]) -> str | None:
        line = " ".join([*before, f"( {' | '.join(choices)} )", *after])
        self._decoder.add_jsgf_string("gap", f"#JSGF V1.0; grammar gap; public <said> = {line} ;")
        self._decoder.activate_search("gap")
        self._decoder.start_utt()
        self._decoder.process_raw(
            np.round(at_16k(wave) * 32767).astype("<i2").tobytes(), no_search=False, full_utt=True
        )
        self._decoder.end_utt()
        best = self._decoder.hyp()
        words = best.hypstr.split() if best else []
        return words[len(before)] if len(words) > len(before) else None


def gap_of(text: TimedText, chooser: Chooser) -> int | None:
    """The word to replace: the longest that is neither first nor last, in a sentence whose words the recogniser
    knows.
    """
    words = [spoken_words(word.text) for word in text.words]
    if any(len(word) != 1 for word in words) or not chooser.knows([word[0] for word in words]) or len(words) < 4:
        return None
    return max(range(1, len(words) - 1), key=lambda index: len(words[index][0]))


def energy(wave) -> np.ndarray:
    """dB of blocks of 10 ms, nothing below 50 dB under the loudest."""
    blocks = wave[: len(wave) // BLOCK * BLOCK].reshape(-1, BLOCK).square().mean(1).numpy()
    level = 10 * np.log10(blocks + 1e-12)
    return np.maximum(level, level.max() - 50)


def join_step(wave, joins) -> float:
    """Greatest jump of energy within NEAR blocks of the joins (samples)."""
    steps = np.abs(np.diff(energy(wave)))
    near = [steps[max(0, join // BLOCK - NEAR) : join // BLOCK + NEAR] for join in joins]
    return float(max(part.max() for part in near if len(part)))


def phone_errors(models: Models, mel, text: TimedText, word: Word) -> tuple[int, int]:
    """Errors and number of the phones of one word, heard where the text's times say it is."""
    starts = text.starts() * SAMPLE_RATE / HOP
    part = mel[max(0, int(starts[word.first]) - 2) : int(starts[word.last]) + 2]
    expected = [class_of(phone) for phone in phones_of(text.symbols[word.first : word.last])]
    return edit_distance(expected, models.aligners.audio.recognise(part)), len(expected)


def measure(models: Models, clip, index: int, chooser: Chooser, encoder, settings: Settings) -> dict | None:
    """All figures of one recording; None where no word can be replaced."""
    wave = torch.from_numpy(clip.wave.astype(np.float32) / 32767)
    mel, _ = as_heard(wave)
    old = align_mel(models, mel, parse(clip.text, BRITISH if clip.voice[0] == "b" else AMERICAN))
    gap = gap_of(old, chooser)
    if gap is None:
        return None
    word = next(word for word in (*WORDS[index % len(WORDS) :], *WORDS) if word not in clip.text.lower())
    at = clip.text.index(old.words[gap].text)
    new = parse(
        clip.text[:at] + word + clip.text[at + len(old.words[gap].text) :],
        BRITISH if clip.voice[0] == "b" else AMERICAN,
    )
    motion = animate(models, wave).motion
    plan = plan_edit(models, mel, Request(new, was=old))
    made = paint(models, wave, plan, motion, run=Run(replace(settings, seed=settings.seed + index)))

    words = [spoken_words(item.text)[0] for item in old.words]
    choices = sorted({*WORDS, words[gap]})
    heard = chooser(made.wave, words[:gap], choices, words[gap + 1 :])
    before = chooser(wave, words[:gap], choices, words[gap + 1 :])
    new_mel, _ = as_heard(made.wave)
    joins = [edge * HOP for patch in plan.patches for edge in (patch.place, patch.new_end)]
    row = {
        "text": new.text,
        "voice": clip.voice,
        "word": word,
        "heard": heard,
        "right": heard == word,
        "before_right": before == words[gap],
        "said": phone_errors(models, new_mel, plan.text, plan.text.words[gap]),
        "old_said": phone_errors(models, mel, old, old.words[gap]),
        "outside": unchanged(wave, mel, motion, plan, made),
        "step": join_step(made.wave, joins),
        "old_step": float(np.abs(np.diff(energy(wave))).max()),
    }
    if encoder:
        row["voice_inside"], row["voice_before"] = voice_figures(encoder, wave, made.wave, plan)
    return row


def voice_figures(encoder, wave, made, plan) -> tuple[float, float]:
    """Similarity of the second around the change to the rest of the recording: after, and before."""

    def figure(sound, start, end):
        middle = (start + end) // 2
        reach = max(SAMPLE_RATE // 2, (end - start) // 2)
        inside, rest = sound[max(0, middle - reach) : middle + reach], torch.cat((sound[:start], sound[end:]))
        return similarity(encoder(inside), encoder(rest))

    first, last = plan.patches[0], plan.patches[-1]
    after = figure(made, first.place * HOP, last.new_end * HOP)
    return after, figure(wave, first.start * HOP, last.end * HOP)


def unchanged(wave, mel, motion, plan, made) -> bool:
    """Whether all outside the patches is the recording's own."""
    kept = torch.ones(plan.frames, dtype=torch.bool)
    frame_kept, moved = torch.ones(len(made.motion), dtype=torch.bool), torch.zeros(len(made.motion), dtype=torch.long)
    frames, parts, at = torch.arange(len(made.motion)), [], 0
    for patch in plan.patches:
        kept[patch.place : patch.new_end] = False
        frame_kept[patch.place * CELL // GRID : -(-patch.new_end * CELL // GRID)] = False
        moved += (frames >= patch.new_end * CELL / GRID).long() * (
            (patch.frames - patch.end + patch.start) // GRID * CELL
        )
        parts += [
            torch.equal(
                made.wave[(patch.place - patch.start + at) * HOP : patch.place * HOP],
                wave[at * HOP : patch.start * HOP],
            )
        ]
        at = patch.end
    tail = wave[at * HOP :]
    # the last face is held to the end of the recording
    source = (frames - moved)[frame_kept].clamp(max=len(motion) - 1)
    return (
        all(parts)
        and torch.equal(made.wave[-len(tail) :], tail)
        and torch.equal(made.mel[kept], rearranged(mel, plan)[kept])
        and torch.equal(made.motion[frame_kept], motion[source])
    )


def main() -> None:
    options = argparse.ArgumentParser(description="Change a word in held-out recordings.")
    options.add_argument("--held-out", required=True, help="a prepared corpus (train prepare)")
    options.add_argument("--last", type=int, help="only its last N clips")
    options.add_argument("--n", type=int, default=20, help="recordings to edit")
    options.add_argument("--what", default="align,edit")
    options.add_argument("--model", help="a JAM-Flow model file [the embedded one]")
    options.add_argument("--steps", type=int, default=DEFAULTS["edit"].steps)
    options.add_argument("--out", help="also write all figures (.json)")
    args = options.parse_args()
    cache, models = Cache(args.held_out), LoadedModels(args.model)
    clips = [cache[index] for index in range(max(0, len(cache) - (args.last or len(cache))), len(cache))]
    result = {}
    if "align" in args.what:
        result["align"] = alignment(models, clips)
        for name, row in result["align"].items():
            print(
                f"word boundaries from {name}: median {row['median']:.1f} ms, 90 % within {row['p90']:.0f} ms "
                f"({row['boundaries']} boundaries, {row['clips']} clips)"
            )
    if "edit" in args.what:
        chooser = Chooser()
        try:
            encoder = VoiceEncoder()
        except JamFlowError as error:
            print(f"voice not measured: {error}")
            encoder = None
        settings = replace(DEFAULTS["edit"], steps=args.steps)
        rows = []
        for index, clip in enumerate(clips):
            row = measure(models, clip, index, chooser, encoder, settings)
            if row:
                rows.append(row)
                print(json.dumps(row), flush=True)
            if len(rows) == args.n:
                break
        result["edit"] = rows
        print(summary(rows))
    if args.out:
        Path(args.out).write_text(json.dumps(result, indent=1), encoding="utf-8")


def summary(rows) -> str:
    share = lambda key: f"{100 * np.mean([row[key] for row in rows]):.0f} %"
    rate = lambda key: f"{100 * sum(row[key][0] for row in rows) / sum(row[key][1] for row in rows):.0f} %"
    lines = [
        f"{len(rows)} recordings, one word replaced in each",
        f"new word heard {share('right')} (old word in the recording {share('before_right')})",
        f"phone errors in the new word {rate('said')} (old word in the recording {rate('old_said')})",
        f"outside unchanged {share('outside')}",
        f"energy step at the joins not above the recording's: "
        f"{100 * np.mean([row['step'] <= row['old_step'] for row in rows]):.0f} % "
        f"(median {np.median([row['step'] for row in rows]):.1f} dB, recording's "
        f"{np.median([row['old_step'] for row in rows]):.1f} dB)",
    ]
    if "voice_inside" in rows[0]:
        lines.append(
            f"voice around the change against the rest: {np.mean([row['voice_inside'] for row in rows]):.3f} "
            f"(same place of the untouched recording {np.mean([row['voice_before'] for row in rows]):.3f})"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
