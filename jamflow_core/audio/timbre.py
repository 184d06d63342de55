"""The colour of a voice: its long-term spectrum, and bringing one speech's colour to that of another."""

import math

import torch
from torch import Tensor

from .mel import LOG_FLOOR, N_MELS

# Cosines along the mel axis that hold what is a voice's and not a vowel's (the finest waves of it are seven bins long).
COSINES = 30
# Frames above this share of all by loudness hold speech.
QUIETER = 0.4
# No band is raised or lowered by more (natural log; 17 dB).
MOST = 2.0
# Of so many frames half of what is heard is the voice's own colour, the other half that of its words.
HALF = 60


def long_term(mel: Tensor) -> Tensor:
    """Log mel [frames, 100] -> its mean over the louder frames [100]."""
    loudness = mel.mean(1)
    return mel[loudness >= torch.quantile(loudness, QUIETER)].mean(0)


def coloured(mel: Tensor, like: Tensor) -> Tensor:
    """Log mel [frames, 100] in the colour of `like` [frames, 100], as an equaliser would do it: one gain a band, less
    of it where little is heard. Silence stays silent."""
    waves = torch.cos(math.pi * torch.outer(torch.arange(N_MELS) + 0.5, torch.arange(COSINES).float()) / N_MELS)
    gap = long_term(like) - long_term(mel)
    gain = (waves / waves.square().sum(0)) @ (waves.T @ gap) * len(mel) / (len(mel) + HALF)
    floor = math.log(LOG_FLOOR)
    return torch.where(mel > floor + 1e-3, mel + gain.clamp(-MOST, MOST), mel).clamp(min=floor)
