"""Two dynamic programmes over frame scores: where a known sequence of symbols lies, and which sequence was said.

Pure numpy. Scores are log-probabilities up to a constant per frame. Source: Viterbi (1967) and, for explicit durations,
the hidden semi-Markov form of Ferguson (1980).
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..errors import JamFlowError


def segment(
    scores: np.ndarray,
    lengths: np.ndarray,
    slack: int | None = None,
    expected: np.ndarray | None = None,
    columns: np.ndarray | None = None,
) -> np.ndarray:
    """Frames per symbol, int64 [n], of the best division of all frames among n symbols in their order.

    scores [frames, classes]: score of a class in frame t. columns [n]: the class of symbol k (None: k itself). lengths
    [n, most]: score of symbol k lasting 1..most frames (-inf forbids a length); anything longer scores as `most`.
    `slack`:
    symbol k must end within that many frames of `expected[k]` (its expected last boundary), which keeps time and memory
    linear for long recordings. JamFlowError if the symbols cannot fit.
    """
    frames = len(scores)
    n, most = lengths.shape
    columns = np.arange(n) if columns is None else columns
    low, high = _windows(frames, n, slack, expected)
    best = np.zeros(1)  # of symbols 0..k, ending at boundary start..start+len-1
    start = 0
    choices = []
    for k in range(n):
        ends = np.arange(low[k], high[k] + 1)
        # Sum of this symbol's scores from the window's first boundary, so that a segment is a difference of two sums.
        total = np.concatenate([[0.0], np.cumsum(scores[start : ends[-1], columns[k]], dtype=np.float64)])
        entered = np.full(ends[-1] - start + 1, -np.inf)
        entered[: len(best)] = best[: len(entered)]
        entered -= total
        window = np.concatenate([np.full(most, -np.inf), entered])
        first = ends[0] - start
        # Row e, column d - 1: entering d frames before the end e.
        short = sliding_window_view(window, most)[first : first + len(ends), ::-1] + lengths[k]
        length = short.argmax(1)
        value = np.take_along_axis(short, length[:, None], 1)[:, 0]
        length += 1
        tail, tail_length = _longer_than(entered, most, first, len(ends))
        tail += lengths[k, -1]
        longer = tail > value
        choices.append(np.where(longer, tail_length, length).astype(np.int32))
        best = np.where(longer, tail, value) + total[first:]
        start = ends[0]
    if not np.isfinite(best[-1]):
        raise JamFlowError(f"Shorten the text or lengthen the clip: {n} symbols cannot fit into {frames} frames.")
    spans = np.zeros(n, np.int64)
    end = frames
    for k in range(n - 1, -1, -1):
        spans[k] = choices[k][end - low[k]]
        end -= spans[k]
    return spans


def _windows(frames, n, slack, expected):
    """First and last boundary at which each symbol may end: one frame for every symbol, and within the slack."""
    low = np.arange(1, n + 1)
    high = np.arange(frames - n + 1, frames + 1)
    if high[0] < 1:
        raise JamFlowError(f"Shorten the text or lengthen the clip: {n} symbols cannot fit into {frames} frames.")
    if slack is not None:
        near = np.asarray(expected, np.int64)
        low, high = np.clip(near - slack, low, high), np.clip(near + slack, low, high)
    low[-1] = high[-1] = frames
    # Windows move forward only, so that each symbol starts inside its predecessor's window.
    return np.maximum.accumulate(low), np.minimum.accumulate(high[::-1])[::-1]


def _longer_than(entered, most, first, count):
    """Best way of entering more than `most` frames before each end, and the length that it means."""
    ends = np.arange(first, first + count)
    running = np.maximum.accumulate(entered)
    where = np.maximum.accumulate(np.where(entered == running, np.arange(len(entered)), 0))
    last = ends - most - 1
    possible = last >= 0
    last = np.maximum(last, 0)
    return np.where(possible, running[last], -np.inf), ends - where[last]


def recognise(scores: np.ndarray, transitions: np.ndarray, least: int = 2) -> list[int]:
    """Most likely sequence of classes, each lasting at least `least` (2 or more) frames.

    scores [frames, classes]; transitions [classes, classes]: score of the column's class following the row's.
    """
    frames, classes = scores.shape
    state = np.full((least, classes), -np.inf)  # how long in this class: 1, 2 ... `least` frames or more
    state[0] = scores[0]
    came_from = np.zeros((frames, classes), np.int16)
    stayed = np.zeros((frames, classes), bool)
    for t in range(1, frames):
        arriving = state[-1][:, None] + transitions
        came_from[t] = arriving.argmax(0)
        stayed[t] = state[-1] >= state[-2]
        settled = np.maximum(state[-1], state[-2])
        state[1:-1] = state[:-2]
        state[0] = arriving.max(0)
        state[-1] = settled
        state += scores[t]
    sequence = []
    t, current = frames - 1, int(state[-1].argmax())
    while t > 0:
        sequence.append(current)
        while t > 0 and stayed[t, current]:
            t -= 1
        t -= least - 1
        if t > 0:
            current = int(came_from[t, current])
            t -= 1
    return sequence[::-1]
