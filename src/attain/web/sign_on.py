"""The company's own sign-on, as the workspace says it: OpenID Connect by an issuer, or SAML by a file of metadata.

Either way only accounts that exist are signed in, found by the address that the company vouches for.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from attain.kernel.errors import SetupError, Where

from .workspace import SIGN_ON_SECRET, Workspace

COMPANY = "company"
"""Names it in addresses; a workspace has one."""
HAS_SAML = find_spec("onelogin") is not None
SAML = "allauth.socialaccount.providers.saml"
ADDRESS_AS = (
    "email", "mail", "urn:oid:0.9.2342.19200300.100.1.3", "urn:oid:1.2.840.113549.1.9.1",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)  # fmt: skip
"""Names under which companies send the e-mail address."""


def providers(workspace: Workspace) -> dict[str, Any]:
    """As allauth wants it said."""
    if not workspace.sign_on:
        return {}
    return _saml(workspace) if "metadata" in workspace.sign_on else _openid(workspace)


def origin(workspace: Workspace) -> str:
    """Where a browser is sent to sign on; empty where there is no such place."""
    said = workspace.sign_on
    address = _company_of(workspace)["sso_url"] if "metadata" in said else said.get("issuer", "")
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _openid(workspace: Workspace) -> dict[str, Any]:
    said = workspace.sign_on
    about = {"server_url": said["issuer"], "token_auth_method": "client_secret_basic", "oauth_pkce_enabled": True}
    app = {"provider_id": COMPANY, "name": said["name"], "client_id": said["client_id"], "settings": about,
           "secret": os.environ.get(SIGN_ON_SECRET, "")}  # fmt: skip
    return {"openid_connect": {"APPS": [app]}}


def _saml(workspace: Workspace) -> dict[str, Any]:
    """Assertions have to be signed, for us, and asked for by us: what the company sends on its own is refused."""
    about: dict[str, Any] = {
        "idp": _company_of(workspace),
        "attribute_mapping": {"email": list(ADDRESS_AS)},
        "advanced": {"strict": True, "want_assertion_signed": True, "reject_idp_initiated_sso": True,
                     "reject_deprecated_algorithm": True, "want_attribute_statement": False, "want_name_id": True,
                     "allow_single_label_domains": True},
        "verified_email": True,  # the company vouches for the addresses that it sends
    }  # fmt: skip
    if workspace.address:
        about["sp"] = {"entity_id": f"{workspace.address}/sign-in/saml/{COMPANY}/metadata/"}
    app = {"provider_id": COMPANY, "name": workspace.sign_on["name"], "client_id": COMPANY, "settings": about}
    return {"saml": {"APPS": [app]}}


def _company_of(workspace: Workspace) -> dict[str, str]:
    """What the metadata say: who signs, with which certificate, and where people are sent."""
    if not HAS_SAML:
        raise SetupError(
            "Sign-on by SAML needs a library that is not installed.", code="sign-on.saml",
            where=Where(field="sign_on.metadata"), hint="Install it: pip install 'attain[saml]'",
        )  # fmt: skip
    from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser as Parser

    file = workspace.path / workspace.sign_on["metadata"]
    try:
        found = Parser.parse(file.read_bytes())["idp"]
        certificate = found.get("x509cert") or found["x509certMulti"]["signing"][0]
        return {"entity_id": found["entityId"], "sso_url": found["singleSignOnService"]["url"],
                "x509cert": certificate}  # fmt: skip
    except Exception as error:  # the parser tells of wrong files by whatever happened to it
        raise SetupError(
            f"{file.name} cannot be read as metadata of a SAML sign-on: {type(error).__name__}.",
            code="sign-on.metadata", where=Where(str(file)),
            hint="Save there what your sign-on offers as its metadata, with its certificate.",
        ) from error  # fmt: skip
