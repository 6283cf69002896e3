"""Answers over TLS, on a port that is free, with the name of which it fills a file."""

import http.server
import pathlib
import ssl
import sys


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = b"Hello from a trusted server\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/usr/local/share/ca-certificates/company.crt", "/certificates/key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
port = pathlib.Path(sys.argv[1])
port.with_suffix(".new").write_text(str(server.server_port))
port.with_suffix(".new").rename(port)
server.serve_forever()
