"""Voices that nobody has: the styles of Kokoro-82M mixed, one for every number.

A style is 256 numbers, the timbre in the first 128 and the manner of speaking in the others. Both are drawn apart, from
two or three of the 54 styles each, and pushed away from the mean of all, so that the voices are not all alike. Kokoro's
styles of other languages speak English as well.
"""

import numpy as np

TIMBRE = 128
PUSH = (1.0, 1.5)
# Every so many voices one speaks British English.
BRITISH_EVERY = 5


def mixed_names(first: int, count: int) -> tuple[str, ...]:
    """Of voices by their numbers: "bx_00000", "ax_00001", ..., the first letter the accent."""
    return tuple(f"{'a' if number % BRITISH_EVERY else 'b'}x_{number:05d}" for number in range(first, first + count))


def mixed_style(styles: np.ndarray, name: str) -> np.ndarray:
    """Styles [n, 256] of n voices for one length, at least three -> that of a mixed voice, float32 [1, 256]: a function
    of the number in its name."""
    rng = np.random.default_rng(int(name.split("_")[1]))
    timbre = rng.choice(len(styles), rng.integers(2, 4), replace=False)
    weights = rng.dirichlet(np.ones(len(timbre)))
    (one, other), share = rng.choice(len(styles), 2, replace=False), rng.uniform()
    manner = share * styles[one, TIMBRE:] + (1 - share) * styles[other, TIMBRE:]
    mixed = np.concatenate((weights @ styles[timbre, :TIMBRE], manner))
    mean = styles.mean(0)
    return (mean + rng.uniform(*PUSH) * (mixed - mean))[None].astype(np.float32)
