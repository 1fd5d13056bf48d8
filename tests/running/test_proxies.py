"""Reverse proxies before the service: the samples in `deploy/`, and a proxy that changes tags."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from support.commands import free_port
from tests.conftest import Sqlite
from tests.running.service import Service, serve
from tests.waiting import BOUND

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
HOST = "registry.example.org"
KEY = "mx_set-by-the-administrator"
Command = list[str | Path]


def changed(text: str, changes: Mapping[str, str]) -> str:
    """The sample with ports and files of a test; what is changed must be there."""
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    return text


def nginx(folder: Path, service: Service, port: int, plain: int) -> Command:
    """The sample for nginx, with a certificate of the test's own."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={HOST}", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )  # fmt: skip
    sample = changed(
        (DEPLOY / "nginx" / "mieux.conf").read_text("utf-8"),
        {
            "127.0.0.1:8000": f"127.0.0.1:{service.port}",
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "    listen [::]:80;\n": "",
            "listen 443 ": f"listen 127.0.0.1:{port} ",
            "    listen [::]:443 ssl http2;\n": "",
            f"/etc/letsencrypt/live/{HOST}/fullchain.pem": str(certificate),
            f"/etc/letsencrypt/live/{HOST}/privkey.pem": str(key),
        },
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder / kind};\n" for kind in kinds)
    # Started by root, it would change to a user who may not write here.
    user = "user root;\n" if os.geteuid() == 0 else ""
    around = f"{user}pid {folder}/nginx.pid;\nevents {{}}\nhttp {{\naccess_log off;\n{places}{sample}}}\n"
    (folder / "nginx.conf").write_text(around, "utf-8")
    (folder / "logs").mkdir()
    return ["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr", "-g", "daemon off;"]


def caddy(folder: Path, service: Service, port: int, plain: int) -> Command:
    """The sample for Caddy, which signs its certificate itself here."""
    sample = changed(
        (DEPLOY / "caddy" / "Caddyfile").read_text("utf-8"),
        {f"https://{HOST} {{\n": f"https://{HOST} {{\n\ttls internal\n", "127.0.0.1:8000": f"127.0.0.1:{service.port}"},
    )
    options = f"{{\n\tadmin off\n\tskip_install_trust\n\thttps_port {port}\n\thttp_port {plain}\n}}\n"
    (folder / "Caddyfile").write_text(options + sample, "utf-8")
    return ["caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]


@contextmanager
def running(command: Command, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A proxy, ended afterwards."""
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | home)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def client(address: str) -> httpx.Client:
    """A client that asks for the host's name at an address of this machine."""

    def name_the_host(request: httpx.Request) -> None:
        request.extensions["sni_hostname"] = HOST

    return httpx.Client(
        base_url=address, verify=False, headers={"Host": HOST}, event_hooks={"request": [name_the_host]}, timeout=BOUND
    )


def wait_for(ask: Callable[[], httpx.Response], process: subprocess.Popen[bytes], folder: Path) -> None:
    """Until a proxy answers."""
    deadline = time.monotonic() + BOUND
    while time.monotonic() < deadline:
        try:
            if ask().status_code == 200:
                return
        except httpx.TransportError:
            assert process.poll() is None, (folder / "proxy.log").read_text("utf-8", "replace")
        time.sleep(0.1)
    raise TimeoutError((folder / "proxy.log").read_text("utf-8", "replace"))


@pytest.mark.parametrize("sample", [nginx, caddy])
def test_the_sample_shows_the_service_over_tls(
    sqlite_server: Sqlite, tmp_path: Path, sample: Callable[[Path, Service, int, int], Command]
) -> None:
    if shutil.which(sample.__name__) is None:
        pytest.skip(f"{sample.__name__} is not installed")
    url = sqlite_server.create("seeded")
    port, plain = free_port(), free_port()
    settings = {
        "trusted_proxies": "127.0.0.1",
        "public_url": f"https://{HOST}",
        "log_format": "json",
        "bootstrap_key": KEY,
    }
    with (
        serve(url, tmp_path, **settings) as service,
        running(sample(tmp_path, service, port, plain), tmp_path) as process,
        client(f"https://127.0.0.1:{port}") as over_tls,
        client(f"http://127.0.0.1:{plain}") as in_the_clear,
    ):
        wait_for(lambda: over_tls.get("/readyz"), process, tmp_path)
        redirected = in_the_clear.get("/docs?x=1")
        assert redirected.status_code == 308
        assert redirected.headers["Location"] == f"https://{HOST}/docs?x=1"
        assert in_the_clear.get("/api/v1/actions").status_code == 403

        forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
        listed = over_tls.get("/api/v1/actions?limit=1", headers={"X-Request-ID": "through-a-proxy", **forged})
        assert listed.status_code == 200
        assert listed.headers["Strict-Transport-Security"]
        assert "evil" not in listed.text + str(listed.headers)
        (line,) = service.records_of("through-a-proxy")
        assert line["client"] == "127.0.0.1"

        large = over_tls.post("/api/v1/imports", files={"file": b" " * 3_000_000})
        assert (large.status_code, large.json()["type"]) == (401, "/problems/unauthorized")
        assert over_tls.get("/metrics").status_code == 404

        with over_tls.stream("GET", "/api/v1/changes/stream") as stream:
            lines = stream.iter_lines()
            next(lines)
            authorized = {"Authorization": f"Bearer {KEY}"}
            made = over_tls.post("/api/v1/partners", json={"name": "IOM"}, headers=authorized)
            assert made.status_code == 201
            assert "IOM" in next(line for line in lines if line.startswith("data:"))
    sqlite_server.drop(url)


def test_a_tag_that_nginx_has_weakened_still_names_its_version(sqlite_server: Sqlite, tmp_path: Path) -> None:
    """nginx compresses itself here, with plain bodies from the service, and marks tags as weak for that."""
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    url = sqlite_server.create("seeded")
    port = free_port()
    with serve(url, tmp_path, bootstrap_key=KEY) as service:
        command = nginx(tmp_path, service, free_port(), free_port())
        compressing = f"""
            server {{
                listen 127.0.0.1:{port};
                gzip on;
                gzip_types application/json;
                gzip_proxied any;
                location / {{
                    proxy_pass http://127.0.0.1:{service.port};
                    proxy_set_header Accept-Encoding "";
                }}
            }}
        """
        configured = (tmp_path / "nginx.conf").read_text("utf-8").rpartition("}")[0]
        (tmp_path / "nginx.conf").write_text(f"{configured}{compressing}}}\n", "utf-8")
        authorized = {"Authorization": f"Bearer {KEY}", "Accept-Encoding": "gzip"}
        with (
            running(command, tmp_path) as process,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=authorized, timeout=BOUND) as through,
        ):
            wait_for(lambda: through.get("/readyz"), process, tmp_path)
            action = "/api/v1/actions/1"
            for title in ("Once", "Twice"):
                read = through.get(action)
                tag = read.headers["ETag"]
                assert (read.headers["Content-Encoding"], tag.startswith('W/"')) == ("gzip", True)
                assert through.get(action, headers={"If-None-Match": tag}).status_code == 304
                changed_it = through.patch(action, json={"title": title}, headers={"If-Match": tag})
                assert changed_it.status_code == 200, changed_it.text
                assert through.patch(action, json={"title": "Late"}, headers={"If-Match": tag}).status_code == 412
    sqlite_server.drop(url)
