"""Smoothing of motion measured from video: a Kalman filter forwards, then Rauch-Tung-Striebel backwards.

Every coordinate is a random walk seen through noise. The gains do not depend on the data, so all coordinates share
them.
Source: LivePortrait smooths source videos so (process 1e-5, noise 3e-7, start variance 1).
"""

import numpy as np

PROCESS = 1e-5
NOISE = 3e-7


def smooth(values: np.ndarray, process: float = PROCESS, noise: float = NOISE) -> np.ndarray:
    """values [frames, ...] -> the same shape and type, smoothed along time.

    process, noise: variances of a frame's movement and of its measurement; only their ratio matters after the first
    frames. More noise = smoother.
    """
    measured = np.asarray(values, np.float64)
    mean = measured.copy()
    variance = np.empty(len(measured))  # of the filtered mean
    for frame in range(len(measured)):
        predicted = 1.0 if frame == 0 else variance[frame - 1] + process
        gain = predicted / (predicted + noise)
        before = mean[max(frame - 1, 0)]
        mean[frame] = before + gain * (measured[frame] - before)
        variance[frame] = (1 - gain) * predicted
    for frame in range(len(measured) - 2, -1, -1):
        gain = variance[frame] / (variance[frame] + process)
        mean[frame] += gain * (mean[frame + 1] - mean[frame])
    return mean.astype(np.asarray(values).dtype)
