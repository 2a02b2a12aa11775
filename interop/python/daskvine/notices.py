"""What the manager says, beside results."""

import logging

_log = logging.getLogger("daskvine")


class Notices:
    """What the manager says, told to the user once per situation."""

    def __init__(self):
        self.texts = {}

    def hear(self, code, text):
        is_new = code not in self.texts
        self.texts[code] = text
        if is_new:
            _log.warning("%s", text)

    def forget_waiting(self):
        """A new graph: what the last one waited for is no news of it."""
        self.texts = {code: text for code, text in self.texts.items() if not code.startswith("waiting-")}
