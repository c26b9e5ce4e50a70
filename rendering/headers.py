"""Response headers that all pages share; the booking alone may be in a frame of another site."""

from starlette.requests import Request

from rendering.clinic_card import ClinicCard

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
SECURITY = {
    "Content-Security-Policy": f"{POLICY}'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Vary": "Accept-Language",
}
PRIVATE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
BOOKING_PATH = "/book"
FRAMES = frozenset({"iframe", "frame", "embed", "object"})


def security_headers(request: Request, card: ClinicCard | None) -> dict[str, str]:
    """`SECURITY`, with the frames that a page may be shown in.

    The pages of a booking may be in one on the clinic's own web sites. No other page may: what a patient or
    a member of the staff can change by one press must never lie invisibly below another page.
    """
    path = request.url.path
    if path != BOOKING_PATH and not path.startswith(f"{BOOKING_PATH}/"):
        return SECURITY
    ancestors = " ".join(["'self'", *(card.framing_origins if card else ())])
    return SECURITY | {
        "Content-Security-Policy": POLICY + ancestors,
        "Vary": f"{SECURITY['Vary']}, Sec-Fetch-Dest",
    }


def is_framed(request: Request) -> bool:
    """Whether the page will be shown in a frame; browsers before 2023 don't say so."""
    return request.headers.get("sec-fetch-dest") in FRAMES
