"""Modules that are joined mean what they meant."""

import pytest

from web.bundler import BundleError, bundle

MODULES = {
    "first": "import { two, three as drei } from './numbers.js';\nimport * as all from './numbers.js';\n"
    "export const sum = () => two + drei + all.two;\nexport const other = 1;",
    "numbers": "const own = 1;\nexport const two = own + own;\nexport const three = 3;",
}


def test_a_module_comes_with_what_it_needs_each_once_and_in_order() -> None:
    text = bundle(MODULES, "first")

    assert text.count("const own = 1;") == 1
    assert text.index("const $numbers") < text.index("const $first")
    assert "const {" in text
    assert "three: drei" in text
    assert "const all = $numbers;" in text
    assert text.endswith("export const { sum, other } = $first;")
    assert "import" not in text


@pytest.mark.parametrize(
    "unknown",
    [
        "import './side-effect.js';",
        "import thing from './numbers.js';",
        "import { two } from 'a-package';",
        "export default 1;",
        "export { two };",
        "export function two() {}",
        "  export let two = 2;",
    ],
)
def test_what_it_does_not_understand_is_refused(unknown: str) -> None:
    with pytest.raises(BundleError, match=r"first\.js"):
        bundle(MODULES | {"first": unknown}, "first")


def test_modules_that_need_each_other_are_refused() -> None:
    around = {
        "one": "import { b } from './two.js';\nexport const a = 1;",
        "two": "import { a } from './one.js';\nexport const b = 2;",
    }
    with pytest.raises(BundleError, match="one -> two -> one"):
        bundle(around, "one")
