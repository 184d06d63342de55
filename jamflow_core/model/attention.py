"""Selective joint attention: own queries against pooled keys, the other stream seen through a band in time.

The paper's supplement pools the queries of both streams as well and throws the partner's rows away afterwards. Rows of a
softmax do not depend on each other, so a stream's own queries against the pooled keys are the same function at half
the cost. Two forms of that function live here:

`attend_dense`   one scaled-dot-product attention with a dense mask; differentiable everywhere, used in training.
`attend_banded`  flash attention over the own keys and a blocked attention over the keys inside the band, merged by their
                 log-sum-exps; time and memory of the cross-modal part grow linearly with length; used in sampling.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Partner:
    """What a stream sees of the other one.

    k, v: [B, H, M, D]. own_times [N], times [M]: seconds of the queries and of the keys. band: half-width in seconds,
    None = everything. mask: bool [B, M], False at padding, or None.
    """

    k: Tensor
    v: Tensor
    own_times: Tensor
    times: Tensor
    band: float | None = None
    mask: Tensor | None = None


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, partner: Partner | None = None) -> Tensor:
    """Attention of one stream, q/k/v [B, H, N, D], mask bool [B, N] (False = padding) -> [B, H, N, D]."""
    if partner is None:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=None if mask is None else mask[:, None, None, :])
    simple = partner.band is not None and mask is None and partner.mask is None and not torch.is_grad_enabled()
    if simple and q.device.type == "cpu" and k.shape[2] >= BANDED_FROM:
        return attend_banded(q, k, v, partner)
    return attend_dense(q, k, v, mask, partner)


# Below this many own keys one dense call is quicker than two calls and a merge (measured on two cores).
BANDED_FROM = 512
# Seconds of queries that share one slice of band keys.
BLOCK_SECONDS = 0.64
# Differences of float32 moments are compared with this slack, so that the edge of the band does not depend on rounding.
_EPSILON = 1e-4


def attend_dense(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, partner: Partner) -> Tensor:
    """Pooled keys under a dense mask [B or 1, 1, N, N + M]."""
    visible = None
    if partner.band is not None or mask is not None or partner.mask is not None:
        n, m = k.shape[2], partner.k.shape[2]
        own = torch.ones(1, 1, n, dtype=torch.bool, device=q.device) if mask is None else mask[:, None, :]
        other = torch.ones(1, 1, m, dtype=torch.bool, device=q.device) if partner.mask is None else partner.mask[:, None, :]
        if partner.band is not None:
            gap = (partner.own_times[:, None] - partner.times[None, :]).abs()
            other = other & (gap <= partner.band + _EPSILON)
        batch = max(own.shape[0], other.shape[0])
        rows = q.shape[2]
        visible = torch.cat((own.expand(batch, rows, n), other.expand(batch, rows, m)), dim=-1)[:, None]
    pooled_k, pooled_v = torch.cat((k, partner.k), dim=2), torch.cat((v, partner.v), dim=2)
    return F.scaled_dot_product_attention(q, pooled_k, pooled_v, attn_mask=visible)


def attend_banded(q: Tensor, k: Tensor, v: Tensor, partner: Partner) -> Tensor:
    """The same function as `attend_dense` without padding, never forming a row over the other stream's whole length."""
    own, own_lse = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(q, k, v)
    cross, cross_lse = _band(q, partner)
    weight = torch.sigmoid(cross_lse - own_lse.float()).unsqueeze(-1)
    return torch.lerp(own.float(), cross, weight).type_as(q)


def _band(q: Tensor, partner: Partner) -> tuple[Tensor, Tensor]:
    """Attention of q over the partner's keys inside the band: (output [B, H, N, D], log-sum-exp [B, H, N]), float32."""
    outputs, sums = [], []
    edges = torch.arange(0.0, float(partner.own_times[-1]) + BLOCK_SECONDS, BLOCK_SECONDS, device=q.device)
    firsts = torch.searchsorted(partner.own_times, edges - _EPSILON).tolist() + [q.shape[2]]
    reach = partner.band + 2 * _EPSILON
    for begin, end in zip(firsts[:-1], firsts[1:]):
        if begin == end:
            continue
        moments = partner.own_times[begin:end]
        low = int(torch.searchsorted(partner.times, moments[0] - reach))
        high = int(torch.searchsorted(partner.times, moments[-1] + reach))
        gap = (moments[:, None] - partner.times[None, low:high]).abs()
        scores = q[:, :, begin:end].float() @ partner.k[:, :, low:high].float().transpose(-1, -2) * q.shape[-1] ** -0.5
        scores = scores.masked_fill(gap > partner.band + _EPSILON, float("-inf"))
        lse = torch.logsumexp(scores, dim=-1)
        outputs.append(torch.nan_to_num(torch.exp(scores - lse[..., None])) @ partner.v[:, :, low:high].float())
        sums.append(lse)
    return torch.cat(outputs, dim=2), torch.cat(sums, dim=2)
