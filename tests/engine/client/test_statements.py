"""The key of a secure exchange is signed for one attempt, by one member, and nothing else."""

from __future__ import annotations

import pytest

from disco_desktop.engine.aggregator.masks import AttemptContext
from disco_desktop.engine.client.identity import Identity, verify
from disco_desktop.engine.client.statements import attempt_key_statement
from disco_desktop.engine.messages import AttemptMember

IDENTITIES = [Identity.generate() for _ in range(4)]
IDS = sorted(identity.node_id for identity in IDENTITIES)
KEY = bytes(range(32))


def statement(*, key: bytes = KEY, participant: str = IDS[0], **changes: object) -> bytes:
    fields = {
        "task_digest": "ab" * 32,
        "session": 1,
        "round": 2,
        "attempt": 3,
        "members": tuple(AttemptMember(one, 8) for one in IDS[:3]),
    }
    context = AttemptContext(**{**fields, **changes})
    return attempt_key_statement(context, participant=participant, key=key)


def test_a_member_proves_its_key() -> None:
    identity = IDENTITIES[0]
    signature = identity.sign(statement())
    assert verify(identity.public_key, statement(), signature)
    assert not verify(IDENTITIES[1].public_key, statement(), signature)


@pytest.mark.parametrize(
    "changed",
    [
        {"key": bytes(32)},
        {"participant": IDS[1]},
        {"task_digest": "ba" * 32},
        {"session": 2},
        {"round": 3},
        {"attempt": 4},
        {"round": 3, "attempt": 2},
        {"members": tuple(AttemptMember(one, 8) for one in IDS)},
        {"members": tuple(AttemptMember(one, 8) for one in (*IDS[:2], IDS[3]))},
        {"members": tuple(AttemptMember(one, 16) for one in IDS[:3])},
    ],
    ids=lambda changed: "-".join(changed),
)
def test_it_is_good_for_nothing_else(changed) -> None:
    identity = IDENTITIES[0]
    assert not verify(identity.public_key, statement(**changed), identity.sign(statement()))
