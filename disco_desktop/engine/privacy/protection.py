"""What a task's privacy setting does to one participant's updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.privacy.clipping import clip
from disco_desktop.engine.privacy.secret_noise import SecretNoise
from disco_desktop.logs import logger

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    def apply(self, update: Weights, trained: Sequence[slice] | None = None) -> None:
        """Protect an update in place.

        Args:
            update: what is to be sent.
            trained: places of the values that training changes; all where it is None. The others
                tell nothing of anybody's data, and noise would only spoil them.
        """
        factor = clip(update.buffer, self._privacy.clipping_norm)
        _log.debug("an update was multiplied by %g to clip it", factor)
        deviation = self._privacy.noise_multiplier * self._privacy.clipping_norm
        for place in [slice(None)] if trained is None else trained:
            self._noise.add_to(update.buffer[place], deviation)
