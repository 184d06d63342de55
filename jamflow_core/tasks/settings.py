"""What each job samples with unless told otherwise; found on held-out sentences (benchmarks/README.md)."""

from dataclasses import replace

from ..flow.sampler import Settings

_SPEECH = Settings(
    steps=10, polish=4, text_guidance=1.7, reference_guidance=1.7, guidance_every=2, temperature=0.3, clarity=1.5
)
DEFAULTS = {
    "speak": _SPEECH,
    "animate": Settings(steps=8, temperature=0.2),
    "dub": replace(_SPEECH, steps=16),
    "edit": replace(_SPEECH, steps=16),
}
