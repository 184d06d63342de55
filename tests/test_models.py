"""What jobs may ask of the models: one declared interface, whoever keeps them."""

import torch

from jamflow_core.models import LoadedModels, Models
from jamflow_core.tasks.voices import preset

WANTED = {name for name, value in vars(Models).items() if isinstance(value, property)}


def test_models_of_files_fulfil_the_interface_and_load_nothing_before_it_is_asked_for():
    assert WANTED == {"flow", "durations", "lips", "aligners", "vocoder"} and WANTED <= set(dir(LoadedModels))
    models = LoadedModels()
    assert not WANTED & vars(models).keys() and "_nets" not in vars(models)
    assert models.lips is models and models.durations is models.durations


def test_a_job_asks_for_nothing_else():
    """A bundle of the declared parts alone says a sentence."""
    from jamflow_core.flow.sampler import Settings
    from jamflow_core.tasks.run import Run
    from jamflow_core.tasks.speak import speak

    source = LoadedModels()

    class Bundle:
        """The least that fulfils Models; without a vocoder."""

        flow, durations, aligners, vocoder = source.flow, source.durations, source.aligners, None

        @property
        def lips(self):
            return self

    clip = speak(Bundle(), "Hello.", preset("heart"), run=Run(Settings(steps=1)))
    assert clip.wave is None and len(clip.mel) > 20 and torch.isfinite(clip.mel).all()
