"""The face of new speech moves as much as that of the same speech when it is given: guidance does not widen it."""

import numpy as np
import torch

from jamflow_core.audio.loudness import normalise
from jamflow_core.flow.guidance import Guidance, branches_of
from jamflow_core.models import LoadedModels
from jamflow_core.motion.basis import exp_to_state
from jamflow_core.tasks import voices
from jamflow_core.tasks.animate import animate
from jamflow_core.tasks.speak import speak

CALM = {"heart": "I would like a cup of tea, please.", "george": "We are all going home now."}


def jaw(motion):
    return exp_to_state(motion.numpy())[:, 0]


def test_calm_sentences_are_not_shouted():
    models, made, given = LoadedModels(), [], []
    for name, text in CALM.items():
        clip = speak(models, text, voices.preset(name))
        made.append(jaw(clip.motion))
        given.append(jaw(animate(models, normalise(clip.wave)[0]).motion))
        shorter = min(len(made[-1]), len(given[-1]))
        assert np.corrcoef(made[-1][:shorter], given[-1][:shorter])[0, 1] > 0.85
    widest = [np.percentile(np.concatenate(states), 95) for states in (made, given)]
    assert widest[0] < 1.25 * widest[1]


def test_guidance_steers_speech_alone():
    guidance = Guidance(branches_of(2.0, 1.0), every=2)
    velocities = {name: torch.randn(3, 5, 4) for name in ("audio", "motion")}
    for call in (0, 1):
        guided = guidance.combine(velocities, call, 0.1)
        assert torch.equal(guided["motion"], velocities["motion"][0])
        assert not torch.allclose(guided["audio"], velocities["audio"][0])
