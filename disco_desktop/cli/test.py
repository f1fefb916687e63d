"""`disco test`: how good a model is on data whose outcome is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from disco_desktop.app.library.class_figures import class_figures
from disco_desktop.app.library.profile import memory_folder
from disco_desktop.app.processes.child_end import lasting_imports
from disco_desktop.app.words.inert_text import inert
from disco_desktop.app.words.sentences import DATA_HELP
from disco_desktop.cli import commands
from disco_desktop.cli.commands import existing_path
from disco_desktop.cli.output import (
    STANDARD_OUTPUT,
    Output,
    add_json_option,
    left_out_json,
    percent,
    print_left_out,
    write_json,
)
from disco_desktop.engine.events import Metrics
from disco_desktop.engine.task.text import TextData
from disco_desktop.engine.validation.figures import NumberFigures
from disco_desktop.translation import tr

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from disco_desktop.engine.dataset.samples import LoadedTable
    from disco_desktop.engine.memory.stored_model import StoredModel
    from disco_desktop.engine.task.task import Task
    from disco_desktop.engine.validation.figures import ClassifierFigures
    from disco_desktop.engine.validation.validator import NumberTestResult, TestResult, TextMetrics

NOTHING = "-"  # stands where there is nothing to divide by


def add_command(parsers: commands.Commands) -> None:
    """Add the command."""
    parser = commands.add_command(
        parsers, "test", run, tr("test a model on data with known outcomes")
    )
    parser.add_argument(
        "model",
        metavar="MODEL",
        help=tr("a model's name or id, as `disco models` lists them, or a file"),
    )
    parser.add_argument(
        "--data", required=True, type=existing_path, metavar="PATH",
        help=tr(DATA_HELP),
    )  # fmt: skip
    add_json_option(parser)


def run(arguments: Namespace) -> int:
    """Print loss, accuracy and what was taken for what."""
    from disco_desktop.engine.dataset.dataset import load_labelled
    from disco_desktop.engine.memory.disk_memory import DiskMemory

    model = DiskMemory(memory_folder()).load(arguments.model)
    loaded = load_labelled(model.task, arguments.data, model.preprocessing)
    samples = loaded.samples
    # What is wrong with model or data is said at once, before torch is loaded.
    with lasting_imports():
        from disco_desktop.engine.validation.validator import Validator

    validator = Validator(model.task, model.weights)
    if isinstance(model.task.data, TextData):
        return _tell_of_texts(arguments, model, loaded, validator.measure(samples))
    result = validator.test(samples)
    if arguments.json is not None:
        write_json(arguments.json, _as_json(model, result) | left_out_json(loaded))
    if arguments.json != STANDARD_OUTPUT:
        output = Output()
        output.say(
            tr("{name}, on {samples} samples").format(
                name=inert(model.record.name), samples=result.samples
            )
        )
        print_left_out(output, model.task, loaded)
        if isinstance(result.figures, NumberFigures):
            print_errors(output, model.task, result.loss, result.figures)
        else:
            _print_classified(output, model.task, result)
    return 0


def _tell_of_texts(
    arguments: Namespace, model: StoredModel, loaded: LoadedTable, metrics: TextMetrics
) -> int:
    """Print how well the next token is predicted."""
    figures = {
        "model": model.record.name,
        "task": model.task.id,
        "samples": metrics.samples,
        "loss": metrics.loss,
        "perplexity": metrics.perplexity,
        "accuracy": metrics.accuracy,
    }
    if arguments.json is not None:
        write_json(arguments.json, figures | left_out_json(loaded))
    if arguments.json != STANDARD_OUTPUT:
        output = Output()
        output.say(
            tr("{name}, on {samples} blocks of text").format(
                name=inert(model.record.name), samples=metrics.samples
            )
        )
        print_left_out(output, model.task, loaded)
        output.say(
            tr(
                "perplexity {perplexity:,.1f}, loss {loss:.4f} per token, accuracy {accuracy}"
            ).format(
                perplexity=metrics.perplexity, loss=metrics.loss, accuracy=percent(metrics.accuracy)
            ),
            style="bold",
        )
    return 0


def print_errors(output: Output, task: Task, loss: float, figures: NumberFigures) -> None:
    """Print how far predicted numbers are from the true ones."""
    unit = inert(f" {figures.unit}".rstrip())
    output.say(
        tr(
            "{predicts}: {mean_absolute_error:.4g}{unit} away from the truth on average; "
            "loss {loss:.4f}"
        ).format(
            predicts=inert(task.data.predicts),
            mean_absolute_error=figures.mean_absolute_error,
            unit=unit,
            loss=loss,
        ),
        style="bold",
    )
    output.say()
    explained = NOTHING if figures.r2 is None else f"{figures.r2:.3f}"
    output.table(
        [tr("Mean absolute error"), tr("Root mean squared error"), "R²"],
        [
            [
                f"{figures.mean_absolute_error:.4g}{unit}",
                f"{figures.root_mean_squared_error:.4g}{unit}",
                explained,
            ]
        ],
    )


def _print_classified(output: Output, task: Task, result: TestResult) -> None:
    metrics = Metrics(loss=result.loss, accuracy=result.accuracy, samples=result.samples)
    print_confusion(output, task, metrics, result.confusion)
    print_classes(output, task, result.confusion, result.figures)


def print_confusion(
    output: Output, task: Task, metrics: Metrics, confusion: Sequence[Sequence[int]]
) -> None:
    """Print the figures of a test, and what was taken for what."""
    output.say(
        tr("accuracy {accuracy}, loss {loss:.4f}").format(
            accuracy=percent(metrics.accuracy), loss=metrics.loss
        ),
        style="bold",
    )
    labels = [inert(label) for label in task.data.labels]
    output.say()
    output.table(
        ["", *(f"predicted {label}" for label in labels)],
        [[f"truly {label}", *map(str, row)] for label, row in zip(labels, confusion, strict=True)],
    )


def print_classes(
    output: Output,
    task: Task,
    confusion: Sequence[Sequence[int]],
    figures: ClassifierFigures,
) -> None:
    """Print how good the model is on each class, and whether it is as sure as it should be."""
    output.say()
    output.table(
        ["", tr("Precision"), tr("Recall"), "F1", tr("AUC"), tr("Samples")],
        [
            [
                label,
                *map(_share, (one.precision, one.recall, one.f1)),
                NOTHING if area is None else f"{area:.3f}",
                str(one.samples),
            ]
            for label, one, area in zip(
                task.data.labels, class_figures(confusion), figures.auc, strict=True
            )
        ],
    )
    output.say()
    output.say(
        tr(
            "calibration error {calibration_error}: the average gap between the model's "
            "confidence and its accuracy"
        ).format(calibration_error=percent(figures.calibration_error))
    )


def _share(value: float | None) -> str:
    return NOTHING if value is None else percent(value)


def _as_json(model: StoredModel, result: TestResult | NumberTestResult) -> dict[str, object]:
    common = {
        "model": model.record.name,
        "task": model.task.id,
        "samples": result.samples,
        "loss": result.loss,
        "accuracy": result.accuracy,
    }
    if isinstance(result.figures, NumberFigures):
        figures = structs.asdict(result.figures)
        return {**common, "outcome": model.task.data.predicts, **figures}
    return {**common, **_classes(model, result)}


def _classes(model: StoredModel, result: TestResult) -> dict[str, object]:
    figures = result.figures
    return {
        "labels": model.task.data.labels,
        "confusion": result.confusion,
        "classes": [
            {
                "label": label,
                "precision": one.precision,
                "recall": one.recall,
                "f1": one.f1,
                "auc": area,
                "samples": one.samples,
            }
            for label, one, area in zip(
                model.task.data.labels, class_figures(result.confusion), figures.auc, strict=True
            )
        ],
        "mean_auc": figures.mean_auc,
        "calibration_error": figures.calibration_error,
        "reliability": [structs.asdict(one) for one in figures.reliability],
    }
