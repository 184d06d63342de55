"""How long each symbol lasts, given the symbols and the durations already known (a prompt's pace, an edit's
surroundings).
"""

import torch
from torch import Tensor, nn

from ..tokens import SYMBOLS
from .text_embed import ConvNeXtV2Block

SHORTEST = 0.01


class DurationHead(nn.Module):
    """Masked prediction of log seconds: convolutions read the neighbourhood, attention (without positions) the pace."""

    def __init__(self, dim: int = 160, layers: int = 3, heads: int = 4):
        super().__init__()
        self.embed = nn.Embedding(len(SYMBOLS), dim)
        self.known = nn.Linear(2, dim)
        self.convolutions = nn.ModuleList([ConvNeXtV2Block(dim, 2 * dim) for _ in range(2 * layers)])
        self.attentions = nn.ModuleList(
            [
                nn.TransformerEncoderLayer(dim, heads, 2 * dim, 0.0, "gelu", batch_first=True, norm_first=True)
                for _ in range(layers)
            ]
        )
        self.out = nn.Linear(dim, 1)

    def forward(self, tokens: Tensor, seconds: Tensor, known: Tensor) -> Tensor:
        """tokens [B, n] (0 = padding), seconds [B, n] (read where known), known bool [B, n] -> log seconds [B, n]."""
        hidden = tokens == 0
        told = torch.where(known, seconds.clamp(min=SHORTEST).log() + 2.8, 0.0)
        x = self.embed(tokens) + self.known(torch.stack((told, known.to(told.dtype)), dim=-1))
        for index, attention in enumerate(self.attentions):
            for convolution in self.convolutions[2 * index : 2 * index + 2]:
                x = convolution(x.masked_fill(hidden[..., None], 0.0))
            x = attention(x, src_key_padding_mask=hidden)
        return self.out(x).squeeze(-1) - 2.8

    @torch.inference_mode()
    def predict(self, tokens: Tensor, seconds: Tensor, known: Tensor) -> Tensor:
        """One text: tokens [n], seconds [n], known [n] -> seconds float64 [n], all of the host (not every GPU has
        float64); known ones are returned unchanged."""
        given = (part[None].to(self.out.weight.device) for part in (tokens, seconds.float(), known))
        said = self(*given)[0].cpu().double().exp()
        return torch.where(known, seconds.double(), said.clamp(SHORTEST, 2.0))
