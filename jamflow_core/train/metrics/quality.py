"""Audio quality: DNSMOS (speechmos, its models are in the wheel), a predicted opinion score from 1 to 5."""

from . import at_16k, need


def dnsmos(wave) -> dict[str, float]:
    """Wave -> overall `ovrl`, speech `sig` and background `bak` scores."""
    scores = need("speechmos.dnsmos", "speechmos librosa requests").run(at_16k(wave), sr=16000)
    return {name: float(scores[f"{name}_mos"]) for name in ("ovrl", "sig", "bak")}
