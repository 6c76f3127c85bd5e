"""A submission that tries what it must not, and reports what it could do."""

import json
import os
from pathlib import Path

SCRIPT = "<script>alert('hostile')</script>"
MARK = "what a submission could do: "
# Each is a statement; it could be done where it raises nothing. Paths stand in braces.
ATTEMPTS = {
    "read the source": "open({source!r}).read()",
    "read the gradebook": "open({gradebook!r}, 'rb').read(1)",
    "read another submission": "open({other!r}).read()",
    "read the chapters": "open({chapter!r}).read()",
    "read a home": "open({home!r} + '/secret').read()",
    "read the environment of who grades": "os.environ['SECRET']",
    "see who grades": "open('/proc/{pid}/cmdline').read() == {words!r} or 1 / 0",
    "write into the source": "open({source!r} + '.stolen', 'w').write('x')",
    "write beside the gradebook": "open({gradebook!r} + '.stolen', 'w').write('x')",
    "write into another submission": "open({other!r} + '.stolen', 'w').write('x')",
    "write into a home": "open({home!r} + '/stolen', 'w').write('x')",
    "write into a library": "open(lqrlib.__file__ + '.stolen', 'w').write('x')",
    "connect to this machine": "socket.create_connection(('127.0.0.1', {port}), 5)",
    "run on": "run_on()",
}
# These work in the sandbox, too, on what is its own; what they do outside is looked at outside.
QUIET = """
open({temporary!r}, "w").write("x")
os.symlink({source!r}, "figure.png")
"""
SWAP = """
import os
os.remove("01_small.ipynb")
os.symlink({gradebook!r}, "01_small.ipynb")
"""
START = """
import json, os, socket, subprocess, sys
import lqrlib
from IPython.display import HTML, Markdown, display

def run_on():
    command = [sys.executable, "-c", "import time; time.sleep(600)", {mark!r}]
    no = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)  # nobody waits for it
    subprocess.Popen(command, start_new_session=True, **no)

could = {{}}
"""
ATTEMPT = """
try:
    {statement}
    could[{name!r}] = True
except Exception as problem:
    could[{name!r}] = False
"""
END = """
display(HTML({script!r}), Markdown({script!r}))
print({marked!r} + json.dumps(could))
"""


def hostile_code(**places):
    """The cell, with the places that it is after."""
    pid = os.getpid()
    places |= {"pid": pid, "words": Path(f"/proc/{pid}/cmdline").read_text()}
    parts = [START.format(**places)]
    for name, statement in ATTEMPTS.items():
        parts.append(ATTEMPT.format(name=name, statement=statement.format(**places)))
    return "".join([*parts, QUIET.format(**places), END.format(marked=MARK, script=SCRIPT)])


def reported(text):
    """What the submission could do, in what it printed."""
    (line,) = [each for each in text.splitlines() if each.startswith(MARK)]
    return json.loads(line.removeprefix(MARK))


def running(mark):
    """The processes of this machine with a mark among their words."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().split(b"\0")
        except OSError:  # it has ended
            continue
        if mark.encode() in words:
            found.append(int(place.parent.name))
    return found
