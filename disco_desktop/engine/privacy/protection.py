"""What a task's privacy setting does to one participant's updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.privacy.clipping import clip
from disco_desktop.engine.privacy.secret_noise import SecretNoise
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from disco_desktop.engine.task.privacy import Privacy
    from disco_desktop.engine.weights.weights import Weights

_log = logger(__name__)


class Protection:
    """Clips each update, then adds noise to it, as the Gaussian mechanism asks for.

    The noise has the standard deviation noise multiplier x clipping norm (Dwork and Roth, 2014,
    Appendix A), in each value.
    """

    def __init__(self, privacy: Privacy) -> None:
        self._privacy = privacy
        self._noise = SecretNoise()

    def apply(self, update: Weights) -> None:
        """Protect an update in place."""
        factor = clip(update.buffer, self._privacy.clipping_norm)
        _log.debug("an update was multiplied by %g to clip it", factor)
        deviation = self._privacy.noise_multiplier * self._privacy.clipping_norm
        self._noise.add_to(update.buffer, deviation)
