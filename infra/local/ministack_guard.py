"""Runs MiniStack, unmodified, and stops it in order when its starter is gone.

The starter holds the other end of this process's standard input. Whatever ends the starter, even `kill -9`, closes
that pipe; MiniStack then gets the SIGTERM on which it writes its state to disk. So no engine outlives `cargo xtask`,
and none of it needs a Linux-only parent-death signal.
"""

import os
import runpy
import signal
import threading


def stop_when_the_starter_is_gone() -> None:
    """Block until standard input ends, then ask this process to stop."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=stop_when_the_starter_is_gone, daemon=True).start()
    runpy.run_module("ministack", run_name="__main__", alter_sys=True)
