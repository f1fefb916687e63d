"""The application put together: what leads from one page to the other, and its end."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from disco_desktop.app.library.data import find_sample
from disco_desktop.app.library.settings import ServerChoice
from disco_desktop.app.training.folder import TrainingFolder
from disco_desktop.app.training.plan import make_plan, with_settings
from disco_desktop.app.training.selection import Journey
from disco_desktop.app.words.inert_text import inert
from disco_desktop.engine.errors import StorageError, TaskError
from disco_desktop.engine.task.protection import LessProtectionError
from disco_desktop.gui.dialogs.closing import CloseQuestion
from disco_desktop.gui.dialogs.protection import ProtectionDialog
from disco_desktop.gui.pages.data import DataPage
from disco_desktop.gui.pages.library import LibraryPage
from disco_desktop.gui.pages.model import ModelDetailsPage
from disco_desktop.gui.pages.task import TaskPage
from disco_desktop.gui.pages.tasks import TasksPage
from disco_desktop.gui.pages.train import TrainPage
from disco_desktop.gui.pages.welcome import WelcomePage
from disco_desktop.gui.pages_on_demand import PagesOnDemand
from disco_desktop.gui.widgets.chips import ServerChip, SessionChip
from disco_desktop.gui.widgets.stepper import TaskBar, steps_of
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from disco_desktop.app.training.selection import CheckedData
    from disco_desktop.gui.main_window import Place
    from disco_desktop.gui.pages.page import Page
    from disco_desktop.gui.shell import Shell

_ON_THE_WAY = ("task", "data", "train")
_WITH_MODEL = ("test", "predict")


class Desktop(PagesOnDemand):
    """Leads from one page to the other, carries out what is asked, and closes all in order."""

    def __init__(self, shell: Shell, server_url: str | None) -> None:
        super().__init__(shell)
        self._server_url = server_url
        self._closing = asyncio.Event()
        self._was_over = True
        self._journeys: dict[str, Journey] = {}
        shell.theme.choose(self.settings.current.theme)
        self.task_bar = TaskBar(shell.theme, shell.navigator)
        shell.sidebar.show_below(SessionChip(self.current, shell.navigator))
        shell.sidebar.show_below(ServerChip(shell.theme, self.server, self.catalogue))
        shell.window.show_above(self.task_bar)
        self._connect()

    def _connect(self) -> None:
        navigator, home = self._shell.navigator, self._shell.home
        self._shell.window.close_asked.connect(self._ask_before_closing)
        home.try_it.connect(lambda: self._errands.run(self._try_it()))
        home.participate.connect(lambda: navigator.go("tasks"))
        home.use_model.connect(lambda: navigator.go("library"))
        home.go_on.connect(lambda task_id: self._errands.run(self._go_on(task_id)))
        self.page_made.connect(self._connect_page)
        self.server.observe(lambda: self._errands.run(self.catalogue.refresh()))
        self.interrupted.observe(self._interrupted_changed)
        self.current.observe(self._session_changed)
        self.task_bar.stepper.chosen.connect(self._go_to_step)
        navigator.moved.connect(self._show_place)

    def _connect_page(self, page: Page) -> None:
        """Lead from a page to what comes after it."""
        navigator = self._shell.navigator
        match page:
            case WelcomePage():
                page.done.connect(lambda: navigator.go("home"))
            case TasksPage():
                page.retry.connect(lambda: self._errands.run(self._try_server_again()))
            case TaskPage():
                page.go_on.connect(lambda task_id: navigator.go("data", task_id))
            case DataPage():
                page.chosen.connect(self._data_chosen)
                page.go_on.connect(lambda task_id: navigator.go("train", task_id))
            case TrainPage():
                self._connect_training(page)
            case LibraryPage() | ModelDetailsPage():
                page.go_on.connect(self._go_to_task_of)
        if isinstance(page, TrainPage | LibraryPage | ModelDetailsPage):
            page.test_model.connect(lambda model_id: navigator.go("test", model_id))
            page.use_model.connect(lambda model_id: navigator.go("predict", model_id))

    def _connect_training(self, page: TrainPage) -> None:
        navigator = self._shell.navigator
        page.start.connect(lambda: self._errands.run(self._start()))
        page.go_on.connect(lambda: self._errands.run(self._go_on(navigator.place.subject)))
        page.pause.connect(lambda: self._with_session("pause"))
        page.resume.connect(lambda: self._with_session("resume"))
        page.stop.connect(lambda: self._with_session("stop"))
        page.show_model.connect(lambda model_id: navigator.go("model", model_id))

    async def run(self) -> None:
        """Serve until the window is closed, then end everything in order."""
        chosen = self.settings.current.server
        if self._server_url is not None:
            chosen = ServerChoice(self._server_url)
        try:
            if self._server_url is None and not self.settings.current.is_set_up:
                self._shell.navigator.go("welcome")
            await self.server.use(chosen)
            self._show_place(self._shell.navigator.place)
            await self.interrupted.look()
            await self._closing.wait()
        finally:
            await self._close()

    def close(self) -> None:
        """End, whatever is under way: it can be continued next time."""
        self._closing.set()

    def _ask_before_closing(self) -> None:
        """Close at once where nothing is under way; else ask, with what it would mean."""
        session = self.current.session
        if session is None or not session.is_under_way:
            self.close()
            return
        question = CloseQuestion(session.folder.plan.scheme != "local", self._shell.window)
        question.accepted.connect(self.close)
        question.open()

    async def _keep_placement(self) -> None:
        placement = self._shell.window.placement
        if placement != self.settings.current.window:
            with contextlib.suppress(StorageError):  # the window is closed all the same
                await self.preferences.change(window=placement)

    async def _close(self) -> None:
        """Session and workers first, then the server that they talk with."""
        self._shell.window.begin_closing()
        await self._errands.close()
        await self._keep_placement()
        await self.current.close()
        for job in (self.check, self.model_test, self.prediction, self.generation):
            await job.close()
        await self.library.close()
        await self.server.close()
        self._shell.window.really_close()

    # --- the way through a task

    def _show_place(self, place: Place) -> None:
        if place.page in _ON_THE_WAY:
            self._errands.run(self._show_task(place))
        elif not self._show_steps(place):
            self.task_bar.hide()

    async def _show_task(self, place: Place) -> None:
        journey = await self._journey(place.subject)
        if place != self._shell.navigator.place:
            return
        self._show_steps(place)
        if place.page == "task":
            self.task.show_journey(journey)
            self._errands.run(self.current.warm_up())
        elif place.page == "data":
            self.data.show_task(journey.task)
        elif place.page == "train":
            self._errands.run(self.current.warm_up())
            self._show_training(journey)

    async def _journey(self, task_id: str) -> Journey:
        """Return the way through a task, begun where it was not."""
        await self.catalogue.wait_until_loaded()
        task = await self.catalogue.task(task_id)
        journey = self._journeys.get(task_id)
        if journey is None or journey.task.digest != task.digest:
            journey = Journey(task)
            journey.observe(self._journey_changed)
            self._journeys[task_id] = journey
        return journey

    def _journey_changed(self) -> None:
        self._show_steps(self._shell.navigator.place)

    def _data_chosen(self, data: CheckedData) -> None:
        journey = self._journeys.get(data.task_id)
        if journey is not None:
            journey.choose_data(data.path, data.report)

    async def _try_it(self) -> None:
        """Go to the training of the first task with sample data, all of it made ready."""
        await self.catalogue.wait_until_loaded()
        # A table is trained on within seconds, and the first training is to show how it goes.
        for summary in sorted(self.catalogue.summaries, key=lambda one: one.data != "tabular"):
            journey = await self._journey(summary.id)
            sample = await asyncio.to_thread(find_sample, journey.task)
            if sample is not None:
                journey.choose_company("practice")
                self._shell.navigator.go("data", summary.id)
                self.data.show_task(journey.task)
                self.data.choose(sample.folder)
                return
        raise TaskError("no_sample_data")

    def _together(self) -> str:
        address = self.server.address
        if self.server.is_here:
            return tr("Via the server on this computer. Others on this computer can join.")
        return tr("Via the server {address}.").format(
            address=inert(address.url) if address else "?"
        )

    def _journey_at(self, place: Place) -> Journey | None:
        """Return the way that a place is on: that of its task, or of the model trained on it."""
        if place.page in _ON_THE_WAY:
            return self._journeys.get(place.subject)
        if place.page not in _WITH_MODEL:
            return None
        journeys = self._journeys.values()
        return next((one for one in journeys if one.model_id == place.subject), None)

    def _show_steps(self, place: Place) -> bool:
        """Show where one is on the way through a task, if one is on any."""
        journey = self._journey_at(place)
        if journey is None:
            return False
        self.task_bar.show_steps(steps_of(journey, self.current), place.page)
        return True

    def _go_to_step(self, step: str) -> None:
        journey = self._journey_at(self._shell.navigator.place)
        if journey is None:
            return
        if step in _ON_THE_WAY:
            self._shell.navigator.go(step, journey.task.id)
        elif journey.model_id is not None:
            self._shell.navigator.go(step, journey.model_id)

    def _go_to_task_of(self, model_id: str) -> None:
        record = self.library.record(model_id)
        if record is not None:
            self._shell.navigator.go("task", record.task_id)

    # --- the training

    async def _start(self, *, accepts_less: bool = False) -> None:
        journey = await self._journey(self._shell.navigator.place.subject)
        name = f"{journey.task.display.title}"
        wishes = journey.wishes(self.server, save_as=name, accepts_less_protection=accepts_less)
        try:
            plan = await make_plan(wishes)
        except LessProtectionError as error:
            dialog = ProtectionDialog(error, self._shell.window)
            dialog.accepted.connect(lambda: self._errands.run(self._start(accepts_less=True)))
            dialog.open()
            return
        plan = with_settings(plan, self.settings.current)
        folder = await asyncio.to_thread(TrainingFolder.begin, plan)
        self.current.begin(folder)
        self._show_training(journey)

    def _show_training(self, journey: Journey) -> None:
        can_go_on = self.interrupted.of_task(journey.task.id) is not None
        self.train.show_journey(journey, together=self._together(), can_go_on=can_go_on)

    async def _go_on(self, task_id: str) -> None:
        """Go on with a training that was interrupted or stopped."""
        path = self.interrupted.of_task(task_id)
        if path is None:
            return
        folder = await self.interrupted.take_up(path)
        self.current.begin(folder, is_resuming=True)
        self._shell.navigator.go("train", task_id)
        self._show_training(await self._journey(task_id))

    def _with_session(self, action: str) -> None:
        session = self.current.session
        if session is not None:
            self._errands.run(getattr(session, action)())

    def _interrupted_changed(self) -> None:
        plans = list(self.interrupted.plans.values())
        latest = plans[0] if plans else None
        self._shell.home.offer_to_go_on(
            latest.task.id if latest else "", inert(latest.task.display.title) if latest else ""
        )
        place = self._shell.navigator.place
        journey = self._journeys.get(place.subject)
        if place.page == "train" and journey is not None:
            self._show_training(journey)

    def _session_changed(self) -> None:
        session = self.current.session
        is_over = session is not None and not session.is_under_way
        if is_over and not self._was_over:
            self._errands.run(self.interrupted.look())
        self._was_over = is_over
        if session is None or session.finished is None or session.finished.model is None:
            return
        journey = self._journeys.get(session.folder.plan.task.id)
        if journey is not None and journey.model_id != session.finished.model.id:
            journey.choose_model(session.finished.model.id)

    async def _try_server_again(self) -> None:
        await self.server.try_again()
        await self.catalogue.refresh()
