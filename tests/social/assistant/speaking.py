"""A small server that speaks the protocol of chat endpoints, and what it can be told to answer."""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Speaker:
    """``answer`` is called with the handler and the body that was read; ``asked`` are the bodies, ``headers`` beside them."""

    def __init__(self) -> None:
        self.answer = streaming("A draft.")
        self.asked: list[dict] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        speaker = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                speaker.asked.append(body)
                speaker.headers.append(dict(self.headers))
                speaker.paths.append(self.path)
                with suppress(OSError):  # the other side hung up
                    speaker.answer(self, body)

            def do_GET(self):
                speaker.paths.append(f"GET {self.path}")
                self.send_error(404)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.block_on_close = True, False
        self.server.handle_error = lambda *_args: None
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def head(handler, status=200, kind="text/event-stream", **headers):
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def event(handler, data) -> None:
    said = data if isinstance(data, str) else json.dumps(data)
    handler.wfile.write(f"data: {said}\n\n".encode())
    handler.wfile.flush()


def piece(text=None, finish=None, **more):
    delta = {"content": text} if text is not None else {}
    return {"choices": [{"index": 0, "delta": delta | more, "finish_reason": finish}]}


def streaming(text, *, pause=0.0, usage=(30, 12), finish="stop", done=True):
    """Word by word."""

    def answer(handler, _body):
        head(handler)
        handler.wfile.write(b": hello\n\n")
        event(handler, piece("", role="assistant"))
        for word in text.split(" "):
            event(handler, piece(word + " "))
            time.sleep(pause)
        if finish:
            event(handler, piece(finish=finish))
        if usage:
            event(handler, {"choices": [], "usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1]}})
        if done:
            event(handler, "[DONE]")

    return answer


def whole(text, **message):
    """In one piece, as servers do that do not stream."""
    said = {"choices": [{"message": {"role": "assistant", "content": text} | message, "finish_reason": "stop"}]}
    return sending(json.dumps(said | {"usage": {"prompt_tokens": 5, "completion_tokens": 7}}))


def sending(body, status=200, kind="application/json", **headers):
    def answer(handler, _body):
        head(handler, status, kind, **headers)
        handler.wfile.write(body if isinstance(body, bytes) else body.encode())

    return answer


def events(*datas):
    def answer(handler, _body):
        head(handler)
        for data in datas:
            event(handler, data)

    return answer


def by_style(**texts):
    """What is said for each style: the first of ``texts`` whose name stands in the instruction, else a plain draft."""

    def answer(handler, body):
        told = body["messages"][0]["content"]
        text = next((text for name, text in texts.items() if name in told), "A plain draft of it.")
        streaming(text)(handler, body)

    return answer
