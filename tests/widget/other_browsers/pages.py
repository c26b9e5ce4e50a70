"""A strict page of another origin, which records what goes wrong in it."""

import base64
import hashlib
from contextlib import AbstractAsyncContextManager

from tests.support.site import Site, page_of_another_origin

RECORD = """window.mistakes = [];
addEventListener('error', ({ message }) => mistakes.push(message));
addEventListener('unhandledrejection', ({ reason }) => mistakes.push(String(reason)));
addEventListener('securitypolicyviolation', ({ violatedDirective }) => mistakes.push(violatedDirective));
for (const level of ['error', 'warn']) console[level] = (...words) => mistakes.push(words.join(' '));"""
CSP = (
    "default-src 'none'; script-src {url} 'sha256-{digest}'; connect-src {url}; img-src data:; "
    "require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">
<script>{record}</script><script type="module" src="{url}/widget/book-online.js"></script>
<main>{element}</main><a href="/elsewhere">Elsewhere</a>"""
BUTTON = '<book-online service="dry-needling"><a href="/book">Book Online</a></book-online>'


def strict_page(site: Site, element: str = BUTTON) -> AbstractAsyncContextManager[str]:
    digest = base64.b64encode(hashlib.sha256(RECORD.encode()).digest()).decode()
    headers = {"Content-Security-Policy": CSP.format(url=site.url, digest=digest)}
    html = PAGE.format(record=RECORD, url=site.url, element=element)
    return page_of_another_origin(html, headers=headers)
