"""Selective joint attention against the form of the paper's supplement, which pools the queries too."""

import itertools

import pytest
import torch

from jamflow_core.clock import MEL_RATE
from jamflow_core.model.attention import Partner, attend, attend_banded, attend_dense
from jamflow_core.model.rotary import times

HEADS, DIM = 3, 16


def supplement(streams, sees, bands, masks, moments):
    """[q1; q2] against [k1; k2] under one dense mask, then each stream keeps its own rows. float64."""
    outs = []
    for i, j in ((0, 1), (1, 0)):
        q, k, v = (torch.cat((streams[i][part], streams[j][part]), dim=2).double() for part in range(3))
        n, m = streams[i][0].shape[2], streams[j][0].shape[2]
        visible = torch.zeros(q.shape[0], n + m, n + m, dtype=torch.bool)
        visible[:, :, :n] = True
        if sees[i]:
            gap = (moments[i][:, None] - moments[j][None, :]).abs()
            visible[:, :n, n:] = True if bands[i] is None else gap <= bands[i] + 1e-4
        visible[:, :, :n] &= masks[i][:, None, :]
        visible[:, :, n:] &= masks[j][:, None, :]
        scores = (q @ k.transpose(-1, -2) * DIM**-0.5).masked_fill(~visible[:, None], float("-inf"))
        outs.append((scores.softmax(-1) @ v)[:, :, :n])
    return outs


def streams_of(batch, lengths, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return [[torch.randn(batch, HEADS, n, DIM, generator=rng) for _ in range(3)] for n in lengths]


@pytest.mark.parametrize("sees", list(itertools.product((False, True), repeat=2)))
@pytest.mark.parametrize("band", (None, 0.12, 0.5))
@pytest.mark.parametrize("lengths", ((90, 24), (75, 31)))
def test_equals_the_supplement(sees, band, lengths):
    streams = streams_of(2, lengths)
    moments = [times(lengths[0], float(MEL_RATE)), times(lengths[1], 25.0)]
    masks = [torch.arange(n)[None, :] < torch.tensor([[n], [n - 7]]) for n in lengths]
    wanted = supplement(streams, sees, (band, band), masks, moments)
    for i, j in ((0, 1), (1, 0)):
        partner = Partner(streams[j][1], streams[j][2], moments[i], moments[j], band, masks[j])
        if not sees[i]:
            partner = Partner(
                streams[j][1][:, :, :0], streams[j][2][:, :, :0], moments[i], moments[j][:0], None, masks[j][:, :0]
            )
        found = attend_dense(*streams[i], masks[i][:, None], partner)
        torch.testing.assert_close(found.double(), wanted[i], atol=2e-6, rtol=1e-5)


@pytest.mark.parametrize("band", (0.08, 0.32, 30.0))
@pytest.mark.parametrize("lengths", ((700, 187), (700, 150), (33, 9)))
def test_banded_equals_dense(band, lengths):
    """Unequal lengths too: queries whose band is empty see their own stream only."""
    streams = streams_of(2, lengths, seed=1)
    moments = [times(lengths[0], float(MEL_RATE)), times(lengths[1], 25.0)]
    for i, j in ((0, 1), (1, 0)):
        partner = Partner(streams[j][1], streams[j][2], moments[i], moments[j], band)
        torch.testing.assert_close(
            attend_banded(*streams[i], partner), attend_dense(*streams[i], None, partner), atol=2e-6, rtol=1e-5
        )


def test_a_local_stream_sees_its_neighbours_only():
    q, k, v = streams_of(1, (40, 40), seed=3)[0]
    near = attend(q, k, v, reach=3)
    for at in (0, 17, 39):
        low, high = max(0, at - 3), at + 4
        alone = attend(q[:, :, at : at + 1], k[:, :, low:high], v[:, :, low:high])
        torch.testing.assert_close(near[:, :, at : at + 1], alone, atol=2e-6, rtol=1e-5)
    mask = torch.arange(40)[None] < 20
    k[:, :, 20:] = 99.0
    assert torch.equal(attend(q, k, v, mask, reach=3)[:, :, :17], near[:, :, :17])


def test_the_band_hides_what_is_far():
    streams = streams_of(1, (150, 40), seed=2)
    moments = [times(150, float(MEL_RATE)), times(40, 25.0)]
    near = attend_banded(*streams[0], Partner(streams[1][1], streams[1][2], *moments, 0.2))
    streams[1][2][:, :, 30:] += 100.0
    far = attend_banded(*streams[0], Partner(streams[1][1], streams[1][2], *moments, 0.2))
    untouched = moments[0] < 30 / 25 - 0.21
    assert torch.equal(near[:, :, untouched], far[:, :, untouched])
    assert not torch.equal(near, far)


@pytest.mark.parametrize("band", (0.32, None))
@torch.no_grad()
def test_bfloat16_by_heads_is_near_to_float32(band):
    """Alone and with a partner; several blocks of queries."""
    streams = streams_of(2, (1400, 373), seed=4)
    moments = [times(1400, float(MEL_RATE)), times(373, 25.0)]
    narrow = [[part.bfloat16() for part in parts] for parts in streams]

    def both(parts):
        partner = Partner(parts[1][1], parts[1][2], *moments, band)
        return attend(*parts[0]), attend(*parts[0], None, partner)

    for found, wanted in zip(both(narrow), both(streams)):
        assert found.dtype == torch.bfloat16
        assert (found.float() - wanted).norm() < 0.01 * wanted.norm()
