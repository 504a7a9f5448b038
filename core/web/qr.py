"""QR codes as images for the element `{% qr %}`."""

from base64 import b64encode

from allauth.mfa.adapter import get_adapter


def qr_data_uri(text: str) -> str:
    """A QR code of a text, such as a link, as the data URL of an SVG. It is drawn as for authenticator apps."""
    svg = get_adapter().build_totp_svg(text)
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
