"""The part of DaskVine that declares files."""

import os
import shlex
import stat

from daskvine.workflow.content_names import name_of_bytes, name_of_url, signature_of
from daskvine.workflow.files import Buffer, File, LocalFile, MiniTaskFile, Temp, Url, level_of
from daskvine.workflow.sandbox import plain_name
from daskvine.workflow.tasks import Task


class Declaring:
    """Files for tasks.

    `cache` says how long workers keep a file: False or "task" (while tasks that are there need it), True or "workflow" (until
    this client ends), "worker" (until the worker ends, for whoever declares the same content), "forever" (beyond that). With
    `peer_transfer` False workers do not get it from each other. The same content declared again is the same File, which is
    then kept as long as either said.
    """

    def declare_file(self, path, cache=False, peer_transfer=True, unlink_when_done=False):
        """A file or directory of this machine: an input, or an output that is stored there when its task is done.

        An input is hashed at its first use, and again when it has changed; nothing there then means INPUT_MISSING for its
        task. With `unlink_when_done` it is deleted when it is undeclared and no task needs it, or with this DaskVine.
        Raises ValueError for what is neither a file nor a directory.
        """
        self._check_usable()
        path = os.path.abspath(path)
        level = level_of(cache)
        signature = signature_of(path)
        if signature is not None:
            mode = os.stat(path).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise ValueError(f"{path} is neither a file nor a directory")

        file = LocalFile(self._files, path, signature, level=level, shared=peer_transfer, unlink=unlink_when_done)
        return self._files.declare(("path", path), file)

    def declare_buffer(self, buffer=None, cache=False, peer_transfer=True):
        """Bytes, or text as UTF-8; None is a buffer that a task is to fill, for `contents()` to read."""
        self._check_usable()
        data = buffer.encode() if isinstance(buffer, str) else None if buffer is None else bytes(buffer)
        file = Buffer(self._files, data, level=level_of(cache), shared=peer_transfer)
        return file if data is None else self._files.declare(("buffer", name_of_bytes(data)), file)

    def declare_temp(self):
        """A file between tasks, which stays with the workers and is made again when it is lost."""
        self._check_usable()
        return Temp(self._files, None, level=level_of("workflow"))

    def declare_url(self, url, cache=False, peer_transfer=True):
        """What workers download: http, https, or a file: URL of theirs.

        The server is asked now (HEAD, 30 s) what tells this content from another: Content-MD5, a strong ETag or Last-Modified.
        Raises FileUnavailable when it does not answer or has no such file, ValueError for other URLs.
        """
        self._check_usable()
        file = Url(self._files, url, level=level_of(cache), shared=peer_transfer)
        file.name, file.size = name_of_url(url)
        return self._files.declare(("url", url, file.name), file)

    def declare_minitask(self, task, source, cache=False, peer_transfer=True):
        """What the command of `task` makes at `source` in its sandbox, at each worker that needs it; the task is not submitted."""
        self._check_usable()
        source = plain_name(source)
        file = MiniTaskFile(self._files, task, source, level=level_of(cache), shared=peer_transfer)
        mounts = tuple((id(mounted), name) for mounted, name, _ in task.inputs)
        return self._files.declare(("mini", task.body([source]), mounts), file)

    def declare_untar(self, tarball, cache=False, peer_transfer=True):
        """The directory that is in an archive (a File, of any compression that workers' tar knows), unpacked once per worker."""
        task = Task("mkdir content && tar -xf archive -C content", inputs={tarball: "archive"})
        return self.declare_minitask(task, "content", cache, peer_transfer)

    def declare_poncho(self, package, cache=True, peer_transfer=True):
        """An environment for `Task.add_environment`: an archive (a path or a File) with ``bin/run_in_env`` in it."""
        if not isinstance(package, File):
            package = self.declare_file(package, cache, peer_transfer)
        return self.declare_untar(package, cache, peer_transfer)

    def declare_starch(self, starch, cache=True, peer_transfer=True):
        """An environment for `Task.add_environment`: a self-extracting package (a path or a File) that ``starch`` made."""
        if not isinstance(starch, File):
            starch = self.declare_file(starch, cache, peer_transfer)
        task = Task("SFX_DIR=content SFX_EXTRACT_ONLY=1 /bin/sh package", inputs={starch: "package"})
        return self.declare_minitask(task, "content", cache, peer_transfer)

    def declare_xrootd(self, source, proxy=None, env=None, cache=False, peer_transfer=True):
        """What is at a root:// URL; workers fetch it with their ``xrdcp``, or with that of the environment `env` (a File).

        `proxy` is a certificate (a path or a File); without it that of $X509_USER_PROXY, if there is one.
        """
        task = Task(f"xrdcp {shlex.quote(source)} content")
        proxy = proxy or os.environ.get("X509_USER_PROXY")
        if proxy:
            proxy = proxy if isinstance(proxy, File) else self.declare_file(proxy)
            task.add_input(proxy, "proxy.pem")
            task.set_env_var("X509_USER_PROXY", "proxy.pem")
        if env:
            task.add_environment(env)
        return self.declare_minitask(task, "content", cache, peer_transfer)

    def fetch_file(self, file):
        """The bytes of a file, brought here from a worker if need be; of a directory there its tar stream. Raises FileUnavailable."""
        self._check_usable()
        return self._files.fetch(file)

    def prune_file(self, file):
        """Delete it at all workers. A task that needs it has it brought or made again."""
        self._check_usable()
        self._files.prune(file)

    def undeclare_file(self, file):
        """Tasks that are submitted from now on do not use it: it is deleted when nobody needs it any more."""
        self._check_usable()
        self._files.undeclare(file)
