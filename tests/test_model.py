"""The two streams: shapes, switches, padding, cached keys, one clock."""

from copy import deepcopy
from dataclasses import replace

import pytest
import torch

from jamflow_core.config import JamFlowConfig, JointConfig, StreamConfig, TextConfig
from jamflow_core.model.dit import velocity
from jamflow_core.model.jamflow import JamFlow
from jamflow_core.model.joint import JointBlock, StreamInput
from jamflow_core.model.quick import TanhGELU, quicken
from jamflow_core.model.rotary import clock_table

SMALL = JamFlowConfig(
    audio=StreamConfig(100, 93.75, 64, 3, 2, 32, conv_groups=4),
    motion=StreamConfig(18, 25.0, 48, 3, 2, 32, conv_groups=4),
    text=TextConfig(dim=32, conv_layers=1),
    joint=JointConfig(((0, 0), (2, 2)), (True, True), (True, True), band=0.3),
)
FRAMES, MOUTHS = 60, 16


@pytest.fixture
def model():
    torch.manual_seed(0)
    return JamFlow(SMALL).eval()


def stream(model, name, frames, seed=0, sees=True, batch=1, mask=None):
    dit = getattr(model, name)
    rng = torch.Generator().manual_seed(seed)
    x, given = (torch.randn(batch, frames, dit.config.channels, generator=rng) for _ in range(2))
    text = torch.randn(batch, frames, SMALL.text.dim, generator=rng) if name == "audio" else None
    t = torch.full((batch,), 0.4)
    return StreamInput(
        x, dit.input_embed.static(given, text), dit.modulations(t), model.rotary(name, frames), mask, sees
    )


@torch.no_grad()
def test_config_survives_json():
    assert JamFlowConfig.from_json(SMALL.to_json()) == SMALL


@torch.no_grad()
def test_the_residual_stream_keeps_float32_digits(model):
    """In bfloat16 the sums over the layers are float32, the products and the velocity bfloat16, near to float32's."""
    exact = model(stream(model, "audio", FRAMES), stream(model, "motion", MOUTHS))
    narrow = model.to(torch.bfloat16)
    kept = []
    for dit in (narrow.audio, narrow.motion):
        dit.head = lambda h, modulation, head=dit.head: (kept.append(h.dtype), head(h, modulation))[1]
    given = [
        replace(s, x=s.x.bfloat16(), static=s.static.bfloat16(), modulation=[m.bfloat16() for m in s.modulation])
        for s in (stream(narrow.float(), name, frames) for name, frames in (("audio", FRAMES), ("motion", MOUTHS)))
    ]
    found = narrow.to(torch.bfloat16)(*given)
    assert kept == [torch.float32] * 2
    for wide, short in zip(exact, found):
        assert short.dtype == torch.bfloat16
        assert (short.float() - wide).norm() / wide.norm() < 0.02


@torch.no_grad()
def test_shapes(model):
    audio, motion = model(stream(model, "audio", FRAMES), stream(model, "motion", MOUTHS))
    assert audio.shape == (1, FRAMES, 100) and motion.shape == (1, MOUTHS, 18)


@torch.no_grad()
def test_without_the_joint_attention_the_audio_stream_is_f5s_function(model):
    blind = stream(model, "audio", FRAMES, sees=False)
    alone, _ = model(blind, None)
    beside, _ = model(blind, stream(model, "motion", MOUTHS))
    plain = velocity(model.audio, blind.x, blind.static, torch.tensor([0.4]))
    assert torch.equal(alone, plain) and torch.equal(beside, plain)


@torch.no_grad()
@pytest.mark.parametrize("switch", ("audio_sees", "motion_sees"))
def test_each_switch_couples_one_direction(model, switch):
    config = replace(SMALL, joint=replace(SMALL.joint, **{"audio_sees": (False, False), "motion_sees": (False, False)}))
    config = replace(config, joint=replace(config.joint, **{switch: (True, False)}))
    one_way = JamFlow(config).eval()
    one_way.load_state_dict(model.state_dict())
    base = one_way(stream(one_way, "audio", FRAMES), stream(one_way, "motion", MOUTHS))
    other_face = one_way(stream(one_way, "audio", FRAMES), stream(one_way, "motion", MOUTHS, seed=9))
    other_voice = one_way(stream(one_way, "audio", FRAMES, seed=9), stream(one_way, "motion", MOUTHS))
    assert torch.equal(base[0], other_face[0]) == (switch != "audio_sees")
    assert torch.equal(base[1], other_voice[1]) == (switch != "motion_sees")


@torch.no_grad()
def test_a_given_stream_may_be_remembered(model):
    """Keys and values computed once equal those computed in every call."""
    given = stream(model, "motion", MOUTHS, sees=False)
    audio = stream(model, "audio", FRAMES)
    together, _ = model(audio, given)
    remembered, nothing = model(audio, model.remember("motion", given))
    assert nothing is None
    torch.testing.assert_close(together, remembered, atol=1e-6, rtol=1e-6)


@torch.no_grad()
def test_padding_changes_nothing(model):
    def padded(name, frames, extra):
        whole = stream(model, name, frames)
        dit = getattr(model, name)
        widen = lambda part: torch.nn.functional.pad(part, (0, 0, 0, extra), value=3.0)  # noqa: E731
        mask = torch.arange(frames + extra)[None] < frames
        rotary = model.rotary(name, frames + extra)
        return whole, StreamInput(widen(whole.x), widen(whole.static), whole.modulation, rotary, mask), dit

    audio, wide_audio, _ = padded("audio", FRAMES, 11)
    motion, wide_motion, _ = padded("motion", MOUTHS, 3)
    exact, padded_out = model(audio, motion), model(wide_audio, wide_motion)
    torch.testing.assert_close(padded_out[0][:, :FRAMES], exact[0], atol=2e-5, rtol=1e-4)
    torch.testing.assert_close(padded_out[1][:, :MOUTHS], exact[1], atol=2e-5, rtol=1e-4)


def test_equal_moments_have_equal_angles():
    """15 mel frames and 4 motion frames are the same 0.16 s."""
    mel, mouth = clock_table(151, 93.75, 32), clock_table(41, 25.0, 32)
    torch.testing.assert_close(mel[:, ::15], mouth[:, ::4], atol=1e-5, rtol=0)
    apart = clock_table(41, 25.0, 32, aligned=False)
    assert not torch.allclose(mel[:, 15:30:15], apart[:, 4:8:4], atol=1e-2)


def test_streams_must_share_heads():
    with pytest.raises(ValueError, match="heads"):
        JamFlow(replace(SMALL, motion=replace(SMALL.motion, heads=3)))


@torch.no_grad()
def test_quick_forms_give_the_same_values_under_the_same_keys(model):
    """Of kernels 8 wide, as the shipped models have; a copy of a quick model computes with its own weights."""
    plain = JamFlow(replace(SMALL, audio=replace(SMALL.audio, conv_groups=8, rotary_heads=1))).eval()
    quick = quicken(deepcopy(plain))
    assert quick.state_dict().keys() == plain.state_dict().keys()
    assert sum(isinstance(part, TanhGELU) for part in quick.modules()) == 6
    wanted = plain(stream(plain, "audio", FRAMES), stream(plain, "motion", MOUTHS))
    copied = deepcopy(quick)
    for weight in quick.parameters():
        weight.zero_()
    for found, velocity_ in zip(copied(stream(copied, "audio", FRAMES), stream(copied, "motion", MOUTHS)), wanted):
        torch.testing.assert_close(found, velocity_, atol=1e-5, rtol=1e-5)
        assert not torch.equal(found, velocity_), "other kernels round differently"


def test_quick_models_can_be_tuned(model):
    """With gradients the quick forms stand aside."""
    model = quicken(model)
    audio, motion = model(stream(model, "audio", FRAMES), stream(model, "motion", MOUTHS))
    (audio.sum() + motion.sum()).backward()
    assert all(
        weight.grad is not None for weight in model.motion.transformer_blocks.parameters() if weight.requires_grad
    )


def test_layers_run_in_their_order_and_meet_where_the_config_says(model):
    joint = replace(SMALL.joint, layers=((1, 0), (2, 2)))
    layers = JamFlow(replace(SMALL, joint=joint)).layers
    ran = [layer.layers if isinstance(layer, JointBlock) else (layer.column, layer.layer) for layer in layers]
    assert ran == [(0, 0), (1, 0), (1, 1), (2, 2)]
    assert [isinstance(layer, JointBlock) for layer in layers] == [False, True, False, True]


@torch.no_grad()
def test_packed_products_follow_their_weights(model):
    """Bfloat16 in oneDNN's order, where it has the kernels: the same to rounding, and never of old weights."""
    quick = quicken(deepcopy(model).bfloat16())
    layer, x = quick.audio.transformer_blocks[0].attn.to_q, torch.randn(1, 40, 64).bfloat16()
    for _ in range(2):
        wanted = torch.nn.functional.linear(x.float(), layer.weight.float(), layer.bias.float())
        assert (layer(x).float() - wanted).norm() < 0.01 * wanted.norm()
        layer.weight.mul_(-2.0)
    layer.weight = torch.nn.Parameter(layer.weight * 3)
    wanted = torch.nn.functional.linear(x.float(), layer.weight.float(), layer.bias.float())
    assert (layer(x).float() - wanted).norm() < 0.01 * wanted.norm()
    plain = deepcopy(model).bfloat16()
    exact = model(stream(model, "audio", FRAMES), stream(model, "motion", MOUTHS))
    given = [
        replace(s, x=s.x.bfloat16(), static=s.static.bfloat16(), modulation=[m.bfloat16() for m in s.modulation])
        for s in (stream(model, name, frames) for name, frames in (("audio", FRAMES), ("motion", MOUTHS)))
    ]
    for net in (plain, quicken(deepcopy(plain))):
        for found, wide in zip(net(*given), exact):
            assert (found.float() - wide).norm() < 0.02 * wide.norm()
