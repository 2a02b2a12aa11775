"""Sends the shell commands of one client, and takes what comes of them."""

from daskvine.workflow.arrivals import Arrival, Memory, Path
from daskvine.workflow.commands import OUTPUT_WATCHED, Result, read_report
from daskvine.workflow.files import Buffer, LocalFile
from daskvine.workflow.follower import Follower
from daskvine.workflow.submittable import now


class SentCommand:
    """What of a command is at the manager: its node, and ``(file, node)`` of each of its outputs, in order."""

    def __init__(self, node, outputs):
        self.node = node
        self.outputs = outputs
        # Outputs that are still on their way to this process.
        self.expected = 0


class Commanding:
    """Sends commands as nodes of `session`; `files` is its FileTable. Whoever calls it holds the session."""

    def __init__(self, session, files, tuning):
        self._session = session
        self._files = files
        self._tuning = tuning

    def send(self, task, label, inputs, ended):
        """What was sent of it; `ended(report)` is called when it is done and its outputs are here. `inputs` are the nodes of its inputs."""
        outputs = [(file, self._files.output_node(file)) for file, _, _ in task.outputs]
        body = task.body(stdout=self._tuning.stdout_bytes)
        node = self._session.submit_command(body, inputs, [made for _, made in outputs], label, task.options())
        sent = SentCommand(node, outputs)
        for (file, made), (_, _, flags) in zip(outputs, task.outputs):
            if flags & OUTPUT_WATCHED:
                self._session.follow(made, Follower(file.source()))
        task.metrics["bytes_sent"] = sum(file.size for file, _, _ in task.inputs)
        self._session.want(node, Arrival(Memory(), lambda data: self._take_report(task, sent, data, ended), lambda error: None))
        return sent

    def done(self, task, sent):
        """The command has ended."""
        self._unfollow(sent)
        self._session.prune([sent.node], forget=True)
        sizes = [*task.report.sizes, *[None] * len(sent.outputs)]
        for (file, node), size in zip(sent.outputs, sizes):
            self._files.settle(file, node, size is not None)

    def _take_report(self, task, sent, data, ended):
        report = read_report(data)
        self._unfollow(sent)
        task.state = "WAITING_RETRIEVAL"
        task.metrics["time_when_retrieval"] = now()
        task.metrics["bytes_received"] = len(data)
        report.sizes = [*report.sizes, *[None] * (len(sent.outputs) - len(report.sizes))]
        coming = [
            (file, node, size) for (file, node), size in zip(sent.outputs, report.sizes)
            if size is not None and isinstance(file, (LocalFile, Buffer))
        ]
        sent.expected = len(coming)
        for file, node, size in coming:
            file.size = size
            task.metrics["bytes_received"] += size
            sink = Path(file.source(), size) if isinstance(file, LocalFile) else Memory()
            self._session.want(node, _output(sent, report, file, sink, ended))
        if not coming:
            ended(report)

    def _unfollow(self, sent):
        # The whole is on its way, and one that is run again for others starts over.
        for _, node in sent.outputs:
            self._session.unfollow(node)


def _output(sent, report, file, sink, ended):
    """The arrival of one output."""
    def one_less():
        sent.expected -= 1
        if not sent.expected:
            ended(report)

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
