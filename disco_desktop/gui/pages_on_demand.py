"""The application's services and pages; a page is made when one goes there first."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from disco_desktop.app.library.data import LastData
from disco_desktop.app.library.models import Library
from disco_desktop.app.library.profile import home_folder, memory_folder
from disco_desktop.app.library.settings import Preferences, SettingsFile
from disco_desktop.app.processes.assistant_job import DataCheck, ModelTest, Prediction
from disco_desktop.app.processes.generation import Generation
from disco_desktop.app.server.in_use import ServerInUse, TaskCatalogue
from disco_desktop.app.training.interrupted import Interrupted
from disco_desktop.app.training.known_keys import KnownKeys
from disco_desktop.app.training.session import CurrentSession
from disco_desktop.engine.memory.disk_memory import DiskMemory
from disco_desktop.gui.background_tasks import Errands
from disco_desktop.gui.pages.data import DataPage
from disco_desktop.gui.pages.help import HelpPage
from disco_desktop.gui.pages.leaves import LeavesPage
from disco_desktop.gui.pages.library import LibraryPage
from disco_desktop.gui.pages.model import ModelDetailsPage
from disco_desktop.gui.pages.page import Page
from disco_desktop.gui.pages.predict import PredictPage
from disco_desktop.gui.pages.settings import SettingsPage
from disco_desktop.gui.pages.task import TaskPage
from disco_desktop.gui.pages.tasks import TasksPage
from disco_desktop.gui.pages.test import TestPage
from disco_desktop.gui.pages.train import TrainPage
from disco_desktop.gui.pages.welcome import WelcomePage
from disco_desktop.gui.widgets.toasts import Toasts

if TYPE_CHECKING:
    from disco_desktop.engine.errors import DiscoError
    from disco_desktop.gui.shell import Shell

_AnyPage = TypeVar("_AnyPage", bound=Page)


class PagesOnDemand(QObject):
    """Gives each page the services that it needs.

    Attributes:
        page_made: emitted with each page before it is shown first.
    """

    page_made = Signal(object)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._errands = Errands(self._tell)
        self._last = LastData(home_folder())
        self.settings = SettingsFile(home_folder())
        self.server = ServerInUse(home_folder() / "server")
        self.catalogue = TaskCatalogue(self.server)
        self.current = CurrentSession()
        self.keys = KnownKeys(home_folder())
        self.interrupted = Interrupted()
        self.memory = DiskMemory(memory_folder())
        self.library = Library(self.memory)
        self.check, self.model_test, self.prediction = DataCheck(), ModelTest(), Prediction()
        self.generation = Generation()
        self.preferences = Preferences(self.settings)
        self.toasts = Toasts(shell.theme, shell.window)
        for name, attribute in (
            ("welcome", "welcome"), ("leaves", "leaves"), ("settings", "settings_page"),
            ("help", "help"), ("tasks", "tasks"), ("task", "task"), ("data", "data"),
            ("train", "train"), ("library", "models"), ("model", "model"), ("test", "test"),
            ("predict", "predict"),
        ):  # fmt: skip
            shell.window.offer_page(name, partial(getattr, self, attribute))

    def _tell(self, error: DiscoError) -> None:
        """Show what went wrong with something that a person asked for."""
        self._shell.window.tell(error)

    def _made(self, page: _AnyPage) -> _AnyPage:
        self.page_made.emit(page)
        return page

    @cached_property
    def welcome(self) -> WelcomePage:
        """The first page of the first run."""
        return self._made(
            WelcomePage(self._shell.theme, self.preferences, self.server, self._errands)
        )

    @cached_property
    def tasks(self) -> TasksPage:
        """What can be trained."""
        shell = self._shell
        return self._made(TasksPage(shell.theme, shell.navigator, self.catalogue, self._errands))

    @cached_property
    def task(self) -> TaskPage:
        """One of them."""
        return self._made(TaskPage(self._shell.theme))

    @cached_property
    def data(self) -> DataPage:
        """What is trained on."""
        return self._made(DataPage(self._shell.theme, self.check, self._last, self._errands))

    @cached_property
    def train(self) -> TrainPage:
        """The training."""
        return self._made(TrainPage(self._shell.theme, self.current, self.keys, self._errands))

    @cached_property
    def models(self) -> LibraryPage:
        """All models."""
        shell = self._shell
        return self._made(
            LibraryPage(shell.theme, shell.navigator, self.library, self._errands, self.toasts)
        )

    @cached_property
    def model(self) -> ModelDetailsPage:
        """One of them."""
        shell = self._shell
        return self._made(
            ModelDetailsPage(shell.theme, shell.navigator, self.library, self._errands, self.toasts)
        )

    @cached_property
    def test(self) -> TestPage:
        """How good a model is."""
        return self._made(
            TestPage(self._shell.theme, self.model_test, self.memory, self._last, self._errands)
        )

    @cached_property
    def predict(self) -> PredictPage:
        """What a model says."""
        return self._made(
            PredictPage(
                self._shell.theme, self.prediction, self.memory, self._last, self._errands,
                self.generation,
            )
        )  # fmt: skip

    @cached_property
    def leaves(self) -> LeavesPage:
        """What leaves this machine."""
        return self._made(LeavesPage(self._shell.theme, self._shell.navigator, self.current))

    @cached_property
    def settings_page(self) -> SettingsPage:
        """What can be set."""
        return self._made(
            SettingsPage(
                self._shell.theme, self.preferences, self.server, self.current, self._errands
            )
        )

    @cached_property
    def help(self) -> HelpPage:
        """What it all is."""
        return self._made(HelpPage(self._shell.theme, self._shell.navigator, self._errands))
