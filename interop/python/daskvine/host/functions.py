"""The functions that a process was sent, and those of them that are loaded."""


import _pickle as pickle  # the module pickle takes 6 ms more
from daskvine.host.failure import Unloadable


class Functions:
    """Functions by number. `callables` holds those that are loaded, for reading by whoever calls them.

    `_code` holds (name, pickle) of each function that was sent; the pickle is bytes, or a Shelved that has them on disk.
    """

    def __init__(self):
        self.callables = {}
        self._code = {}

    def learn(self, number, name, code):
        """Takes a function in; it is loaded when it is first needed."""
        self.callables.pop(number, None)
        self._code[number] = name, code

    def forget(self, numbers):
        """Lets go of functions that no call will name again. True if one of them was loaded."""
        are_loaded = not self.callables.keys().isdisjoint(numbers)
        for number in numbers:
            self.callables.pop(number, None)
            self._code.pop(number, None)
        return are_loaded

    def load(self, number):
        """Loads a function that is not loaded. A failure is not remembered: a module may be installed yet.

        Raises Unloadable, and what is no Exception, such as SystemExit, as the function's own code raises it.
        """
        if number not in self._code:
            raise Unloadable(f"function number {number} was never sent to this process")
        name, code = self._code[number]
        try:
            function = pickle.loads(code if type(code) is bytes else code.read())
        except Exception as error:
            raise Unloadable(f"function {name} cannot be loaded", error) from error
        self.callables[number] = function
        return function

    def drop_loaded(self):
        """Has every function unpickled again when it is next needed, as what it imports may have changed. Returns their numbers."""
        loaded = [*self.callables]
        self.callables.clear()
        return loaded

    def shelve(self, number, shelf):
        """Keeps the pickle of a loaded function on disk, where it is large."""
        name, code = self._code[number]
        self._code[number] = name, shelf.put(code)
