"""Runs a command and writes, as JSON, what it and all its descendants cost by the kernel's account at their end.

    python3 rusage.py <result file> <command> [argument ...]

Node has no wait4. SIGTERM is handed on to the command. Exits with the command's code.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import time

result, command = sys.argv[1], sys.argv[2:]
bytes_per_unit = 1024
if sys.platform == "linux":
    # PR_SET_CHILD_SUBREAPER: a descendant that outlives its parent becomes ours, so that it is waited for and counted
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
else:
    bytes_per_unit = 1

started = time.monotonic()
# Python ignores SIGPIPE, which a child would inherit
child = os.posix_spawnp(command[0], command, os.environ, setsigdef=[signal.SIGPIPE, signal.SIGTERM])
signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
code = 1
wall = 0.0
while True:
    try:
        pid, status = os.wait()
    except ChildProcessError:
        break
    if pid == child:
        wall = time.monotonic() - started
        code = os.waitstatus_to_exitcode(status)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(result, "w") as file:
    json.dump(
        {
            "code": code,
            "wallSeconds": wall,
            "userSeconds": usage.ru_utime,
            "systemSeconds": usage.ru_stime,
            "peakRssBytes": usage.ru_maxrss * bytes_per_unit,
        },
        file,
    )
sys.exit(code if code >= 0 else 128 - code)
