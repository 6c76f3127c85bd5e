"""A terminal shows what is under way; a file gets plain lines."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from book.progress import Display

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = """
import time
from book.progress import Display
with Display() as display:
    display.under_way("05_convergence", "cell 3 of 40")
    display.under_way("07_model_free", "cell 1 of 9")
    time.sleep(4.5)
    display.under_way("05_convergence", None)
    display.say("[1/2] 05_convergence  4.5 s")
    time.sleep(1)
"""


def test_a_terminal_shows_each_chapter_with_its_cell_and_a_running_clock() -> None:
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", CODE],
        stdout=theirs,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm"},
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 100_000)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
    os.close(ours)
    assert process.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode())
    clocks = {
        int(second) for second in re.findall(r"0:00:0(\d) 05_convergence  cell 3 of 40", text)
    }
    assert len(clocks) >= 3, "the screen changes while a cell runs"
    assert "07_model_free  cell 1 of 9" in text
    assert "[1/2] 05_convergence  4.5 s" in text
    last = text.rstrip().splitlines()[-2:]
    assert "07_model_free" in last[-1] and "05_convergence" not in "".join(last)


def test_a_file_gets_finished_lines_only(capsys: pytest.CaptureFixture[str]) -> None:
    with Display() as display:
        display.under_way("05_convergence", "cell 3 of 40")
        display.say("[1/2] 05_convergence  2.0 s")
        display.under_way("05_convergence", None)
    assert capsys.readouterr().out == "[1/2] 05_convergence  2.0 s\n"
