"""Texts that a real assistant is asked for, and what becomes of the asking."""

from __future__ import annotations

import asyncio

import pytest

from disco_desktop.app.processes.assistant_messages import Generate
from disco_desktop.app.processes.generation import Generation
from disco_desktop.app.processes.worker_messages import Failed
from disco_desktop.engine.memory.disk_memory import DiskMemory
from tests.gui.titanic import MODEL, titanic_model


@pytest.fixture
async def generation():
    made = Generation()
    yield made
    await made.close()


async def settled(generation: Generation) -> None:
    ended = asyncio.Event()
    end = generation.observe(lambda: generation.is_under_way or ended.set())
    async with asyncio.timeout(30):
        await ended.wait()
    end()


def ask(memory: DiskMemory, model: str = MODEL) -> Generate:
    return Generate(
        memory=str(memory.root), model=model, prompt="Once", tokens=5, temperature=0.8, top_k=40
    )


@pytest.fixture
def memory(tmp_path) -> DiskMemory:
    made = DiskMemory(tmp_path / "memory")
    made.save(titanic_model())
    return made


async def test_a_model_of_tables_says_that_it_writes_nothing(generation, memory):
    generation.begin(ask(memory))
    await settled(generation)
    assert generation.state == "failed"
    assert generation.error.code == "model_writes_nothing"
    generation.begin(ask(memory))
    assert generation.error is None
    await settled(generation)
    assert generation.error.code == "model_writes_nothing"


async def test_a_model_that_is_gone_is_said_to_be(generation, memory):
    generation.begin(ask(memory, "f" * 16))
    await settled(generation)
    assert generation.error.code == "model_unknown"


async def test_what_is_given_up_leaves_nothing(generation, memory):
    generation.begin(ask(memory))
    await generation.stop()
    assert generation.state == "idle"
    assert generation.text == ""


async def test_what_is_still_said_of_a_text_that_was_given_up_is_not_heard(
    generation, memory, when_told
):
    when_told(Failed, generation.cancel)
    generation.begin(ask(memory))
    await asyncio.wait([generation._task])
    assert (generation.state, generation.error) == ("idle", None)
