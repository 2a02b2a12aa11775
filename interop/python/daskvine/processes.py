"""One process of an embedded cluster: its pipe, its log, its end."""

import os
import subprocess

from daskvine.interrupts import deferred

_LOG_LINES = 20
_LOG_BYTES = 8192


class Process:
    """A `daskvine` program that lives as long as its standard input is open.

    Its standard error goes to `log`; its standard output too, unless `read_output` gives it to `output`.
    """

    def __init__(self, arguments, *, label, log, environment, read_output=False):
        self.label = label
        self._log = log
        # A process that has begun and that nobody knows of would never be ended.
        with deferred():
            self._start(arguments, log, environment, read_output)

    def _start(self, arguments, log, environment, read_output):
        with open(log, "wb") as log_file:
            self._popen = subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if read_output else log_file,
                stderr=log_file,
                env=environment,
                # The terminal's Ctrl-C is for the client alone: it cancels, and the cluster lives on.
                start_new_session=True,
            )
        self.pid = self._popen.pid
        self.output = self._popen.stdout
        # Readable when the process has ended.
        self.ended = os.pidfd_open(self.pid)

    def is_alive(self):
        return self._popen.poll() is None

    def how_it_ended(self):
        """One line on the end of the process and the last lines of its log."""
        code = self._popen.poll()
        end = "is running" if code is None else f"exit status {code}" if code >= 0 else f"killed by signal {-code}"
        return f"{self.label} (process {self.pid}): {end}" + self._last_lines()

    def let_go(self):
        """Close its standard input: it ends by itself."""
        self._popen.stdin.close()

    def end(self, seconds):
        """Wait `seconds` for its end, then terminate it, then kill it."""
        for measure in (lambda: None, self._popen.terminate, self._popen.kill):
            measure()
            try:
                self._popen.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                seconds = 1.0
        if self.output:
            self.output.close()
        if self.ended is not None:
            os.close(self.ended)
            self.ended = None

    def forget_after_fork(self):
        """In a forked child: close its copy of the pipe, or the process would outlive the client."""
        self._popen.stdin.close()

    def _last_lines(self):
        try:
            with open(self._log, "rb") as log:
                log.seek(max(0, os.path.getsize(self._log) - _LOG_BYTES))
                text = log.read().decode(errors="replace").strip()
        except FileNotFoundError:
            return ""
        if not text:
            return ", its log is empty"
        return f"; the end of {self._log}:\n" + "\n".join(text.splitlines()[-_LOG_LINES:])
