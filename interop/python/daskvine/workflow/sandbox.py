"""The names that files may have in a command's sandbox."""

from posixpath import normpath

from daskvine.workflow.files import File

_PATH_BYTES, _PART_BYTES = 4095, 255


def plain_name(name):
    """The name without what means nothing in it. Raises TypeError or ValueError when it is no path in a sandbox."""
    if not isinstance(name, str):
        raise TypeError(f"the name of a file in the sandbox is a str, not {name!r}")
    plain = normpath(name) if name else ""
    if plain in ("", ".") or plain.startswith("/") or "\0" in plain or ".." in name.split("/"):
        raise ValueError(f"{name!r} is no name in a task's sandbox: it must be a relative path that stays there")
    if len(plain.encode()) > _PATH_BYTES or any(len(part.encode()) > _PART_BYTES for part in plain.split("/")):
        raise ValueError(f"{name!r} is too long for a name in a task's sandbox")
    return plain


def mounted(file, name, *, as_output, inputs, outputs):
    """The plain name by which `file` may join these. Raises as `plain_name` does, and when it is in another's way."""
    if not isinstance(file, File):
        raise TypeError(f"{file!r} is not a File, which declare_file and the like return")
    name = plain_name(name)
    for others, is_output in ((inputs, False), (outputs, True)):
        for _, other, _ in others:
            if other == name and is_output == as_output:
                raise ValueError(f"the task has two files of the name {name!r}")
            # An input may be inside of an output; what is inside of an input would change it for others.
            for inner, outer, is_allowed in (
                (name, other, is_output and not as_output), (other, name, as_output and not is_output)
            ):
                if inner.startswith(f"{outer}/") and not is_allowed:
                    raise ValueError(f"{inner!r} is inside of {outer!r}, which is another file of the task")
    return name
