"""A small reverse proxy that shows a server below a path, as nginx, Caddy and JupyterHub do."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_OWN = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@contextmanager
def proxying(target: str, path: str, *, cuts: bool, tells: bool) -> Iterator[str]:
    """Show what answers at `target` below `path`; gives the address without a slash.

    Args:
        target: address of the server, http://127.0.0.1:PORT.
        path: such as /voice; nothing is answered beside it.
        cuts: leave the path out when it asks the server, or pass it on.
        tells: ask by the server's own name and tell the browser's in X-Forwarded-*, or keep that.
    """
    place = urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def do_HEAD(self) -> None:
            self._pass_on()

        def _pass_on(self) -> None:
            if self.path != path and not self.path.startswith((f"{path}/", f"{path}?")):
                self.send_error(404, "beside the path")
                return
            asked = (self.path.removeprefix(path) or "/") if cuts else self.path
            asked = asked if asked.startswith("/") else f"/{asked}"
            headers = {name: value for name, value in self.headers.items()}
            headers["Connection"] = "close"
            if tells:
                headers["X-Forwarded-Host"] = headers["Host"]
                headers["X-Forwarded-Proto"] = "http"
                headers["X-Forwarded-For"] = self.client_address[0]
                headers["Host"] = place
            body = self.rfile.read(int(headers.get("Content-Length", 0)))
            server = http.client.HTTPConnection(place)
            try:
                server.request(self.command, asked, body, headers)
                answer = server.getresponse()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in _OWN:
                        self.send_header(name, value)
                self.send_header("Connection", "close")
                self.end_headers()
                while part := answer.read1(65536):  # events must arrive as they come
                    self.wfile.write(part)
                    self.wfile.flush()
            except OSError:  # the browser has gone, or the server
                self.close_connection = True
            finally:
                server.close()

    class Proxy(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: object) -> None:
            """Say nothing of browsers that went away."""

    proxy = Proxy(("127.0.0.1", 0), Handler)
    threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{proxy.server_port}{path}"
    finally:
        proxy.shutdown()
        proxy.server_close()
