"""Serve a review on the loopback address of this machine, to whoever knows its address."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable

import uvicorn

from grader.errors import InputError
from grader.review.answers import Answers
from grader.review.app import review_app

HOST = "127.0.0.1"
# So many connections at once are more than two people's browsers open.
_MOST_CONNECTIONS = 64


def serve(answers: Answers, model: str, port: int, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C. `say` is given the address, which has a token in it, once it answers.

    Raises InputError where the port is taken. Port 0 is any that is free.
    """
    token = secrets.token_urlsafe(32)
    with _listening(port) as listening:
        port = listening.getsockname()[1]
        hosts = (f"{HOST}:{port}", f"localhost:{port}")
        config = uvicorn.Config(
            review_app(answers, token, model, hosts),
            http="h11",
            ws="none",
            lifespan="off",
            log_level="error",
            access_log=False,  # the addresses have the token
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
        say(f"http://{HOST}:{port}/{token}/")
        uvicorn.Server(config).run(sockets=[listening])


def _listening(port: int) -> socket.socket:
    """A socket that listens on the loopback address, and on no other."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"port {port} cannot be listened on: {reason}") from None
    return listening
