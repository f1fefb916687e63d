"""The worker: the process that owns a training, with torch, the client and its sockets.

`python -m disco_desktop.worker` reads commands from standard input and writes messages to what was
its standard output, as typed JSON, one a line (`app/processes/worker_messages.py`). Whatever a
library prints goes to standard error, so it cannot come between. When standard input closes the
application is gone, and the worker leaves too.
"""
