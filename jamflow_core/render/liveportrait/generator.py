"""Network G: a feature map -> the picture.

Source: KwaiVGI/LivePortrait, spade_generator (SPADE, arXiv 1903.07291). When the weights are loaded the spectral norm
is folded from the stored vectors, and gamma and beta become one convolution whose bias carries the 1 of "1 + gamma".
"""

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

HIDDEN = 128
SLOPE = 0.2
EPSILON = 1e-5  # of the norms


class Generator(nn.Module):
    """Features [B, channels, S, S] (256 x 64 x 64) -> picture float32 [B, 3, 8 S, 8 S] in 0..1."""

    def __init__(self, channels: int = 256, last: int = 64):
        super().__init__()
        self.fc = nn.Conv2d(channels, 2 * channels, 3, padding=1)
        for index in range(6):
            setattr(self, f"G_middle_{index}", SpadeBlock(2 * channels, 2 * channels, channels))
        self.up_0 = SpadeBlock(2 * channels, channels, channels)
        self.up_1 = SpadeBlock(channels, last, channels)
        self.conv_img = nn.Sequential(nn.Conv2d(last, 12, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, features: Tensor) -> Tensor:
        features = features.to(self.fc.weight.dtype)
        x = self.fc(features)
        for index in range(6):
            x = getattr(self, f"G_middle_{index}")(x, features)
        for block in (self.up_0, self.up_1):
            x = block(F.interpolate(x, scale_factor=2), features)
        return torch.sigmoid(
            self.conv_img(F.leaky_relu_(x, SLOPE)).float()
        )  # bfloat16 has no more steps there than 8 bits


class SpadeBlock(nn.Module):
    """Two convolutions with spatially adaptive norms, and a shortcut that is learnt where the width changes."""

    def __init__(self, before: int, after: int, channels: int):
        super().__init__()
        middle = min(before, after)
        self.conv_0 = nn.Conv2d(before, middle, 3, padding=1)
        self.conv_1 = nn.Conv2d(middle, after, 3, padding=1)
        self.norm_0 = Spade(before, channels)
        self.norm_1 = Spade(middle, channels)
        if before != after:
            self.conv_s = nn.Conv2d(before, after, 1, bias=False)
            self.norm_s = Spade(before, channels)

    def forward(self, x: Tensor, features: Tensor) -> Tensor:
        normed = instance_norm(x)
        if hasattr(self, "conv_s"):
            x = self.conv_s(self.norm_s(normed, features))
        hidden = self.conv_0(F.leaky_relu_(self.norm_0(normed, features), SLOPE))
        hidden = self.norm_1(instance_norm(hidden), features)
        return x + self.conv_1(F.leaky_relu_(hidden, SLOPE))


class Spade(nn.Module):
    """Normalised activations [B, C, H, W] scaled and shifted, pixel by pixel, as the features say, whose pixels each
    stand for one or more of H x W."""

    def __init__(self, channels: int, features: int):
        super().__init__()
        self.mlp_shared = nn.Sequential(nn.Conv2d(features, HIDDEN, 3, padding=1), nn.ReLU(inplace=True))
        self.mlp = nn.Conv2d(HIDDEN, 2 * channels, 3, padding=1)

    def forward(self, normed: Tensor, features: Tensor) -> Tensor:
        hidden = convolve_enlarged(self.mlp_shared, features, normed.shape[-1] // features.shape[-1])
        scale, shift = self.mlp(hidden).chunk(2, 1)
        return torch.addcmul(shift, normed, scale)


# What a pixel of an enlarged picture sees through three taps when it is the first of the pixels that one pixel became,
# an inner one, or the last: the taps on one pixel after the other of the small picture.
_FIRST, _INNER, _LAST = ((1, 0, 0), (0, 1, 1)), ((1, 1, 1),), ((1, 1, 0), (0, 0, 1))


def convolve_enlarged(net: nn.Sequential, x: Tensor, times: int) -> Tensor:
    """A 3x3 convolution and its activation on F.interpolate(x, scale_factor=times): [B, C, h, w] -> [B, O, t h, t w].

    Equal pixels are not looked at again and again: their taps are summed first, and what is equal in the result is
    computed once. 4/9 of the products for `times` 2, a sixth for 4.
    """
    if times == 1:
        return net(x)
    conv, activation = net
    batch, _, height, width = x.shape
    weight, bordered = conv.weight.float(), F.pad(x, (1, 1, 1, 1))
    out = x.new_empty(batch, height, times, width, times, conv.out_channels)
    parts = ((_FIRST, 0, slice(0, 1)), (_INNER, 1, slice(1, times - 1)), (_LAST, 1, slice(times - 1, times)))
    for rows, top, down in parts:
        for columns, left, across in parts:
            if down.start == down.stop or across.start == across.stop:
                continue
            taps = [weight.new_tensor(part) for part in (rows, columns)]
            kernel = torch.einsum("pi,qj,ocij->ocpq", *taps, weight).to(x.dtype)
            seen = bordered[:, :, top : top + height + len(rows) - 1, left : left + width + len(columns) - 1]
            made = activation(F.conv2d(seen, kernel, conv.bias))
            out[:, :, down, :, across] = rearrange(made, "b o h w -> b h 1 w 1 o")
    return rearrange(out, "b h rows w columns o -> b o (h rows) (w columns)")


_BLOCK = 1 << 18  # values that a core's cache holds


def within_range(x: Tensor) -> Tensor:
    """x without the infinities of float16, which behind a norm would be black pixels."""
    return x.clamp(-65504.0, 65504.0) if x.dtype == torch.float16 else x


def instance_norm(x: Tensor) -> Tensor:
    """F.instance_norm of [B, C, H, W]; torch's own is made for other layouts than that of bfloat16 on a CPU."""
    if x.dtype != torch.bfloat16 or x.device.type != "cpu":
        return F.instance_norm(within_range(x))
    pixels = rearrange(x, "b c h w -> b (h w) c")
    blocks = pixels.split(max(1, _BLOCK // pixels.shape[-1]), dim=1)
    sums, squares = torch.zeros(2, len(x), 1, x.shape[1])
    for block in blocks:
        block = block.float()
        sums += block.sum(1, keepdim=True)
        squares += block.square_().sum(1, keepdim=True)
    mean = sums / pixels.shape[1]
    scale = torch.rsqrt((squares / pixels.shape[1] - mean.square()).clamp(min=0) + EPSILON)
    out = torch.empty_like(pixels)
    for block, made in zip(blocks, out.split(blocks[0].shape[1], dim=1)):
        made.copy_(block.float().sub_(mean).mul_(scale))
    return rearrange(out, "b (h w) c -> b c h w", h=x.shape[2])
