"""A terminal for a test: tmux without anybody at it. Keys go in by their names, the screen comes out as text. One tmux server for each terminal, which is
ended by its process id and takes nothing from the settings of who runs the test."""
import os
import re
import shlex
import signal
import subprocess
import tempfile
import time

from local_server import wait_for

SETTINGS = """set -g escape-time 0
set -g status off
set -g default-terminal tmux-256color
set -g history-limit 0
set -g exit-empty off
set -g set-clipboard on
"""


class Terminal:
    """command: a list. after: a shell command that is run when it has ended, on the same terminal."""

    def __init__(self, command, environment, cols=80, rows=24, before="", after=""):
        self.folder = tempfile.mkdtemp(prefix="cocanvas-tmux-")
        self.socket, settings = os.path.join(self.folder, "tmux"), os.path.join(self.folder, "conf")
        self.pid_file, self.code_file = os.path.join(self.folder, "pid"), os.path.join(self.folder, "code")
        with open(settings, "w", encoding="utf-8") as f:
            f.write(SETTINGS)
        words = shlex.join(command)
        # The shell tells the exit code, and stays, so that one can see what became of the terminal.
        script = (f"{before or ':'}; sh -c 'echo $$ >{self.pid_file}; exec \"$@\"' sh {words}; echo $? >{self.code_file}; {after or ':'}; exec tail -f /dev/null")
        self.environment = {k: v for k, v in environment.items() if k not in ("TMUX", "TMUX_PANE", "TERM")}
        self.tmux("-f", settings, "new-session", "-d", "-x", str(cols), "-y", str(rows), "sh", "-c", script)
        self.server = int(self.tmux("display-message", "-p", "#{pid}"))

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-S", self.socket, *words], env=self.environment, capture_output=True, check=False)
        if done.returncode:
            raise AssertionError(f"tmux {words}: {done.stderr.decode()}")
        return done.stdout.decode()

    def close(self):
        try:
            os.kill(self.server, signal.SIGKILL)
        except ProcessLookupError:
            pass
        if os.path.exists(self.pid_file):
            try:
                os.kill(self.pid(), signal.SIGKILL)
            except ProcessLookupError:
                pass
        subprocess.run(["rm", "-rf", self.folder], check=False)

    def pid(self):
        def known():
            with open(self.pid_file, encoding="utf-8") as f:
                return f.read().strip()
        wait_for(lambda: os.path.exists(self.pid_file) and known(), "the program's start")
        return int(known())

    def code(self):
        """The exit code, when the program has ended."""
        def known():
            with open(self.code_file, encoding="utf-8") as f:
                return f.read().strip()
        wait_for(lambda: os.path.exists(self.code_file) and known(), "the program's end")
        return int(known())

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def keys(self, *names):
        """tmux' names: Enter, Escape, C-c, Up, F1, or characters."""
        self.tmux("send-keys", *names)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def resize(self, cols, rows):
        self.tmux("resize-window", "-x", str(cols), "-y", str(rows))

    def ask(self, form):
        return self.tmux("display-message", "-p", form).strip()

    def wait(self, pattern, seconds=30):
        """Until the screen shows it; gives the screen."""
        end = time.monotonic() + seconds
        while True:
            shown = self.screen()
            if re.search(pattern, shown):
                return shown
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain for /{pattern}/ on\n{shown}")
            time.sleep(0.02)

    def wait_gone(self, pattern, seconds=30):
        wait_for(lambda: not re.search(pattern, self.screen()), f"the end of /{pattern}/", seconds)
