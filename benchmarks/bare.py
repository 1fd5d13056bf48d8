"""A server that does nothing but send finished responses: `python -m benchmarks.bare PORT FILE`.

The file is a pickled list of responses, each a status, headers and a body: the first one is at `/0`.
"""

import pickle
import sys
from pathlib import Path
from typing import Any

import uvicorn


def main() -> None:
    """The command."""
    port, file = sys.argv[1:]
    responses = {
        f"/{number}": (
            {"type": "http.response.start", "status": status, "headers": headers},
            {"type": "http.response.body", "body": body},
        )
        for number, (status, headers, body) in enumerate(pickle.loads(Path(file).read_bytes()))
    }

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        start, body = responses[scope["path"]]
        await send(start)
        await send(body)

    uvicorn.run(
        app,
        port=int(port),
        http="httptools",
        lifespan="off",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
