#!/usr/bin/env python3
"""Writes the page at /docs/api: Swagger UI, the start script, and both documents as JSON.

usage: api/build.py [FOLDER]        FOLDER is web/dist/docs/api when left out

Swagger UI comes from the npm package named in api/package.json, which is fetched with `npm ci` when it is not there yet.
"""
import json
import pathlib
import shutil
import subprocess
import sys

import documents

API = documents.FOLDER
PACKAGE = API / "node_modules" / "swagger-ui-dist"
TAKEN = ("swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt", "LICENSE", "NOTICE")


def main():
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else API.parent / "web" / "dist" / "docs" / "api"
    if not PACKAGE.is_dir():
        subprocess.run(["npm", "ci", "--omit=dev", "--silent"], cwd=API, check=True)
    target.mkdir(parents=True, exist_ok=True)
    for name in TAKEN:
        text = (PACKAGE / name).read_text(encoding="utf-8")
        # The maps stay behind; a browser would only report them as missing.
        lines = (line for line in text.splitlines(keepends=True) if "# sourceMappingURL=" not in line)
        (target / name).write_text("".join(lines), encoding="utf-8")
    for page in (API / "reader").iterdir():
        shutil.copy(page, target / page.name)
    for name in ("openapi", "asyncapi"):
        text = json.dumps(documents.load(f"{name}.yaml"), ensure_ascii=False, separators=(",", ":"))
        (target / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"API documents: {target}")


if __name__ == "__main__":
    main()
