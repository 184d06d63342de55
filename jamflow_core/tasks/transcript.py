"""Does a transcript belong to its recording?"""

import logging

from torch import Tensor

from ..align.heard import phone_errors
from ..clock import MEL_RATE
from ..errors import JamFlowError
from ..models import Models
from ..text.timed import TimedText
from .durations import predict_durations

# Share of the phones that are heard otherwise: 0.2 to 0.5 where text and sound belong together, 0.8 to 0.9 where they
# do not (measured on the preset voices and each other's texts, tests/test_transcript.py).
STRANGE = 0.72
# How many times longer or shorter than the text takes a recording may be, if it sounds strange too.
APART = 1.8

_LOG = logging.getLogger(__name__)


def check_transcript(models: Models, mel: Tensor, said: TimedText) -> None:
    """JamFlowError where a text cannot be what a recording (log mel [frames, 100], trimmed) says, because it is far too
    long or too short and nothing of it is heard; a warning where only the latter is true."""
    wrong, phones = phone_errors(models.aligners.audio, mel, said.symbols)
    if not phones or wrong / phones < STRANGE:
        return
    needed, there = predict_durations(models, said).seconds, len(mel) / float(MEL_RATE)
    if needed > APART * there or there > APART * needed:
        raise JamFlowError(
            f"Give what this recording says, all of it: text and sound do not belong together, the text takes about "
            f"{needed:.1f} s, the recording has {there:.1f} s."
        )
    _LOG.warning("The transcript does not sound like its recording: check that they belong together.")
