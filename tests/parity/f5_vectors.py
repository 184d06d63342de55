"""Write tests/data/f5.json from the official code: `python tests/parity/f5_vectors.py`. f5_official.py says what to
install.
"""

import json
import sys
import tempfile
from pathlib import Path
from unittest import mock

import torch

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from f5_weights import TINY, f5_state, figures, inputs, random_state, recording  # noqa: E402
from parity import f5_official as official  # noqa: E402
from parity.test_f5_parity import LETTERS  # noqa: E402

VOCOS = {"dim": 48, "intermediate_dim": 96, "num_layers": 2}
CLIPS = ((2, 24000, 3.0), (5, 44100, 14.0), (7, 16000, 20.0))


def of_network(dit_class, cfm_class, old: bool) -> dict[str, list[float]]:
    net, given = official.network(dit_class, TINY, f5_state(TINY), old), inputs()
    with torch.inference_mode():
        velocity = net(x=given["x"], cond=given["given"], text=given["ids"], time=given["t"], cfg_infer=True)
    prompt, frames = int(given["prompt"]), given["x"].shape[1]
    sampled, _ = official.sampler(cfm_class, net, TINY.text.symbols).sample(
        given["given"][:, :prompt], given["ids"], frames, steps=7, cfg_strength=2.0, sway_sampling_coef=-1.0, seed=10
    )
    return {"velocity": figures(velocity), "sample": figures(sampled[0, prompt:])}


def of_vocos() -> list[float]:
    from vocos import Vocos
    from vocos.feature_extractors import MelSpectrogramFeatures
    from vocos.heads import ISTFTHead
    from vocos.models import VocosBackbone

    vocos = Vocos(
        MelSpectrogramFeatures(), VocosBackbone(100, **VOCOS), ISTFTHead(VOCOS["dim"], 1024, 256, "center")
    ).eval()
    vocos.backbone.load_state_dict(random_state(vocos.backbone))
    vocos.head.out.load_state_dict(random_state(vocos.head.out))
    with torch.inference_mode():
        return figures(vocos.decode(inputs()["x"].transpose(1, 2))[0].clamp(-1, 1))


def of_clips(driver) -> list[dict]:
    import soundfile

    cases = []
    for seed, rate, seconds in CLIPS:
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "in.wav")
            soundfile.write(path, recording(seed, rate, seconds).T.numpy(), rate, subtype="PCM_16")
            cut, _ = driver.preprocess_ref_audio_text(path, "Words", show_info=lambda _: None)
            wave = torch.from_numpy(soundfile.read(cut, dtype="float32")[0])
        gain = min(1.0, float(wave.square().mean().sqrt()) / driver.target_rms)
        cases.append({"seed": seed, "rate": rate, "seconds": seconds, "samples": len(wave), "gain": round(gain, 6)})
    return cases


def main() -> None:
    dit_class, cfm_class, driver, tokens = official.load()
    with mock.patch("builtins.print"):
        clips = of_clips(driver)
    frozen = {
        "v1": of_network(dit_class, cfm_class, old=False),
        "v0": of_network(dit_class, cfm_class, old=True),
        "tokens": dict(zip(LETTERS, tokens(LETTERS))),
        "chunks": [
            {"text": text, "limit": limit, "chunks": [part for part in driver.chunk_text(text, limit) if part]}
            for text in (" ".join(LETTERS), "One, two; three: four! Five? 一，二。三！") for limit in (30, 90)
        ],
        "references": clips,
        "vocos": {"config": VOCOS, "wave": of_vocos()},
    }  # fmt: skip
    text = json.dumps(frozen, ensure_ascii=False, indent=1)
    (TESTS / "data" / "f5.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
