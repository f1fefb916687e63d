from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from disco_desktop.app.library.profile import memory_folder, trainings_folder
from disco_desktop.app.processes.worker_messages import Finished, Happened, Started, TrafficCounted
from disco_desktop.app.training.folder import LARGEST_NUMBER, TrainingFolder
from disco_desktop.app.training.plan import TrainingPlan, Wishes, make_plan
from disco_desktop.engine.errors import StorageError
from disco_desktop.engine.events import EpochTrained, Metrics, StatusChanged
from disco_desktop.engine.memory.disk_memory import DiskMemory

WISHES = Wishes(task="titanic", data=Path("data.csv"), users=2, epochs=4)
FIGURES = Metrics(loss=0.5, accuracy=0.75, samples=8)


async def plan(wishes: Wishes = WISHES) -> TrainingPlan:
    return await make_plan(wishes)


def code_of_looking_for(wishes: Wishes) -> str:
    with pytest.raises(StorageError) as raised:
        TrainingFolder.find_interrupted(wishes)
    return raised.value.code


async def test_an_interrupted_training_is_found_with_its_plan() -> None:
    with TrainingFolder.begin(await plan()) as begun:
        begun.keep_session(3)
    with TrainingFolder.find_interrupted(Wishes(task="titanic", data=Path("data.csv"))) as found:
        assert (found.path, found.plan, found.session) == (begun.path, begun.plan, 3)


async def test_one_that_was_planned_differently_is_not_gone_on_with() -> None:
    TrainingFolder.begin(await plan()).__exit__()
    other = msgspec.structs.replace(WISHES, epochs=5)
    with pytest.raises(StorageError) as raised:
        TrainingFolder.find_interrupted(other)
    assert (raised.value.code, raised.value.arguments) == ("resume_differs", {"option": "--epochs"})


async def test_every_wish_that_may_differ_has_an_option_to_be_told_by() -> None:
    contradicting = {
        "users": 3, "same_data": True, "scheme": "local", "server": "https://other.example.org",
        "fingerprint": None, "epochs": 5, "round_duration": 3, "batch_size": 7, "keeps": "best",
        "seed": 8, "relay_only": True, "peer_port": 4711,
        "save_as": "Another",
    }  # fmt: skip
    TrainingFolder.begin(await plan()).__exit__()
    for name in set(Wishes.__struct_fields__) - {
        "task", "data", "fingerprint", "accepts_less_protection",
    }:  # fmt: skip
        wishes = Wishes(task="titanic", data=Path("data.csv"), **{name: contradicting[name]})
        assert code_of_looking_for(wishes) == "resume_differs"


async def test_none_is_found_while_it_is_trained_nor_after_it_is_done() -> None:
    assert code_of_looking_for(WISHES) == "nothing_to_resume"
    with TrainingFolder.begin(await plan()) as folder:
        assert code_of_looking_for(WISHES) == "nothing_to_resume"
        folder.discard()
    assert code_of_looking_for(WISHES) == "nothing_to_resume"
    assert list(trainings_folder().iterdir()) == []


async def test_discarding_throws_the_checkpoints_away() -> None:
    with TrainingFolder.begin(await plan()) as folder:
        slot = DiskMemory(memory_folder()).checkpoint_slot(folder.slot(2))
        slot.hold()
        slot.write({}, {})
        slot.release()
        folder.discard()
    assert list((memory_folder() / "checkpoints").iterdir()) == []


async def test_of_many_the_oldest_go_and_those_that_train_stay() -> None:
    with TrainingFolder.begin(await plan()) as training:
        for _ in range(LARGEST_NUMBER + 5):
            TrainingFolder.begin(await plan()).__exit__()
        folders = list(trainings_folder().iterdir())
        assert training.path in folders
        assert len(folders) <= LARGEST_NUMBER + 1


async def test_a_plan_of_another_version_is_passed_over() -> None:
    with TrainingFolder.begin(await plan()) as folder:
        (folder.path / "plan.json").write_text('{"schema_version": 99}')
    assert code_of_looking_for(WISHES) == "nothing_to_resume"


async def test_what_a_finished_participant_reported_is_kept() -> None:
    epoch = EpochTrained(
        round=1, epoch=1, epochs=1, training=FIGURES, validation=FIGURES, seconds=1, peak_memory=0
    )
    reports = [
        Started(node="a" * 16, session=1, training=8, validation=2),
        Happened(event=StatusChanged(status="local training")),
        Happened(event=epoch),
        Finished(weights_sha256="b" * 64, validation=FIGURES),
    ]
    with TrainingFolder.begin(await plan()) as folder:
        for report in reports:
            folder.keep_report(2, report)
        folder.keep_report(1, reports[0])
    with TrainingFolder.find_interrupted(WISHES) as found:
        assert found.finished_reports() == {2: [reports[0], *reports[2:]]}


async def test_what_comes_before_the_first_report_is_no_obstacle() -> None:
    """A worker that is refused at the door counts its bytes before it has anything to report."""
    traffic = TrafficCounted(traffic={})
    with TrainingFolder.begin(await plan()) as folder:
        folder.keep_report(1, traffic)
        folder.keep_report(1, traffic)
        assert folder.finished_reports() == {}


async def test_with_the_bundled_server_the_keys_are_the_trainings_own() -> None:
    with TrainingFolder.begin(await plan()) as folder:
        files = folder.identity_files()
    assert [file.parent for file in files] == [folder.path, folder.path]
    assert len(set(files)) == 2


async def test_elsewhere_the_installations_keys_are_used_by_one_training_at_a_time() -> None:
    elsewhere = msgspec.structs.replace(await plan(), server="https://disco.example.org")
    with TrainingFolder.begin(elsewhere) as first, TrainingFolder.begin(elsewhere) as second:
        used = first.identity_files() + second.identity_files()
        assert len(set(used)) == 4
        second_files = second.identity_files()
    wishes = msgspec.structs.replace(WISHES, server="https://disco.example.org/")
    with TrainingFolder.find_interrupted(wishes) as found:
        expected = second_files if found.path == second.path else used[:2]
        assert found.identity_files() == expected


async def test_keys_that_somebody_else_took_up_meanwhile_are_not_shared() -> None:
    elsewhere = msgspec.structs.replace(await plan(), server="https://disco.example.org")
    with TrainingFolder.begin(elsewhere) as interrupted:
        interrupted.identity_files()
    again = msgspec.structs.replace(WISHES, server="https://disco.example.org")
    with TrainingFolder.find_interrupted(again) as found:
        with TrainingFolder.begin(elsewhere) as quicker:
            quicker.identity_files()
            with pytest.raises(StorageError) as raised:
                found.identity_files()
        assert raised.value.code == "training_already_running"
        assert len(found.identity_files()) == 2
