"""Selective joint attention: own queries against pooled keys, the other stream seen through a band in time.

The paper's supplement pools the queries of both streams as well and throws the partner's rows away afterwards. Rows of
a softmax do not depend on each other, so a stream's own queries against the pooled keys are the same function at half
the cost. Forms of that function:

`attend_by_heads` own keys alone, in bfloat16 on a CPU, where torch's flash kernel is no faster than in float32.
`attend_dense`   one scaled-dot-product attention with a dense mask; differentiable everywhere, used in training.
`attend_banded`  flash attention over the own keys and a blocked attention over the keys inside the band, merged by
their
                 log-sum-exps; time and memory of the cross-modal part grow linearly with length; used in sampling.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor


@dataclass(frozen=True)
class Windows:
    """Which keys of the other stream each block of queries may see.

    block: queries a block; the last one may be filled up. keys: int [blocks, width], what the block looks up. hidden:
    float32 [blocks, block, width], added to the scores: 0 inside the band, FAR outside of it.
    """

    block: int
    keys: Tensor
    hidden: Tensor


@dataclass(frozen=True)
class Partner:
    """What a stream sees of the other one.

    k, v: [B, H, M, D]. own_times [N], times [M]: seconds of the queries and of the keys, evenly spaced. band:
    half-width in seconds, None = everything. mask: bool [B, M], False at padding, or None. windows: of these times,
    where they are known.
    """

    k: Tensor
    v: Tensor
    own_times: Tensor
    times: Tensor
    band: float | None = None
    mask: Tensor | None = None
    windows: Windows | None = None


def attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None = None,
    partner: Partner | None = None,
    reach: int | None = None,
) -> Tensor:
    """Attention of one stream, q/k/v [B, H, N, D], mask bool [B, N] (False = padding) -> [B, H, N, D].

    reach: how many frames to either side a stream sees of itself, None = all.
    """
    own = visible_own(k.shape[2], mask, reach, k.device)
    if partner is None and own is None and _by_heads(q, k):
        return attend_by_heads(q, k, v)[0]
    if partner is None:
        return scaled_dot_product(q, k, v, None if own is None else own[:, None])
    simple = partner.band is not None and own is None and partner.mask is None and not torch.is_grad_enabled()
    if simple and q.device.type == "cpu" and k.shape[2] + partner.k.shape[2] >= BANDED_FROM:
        return attend_banded(q, k, v, partner)
    return attend_dense(q, k, v, own, partner)


def visible_own(frames: int, mask: Tensor | None, reach: int | None, device=None) -> Tensor | None:
    """What a stream sees of itself, bool [B or 1, N or 1, N]; None = everything."""
    seen = None if mask is None else mask[:, None, :]
    if reach is not None:
        at = torch.arange(frames, device=device)
        near = ((at[:, None] - at[None, :]).abs() <= reach)[None]
        seen = near if seen is None else near & seen
    return seen


# Of bfloat16 on a CPU: from so many keys on, so many queries at a time, whose scores stay in a core's cache.
_HEADS_FROM, _QUERIES = 256, 640
_LEAST = 1e-37


def _by_heads(q: Tensor, k: Tensor) -> bool:
    narrow = q.device.type == "cpu" and q.dtype == torch.bfloat16
    return narrow and k.shape[2] >= _HEADS_FROM and not torch.is_grad_enabled() and not torch.compiler.is_compiling()


def attend_by_heads(q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Two products and a softmax for a block of queries in as many heads as there are threads, scores in bfloat16.

    Returns the attention and its log-sum-exps, float32 [B, H, N]: its score with itself less the log of its share.
    """
    batch, count, wide = q.shape[0], q.shape[2], torch.get_num_threads()
    q, k, v = (rearrange(part, "b h n d -> (b h) n d") for part in (q * q.shape[-1] ** -0.5, k, v))
    out, scores = torch.empty_like(q), q.new_empty(wide, min(_QUERIES, count), k.shape[1])
    lse = q.new_empty(q.shape[:2], dtype=torch.float32)
    for head in range(0, len(q), wide):
        heads = slice(head, head + wide)
        keys, values = k[heads].transpose(1, 2), v[heads]
        for start in range(0, count, _QUERIES):
            rows = slice(start, min(start + _QUERIES, count))
            part = scores[: len(values), : rows.stop - start]
            torch.bmm(q[heads, rows], keys, out=part)
            itself = part.diagonal(start, 1, 2).float()
            torch.softmax(part, -1, out=part)
            lse[heads, rows] = itself - part.diagonal(start, 1, 2).float().clamp(min=_LEAST).log()
            torch.bmm(part, values, out=out[heads, rows])
    return rearrange(out, "(b h) n d -> b h n d", b=batch), rearrange(lse, "(b h) n -> b h n", b=batch)


# Below this many keys of both streams one dense call is quicker than two calls and a merge (measured on one core).
BANDED_FROM = 256
# Seconds of queries that share one slice of band keys.
BLOCK_SECONDS = 0.64
# Differences of float32 moments are compared with this slack, so that the edge of the band does not depend on rounding.
_EPSILON = 1e-4
# The score of a key that is not seen: its exponential is 0, and a row of nothing else weighs nothing against the own
# keys.
FAR = -1e30


def attend_dense(q: Tensor, k: Tensor, v: Tensor, own: Tensor | None, partner: Partner) -> Tensor:
    """Pooled keys under a dense mask [B or 1, 1, N, N + M]; own: of visible_own."""
    visible = None
    if partner.band is not None or own is not None or partner.mask is not None:
        n, m = k.shape[2], partner.k.shape[2]
        own = torch.ones(1, 1, n, dtype=torch.bool, device=q.device) if own is None else own
        other = (
            torch.ones(1, 1, m, dtype=torch.bool, device=q.device) if partner.mask is None else partner.mask[:, None, :]
        )
        if partner.band is not None:
            gap = (partner.own_times[:, None] - partner.times[None, :]).abs()
            other = other & (gap <= partner.band + _EPSILON)
        batch = max(own.shape[0], other.shape[0])
        rows = q.shape[2]
        visible = torch.cat((own.expand(batch, rows, n), other.expand(batch, rows, m)), dim=-1)[:, None]
    pooled_k, pooled_v = torch.cat((k, partner.k), dim=2), torch.cat((v, partner.v), dim=2)
    return scaled_dot_product(q, pooled_k, pooled_v, visible)


def scaled_dot_product(q: Tensor, k: Tensor, v: Tensor, visible: Tensor | None = None) -> Tensor:
    """torch's own; two plain products where bf16 is trained on a CPU, whose flash kernel is half as fast at it."""
    if q.device.type != "cpu" or q.dtype != torch.bfloat16 or not torch.is_grad_enabled():
        return F.scaled_dot_product_attention(q, k, v, attn_mask=visible)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    if visible is not None:
        scores = scores.masked_fill(~visible, -torch.inf)
    return scores.softmax(dim=-1) @ v


def attend_banded(q: Tensor, k: Tensor, v: Tensor, partner: Partner) -> Tensor:
    """The same function as `attend_dense` without padding, never forming a row over the other stream's whole length."""
    flash = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
    own, own_lse = (attend_by_heads if _by_heads(q, k) else flash)(q, k, v)
    windows = partner.windows or windows_of(partner.own_times, partner.times, partner.band)
    cross, cross_lse = _band(q, partner, windows)
    weight = torch.sigmoid(cross_lse - own_lse.float()).unsqueeze(-1)
    # The flash kernel keeps [B, N, H, D] in memory; so does the merge, whose loops then run straight.
    own, cross, weight = (rearrange(part, "b h n d -> b n h d") for part in (own.float(), cross, weight))
    return rearrange(torch.lerp(own, cross, weight), "b n h d -> b h n d").type_as(q)


def windows_of(own_times: Tensor, times: Tensor, band: float) -> Windows:
    """The band's blocks for queries and keys at these moments."""
    count = len(own_times)
    block = int(torch.searchsorted(own_times, own_times[0] + BLOCK_SECONDS - _EPSILON))
    rows = torch.arange(-(-count // block) * block, device=own_times.device).clamp(max=count - 1)
    moments = own_times[rows].view(-1, block)
    reach = band + 2 * _EPSILON
    low = torch.searchsorted(times, moments[:, :1] - reach)
    high = torch.searchsorted(times, moments[:, -1:] + reach)
    keys = low + torch.arange(max(1, int((high - low).max())), device=times.device)
    gap = (moments[:, :, None] - times[keys.clamp(max=len(times) - 1)][:, None, :]).abs()
    seen = (gap <= band + _EPSILON) & (keys < len(times))[:, None, :]
    hidden = torch.zeros(seen.shape, device=times.device).masked_fill(~seen, FAR)
    return Windows(block, keys.clamp(max=len(times) - 1), hidden)


def _band(q: Tensor, partner: Partner, windows: Windows) -> tuple[Tensor, Tensor]:
    """Attention of q over the partner's keys inside the band: (output [B, H, N, D], log-sum-exp [B, H, N]), float32."""
    (batch, _, count, _), blocks = q.shape, len(windows.keys)
    rows = rearrange(q, "b h n d -> b n h d").float()  # as it lies in memory
    rows = F.pad(rows, (0, 0, 0, 0, 0, blocks * windows.block - count))
    seen = [rearrange(part, "b h m d -> b m h d").float() for part in (partner.k, partner.v)]
    k, v = (part.index_select(1, windows.keys.flatten()) for part in seen)
    out, lse = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
        *(rearrange(part, "b (blocks n) h d -> (b blocks) h n d", blocks=blocks) for part in (rows, k, v)),
        attn_mask=windows.hidden.repeat(batch, 1, 1)[:, None],
    )
    out = rearrange(out, "(b blocks) h n d -> b h (blocks n) d", b=batch)[:, :, :count]
    lse = rearrange(lse, "(b blocks) h n -> b h (blocks n)", b=batch)[:, :, :count]
    return out, lse
