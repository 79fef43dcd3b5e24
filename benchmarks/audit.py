"""What may not be in the tree, and what is known of the packages in the lock.

    python -m benchmarks.audit [--secrets-only]

Secrets: detect-secrets over the project's own text files, in an environment of its own; a finding fails. The lock:
pip-audit asks PyPI's advisory database; an advisory is reported, and where the database cannot be reached that is
said and nothing fails, for a build must not depend on it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.sections import ROOT

PACKAGES = ("pip-audit==2.10.1", "detect-secrets==1.5.0")
LEFT_OUT = (".lock", ".onnx", ".png", ".svg", ".gz", ".csv", "tokenizer.json", ".ipynb")
"""Hashes of the lock, weights, pictures, word lists: none of them is text that a person writes a key into."""
INVENTED = r"://[a-z]+:[a-z]+@(127\.|[a-z.]*example)"
"""Addresses with a password in tests of addresses: hosts that cannot exist."""
SECONDS = 180


def tool(name: str) -> str:
    """A program of the audit's own environment, made when it is missing."""
    venv = ROOT / "data" / "bench" / "audit"
    program = venv / "bin" / name
    if not program.exists():
        uv = str(Path(sys.executable).with_name("uv"))
        subprocess.run([uv, "venv", "--quiet", "--clear", str(venv)], check=True)
        python = str(venv / "bin" / "python")
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *PACKAGES], check=True)
    return str(program)


def secrets(program: str, root: Path = ROOT) -> list[str]:
    """Files and lines that look like a key, a password or a token."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [f for f in listed.stdout.splitlines() if not f.endswith(LEFT_OUT) and (root / f).is_file()]
    command = [program, "scan", "--no-verify", "--disable-plugin", "HexHighEntropyString"]
    command += ["--exclude-lines", INVENTED]
    command += ["--disable-plugin", "Base64HighEntropyString", "--disable-plugin", "KeywordDetector", *files]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["results"]
    return [f"{file}:{one['line_number']}: {one['type']}" for file, some in found.items() for one in some]


def advisories(program: str) -> str:
    """What the advisory database says of the lock, or that it could not be asked."""
    command = [program, "--requirement", str(ROOT / "requirements.lock"), "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
        return f"the advisory database could not be reached ({type(error).__name__}); nothing is known of the lock"
    bad = [(p["name"], p["version"], v["id"]) for p in packages for v in p.get("vulns", [])]
    lines = [f"{len(packages)} packages of the lock asked for, {len(bad)} advisories"]
    return "\n".join([*lines, *(f"  {name} {version}: {advisory}" for name, version, advisory in bad)])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--secrets-only", action="store_true")
    args = parser.parse_args()
    try:
        scanner = tool("detect-secrets")
    except subprocess.CalledProcessError:
        print("the audit's tools could not be installed; nothing was looked at")
        return
    found = secrets(scanner)
    print("\n".join(found) or "no secrets in the tree")
    if not args.secrets_only:
        print(advisories(tool("pip-audit")))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
