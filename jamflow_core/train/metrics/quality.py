"""Audio quality: DNSMOS (speechmos, its models are in the wheel), a predicted opinion score from 1 to 5."""

from . import at_16k, need

# The judge repeats a clip until it lasts nine seconds. Where the clip is a whole number of the judge's frames long (10
# ms), all
# copies look the same to it and score 0.15 less, recordings as well (benchmarks/README.md); so no clip is left that
# long.
FRAME, ODD = 240, 100


def dnsmos(wave) -> dict[str, float]:
    """Wave -> overall `ovrl`, speech `sig` and background `bak` scores; up to 14 ms of the end are left out."""
    cut = wave[: max(1, len(wave) // FRAME) * FRAME - ODD]
    scores = need("speechmos.dnsmos", "speechmos librosa requests").run(at_16k(cut), sr=16000)
    return {name: float(scores[f"{name}_mos"]) for name in ("ovrl", "sig", "bak")}
