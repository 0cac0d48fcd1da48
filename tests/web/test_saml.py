"""Signing on by SAML with a company that signs real assertions here, and what a forger sends instead."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from attain.kernel.errors import SetupError
from attain.web import settings, sign_on
from attain.web.workspace import Workspace

ENTITY, SSO = "https://id.nordwind.example/saml", "https://id.nordwind.example/saml/ask"
HERE = "http://localhost/sign-in/saml/company"
EMAIL = "elif@nordwind.example"
SPACES = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
          "ds": "http://www.w3.org/2000/09/xmldsig#"}  # fmt: skip


class Company:
    """Its key, its certificate, and the assertions that it signs with them."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nordwind ID")])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder(name, name, self.key.public_key(), 1, now, now + timedelta(days=9))
        self.certificate = made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def metadata(self) -> str:
        certificate = "".join(self.certificate.decode().splitlines()[1:-1])
        return f"""<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ENTITY}">
<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing">
<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{certificate}</X509Certificate>
</X509Data></KeyInfo></KeyDescriptor><SingleSignOnService
Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{SSO}"/></IDPSSODescriptor>
</EntityDescriptor>"""

    def response(self, request: str, *, email: str = EMAIL, audience: str = f"{HERE}/metadata/", minutes: int = 5,
                 is_signed: bool = True, asked: bool = True, issuer: str = ENTITY) -> Any:  # fmt: skip
        """The assertion that somebody is `email`, within the answer to a request."""
        now = datetime.now(UTC) + timedelta(minutes=min(0, minutes - 5))
        at, until = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (now, now + timedelta(minutes=5)))
        reply = f'InResponseTo="{request}"' if asked else ""
        text = f"""<samlp:Response xmlns:samlp="{SPACES["samlp"]}" xmlns:saml="{SPACES["saml"]}" ID="_r1" Version="2.0"
IssueInstant="{at}" Destination="{HERE}/acs/" {reply}><saml:Issuer>{issuer}</saml:Issuer><samlp:Status>
<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="_a1" Version="2.0" IssueInstant="{at}"><saml:Issuer>{issuer}</saml:Issuer><saml:Subject>
<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">u-{email}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData
NotOnOrAfter="{until}" Recipient="{HERE}/acs/" {reply}/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{at}" NotOnOrAfter="{until}"><saml:AudienceRestriction><saml:Audience>{audience}
</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{at}"
SessionIndex="_s1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password
</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>
<saml:Attribute Name="email"><saml:AttributeValue>{email}</saml:AttributeValue></saml:Attribute>
</saml:AttributeStatement></saml:Assertion></samlp:Response>"""
        found = etree.fromstring(re.sub(r"\s*\n\s*(?=<)", "", text).replace("\n", " ").replace(" </", "</").encode())
        if is_signed:
            self.sign(found.find("saml:Assertion", SPACES))
        return found

    def sign(self, node: Any) -> None:
        """As sign-ons do it: enveloped, right after the issuer."""
        xmlsec.tree.add_ids(node, ["ID"])
        signature = xmlsec.template.create(node, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256)
        reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri=f"#{node.get('ID')}")
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
        node.insert(1, signature)
        context = xmlsec.SignatureContext()
        plain = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        context.key = xmlsec.Key.from_memory(plain, xmlsec.KeyFormat.PEM)
        context.sign(signature)


@pytest.fixture(scope="module")
def company() -> Company:
    return Company()


@pytest.fixture
def client(company: Company, tmp_path: Path) -> Iterator[Any]:
    workspace = _workspace(tmp_path / "w", company.metadata())
    workspace.prepare()
    workspace.connect()
    settings.serve_pages(workspace)
    from django.test import Client

    from attain.web.apps.access.services import make_account

    make_account(workspace, EMAIL, actor="grace", name="Elif Şahin", password="long enough 1", roles=("rep",))
    yield Client(headers={"host": "localhost"})
    from django.conf import settings as django
    from django.db import connections

    django.SIGN_ON_ORIGIN = ""
    connections.close_all()


def _workspace(path: Path, metadata: str) -> Workspace:
    Workspace.create(path, name="Nordwind")
    (path / "sign-on.xml").write_text(metadata, encoding="utf-8")
    with (path / "attain.toml").open("a", encoding="utf-8") as file:
        file.write('\n[sign_on]\nname = "Nordwind ID"\nmetadata = "sign-on.xml"\n')
    return Workspace.open(path)


def asked(client: Any) -> str:
    """The button, and the id of what the browser is sent to the company with."""
    sent = client.post("/sign-in/saml/company/login/")
    assert sent["Location"].startswith(SSO)
    said = parse_qs(urlsplit(sent["Location"]).query)["SAMLRequest"][0]
    request = etree.fromstring(zlib.decompress(base64.b64decode(said), -15))
    assert request.find("saml:Issuer", SPACES).text == f"{HERE}/metadata/"
    return str(request.get("ID"))


def answered(client: Any, response: Any) -> Any:
    """The company sends the browser back with its answer."""
    return answered_with(client, etree.tostring(response))


def answered_with(client: Any, content: bytes) -> Any:
    sent = {"SAMLResponse": base64.b64encode(content).decode(), "RelayState": ""}
    return client.post("/sign-in/saml/company/acs/", sent, follow=True)


def is_in(client: Any) -> bool:
    return bool(client.get("/").status_code == 200)


def test_whom_the_company_vouches_for_is_signed_in(client: Any, company: Company) -> None:
    """N.3"""
    page = client.get("/sign-in/")
    assert "Sign in with Nordwind ID" in page.content.decode()
    assert page["Content-Security-Policy"].endswith("form-action 'self' https://id.nordwind.example")
    answer = answered(client, company.response(asked(client)))
    assert "Welcome, Elif Şahin" in answer.content.decode()


def test_what_attain_is_stands_in_its_metadata(client: Any) -> None:
    said = etree.fromstring(client.get("/sign-in/saml/company/metadata/").content)
    assert said.get("entityID") == f"{HERE}/metadata/"
    assert f"{HERE}/acs/" in etree.tostring(said).decode()


WRONG: dict[str, Callable[[Company, str], Any]] = {
    "another audience": lambda company, request: company.response(request, audience="https://other.example/"),
    "expired": lambda company, request: company.response(request, minutes=-60),
    "unsigned": lambda company, request: company.response(request, is_signed=False),
    "not asked for": lambda company, request: company.response(request, asked=False),
    "asked for by somebody else": lambda company, request: company.response("ONELOGIN_0000"),
    "another company": lambda company, request: company.response(request, issuer="https://evil.example/"),
    "another key": lambda company, request: Company().response(request),
    "an account that is unknown": lambda company, request: company.response(request, email="x@nordwind.example"),
    "changed afterwards": lambda company, request: _changed(company.response(request, email="x@nordwind.example")),
    "wrapped in front": lambda company, request: _wrapped(company, request, 0),
    "wrapped behind": lambda company, request: _wrapped(company, request, 9),
    "wrapped inside": lambda company, request: _wrapped(company, request, None),
    "an address cut by a comment": lambda company, request: _commented(company, request),
}  # fmt: skip


def _changed(response: Any) -> Any:
    value = response.find(".//saml:AttributeValue", SPACES)
    value.text = EMAIL
    return response


def _wrapped(company: Company, request: str, place: int | None) -> Any:
    """The signature stays valid for a stranger's assertion; another one, unsigned, says who is to come in."""
    response = company.response(request, email="x@nordwind.example")
    forged = company.response(request, is_signed=False).find("saml:Assertion", SPACES)
    forged.set("ID", "_a2")
    if place is not None:
        response.insert(place, forged)
        return response
    original = response.find("saml:Assertion", SPACES)
    response.replace(original, forged)
    forged.append(original.find("ds:Signature", SPACES))
    etree.SubElement(forged.find("ds:Signature", SPACES), f"{{{SPACES['ds']}}}Object").append(original)
    return response


def _commented(company: Company, request: str) -> Any:
    """A stranger whose address begins with somebody else's; a careless reader takes what stands before the comment."""
    response = company.response(request, email=f"{EMAIL}.evil.example", is_signed=False)
    value = response.find(".//saml:AttributeValue", SPACES)
    value.text = EMAIL
    comment = etree.Comment("x")
    comment.tail = ".evil.example"
    value.append(comment)
    company.sign(response.find("saml:Assertion", SPACES))
    return response


@pytest.mark.parametrize("wrong", WRONG)
def test_what_the_company_did_not_say_to_us_opens_nothing(client: Any, company: Company, wrong: str) -> None:
    """N.3"""
    from attain.web.apps.access.models import Account

    answer = answered(client, WRONG[wrong](company, asked(client)))
    assert "Welcome" not in answer.content.decode()
    assert "<h1" in answer.content.decode(), "a page that says so, not an empty one"
    assert not is_in(client)
    assert Account.objects.count() == 1


def test_an_answer_counts_once(client: Any, company: Company) -> None:
    """Replayed, also by another browser."""
    from django.test import Client

    response = company.response(asked(client))
    assert "Welcome" in answered(client, response).content.decode()
    client.post("/sign-out/")
    assert not is_in(client)
    answered(client, response)
    assert not is_in(client)
    other = Client(headers={"host": "localhost"})
    asked(other)
    answered(other, response)
    assert not is_in(other)


@pytest.mark.parametrize(
    "content", [b"", b"no xml", b"<a/>", b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>']
)
def test_nonsense_is_told_so(client: Any, content: bytes) -> None:
    asked(client)
    answer = answered_with(client, content)
    assert answer.status_code in (200, 401, 403)
    assert "root:" not in answer.content.decode()
    assert not is_in(client)


def test_nothing_of_it_is_there_without_metadata(site: Any) -> None:
    for address in ("acs", "acs/finish", "metadata", "login", "out"):
        assert site.as_(None).post(f"/sign-in/saml/company/{address}/").status_code == 404


def test_metadata_that_are_none_are_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"sign-on\.xml cannot be read as metadata"):
        sign_on.providers(_workspace(tmp_path / "w", "<nothing/>"))


def test_without_the_library_it_is_said_what_to_install(
    tmp_path: Path, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = _workspace(tmp_path / "w", company.metadata())
    monkeypatch.setattr(sign_on, "HAS_SAML", False)
    with pytest.raises(SetupError) as refused:
        sign_on.providers(workspace)
    assert "pip install 'attain[saml]'" in (refused.value.hint or "")
