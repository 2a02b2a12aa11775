"""A server of files on a free port of this machine, in a thread of its own."""

import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class WebServer:
    """Serves `directory`/web at `url`; a context manager.

    `asked` are ``(method, path)`` of all requests. `headers` are added to every answer, or take the place of what would be there:
    None leaves one out. `refused` methods are answered with 501.
    """

    def __init__(self, directory):
        self.directory = Path(directory, "web")
        self.directory.mkdir()
        self.asked = []
        self.headers = {}
        self.refused = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *arguments: _Handler(self, *arguments))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, web, *arguments):
        self._web = web
        super().__init__(*arguments, directory=str(web.directory))

    def send_head(self):
        self._web.asked.append((self.command, self.path))
        if self.command in self._web.refused:
            self.send_error(501)
            return None
        return super().send_head()

    def send_header(self, name, value):
        if name not in self._web.headers:
            super().send_header(name, value)

    def end_headers(self):
        for name, value in self._web.headers.items():
            if value is not None:
                super().send_header(name, value)
        super().end_headers()

    def log_message(self, *arguments):
        pass
