"""Voice similarity: cosine of resemblyzer's speaker embeddings (weights in its wheel)."""

import numpy as np

from . import at_16k, need


class VoiceEncoder:
    """Wave -> unit vector [256]; the dot product of two is the similarity of the voices."""

    def __init__(self):
        # its own requirements name a package that Python 3 must not have, hence --no-deps
        self._package = need("resemblyzer", "librosa webrtcvad-wheels && pip install --no-deps resemblyzer")
        self._encoder = self._package.VoiceEncoder(device="cpu", verbose=False)

    def __call__(self, wave) -> np.ndarray:
        return self._encoder.embed_utterance(self._package.preprocess_wav(at_16k(wave)))


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    """Cosine of two embeddings."""
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))
