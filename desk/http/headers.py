"""Response headers of the desk's pages: nothing inline, nothing of others, nothing kept by the browser."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types desk"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "publickey-credentials-get=(self), publickey-credentials-create=(self)",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    # After sign-out the back button shows nothing.
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie",
}
