"""The part of DaskVine that runs tasks."""

from daskvine.workflow.submittable import Submittable

_FOR_EVER = "wait_forever"


class Submitting:
    """Tasks: `submit` them, and `wait` until they are done. Workers go on between the calls; outputs come during `wait`."""

    def submit(self, task):
        """Have a Task, a FunctionCall or a PythonTask run; its id.

        Raises ValueError when it was submitted before or names a file that was undeclared, or a function that its library has not, and
        SerializationError when a function or an argument cannot be pickled.
        """
        self._check_usable()
        if not isinstance(task, Submittable):
            raise TypeError(f"{task!r} is not a Task, a FunctionCall or a PythonTask")
        return self._tasks.submit(task)

    def wait(self, timeout=_FOR_EVER):
        """A task that is done, with its results; None when there is none after `timeout` seconds, or none left at all.

        Without a timeout, or with one below zero, it waits for as long as it takes. Raises ManagerLost, WorkersLost.
        """
        return self._wait_for(None, timeout)

    def wait_for_tag(self, tag, timeout=_FOR_EVER):
        """The same for tasks of that tag."""
        return self._wait_for(lambda task: task.tag == tag, timeout)

    def wait_for_task_id(self, task_id, timeout=_FOR_EVER):
        """The same for the task of that id."""
        return self._wait_for(lambda task: task.id == task_id, timeout)

    def empty(self):
        """Whether `wait` has returned all tasks."""
        return self._tasks.is_empty()

    def hungry(self):
        """How many more tasks keep all workers busy: 0 when enough are there (tune hungry-minimum, hungry-minimum-factor)."""
        self._check_usable()
        capacity = self._capacity
        enough = max(self._tuning.hungry_minimum, self._tuning.hungry_factor * capacity)
        return max(0, round(enough) - max(0, self._tasks.unfinished() - capacity))

    def cancel_by_task_id(self, task_id):
        """Cancel a task that is not done; `wait` returns it with the result CANCELLED. Whether there was one; so below."""
        self._check_usable()
        return self._tasks.cancel(lambda task: task.id == task_id) > 0

    def cancel_by_task_tag(self, tag):
        """Cancel the oldest task of that tag that is not done."""
        self._check_usable()
        return self._tasks.cancel(lambda task: task.tag == tag, limit=1) > 0

    def cancel_all_by_tag(self, tag):
        """Cancel all tasks of that tag; how many there were, as below."""
        self._check_usable()
        return self._tasks.cancel(lambda task: task.tag == tag)

    def cancel_by_category(self, category):
        self._check_usable()
        return self._tasks.cancel(lambda task: task.category == category)

    def cancel_all(self):
        self._check_usable()
        return self._tasks.cancel(lambda task: True)

    def _wait_for(self, selects, timeout):
        self._check_usable()
        for_ever = timeout is None or timeout == _FOR_EVER or timeout < 0
        return self._tasks.wait(selects, None if for_ever else timeout)
