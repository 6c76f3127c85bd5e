"""A terminal shows what is under way; a file gets plain lines."""

import os
import re
import struct
import subprocess
import sys

import pytest
from small_book import REPOSITORY

CODE = """
import time
from book.build import Display
with Display() as display:
    display.under_way("05_convergence", "cell 3 of 40")
    display.under_way("07_model_free", "cell 1 of 9")
    time.sleep(2.5)
    display.under_way("05_convergence", None)
    display.say("[1/2] 05_convergence  2.5 s")
    display.refresh()
"""


def test_a_terminal_shows_each_chapter_with_its_cell_and_a_running_clock():
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    environment = {**os.environ, "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-c", CODE], stdout=theirs, cwd=REPOSITORY, env=environment
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 100_000):
            shown += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert process.wait() == 0
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode())
    clocks = set(re.findall(r"0:00:0(\d) 05_convergence  cell 3 of 40", text))
    assert len(clocks) >= 2, "the screen changes while a cell runs"
    assert "07_model_free  cell 1 of 9" in text
    assert "[1/2] 05_convergence  2.5 s" in text
    last = text.rstrip().splitlines()[-2:]
    assert "07_model_free" in last[-1] and "05_convergence" not in "".join(last)


def test_a_file_gets_finished_lines_only(capsys):
    exec(CODE.replace("time.sleep(2.5)", ""), {})
    assert capsys.readouterr().out == "[1/2] 05_convergence  2.5 s\n"
