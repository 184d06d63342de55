"""LivePortrait's five networks as one module, and the three things that one does with them."""

import torch
from torch import Tensor, nn

from .appearance import FeatureExtractor
from .generator import Generator
from .keypoints import Faces
from .motion import MotionExtractor
from .retargeting import Retargeting
from .warping import Source, WarpingNetwork

CROP = 256  # pixels: what the networks see
PAINTED = 512  # pixels: what they paint


class Networks:
    """What is done with the five networks, wherever they are kept: `faces` reads crops, `source` prepares one to be
    moved, `paint` moves it. Each is asked for when it is used and not before, so that one may make room for the next.
    """

    appearance: FeatureExtractor
    motion: MotionExtractor
    warping: WarpingNetwork
    generator: Generator
    retargeting: Retargeting

    @property
    def device(self) -> torch.device:
        return self.retargeting.lip[0].weight.device

    @torch.inference_mode()
    def faces(self, crops: Tensor) -> Faces:
        """Pose, expression and keypoints of crops [n,3,256,256] in 0..1."""
        return Faces.from_heads(self.motion(crops.to(self.device)))

    @torch.inference_mode()
    def source(self, crops: Tensor, points: Tensor) -> Source:
        """Crops [n,3,256,256] whose keypoints are `points` [n,21,3], ready to be moved."""
        volume = self.appearance(crops.to(self.device))
        return self.warping.source(volume, points)

    @torch.inference_mode()
    def paint(self, source: Source, points: Tensor) -> Tensor:
        """Pictures [n,3,512,512] in 0..1 of the source (one for all, or n) with its keypoints at `points` [n,21,3]."""
        return self.generator(self.warping(source, points))


class LivePortrait(Networks, nn.Module):
    """The networks as one module. Weights: catalog/liveportrait.py."""

    def __init__(self):
        super().__init__()
        self.appearance = FeatureExtractor()
        self.motion = MotionExtractor()
        self.warping = WarpingNetwork()
        self.generator = Generator()
        self.retargeting = Retargeting()

    def paint_in(self, dtype: torch.dtype) -> "LivePortrait":
        """Choose the number format of the networks that paint; in a short one they also store pixels channels-last.

        The two last convolutions of the warping network stay in float32: a hundredth of the work, a third of the error.
        """
        short = dtype != torch.float32
        for net in (self.warping, self.generator):
            net.to(dtype)
        for last in (self.warping.third, self.warping.fourth):
            last.float()
        self.generator.to(memory_format=torch.channels_last if short else torch.contiguous_format)
        return self
