"""When is each symbol said? Two small trained networks, one for the voice and one for the lips, and one Viterbi.

Each network names, frame by frame, the symbol that is being said; the known text then says in which order the symbols
come, and the best division of the frames among them gives their durations. The symbols are those that the speech model
reads, stress marks and spaces included, with the durations that the teacher gives them.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from ..clock import MOTION_FPS, Span
from ..motion.frames import resampled
from ..motion.space import mouth_of
from ..tokens import SILENCE
from .viterbi import recognise, segment

LIP_RATE = 100

# Marks that sound alike are one class: a silent boundary, and the end of a sentence.
_SAME = {mark: " " for mark in ';:,—…"()“”'} | {"!": ".", "?": "."}
_UNSPOKEN = set("ˈˌː .") | {SILENCE}


def class_of(symbol: str) -> str:
    """The symbol that stands for `symbol` in the networks' output."""
    return _SAME.get(symbol, symbol)


def phones_of(symbols) -> list[str]:
    """The symbols that have a sound of their own: no stress, length, space, punctuation or silence."""
    return [symbol for symbol in symbols if class_of(symbol) not in _UNSPOKEN]


@dataclass(frozen=True)
class AlignerConfig:
    """Shape of one frame classifier. `classes`: symbols it tells apart; `rate`: frames per second."""

    inputs: int
    classes: tuple[str, ...]
    rate: float
    dim: int = 160
    dilations: tuple[int, ...] = (1, 1, 2, 4, 8, 2)


class _Block(nn.Module):
    """Residual dilated convolution over time as one matrix product, [B, frames, dim] -> same."""

    def __init__(self, dim: int, dilation: int):
        super().__init__()
        self.dilation = dilation
        self.norm = nn.LayerNorm(dim)
        self.mix = nn.Linear(3 * dim, dim)

    def forward(self, x):
        h = nn.functional.gelu(self.norm(x))
        padded = nn.functional.pad(h, (0, 0, self.dilation, self.dilation))
        before, after = padded[:, : x.shape[1]], padded[:, 2 * self.dilation :]
        return x + self.mix(torch.cat([before, h, after], -1))


class FrameClassifier(nn.Module):
    """Features [B, frames, inputs] -> log-probabilities [B, frames, classes].

    Buffers hold what the corpus says of the classes: `transitions` [classes, classes], log-probability of the column
    following the row, and `log_seconds` [classes, 2], mean and deviation of the log-duration.
    """

    centre: torch.Tensor
    spread: torch.Tensor
    transitions: torch.Tensor
    log_seconds: torch.Tensor

    def __init__(self, config: AlignerConfig):
        super().__init__()
        self.config = config
        count = len(config.classes)
        self.entry = nn.Linear(config.inputs, config.dim)
        self.blocks = nn.Sequential(*(_Block(config.dim, dilation) for dilation in config.dilations))
        self.exit = nn.Sequential(nn.LayerNorm(config.dim), nn.Linear(config.dim, count))
        self.register_buffer("centre", torch.zeros(config.inputs))
        self.register_buffer("spread", torch.ones(config.inputs))
        self.register_buffer("transitions", torch.zeros(count, count))
        self.register_buffer("log_seconds", torch.zeros(count, 2))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        x = self.entry((features - self.centre) / self.spread)
        return self.exit(self.blocks(x)).log_softmax(-1)


def audio_features(mel: torch.Tensor) -> torch.Tensor:
    """Log mel [frames, 100] less its mean over the louder frames, which takes gain and microphone away."""
    mel = mel.float()
    level = mel.mean(1)
    return mel - mel[level >= level.mean()].mean(0)


def lip_features(mouth: torch.Tensor) -> torch.Tensor:
    """Mouth channels [frames, 18] at 25 fps -> [4 x frames, 18] at 100 Hz, linear between frames."""
    return torch.from_numpy(resampled(mouth.cpu().numpy(), MOTION_FPS, LIP_RATE)).to(mouth)


class _Aligner:
    """What voice and lips share: frame scores of given symbols, and durations from a division of the frames."""

    def __init__(self, net: FrameClassifier):
        self.net = net
        self._index = {name: index for index, name in enumerate(net.config.classes)}

    def frame_scores(self, features: torch.Tensor) -> np.ndarray:
        """Features [frames, inputs] -> log-probabilities [frames, classes]."""
        device = self.net.centre.device
        with torch.inference_mode():
            return self.net(features[None].to(device))[0].float().cpu().numpy()

    def _symbol_scores(self, features: torch.Tensor) -> np.ndarray:
        """Features [frames, inputs] -> log-probabilities [frames, classes + 1]: a boundary may be silent, and the last
        column is a symbol without a class, which may be anything."""
        anything = -math.log(len(self._index))
        scores = np.pad(self.frame_scores(features), ((0, 0), (0, 1)), constant_values=anything)
        silence = scores[:, self._index[SILENCE]]
        for boundary in (" ", "."):
            scores[:, self._index[boundary]] = np.maximum(scores[:, self._index[boundary]], silence)
        return scores

    def _columns(self, symbols) -> np.ndarray:
        """The column of `_symbol_scores` that each symbol reads, int [n]."""
        return np.array([self._index.get(class_of(symbol), len(self._index)) for symbol in symbols])

    def _seconds(self, spans: np.ndarray) -> np.ndarray:
        """Frames per symbol -> seconds. Frame i stands at i / rate: a boundary lies half a frame before its frame."""
        ends = np.cumsum(spans) - 0.5
        ends[-1] += 0.5
        return np.diff(ends, prepend=0.0) / self.net.config.rate

    def usual_seconds(self, symbols) -> np.ndarray:
        """The teacher's usual (geometric mean) duration of each symbol, seconds [n]."""
        usual = self.net.log_seconds[:, 0].float().cpu().numpy()
        usual = np.append(usual, usual.mean())
        return np.exp(usual[self._columns(symbols)])


class AudioAligner(_Aligner):
    """Aligns a recording with its transcript, and recognises phones without one."""

    SLACK_SECONDS = 60.0
    BIGRAM_WEIGHT = 0.5

    def align(self, mel: torch.Tensor, symbols, unknown: tuple[Span, ...] = ()) -> np.ndarray:
        """Log mel [frames, 100] and its symbols -> seconds per symbol, float64 [n], together frames * 256 / 24000.

        `unknown`: stretches (in order) whose sound says nothing about the text; the symbols that the rest does not hold
        share them. JamFlowError if there are more symbols than frames.
        """
        scores = self._symbol_scores(audio_features(mel))
        if not unknown:
            return self._seconds(self._segment(scores, symbols))
        parts, rooms, done, wide = [], [], 0, 0
        for span in unknown:
            first, last = span.mel().start, min(span.mel().stop, len(scores))
            # The text of a stretch may be longer than its old sound, so give it room for everything.
            room = last - first + 2 * len(symbols)
            parts += [scores[done:first], np.zeros((room, scores.shape[1]), np.float32)]
            wide += first - done + room
            rooms.append((wide - room, wide, last - first))
            done = last
        spans = self._segment(np.concatenate([*parts, scores[done:]]), symbols)
        ends = np.cumsum(spans)
        inside = [np.clip(np.minimum(ends, end) - np.maximum(ends - spans, begin), 0, None) for begin, end, _ in rooms]
        heard = spans - sum(inside)
        usual = self.usual_seconds(symbols) * self.net.config.rate
        shares = heard.astype(float)
        for part, (_, _, frames) in zip(inside, rooms):
            within = np.where((part > 0) & (heard < usual / 2), usual, 0.0)
            if not within.any():
                within = part.astype(float)
            shares += frames * within / within.sum()
        return self._seconds(shares)

    def _segment(self, scores, symbols):
        expected = np.cumsum(self.usual_seconds(symbols))
        expected *= len(scores) / expected[-1]
        lengths = np.zeros((len(symbols), 2))
        if len(scores) >= 3 * len(symbols):
            lengths[:, 0] = -np.inf  # the teacher's shortest symbol is 25 ms, more than two frames
        slack = int(self.SLACK_SECONDS * self.net.config.rate)
        return segment(scores, lengths, slack, expected, self._columns(symbols))

    def clearness(self, mel: torch.Tensor, symbols, durations: np.ndarray) -> np.ndarray:
        """How well each symbol is heard at its time in a log mel [frames, 100], float [n]: the mean over its frames of
        its log-probability less that of the likeliest symbol there. 0 is best; NaN for what has no sound."""
        scores, spoken = self._symbol_scores(audio_features(mel)), set(phones_of(symbols))
        best, heard, begin = scores[:, :-1].max(1), np.full(len(symbols), np.nan), 0
        ends = np.round(np.cumsum(durations) * self.net.config.rate).astype(int).clip(max=len(scores))
        for index, (symbol, column, end) in enumerate(zip(symbols, self._columns(symbols), ends)):
            if symbol in spoken and end > begin:
                heard[index] = (scores[begin:end, column] - best[begin:end]).mean()
            begin = end
        return heard

    def recognise(self, mel: torch.Tensor) -> list[str]:
        """Log mel [frames, 100] -> the phones said, by the frame classifier and a bigram of the corpus' text."""
        scores = self.frame_scores(audio_features(mel))
        transitions = self.net.transitions.float().cpu().numpy() * self.BIGRAM_WEIGHT
        return phones_of(self.net.config.classes[index] for index in recognise(scores, transitions))


class LipAligner(_Aligner):
    """Aligns lip motion with a text whose durations are roughly known."""

    SCALE = 0.3
    DEVIATION = 0.3
    SLACK_SECONDS = 5.0
    LONGEST_SECONDS = 0.5
    BREAK_COST = 4.0

    def align(self, exp: torch.Tensor, symbols, prior_durations) -> np.ndarray:
        """Motion [frames, 21, 3] at 25 fps, its symbols and expected seconds [n] -> seconds [n], together frames / 25.

        The rate of speech is taken from the motion: priors are scaled to fill it, then to the rate that the first
        alignment finds. JamFlowError if the symbols cannot fit.
        """
        features = lip_features(mouth_of(torch.as_tensor(exp)).float())
        scores = self.SCALE * self._symbol_scores(features)
        prior = np.maximum(np.asarray(prior_durations, np.float64), 0.01) * LIP_RATE
        prior *= len(features) / prior.sum()
        spans = self._segment(scores, symbols, prior, np.cumsum(prior))
        spoken = np.array([class_of(symbol) not in (SILENCE, ".") for symbol in symbols])
        prior[spoken] *= spans[spoken].sum() / prior[spoken].sum()
        return self._seconds(self._segment(scores, symbols, prior, np.cumsum(spans)))

    def _segment(self, scores, symbols, prior, expected):
        """Division of the frames near `expected` boundaries, under a log-normal prior of the durations (both in frames,
        [n]); between words there may be pauses."""
        most = int(self.LONGEST_SECONDS * LIP_RATE)
        lengths = np.arange(1, most + 1)
        deviation = np.log(lengths[None] / prior[:, None]) / self.DEVIATION
        cost = -0.5 * deviation**2
        boundary = np.array([class_of(symbol) in (" ", ".", SILENCE) for symbol in symbols])
        cost[boundary] = np.maximum(cost[boundary], -self.BREAK_COST)
        return segment(scores, cost, int(self.SLACK_SECONDS * LIP_RATE), expected, self._columns(symbols))


@dataclass(frozen=True)
class Aligners:
    """The aligners of one file."""

    audio: AudioAligner
    lips: LipAligner
