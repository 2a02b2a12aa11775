"""The files of one client: which there are, and how they become nodes of its session."""

import os
import shutil
import tarfile
import tempfile
from io import BytesIO

from daskvine.workflow import session as s
from daskvine.workflow.arrivals import Arrival, Memory
from daskvine.workflow.content_names import name_of_bytes, name_of_path, name_of_task, signature_of
from daskvine.errors import FileUnavailable
from daskvine.workflow.files import Buffer, LocalFile, MiniTaskFile, Url
from daskvine.workflow.tasks import Task


class FileTable:
    """Knows every declared file of `session`'s client; for any number of threads.

    `is_remote`: the manager is on another machine, so it is sent what is in files rather than their paths. `tuning` says whether
    workers see the same file system.
    """

    def __init__(self, session, tuning, is_remote):
        self._owner = os.getpid()
        self._session = session
        self._tuning = tuning
        self._is_remote = is_remote
        # What is to be found again when it is declared again.
        self._known = {}
        # Paths that are to go at the end.
        self._unlinked = set()

    def beside(self, session):
        """A table of the same client for the files of another session."""
        return FileTable(session, self._tuning, self._is_remote)

    def declare(self, identity, new):
        """`new`, or the file of that identity and content that is there already, then kept as long as either is to be."""
        with self._session.exclusively():
            file = self._known.get(identity)
            if file is None or file.is_gone or file.signature != new.signature:
                file = self._known[identity] = new
            elif new.level > file.level or file.shared and not new.shared:
                file.level, file.shared = max(new.level, file.level), file.shared and new.shared
                if not file.is_awaited:
                    # What was sent says otherwise; its next user sends it anew.
                    file.node = None
            if isinstance(new, LocalFile) and new.unlink:
                self._unlinked.add(new.source())
            return file

    def node_of(self, file):
        """The node of an input, which is declared now unless it was; None when there is nothing to declare.

        Raises OSError when it cannot be read.
        """
        self._check(file)
        made_of = [self.node_of(mounted) for mounted, _, _ in file.task.inputs] if isinstance(file, MiniTaskFile) else []
        # It takes its time when the file is large.
        content = self._content_of(file) if isinstance(file, LocalFile) and self._is_stale(file) else None
        with self._session.exclusively():
            if not self._is_stale(file):
                return file.node
            unsent = None
            if isinstance(file, LocalFile):
                unsent = self._declare_local(file, content)
            elif isinstance(file, Buffer):
                unsent = self._declare_buffer(file)
            elif isinstance(file, Url):
                self._declare(file, s.URL, source=file.source())
            elif isinstance(file, MiniTaskFile) and None not in made_of:
                self._declare_mini(file, made_of)
        if unsent:
            self._send(file, *unsent)
        return file.node

    def output_node(self, file):
        """A new node for what a task will make of `file`."""
        self._check(file)
        file.name = ""
        file.is_awaited = True
        return self._declare(file, s.OUTPUT)

    def settle(self, file, node, is_there):
        """The task that was to make `file` as this node is done."""
        if file.node != node:
            return
        file.is_awaited = False
        if isinstance(file, LocalFile):
            file.signature = signature_of(file.source()) if is_there else None
        if not is_there:
            file.node = None

    def use(self, files, count):
        """So many tasks more, or fewer, that are not done use these files."""
        for file in files:
            file.users += count
            if file.is_gone and not file.users:
                self._unlink(file)

    def fetch(self, file):
        """The bytes of a file; of a directory that workers have its tar stream. Raises FileUnavailable."""
        if isinstance(file, LocalFile) or (isinstance(file, Buffer) and file.data is not None):
            return file.contents()
        node = self.node_of(file)
        if node is None:
            raise FileUnavailable(f"{file!r} cannot be had: no task makes it")
        came = []
        self._session.want(node, Arrival(Memory(), came.append, came.append))
        self._session.flush()
        self._session.wait_until(lambda: came)
        if isinstance(came[0], Exception):
            raise FileUnavailable(f"{file!r} cannot be had: {came[0]}") from came[0]
        return came[0]

    def prune(self, file):
        """Delete it at all workers; who needs it again brings it or makes it again."""
        self._check(file)
        if file.node is not None:
            self._session.prune([file.node], forget=False)
            self._session.flush()

    def undeclare(self, file):
        """It will not be used by tasks that are submitted from now on."""
        if file.owner is not self or file.is_gone:
            return
        file.is_gone = True
        if file.nodes:
            self._session.prune(file.nodes, forget=True)
            self._session.flush()
        file.node = None
        if not file.users:
            self._unlink(file)

    def unlink_all(self):
        """Delete what was to be deleted when all is done; not in a forked child."""
        if os.getpid() == self._owner:
            for path in self._unlinked:
                _unlink(path)
        self._unlinked = set()

    def _check(self, file):
        if file.owner is not self:
            raise ValueError(f"{file!r} was declared by another DaskVine")
        if file.is_gone:
            raise ValueError(f"{file!r} was undeclared")

    def _is_stale(self, file):
        if file.node is None or not isinstance(file, LocalFile) or file.is_awaited:
            return file.node is None
        # It has changed since; what is gone may still be with the workers.
        return os.path.isfile(file.source()) and signature_of(file.source()) != file.signature

    def _declare(self, file, kind, source=""):
        size = 0 if kind == s.OUTPUT else file.size
        node = self._session.declare_file(
            kind, source=source, name=file.name, size=size, level=file.level, shared=file.shared
        )
        file.take_node(node)
        return node

    def _content_of(self, file):
        """``(signature, name, bytes)`` of what is at a path; the signature is None when nothing is there."""
        signature = signature_of(file.source())
        if signature is None or self._tuning.shared_file_system:
            return signature, "", 0
        if signature == file.signature and file.name:
            return signature, file.name, file.size
        return signature, *name_of_path(file.source())

    # Of what has to be sent the following return the node, an open file and its size in bytes.

    def _declare_local(self, file, content):
        path = file.source()
        file.node = None
        file.signature, file.name, file.size = content or self._content_of(file)
        if self._tuning.shared_file_system:
            self._declare(file, s.SHARED, path)
            return None
        if file.signature is None:
            return None
        if not self._is_remote:
            self._declare(file, s.PATH, path)
            return None
        if os.path.isdir(path):
            return self._declare_remote_directory(file)
        return self._declare(file, s.DATA), open(path, "rb"), file.size

    def _declare_remote_directory(self, file):
        """A directory travels as an archive, which every worker unpacks."""
        archive = tempfile.TemporaryFile()
        with tarfile.open(fileobj=archive, mode="w", format=tarfile.GNU_FORMAT) as tar:
            tar.add(file.source(), ".")
        size = archive.tell()
        archive.seek(0)
        packed = self._session.declare_file(s.DATA, name=f"{file.name}-tar", size=size, level=file.level, shared=file.shared)
        file.nodes.append(packed)
        node = self._declare(file, s.OUTPUT)
        unpack = Task("mkdir content && tar -xf archive -C content")
        unpack.inputs.append((file, "archive", 0))
        self._session.submit_command(unpack.body(["content"]), [packed], [node], f"unpack {file.source()}", mini=True)
        return packed, archive, size

    def _declare_buffer(self, file):
        if file.data is None:
            return None
        file.name, file.size = name_of_bytes(file.data), len(file.data)
        return self._declare(file, s.DATA), BytesIO(file.data), file.size

    def _declare_mini(self, file, inputs):
        task = file.task
        body = task.body([file.source()])
        names = [mounted.name for mounted, _, _ in task.inputs]
        # Inputs without a name may be anything, and so is what is made of them.
        file.name = name_of_task(repr((names, body))) if all(names) else ""
        node = self._declare(file, s.OUTPUT)
        self._session.submit_command(body, inputs, [node], task.command, task.options(), mini=True)

    def _send(self, file, node, opened, size):
        with opened:
            try:
                self._session.send_data(node, opened, size)
            except OSError:
                self._session.prune([node], forget=True)
                file.node = None
                raise

    def _unlink(self, file):
        if isinstance(file, LocalFile) and file.source() in self._unlinked:
            self._unlinked.remove(file.source())
            _unlink(file.source())


def _unlink(path):
    try:
        os.unlink(path)
    except IsADirectoryError:
        shutil.rmtree(path, ignore_errors=True)
    except FileNotFoundError:
        pass
