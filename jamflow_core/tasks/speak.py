"""Text -> speech and face, of any length.

Each job is a choice of masks on the same two canvases (see flow/sampler.py), cut into stretches that the model can
hold, so that cost grows linearly and nothing limits the length.
"""

from ..models import Models
from ..text.timed import TimedText
from .canvases import Rest
from .clip import Clip
from .front_ends import front_end
from .run import AS_USUAL, Run
from .voice import Voice, voiced


def speak(
    models: Models,
    text: str | TimedText | list[TimedText],
    voice: Voice,
    *,
    speed: float = 1.0,
    face: bool | Rest = True,
    run: Run = AS_USUAL,
) -> Clip:
    """Text -> speech and face. Long text is split at sentences; every part imitates the same prompt.

    A TimedText (or a list of them, one a part) with durations is spoken with exactly these; a model that reads
    characters times the writing itself. face: is one painted with it? The rest of a face (canvases.py) also colours the
    voice: a smile makes it brighter and higher.
    """
    front, models = front_end(models), voiced(models, voice)
    parts = text if isinstance(text, list) else front.plan(models, text, voice, speed)
    return front.speak(models, parts, voice, run.by(front.usual("speak")), speed, face)
