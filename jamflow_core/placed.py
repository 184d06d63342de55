"""Where a network computes, and in which number format."""

import torch
from torch import nn


class Placed(nn.Module):
    """A network that computes where its weights are and in their format, unless its host says otherwise.

    (ComfyUI may keep weights in a narrower format, or in main memory, and cast each when its layer runs.)
    """

    _computes: tuple[torch.device, torch.dtype] | None = None

    def computes(self, device: torch.device, dtype: torch.dtype):
        """Say where, for this network and all inside it; returns the network."""
        for part in self.modules():
            if isinstance(part, Placed):
                part._computes = device, dtype
        return self

    @property
    def compute_device(self) -> torch.device:
        return self._computes[0] if self._computes else next(self.parameters()).device

    @property
    def compute_dtype(self) -> torch.dtype:
        return self._computes[1] if self._computes else next(self.parameters()).dtype
