"""Writes `hashes.toml`: the hashes of the files behind the versions in `packages.toml`.

Run it after each change of a version, with uv installed: `python3 hashes.py` in this folder. Kept are wheels for
CPython 3.11 to 3.14 on Linux (glibc) and macOS, and source archives for everything else.
"""

import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = re.compile(r"-(?:py3|py2\.py3|cp3\d+-abi3|cp31[1-4]-cp31[1-4])-")
PLATFORM = re.compile(r"(?:manylinux\S*_(?:x86_64|aarch64)|macosx_\S*_(?:arm64|x86_64|universal2)|any)\.whl$")


def main() -> None:
    """Asks the package index through uv, and writes the file."""
    packages = tomllib.loads((HERE / "packages.toml").read_text())["package"]
    with tempfile.TemporaryDirectory() as folder:
        wanted, lock = Path(folder) / "wanted.txt", Path(folder) / "pylock.toml"
        wanted.write_text("".join(f"{name}=={known['version']}\n" for name, known in packages.items()))
        command = ["uv", "pip", "compile", "--quiet", "--no-deps", "--universal", "--python-version", "3.11"]
        subprocess.run([*command, "--format", "pylock.toml", str(wanted), "-o", str(lock)], check=True)
        locked = {package["name"]: package for package in tomllib.loads(lock.read_text())["packages"]}
    lines = ["# SHA-256 of the files of each pinned version, written by `hashes.py`: never by hand."]
    for name, known in packages.items():
        package = locked[name]
        if package["version"] != known["version"]:
            raise SystemExit(f"{name}: {package['version']} instead of {known['version']}")
        files = [package["sdist"]] if "sdist" in package else []
        for wheel in package.get("wheels", []):
            if PYTHON.search(wheel["url"]) and PLATFORM.search(wheel["url"]):
                files.append(wheel)
        if not files:
            raise SystemExit(f"{name}: no file fits")
        hashes = sorted(file["hashes"]["sha256"] for file in files)
        lines += ["", "[[package]]", f'name = "{name}"', f'version = "{known["version"]}"', "sha256 = ["]
        lines += [f'    "{value}",' for value in hashes]
        lines.append("]")
    (HERE / "hashes.toml").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
