"""How well a task protects updates, and whether another one of its name does it worse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from disco_desktop.engine.errors import TaskError

if TYPE_CHECKING:
    from disco_desktop.engine.task.task import Task

Aspect: TypeAlias = Literal["scheme", "aggregation", "minimum", "clipping", "noise"]


class Weakening(NamedTuple):
    """One way in which a task asks for less protection than the one that is known here.

    Attributes:
        aspect: what is weaker.
        known: as it is here; empty where there is none.
        offered: as the other task has it.
    """

    aspect: Aspect
    known: str
    offered: str


class LessProtectionError(TaskError):
    """A server's task protects less than the one of the same name on this machine.

    Attributes:
        weakenings: in what way.
    """

    def __init__(self, task: str, weakenings: list[Weakening]) -> None:
        super().__init__("task_protects_less", task=task)
        self.weakenings = weakenings


def weakenings(known: Task, offered: Task) -> list[Weakening]:
    """Return all ways in which an offered task protects less than a known one."""
    before, after = known.collaboration, offered.collaboration
    found: list[Weakening] = []
    if before.scheme == "decentralized" and after.scheme != "decentralized":
        found.append(Weakening("scheme", before.scheme, after.scheme))
    if before.is_secure and not after.is_secure:
        found.append(Weakening("aggregation", "secure", "mean"))
    if after.minimum_participants < before.minimum_participants:
        found.append(
            Weakening("minimum", str(before.minimum_participants), str(after.minimum_participants))
        )
    if before.privacy is None:
        return found
    clip, noise = before.privacy.clipping_norm, before.privacy.noise_multiplier
    if after.privacy is None:
        found.append(Weakening("clipping", f"{clip:g}", ""))
    elif after.privacy.clipping_norm > clip:
        found.append(Weakening("clipping", f"{clip:g}", f"{after.privacy.clipping_norm:g}"))
    noise_after = after.privacy.noise_multiplier if after.privacy is not None else 0.0
    if noise_after < noise:
        found.append(Weakening("noise", f"{noise:g}", f"{noise_after:g}" if noise_after else ""))
    return found
