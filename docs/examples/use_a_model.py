"""Keep a model, then test it and predict with it, as another program would."""

import asyncio
import tempfile
from pathlib import Path

from disco_desktop.engine import (
    Disco,
    DiskMemory,
    Validator,
    find_task,
    load_dataset,
    load_labelled,
    load_unlabelled,
    task_provider,
)

task, data = find_task("titanic"), task_provider("titanic").sample_data()

with tempfile.TemporaryDirectory() as folder:
    memory = DiskMemory(Path(folder))
    training = Disco(task, load_dataset(task, data), memory=memory, name="My model")
    asyncio.run(training.fit())

    model = memory.load("My model")
    validator = Validator(model.task, model.weights)
    tested = load_labelled(model.task, data, model.preprocessing)
    print(f"accuracy on all rows: {validator.test(tested.samples).accuracy:.1%}")
    passengers = load_unlabelled(model.task, data, model.preprocessing)
    said = validator.predict(passengers.samples)
    first = model.task.data.labels[said.prediction[0]]
    print(f"the first passenger: {first} (probability {said.probability[0]:.0%})")
