"""The part of DaskVine that makes libraries of functions and installs them."""

from daskvine.libraries.spec import module_names
from daskvine.workflow.libraries import Library


class Installing:
    """Libraries: functions that stay loaded, and what they share, for calls that name them (`FunctionCall`)."""

    def create_library_from_functions(
        self, name, *functions, poncho_env=None, init_command=None, add_env=True, hoisting_modules=None, exec_mode="fork",
        library_context_info=None,
    ):
        """A Library of `functions`, by which calls name them: by their ``__name__``, so that of a lambda is ``<lambda>``.

        `library_context_info` is ``[function, args, kwargs]``: it is called once, before the first call, in each process that is set up;
        what the dict that it returns has under a name, calls read with `load_variable_from_library(name)`.
        `hoisting_modules` (modules, functions, classes, names) are imported before that; functions and classes stand for their modules.
        `exec_mode` is explained at `Library.set_function_exec_mode_from_string`; in "direct" there is one function slot.
        `poncho_env`, the path of a packed environment (.tar.gz) or a File, has the Python that runs it, unless `add_env` is False.
        `init_command` stands in front of the interpreter's command: ``". ./setup.sh &&"``, ``"nice -n 5"``.

        Raises ValueError for no functions, for two of one name, for one without a name, and for an exec mode that there is not,
        TypeError for a context or a module that is none, SerializationError.
        """
        self._check_usable()
        if not isinstance(name, str) or not name:
            raise ValueError(f"the name of a library is a text, not {name!r}")
        if not functions:
            raise ValueError(f"library {name} has no functions: give it those that calls will name")
        library = Library(
            name, functions, exec_mode=exec_mode, context=library_context_info, modules=module_names(hoisting_modules, "hoisting_modules"),
            command=init_command,
        )
        library.set_retries(self._tuning.library_retries)
        if poncho_env is not None and add_env:
            library.add_environment(self.declare_poncho(poncho_env, cache="worker"))
        return library

    def install_library(self, library):
        """Have calls that are submitted from now on find it. It starts at a worker when the first of them comes there.

        Raises ValueError when another one of its name is installed, when it has more function slots than cores or in exec mode "direct"
        more than one, or when an input of it is not there; SerializationError when a function cannot be pickled.
        """
        self._check_usable()
        if not isinstance(library, Library):
            raise TypeError(f"{library!r} is not a Library, which create_library_from_functions makes")
        self._libraries.install(library)

    def remove_library(self, name):
        """Calls that are submitted from now on come back with MISSING_LIBRARY; those that were submitted before go on. Whether it was there."""
        self._check_usable()
        return self._libraries.remove(_name(name))

    def check_library_exists(self, name):
        """Whether a library of that name is installed."""
        return self._libraries.find(_name(name)) is not None


def _name(library):
    return library.name if isinstance(library, Library) else library
