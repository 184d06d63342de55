"""One stream: embedding of the input, diffusion-transformer blocks, projection to a velocity.

`AudioDiT` is the network of F5-TTS v1 with its official parameter names; `MotionDiT` is the same without text.
"""

from torch import Tensor, nn

from ..config import StreamConfig, TextConfig
from .blocks import AdaLayerNorm, DiTBlock, modulate
from .embed import InputEmbedding, TimestepEmbedding
from .rotary import clock_table
from .text_embed import TextEmbedding


class DiT(nn.Module):
    """A stream of blocks. All that does not depend on x is computed apart: `modulations`, `static`, `rotary`."""

    def __init__(self, config: StreamConfig, text_dim: int = 0, ops=nn):
        super().__init__()
        self.config = config
        self.time_embed = TimestepEmbedding(config.dim, ops)
        self.input_embed = InputEmbedding(
            config.channels, text_dim, config.dim, config.conv_kernel, config.conv_groups, ops, config.rest
        )
        self.transformer_blocks = nn.ModuleList([DiTBlock(config, ops) for _ in range(config.depth)])
        self.norm_out = AdaLayerNorm(config.dim, 2, ops)
        self.proj_out = ops.Linear(config.dim, config.channels)

    def initialise(self) -> None:
        """AdaLN-Zero: modulations and output start at zero, so that every block starts as the identity."""
        for layer in (*(block.attn_norm for block in self.transformer_blocks), self.norm_out):
            nn.init.zeros_(layer.linear.weight)
            nn.init.zeros_(layer.linear.bias)
        nn.init.zeros_(self.proj_out.weight)
        nn.init.zeros_(self.proj_out.bias)
        if self.config.rest:
            nn.init.zeros_(self.input_embed.rest.weight)

    def modulations(self, t: Tensor, voice: Tensor | None = None) -> list[Tensor]:
        """t [S] -> per block [S, 6, dim], then [S, 2, dim] of the output norm (scale, shift).

        voice [S or 1, dim]: who speaks, added to the timestep embedding.
        """
        embedded = self.time_embed(t)
        if voice is not None:
            embedded = embedded + voice
        return [*(block.attn_norm(embedded) for block in self.transformer_blocks), self.norm_out(embedded)]

    def rotary(self, frames: int, aligned: bool = True, device=None) -> Tensor:
        return clock_table(frames, self.config.rate, self.config.head_dim, aligned, device)

    def head(self, x: Tensor, modulation: list[Tensor]) -> Tensor:
        """Hidden [B, N, dim] -> velocity [B, N, channels]."""
        scale, shift = modulation[-1].split(1, dim=1)
        return self.proj_out(modulate(x, shift, scale))


class AudioDiT(DiT):
    """Mel frames, conditioned on text (F5-TTS v1)."""

    def __init__(self, config: StreamConfig, text: TextConfig, ops=nn):
        super().__init__(config, text.dim, ops)
        self.text_embed = TextEmbedding(text, ops)


class MotionDiT(DiT):
    """Mouth keypoints; what is said reaches it through the joint attention only."""


def velocity(stream: DiT, x: Tensor, static: Tensor, t: Tensor, mask: Tensor | None = None) -> Tensor:
    """One stream alone: x [B, N, channels], static [B, N, dim], t [B] -> velocity [B, N, channels]. F5's function."""
    modulation = stream.modulations(t)
    rotary = stream.rotary(x.shape[1], device=x.device)
    h = stream.input_embed(x, static, mask)
    for index, block in enumerate(stream.transformer_blocks):
        h = block(h, modulation[index], rotary, mask)
    return stream.head(h, modulation)
