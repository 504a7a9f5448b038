"""List the packages of an installation with their licences, for `script/inventory`.

Writes docs/licences.md, and build/sbom.json in the CycloneDX format. With `--check`, changes nothing and fails if
docs/licences.md is not up to date, or if a licence is not among those that we accept.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
LOCK, PAGE, SBOM = ROOT / "requirements.lock", ROOT / "docs" / "licences.md", ROOT / "build" / "sbom.json"
# What an installed site may be made of: no licence that would apply to the site itself.
ACCEPTED = ("MIT", "BSD", "Apache", "LGPL", "MPL", "Mozilla Public", "PSF", "OFL", "ISC", "CC0", "Unlicense")
# Packages whose metadata do not name their licence: what their repository says.
NOT_IN_METADATA = {"pyrage": "MIT"}
# Packages that only other systems or other versions of Python need, so they may not be installed.
CONDITIONAL = {"async-timeout": "Apache-2.0", "colorama": "BSD-3-Clause"}
HEAD = """# Licences

Fantasy F1 is under the MIT licence. An installation consists of these Python packages, pinned in `requirements.lock`.
`script/inventory` writes this page and a bill of materials, `build/sbom.json` (CycloneDX).

    .venv/bin/pip-audit -r requirements.lock --disable-pip

looks for known vulnerabilities in them. It needs access to pypi.org.

| Package | Licence |
|---|---|
"""


def licences() -> dict[str, str]:
    """The licence of each package in the lock file, by its normalized name. Fails if a package is not installed."""
    names = re.findall(r"^([a-z0-9][a-z0-9.-]*)==", LOCK.read_text(), re.MULTILINE)
    command = [BIN / "pip-licenses", "--from=mixed", "--with-system", "--format=json", "--packages", *names]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = {_normalized(row["Name"]): row["License"] for row in json.loads(done.stdout)} | NOT_IN_METADATA
    if missing := [name for name in names if name not in found and name not in CONDITIONAL]:
        sys.exit(f"Not installed, so their licences are unknown: {', '.join(missing)}.")
    return {name: found.get(name) or CONDITIONAL[name] for name in names}


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def page(found: dict[str, str]) -> str:
    return HEAD + "".join(f"| {name} | {licence} |\n" for name, licence in sorted(found.items()))


def main(arguments: list[str]) -> None:
    found = licences()
    refused = [
        f"{name} ({licence})" for name, licence in found.items() if not any(term in licence for term in ACCEPTED)
    ]
    if refused:
        sys.exit(f"Licences that are not accepted: {', '.join(refused)}.")
    if "--check" in arguments:
        if PAGE.read_text() != page(found):
            sys.exit("docs/licences.md is not up to date: run script/inventory.")
        return
    PAGE.write_text(page(found))
    SBOM.parent.mkdir(exist_ok=True)
    options: list[str | Path] = ["--pyproject", ROOT / "pyproject.toml", "--output-reproducible", "-o", SBOM]
    subprocess.run([BIN / "cyclonedx-py", "requirements", LOCK, *options], check=True)
    print(f"Written: {PAGE.relative_to(ROOT)} and {SBOM.relative_to(ROOT)}.")


if __name__ == "__main__":
    main(sys.argv[1:])
