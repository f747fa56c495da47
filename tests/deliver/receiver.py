"""An HTTP server on 127.0.0.1 that fails on purpose and remembers what it accepted."""
import collections
import http.server
import json
import random
import socket
import ssl
import struct
import threading
import time


class Receiver:
    """`fault(rng)` gives None (accept), a status, 'reset', 'timeout' or 'slow'."""

    def __init__(self, fault=None, certificate=None, seed=1):
        self.accepted = collections.Counter()  # by webhook-id
        self.order = []                        # numbers, as accepted
        self.seen = collections.Counter()
        self.lock = threading.Lock()
        rng = random.Random(seed)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
                identity = self.headers['webhook-id']
                with outer.lock:
                    outer.seen[identity] += 1
                    kind = fault(rng) if fault else None
                if kind == 'reset':
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                    self.close_connection = True
                    self.connection.close()
                    return
                if kind == 'timeout':
                    time.sleep(1)
                    self.close_connection = True
                    return
                status = kind if isinstance(kind, int) else 200
                if status < 300 and kind != 'slow':
                    with outer.lock:
                        outer.accepted[identity] += 1
                        outer.order.append(json.loads(body).get('n'))
                self.send_response(status)
                self.send_header('Content-Length', '4')
                self.end_headers()
                for _ in range(4):
                    if kind == 'slow':
                        time.sleep(0.2)
                    self.wfile.write(b'x')
                    self.wfile.flush()

            def log_message(self, *_):
                pass

            def handle(self):
                try:
                    super().handle()
                except (OSError, ValueError):
                    pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_):
                pass

        self.server = Server(('127.0.0.1', 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
