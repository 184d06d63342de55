"""Solvers of the flow's differential equation dx/dt = v(x, t): where they ask for v, and the slope of a step."""

from typing import Protocol

import numpy as np
from torch import Tensor

# One value of each painted stream, float32 [N, channels].
State = dict[str, Tensor]


class Flow(Protocol):
    """What a solver walks on."""

    def velocity(self, x: State, call: int) -> State:
        """Velocity at x and the `call`-th of the solver's moments."""

    def advance(self, x: State, v: State, t: np.float32, after: np.float32) -> State:
        """x at `after`, going with v from t on."""


class Solver(Protocol):
    """A method of one step. Times are float32 of the host."""

    def moments(self, grid: np.ndarray) -> np.ndarray:
        """All times at which it asks for the velocity over a grid [steps + 1], in order."""

    def slope(self, flow: Flow, x: State, grid: np.ndarray, step: int) -> State:
        """The velocity with which x goes from grid[step] to the next time."""


class Euler:
    """The velocity where the step begins."""

    def moments(self, grid: np.ndarray) -> np.ndarray:
        return grid[:-1]

    def slope(self, flow: Flow, x: State, grid: np.ndarray, step: int) -> State:
        return flow.velocity(x, step)


class Midpoint:
    """The velocity half a step further, where the first one leads: two calls a step, of second order."""

    def moments(self, grid: np.ndarray) -> np.ndarray:
        return np.stack((grid[:-1], (grid[:-1] + grid[1:]) / 2), axis=1).ravel()

    def slope(self, flow: Flow, x: State, grid: np.ndarray, step: int) -> State:
        t, middle = grid[step], (grid[step] + grid[step + 1]) / 2
        halfway = flow.advance(x, flow.velocity(x, 2 * step), t, middle)
        return flow.velocity(halfway, 2 * step + 1)


SOLVERS: dict[str, Solver] = {"euler": Euler(), "midpoint": Midpoint()}
