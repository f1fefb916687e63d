"""Train Titanic alone, on this computer: a task, its data, and a training."""

import asyncio

from disco_desktop.engine import Disco, find_task, load_dataset, task_provider

task = find_task("titanic")
dataset = load_dataset(task, task_provider("titanic").sample_data())
result = asyncio.run(Disco(task, dataset).fit())
print(f"accuracy on rows held out: {result.final_validation.accuracy:.1%}")
