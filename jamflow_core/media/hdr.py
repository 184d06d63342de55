"""High dynamic range (HLG and PQ, as phones film) brought to the range of ordinary pictures.

Light is computed from the signal (ITU-R BT.2100), white at 203 cd/m2 (BT.2408), the primaries of BT.2020 are turned
into those of BT.709, and what is brighter than half of white is bent so that 1000 cd/m2 becomes full white.
"""

from functools import lru_cache

import numpy as np

PQ, HLG = 16, 18  # FFmpeg's numbers of the transfer functions (SMPTE 2084, ARIB STD-B67)
BT2020 = 9  # its number of the primaries
WHITE, PEAK = 203.0, 1000.0  # cd/m2
_KNEE = 0.5  # of white: darker light stays as it is
_TO_BT709 = ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187))
_FINE = 4095  # steps of the last table


def to_sdr(pixels: np.ndarray, transfer: int, primaries: int = BT2020) -> np.ndarray:
    """uint16 RGB [h, w, 3] with the transfer function PQ or HLG -> uint8 RGB of an ordinary screen."""
    light = _light(transfer)[pixels]
    if transfer == HLG:  # the system's gamma on luminance, for a screen of 1000 cd/m2
        luminance = light @ np.array((0.2627, 0.6780, 0.0593), np.float32)
        light *= (PEAK / WHITE * np.maximum(luminance, 1e-6) ** 0.2)[..., None]
    if primaries == BT2020:
        light = light @ np.array(_TO_BT709, np.float32).T
    brightest = light.max(-1, keepdims=True)
    light *= _bent(brightest) / np.maximum(brightest, 1e-6)
    return _signal()[(light.clip(0, 1) * _FINE + 0.5).astype(np.uint16)]


@lru_cache
def _light(transfer: int) -> np.ndarray:
    """Light float32 [65536] of each signal: PQ in units of white; HLG of the scene, 0..1."""
    signal = np.arange(65536) / 65535
    if transfer == HLG:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12).astype(np.float32)
    root = signal ** (1 / 78.84375)
    nits = 10000 * (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
    return (nits / WHITE).astype(np.float32)


def _bent(light: np.ndarray) -> np.ndarray:
    """Light in units of white -> 0..1: as it is up to the knee, then less and less steep (Reinhard's curve)."""
    over = np.maximum(light - _KNEE, 0) / (1 - _KNEE)
    most = (PEAK / WHITE - _KNEE) / (1 - _KNEE)
    return np.minimum(light, _KNEE) + (1 - _KNEE) * over * (1 + over / most**2) / (1 + over)


@lru_cache
def _signal() -> np.ndarray:
    """The sRGB signal uint8 of light in steps of _FINE."""
    light = np.arange(_FINE + 1) / _FINE
    signal = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return (signal * 255 + 0.5).astype(np.uint8)
