"""Train Titanic together: three participants and their server, all in this process."""

import asyncio

from disco_desktop.engine import Disco, Share, find_task, load_dataset, task_provider
from disco_desktop.server import Server

TASK, DATA = find_task("titanic"), task_provider("titanic").sample_data()


async def main() -> None:
    async with Server(TASK) as server:
        shares = [load_dataset(TASK, DATA, share=Share(number, 3)) for number in (1, 2, 3)]
        trainings = [Disco(TASK, share, server.address) for share in shares]
        results = await asyncio.gather(*(training.fit() for training in trainings))
    assert len({result.weights.sha256() for result in results}) == 1  # all hold the same model
    for result in results:
        print(f"accuracy on rows held out: {result.final_validation.accuracy:.1%}")


asyncio.run(main())
