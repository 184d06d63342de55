"""Learned voices in a graph: learned, saved, listed, mixed; ComfyUI carries them as patches."""

import graphs as g
import pytest
import torch


def lesson(**more) -> dict:
    """Eight seconds of a preset's recording, learned for two steps."""
    widgets = {"name": "anna", "steps": 2, "seed": 0} | more
    return {
        **g.loader(),
        **g.audio_ref(g.VOICE),
        "twice": g.node("AudioConcat", audio1=["ref", 1], audio2=["ref", 1], direction="after"),
        "thrice": g.node("AudioConcat", audio1=["twice", 0], audio2=["ref", 1], direction="after"),
        "learn": g.node("JamFlowLearnVoice", model=["load", 0], vocoder=["load", 1], audio=["thrice", 0], **widgets),
    }


def mel_of(comfy, voice) -> torch.Tensor:
    graph = {**lesson(), **voice, **g.text(), **g.sampler(text=["text", 0], audio_ref=["voice", 0], face=False)}
    comfy.run({**graph, **g.look(["sample", 0])})
    return comfy.outputs("sample")[0]["samples"].unbind()[-1]


def test_a_voice_is_learned_listed_and_spoken_with(comfy):
    run = comfy.run({**lesson(), **g.save_audio(["learn", 1])})
    assert (comfy.base / "models" / "jamflow" / "voices" / "anna.safetensors").is_file()
    assert any("saved as anna.safetensors" in line for line in run.told)
    preset = next(item for item in comfy.classes["JamFlowReferenceAudio"].define_schema().inputs if item.id == "preset")
    assert "anna (learned)" in preset.options
    plain = mel_of(comfy, {"voice": g.node("JamFlowMixVoices", voice=["learn", 0], strength=0.0, other_strength=0.0)})
    learned = mel_of(comfy, {"voice": g.node("JamFlowMixVoices", voice=["learn", 0], strength=1.0, other_strength=0.0)})
    listed = mel_of(
        comfy, {"voice": g.node("JamFlowReferenceAudio", model=["load", 0], role="voice", preset="anna (learned)")}
    )
    assert not torch.equal(plain, learned)
    assert torch.allclose(learned, listed, atol=0.1)
    again = mel_of(comfy, {"voice": g.node("JamFlowMixVoices", voice=["learn", 0], strength=0.0, other_strength=0.0)})
    assert torch.equal(plain, again), "the patch stays with the voice that it belongs to"


def test_learning_can_be_cancelled(comfy):
    import comfy_hosts

    with comfy.interrupted_in("JamFlowLearnVoice", 1), pytest.raises(comfy_hosts.Interrupted):
        comfy.run({**lesson(name="never"), **g.save_audio(["learn", 1])})
    assert not (comfy.base / "models" / "jamflow" / "voices" / "never.safetensors").exists()


def test_only_learned_voices_are_mixed(comfy):
    import comfy_hosts

    mixed = {"mix": g.node("JamFlowMixVoices", voice=["ref", 0], strength=1.0, other_strength=0.5)}
    with pytest.raises(comfy_hosts.Refused, match="Mix Voices: "):
        comfy.run({**g.loader(), **g.audio_ref(g.VOICE), **mixed, **g.look(["mix", 0])})
