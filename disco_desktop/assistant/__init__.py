"""The assistant: a process that reads somebody's data and models for the window.

`python -m disco_desktop.assistant` reads requests from standard input and writes answers to what
was its standard output, as typed JSON, one a line (`app/processes/assistant_messages.py`). It
checks data, tests a model or predicts with it, and then hands out the rows page by page. torch is
loaded only where a model is run.
"""
