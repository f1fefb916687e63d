"""Wikitext: a small language model that learns to go on with a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disco_desktop.engine.task.gpt import GPT_SIZES
from disco_desktop.engine.task.provider import TaskProvider
from disco_desktop.engine.task.task import Adam, Collaboration, Display, Task, Training
from disco_desktop.engine.task.text import TextData
from disco_desktop.resource_files import resource

if TYPE_CHECKING:
    from pathlib import Path

_SUMMARY = "Learn to go on with a text, as large language models do, on a small scale."

_OVERVIEW = """\
A language model learns from running text: at each place it is to say which piece of a word comes \
next. Nobody has to label anything, so that any text will do: articles, reports, letters.

The texts of several people can be learnt from without anybody showing theirs. Each trains on its \
own, and only what the model has learnt is combined. Mind that a language model may repeat what it \
has read: whoever learns from confidential texts should not give the model away without thought.

The model is small, and so is what it says: after minutes of training on a few hundred pages it \
has picked up common words and phrases, and no sense. The sample texts are State of the Union \
addresses of presidents of the United States; WikiText, after which the task is called, is a \
collection of articles of Wikipedia that is used in research, and is not part of this program."""

_DATA_FORMAT = """\
One text file (.txt, in UTF-8), or a folder of such files, folders within it included. The files \
are read as running text, one after the other, and cut into blocks of 129 pieces of words, of \
which the model predicts all but the first. At least a few pages are needed."""

_MODEL = """\
A GPT-2 style network of the size gpt-nano: 3 layers with 3 heads each, 48 numbers a token, and a \
view of 128 tokens of GPT-2's vocabulary of 50,257. It has 4,915,728 parameters, nearly all in \
what leads from tokens to numbers and back."""


class WikitextProvider(TaskProvider):
    """Emits the task wikitext: running text, and which token comes next."""

    def get_task(self) -> Task:
        """Return the task.

        A batch of a single block, as this task is often given, makes steps that are mostly chance
        and slow; eight blocks a step train it better within the same epochs.
        """
        return Task(
            id="wikitext",
            display=Display(
                title="Wikitext",
                summary=_SUMMARY,
                overview=_OVERVIEW,
                data_format=_DATA_FORMAT,
                model=_MODEL,
            ),
            data=TextData(context=128),
            model=GPT_SIZES["gpt-nano"],
            training=Training(
                epochs=6,
                round_duration=2,
                batch_size=8,
                validation_split=0.1,
                optimizer=Adam(learning_rate=1e-3),
                largest_gradient=1.0,
            ),
            collaboration=Collaboration(
                scheme="federated", aggregation="mean", minimum_participants=2
            ),
        )

    def sample_data(self) -> Path:
        """Return the folder with eight addresses."""
        return resource("wikitext")
