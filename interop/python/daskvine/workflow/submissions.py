"""The tasks of one client, from their submission to the wait that returns them."""

import heapq
import itertools
import time
import weakref
from collections import deque

from daskvine.errors import DaskVineError
from daskvine.workflow.arrivals import Arrival, Memory, Path
from daskvine.workflow.calls import Call
from daskvine.workflow.commands import OUTPUT_WATCHED, Report, Result, read_report
from daskvine.workflow.files import Buffer, LocalFile
from daskvine.workflow.follower import Follower

_MILLION = 1_000_000


class Submission:
    """A task that is at the manager: its node, and those of its files."""

    def __init__(self, task, node, outputs, sent=None):
        self.task = task
        self.node = node
        # ``(file, node)`` of each, in order.
        self.outputs = outputs
        # What was Sent of a call.
        self.sent = sent
        # Outputs that are still on their way to this process.
        self.expected = 0


class TaskBoard:
    """Submits tasks to `session` and takes them back; `files` is its FileTable, `calling` its Calling. For any number of threads."""

    def __init__(self, session, files, calling, tuning):
        self._session = session
        self._files = files
        self._calling = calling
        self._tuning = tuning
        self._ids = itertools.count(1)
        # Id → task, of all that no wait has returned yet; of those the ones at the manager, and the ones that are done, in order.
        self._tasks = {}
        self._submitted = {}
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
            task.metrics["time_when_submitted"] = _now()
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
                submission = self._submitted.get(task.id)
                self._finish(task, Report(Result.CANCELLED, "it was cancelled"), submission)
                if submission:
                    nodes += [node for _, node in submission.outputs]
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
        task.metrics["time_when_commit_start"] = _now()
        inputs, reason = self._nodes_of_inputs(task)
        with self._session.exclusively():
            if task.report is not None:
                return
            if reason:
                self._finish(task, Report(Result.INPUT_MISSING, reason), None)
                return
            send = self._send_call if isinstance(task, Call) else self._send_command
            if not send(task, inputs):
                return
            task.state = "RUNNING"
        self._session.flush()
        task.metrics["time_when_commit_end"] = _now()

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

    def _send_command(self, task, inputs):
        outputs = [(file, self._files.output_node(file)) for file, _, _ in task.outputs]
        node = self._session.submit_command(
            task.body(stdout=self._tuning.stdout_bytes), inputs, [made for _, made in outputs], _label(task), task.options()
        )
        submission = self._submitted[task.id] = Submission(task, node, outputs)
        self._ran[node] = task
        for (file, made), (_, _, flags) in zip(outputs, task.outputs):
            if flags & OUTPUT_WATCHED:
                self._session.follow(made, Follower(file.source()))
        task.metrics["bytes_sent"] = sum(file.size for file, _, _ in task.inputs)
        self._session.want(node, Arrival(Memory(), lambda data: self._take_report(submission, data), lambda error: None))
        return True

    def _send_call(self, call, inputs):
        """Whether it is at the manager; it has ended otherwise."""
        def ended(report):
            call.metrics["time_when_retrieval"] = _now()
            self._finish(call, report, self._submitted[call.id])

        sent = self._calling.send(call, f"{call.tag or call.category} {call.id}: {call.what()}", inputs, ended)
        if isinstance(sent, Report):
            self._finish(call, sent, None)
            return False
        self._submitted[call.id] = Submission(call, sent.node, [], sent)
        self._ran[call.node] = call
        return True

    def _take_back(self, task):
        """It cannot be sent, and so was not submitted."""
        with self._session.exclusively():
            if task.report is None and task.id not in self._submitted and self._tasks.pop(task.id, None):
                task.id = 0
                task.state = "INITIAL"
                self._files.use(self._mounted(task), -1)

    def _send_due(self):
        while self._held and self._held[0][0] <= time.time() * _MILLION:
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
                    self._finish(task, Report(Result.INPUT_MISSING, f"it cannot be sent: {error}"), None)

    def _take_report(self, submission, data):
        task = submission.task
        report = read_report(data)
        self._unfollow(submission)
        task.state = "WAITING_RETRIEVAL"
        task.metrics["time_when_retrieval"] = _now()
        task.metrics["bytes_received"] = len(data)
        sizes = [*report.sizes, *[None] * (len(submission.outputs) - len(report.sizes))]
        report.sizes = sizes
        coming = [
            (file, node, size) for (file, node), size in zip(submission.outputs, sizes)
            if size is not None and isinstance(file, (LocalFile, Buffer))
        ]
        submission.expected = len(coming)
        for file, node, size in coming:
            file.size = size
            task.metrics["bytes_received"] += size
            sink = Path(file.source(), size) if isinstance(file, LocalFile) else Memory()
            self._session.want(node, self._arrival(submission, report, file, sink))
        if not coming:
            self._finish(task, report, submission)

    def _arrival(self, submission, report, file, sink):
        def one_less():
            submission.expected -= 1
            if not submission.expected:
                self._finish(submission.task, report, submission)

        def done(made):
            if isinstance(file, Buffer):
                file.data = made
            one_less()

        def failed(error):
            if report.result == Result.SUCCESS:
                report.result = Result.OUTPUT_TRANSFER_ERROR
                report.reason = f"{file.source() or 'a buffer'} did not come: {error}"
            one_less()

        return Arrival(sink, done, failed)

    def _finish(self, task, report, submission):
        """It is done, and waits to be waited for."""
        if task.report is not None:
            return
        task.report = report
        task.state = "RETRIEVED"
        task.metrics["time_when_done"] = _now()
        task.metrics["bytes_transferred"] = task.metrics["bytes_sent"] + task.metrics["bytes_received"]
        took = report.measured.get("wall_us", report.ended - report.started)
        task.metrics["time_workers_execute_last"] = task.metrics["time_workers_execute_all"] = took
        if report.result in (Result.RESOURCE_EXHAUSTION, Result.SANDBOX_EXHAUSTION):
            task.metrics["time_workers_execute_exhaustion"] = took
        elif report.result != Result.SUCCESS:
            task.metrics["time_workers_execute_failure"] = took
        self._done.append(task)
        if submission:
            del self._submitted[task.id]
            if submission.sent:
                self._calling.done(task, submission.sent)
            self._unfollow(submission)
            self._session.prune([submission.node], forget=True)
            sizes = [*report.sizes, *[None] * len(submission.outputs)]
            for (file, node), size in zip(submission.outputs, sizes):
                self._files.settle(file, node, size is not None)
        self._files.use(self._mounted(task), -1)

    def _unfollow(self, submission):
        # The whole is on its way, and one that is run again for others starts over.
        for _, node in submission.outputs:
            self._session.unfollow(node)

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
        due = max(0.0, self._held[0][0] / _MILLION - time.time()) if self._held else None
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
    return f"{task.tag or task.category} {task.id}: {task.command[:80]}"


def _now():
    return int(time.time() * _MILLION)
