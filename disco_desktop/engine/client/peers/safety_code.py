"""The code by which two people find out whether anybody stands between their programs.

It is what Signal calls a safety number. The server introduces each one's key to the other; if it
gave either of them a key of its own instead, the two would see different codes, which they notice
when they compare them over a way that the server does not control, such as the telephone.

Sixty decimal digits are 199 bits. A server that wants both to see the same code needs two keys of
its own, one for each side, whose codes happen to be equal: among so many codes that takes about
2^99 keys to be made and tried (a birthday attack), which nobody can.
"""

from __future__ import annotations

from disco_desktop.engine.client.statements import digest_of

_PURPOSE = b"disco safety code"
_DIGITS = 60
_GROUP = 5  # digits that one can keep in mind while reading them out


def safety_code(one: bytes, other: bytes, *, task: str) -> str:
    """Return the code of two keys, in twelve groups of five digits; the same from either side.

    Args:
        one: the 32 bytes of a public key.
        other: the 32 bytes of the other one's.
        task: the id of the task that both keys belong to, as each installation has a key a task.
    """
    digest = digest_of((_PURPOSE, task.encode(), *sorted((one, other))))
    number = int.from_bytes(digest, "big") % 10**_DIGITS
    digits = f"{number:0{_DIGITS}d}"
    return " ".join(digits[start : start + _GROUP] for start in range(0, _DIGITS, _GROUP))
