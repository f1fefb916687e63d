"""The task's optimizer in torch."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING

import torch

from disco_desktop.engine.task.task import Adam

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from disco_desktop.engine.task.task import StochasticGradientDescent


# What torch asks its compiler to leave alone, and where it notes down how that is done.
_LEFT_ALONE = ("add_param_group", "load_state_dict", "state_dict", "zero_grad")
_NOTE = "__dynamo_disable"


def build_optimizer(
    settings: Adam | StochasticGradientDescent, parameters: Iterable[torch.nn.Parameter]
) -> torch.optim.Optimizer:
    """Return the optimizer over these parameters, with an empty state.

    Fused, since one call for all tensors takes a third less time a step on small networks.
    """
    _forgo_compiler()
    if isinstance(settings, Adam):
        return torch.optim.Adam(parameters, lr=settings.learning_rate, fused=True)
    return torch.optim.SGD(
        parameters, lr=settings.learning_rate, momentum=settings.momentum, fused=True
    )


def _forgo_compiler() -> None:
    """Keep torch from importing its compiler, which takes two seconds and is not used here.

    A method that the compiler is to leave alone imports it at its first call, to be told how. The
    answer is given here: as it is. A torch that has no such place for it takes its two seconds.
    """
    for name in _LEFT_ALONE:
        method = getattr(getattr(torch.optim.Optimizer, name), "__wrapped__", None)
        if method is not None and not hasattr(method, _NOTE):
            setattr(method, _NOTE, method)


def bare_step(optimizer: torch.optim.Optimizer) -> Callable[[], object]:
    """Return the optimizer's step without the frames that torch puts around it.

    One is for its profiler and one for its compiler, which that one imports. On a small network
    they take a tenth of the whole step. Hooks before and after a step, which they would call as
    well, are not used here.
    """
    step = inspect.unwrap(type(optimizer).step)
    return partial(torch.no_grad()(step), optimizer)
