"""A task of one's own: a file says which columns count, and what is predicted."""

import asyncio
import csv
import random
import tempfile
from pathlib import Path

from disco_desktop.engine import Disco, check_data, find_task, load_dataset

TASK = Path(__file__).with_name("own_task.json")


def measure(path: Path) -> None:
    """Write a table such as somebody may have: two lengths and a kind."""
    chance = random.Random(1)
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["length", "width", "kind"])
        for _ in range(300):
            kind = chance.choice(["long", "round"])
            length = chance.gauss(6 if kind == "long" else 4, 0.7)
            table.writerow([f"{length:.2f}", f"{chance.gauss(3, 0.7):.2f}", kind])


with tempfile.TemporaryDirectory() as folder:
    data = Path(folder) / "petals.csv"
    measure(data)
    task = find_task(TASK)
    report = check_data(task, data)
    print(f"{report.usable_rows} of {report.rows} rows can be used: {report.balance}")
    result = asyncio.run(Disco(task, load_dataset(task, data)).fit())
print(f"accuracy on rows held out: {result.final_validation.accuracy:.1%}")
