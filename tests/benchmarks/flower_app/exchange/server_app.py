"""The server: federated averaging that notes when its rounds begin and end."""

import json
import time
from pathlib import Path

import numpy as np
from flwr.app import ArrayRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import FedAvg

app = ServerApp()


class TimedFedAvg(FedAvg):
    """Notes when a round's messages are made and when its model is."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.began: list[float] = []
        self.ended: list[float] = []

    def configure_train(self, *arguments, **options):
        self.began.append(time.monotonic())
        return super().configure_train(*arguments, **options)

    def aggregate_train(self, *arguments, **options):
        result = super().aggregate_train(*arguments, **options)
        self.ended.append(time.monotonic())
        return result


@app.main()
def main(grid: Grid, context: Context) -> None:
    config = context.run_config
    participants = int(config["participants"])
    strategy = TimedFedAvg(
        fraction_train=1.0,
        fraction_evaluate=0.0,
        min_train_nodes=participants,
        min_available_nodes=participants,
    )
    model = ArrayRecord([np.zeros(int(config["elements"]), np.float32)])
    strategy.start(grid=grid, initial_arrays=model, num_rounds=int(config["rounds"]))
    seconds = [end - begin for begin, end in zip(strategy.began, strategy.ended, strict=True)]
    Path(str(config["times"])).write_text(json.dumps(seconds))
