from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtCore import QObject

from disco_desktop.gui.application import GarbageCollection


@pytest.fixture
def collection(qapp):
    gc.unfreeze()  # the tests leave themselves out, too
    parent = QObject()
    yield GarbageCollection(parent)
    parent.deleteLater()
    gc.freeze()


class Cycle:
    def __init__(self, ended: list[threading.Thread]) -> None:
        self.itself = self
        self.ended = ended

    def __del__(self) -> None:
        self.ended.append(threading.current_thread())


def test_cycles_end_in_this_thread_alone(collection):
    ended = []

    def waste() -> None:
        for _ in range(20_000):
            Cycle(ended)

    elsewhere = threading.Thread(target=waste)
    elsewhere.start()
    elsewhere.join()
    assert ended == []
    collection.collect_what_is_due()
    assert len(ended) > 10_000
    assert set(ended) == {threading.current_thread()}


def test_what_the_window_begins_with_is_left_out(collection, qtbot):
    assert gc.get_freeze_count() == 0
    qtbot.waitUntil(lambda: gc.get_freeze_count() > 1_000)
    assert not gc.isenabled()


def test_nothing_is_collected_before_it_is_due(collection):
    gc.collect()
    ended = []
    Cycle(ended)
    collection.collect_what_is_due()
    assert ended == []
