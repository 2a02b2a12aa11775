"""The tasks of one client, from their submission to the wait that returns them."""

import heapq
import itertools
import time
import weakref
from collections import deque

from daskvine.errors import DaskVineError
from daskvine.workflow.calls import Call
from daskvine.workflow.commands import Report, Result
from daskvine.workflow.submittable import MILLION, now


class TaskBoard:
    """Submits tasks to `session` and takes them back; `files` is its FileTable. For any number of threads.

    `calling` and `commanding` are its Calling and Commanding, which send them.
    """

    def __init__(self, session, files, calling, commanding):
        self._session = session
        self._files = files
        self._calling = calling
        self._commanding = commanding
        self._ids = itertools.count(1)
        # Id → task, of all that no wait has returned yet; of those what was sent of the ones at the manager, and the ones that are done,
        # in order.
        self._tasks = {}
        self._sent = {}
        self._done = deque()
        # ``(when, id)`` of those that must not start yet.
        self._held = []
        # Node → its task, for those whose worker may still be told.
        self._ran = weakref.WeakValueDictionary()
        session.on_ended = self._ran_at
        session.on_output = self._wrote

    def submit(self, task):
        """The id that the task has from now on. Raises ValueError when it was submitted before, or names a file that is gone."""
        files = self._mounted(task)
        for file in files:
            if file.is_gone or file.owner is not self._files:
                raise ValueError(f"{file!r} was undeclared, or declared by another DaskVine")
        with self._session.exclusively():
            if task.id:
                raise ValueError(f"{task!r} was submitted before: a task runs once, and another one is made for another run")
            task.id = next(self._ids)
            task.state = "READY"
            task.metrics["time_when_submitted"] = now()
            self._tasks[task.id] = task
            self._files.use(files, 1)
            if not task.is_due():
                heapq.heappush(self._held, (task.time_start, task.id))
                return task.id
        try:
            self._send(task)
        except (TypeError, ValueError, RecursionError, DaskVineError):
            self._take_back(task)
            raise
        return task.id

    def wait(self, selects, timeout):
        """The first task that is done and that `selects`, or None when there is none after `timeout` seconds, None for ever.

        `selects(task)` tells; None stands for any task.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            self._send_due()
            self._session.wait_until(lambda: self._is_over(selects), self._seconds_until(deadline))
            task = self._take_done(selects)
            if isinstance(task, Call):
                task.take_in()
            if task is not None or not self._may_come(selects) or (deadline is not None and time.monotonic() >= deadline):
                return task

    def cancel(self, selects, limit=None):
        """Cancel what is not done and `selects`: it comes back with the result CANCELLED. How many there were."""
        with self._session.exclusively():
            chosen = [task for task in self._tasks.values() if task.report is None and selects(task)][:limit]
            nodes = []
            for task in chosen:
                sent = self._sent.get(task.id)
                self._finish(task, Report(Result.CANCELLED, "it was cancelled"))
                if sent:
                    nodes += [node for _, node in sent.outputs]
            self._session.prune(nodes, forget=True)
        if chosen:
            self._session.flush()
            # Somebody may wait for one of them.
            self._session.wake()
        return len(chosen)

    def is_empty(self):
        """Whether every task was returned by a wait."""
        return not self._tasks

    def unfinished(self):
        """How many tasks are not done."""
        return len(self._tasks) - len(self._done)

    def _send(self, task):
        task.metrics["time_when_commit_start"] = now()
        inputs, reason = self._nodes_of_inputs(task)
        with self._session.exclusively():
            if task.report is not None:
                return
            if reason:
                self._finish(task, Report(Result.INPUT_MISSING, reason))
                return
            sent = self._sender_of(task).send(task, _label(task), inputs, lambda report: self._finish(task, report))
            if isinstance(sent, Report):
                self._finish(task, sent)
                return
            self._sent[task.id] = sent
            self._ran[task.node if isinstance(task, Call) else sent.node] = task
            task.state = "RUNNING"
        self._session.flush()
        task.metrics["time_when_commit_end"] = now()

    def _sender_of(self, task):
        return self._calling if isinstance(task, Call) else self._commanding

    def _nodes_of_inputs(self, task):
        """The nodes, and why they are not all there."""
        try:
            nodes = [self._files.node_of(file) for file, _, _ in task.inputs]
        except (OSError, ValueError) as error:
            return [], str(error)
        missing = next((file for (file, _, _), node in zip(task.inputs, nodes) if node is None), None)
        if missing is None:
            return nodes, ""
        return nodes, f"nothing is at {missing.source()}" if missing.source() else "no task makes an input"

    def _take_back(self, task):
        """It cannot be sent, and so was not submitted."""
        with self._session.exclusively():
            if task.report is None and task.id not in self._sent and self._tasks.pop(task.id, None):
                task.id = 0
                task.state = "INITIAL"
                self._files.use(self._mounted(task), -1)

    def _send_due(self):
        while self._held and self._held[0][0] <= time.time() * MILLION:
            with self._session.exclusively():
                if not self._held:
                    return
                task = self._tasks.get(heapq.heappop(self._held)[1])
            if task is None:
                continue
            try:
                self._send(task)
            except (TypeError, ValueError, RecursionError) as error:
                # Whoever submitted it was told nothing yet.
                with self._session.exclusively():
                    self._finish(task, Report(Result.INPUT_MISSING, f"it cannot be sent: {error}"))

    def _finish(self, task, report):
        """It is done, and waits to be waited for."""
        if task.report is not None:
            return
        task.report = report
        task.state = "RETRIEVED"
        task.metrics["time_when_done"] = now()
        task.metrics["bytes_transferred"] = task.metrics["bytes_sent"] + task.metrics["bytes_received"]
        took = report.measured.get("wall_us", report.ended - report.started)
        task.metrics["time_workers_execute_last"] = task.metrics["time_workers_execute_all"] = took
        if report.result in (Result.RESOURCE_EXHAUSTION, Result.SANDBOX_EXHAUSTION):
            task.metrics["time_workers_execute_exhaustion"] = took
        elif report.result != Result.SUCCESS:
            task.metrics["time_workers_execute_failure"] = took
        self._done.append(task)
        sent = self._sent.pop(task.id, None)
        if sent:
            self._sender_of(task).done(task, sent)
        self._files.use(self._mounted(task), -1)

    def _take_done(self, selects):
        with self._session.exclusively():
            task = _first(self._done, selects)
            if task is not None:
                self._done.remove(task)
                del self._tasks[task.id]
                task.state = "DONE"
            return task

    def _is_over(self, selects):
        # Other threads change these meanwhile, so of copies.
        return _first(self._done.copy(), selects) is not None or not self._may_come(selects)

    def _may_come(self, selects):
        return bool(self._tasks) if selects is None else _first(list(self._tasks.values()), selects) is not None

    def _seconds_until(self, deadline):
        """Until the wait is over, or the next task that is held has to be sent."""
        due = max(0.0, self._held[0][0] / MILLION - time.time()) if self._held else None
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        return min((seconds for seconds in (due, left) if seconds is not None), default=None)

    def _ran_at(self, node, worker, duration):
        """A task has ended at a worker, after so many µs."""
        task = self._ran.pop(node, None)
        if task is not None:
            task.worker = worker
            if isinstance(task, Call):
                task.measured["wall_us"] = duration

    def _wrote(self, node, text):
        """A call has written to its standard output and standard error."""
        task = self._ran.get(node)
        if isinstance(task, Call):
            task.written += text

    @staticmethod
    def _mounted(task):
        return [file for file, _, _ in (*task.inputs, *task.outputs)]


def _first(tasks, selects):
    return next((task for task in tasks if selects is None or selects(task)), None)


def _label(task):
    what = task.what() if isinstance(task, Call) else task.command[:80]
    return f"{task.tag or task.category} {task.id}: {what}"
