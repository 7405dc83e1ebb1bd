"""Judges reports and manifests by NVIDIA's nv-local-gpu-verifier, offline: a JSON list of questions in, of answers out."""

import base64
import contextlib
import io
import json
import os
import sys

with contextlib.redirect_stdout(io.StringIO()):
    import verifier
    from lxml import etree
    from OpenSSL import crypto
    from signxml import XMLVerifier
    from verifier.attestation import AttestationReport
    from verifier.cc_admin_utils import CcAdminUtils
    from verifier.config import GPU_ARCHITECTURE_MAP, BaseSettings
    from verifier.rim import RIM
    from verifier.verifier import Verifier

ARCHITECTURES = {"HOPPER": 9, "BLACKWELL": 10}
PACKAGE = list(verifier.__path__)[0]


def certificates(pem):
    end = "-----END CERTIFICATE-----"
    parts = [part + end for part in pem.split(end)[:-1]]
    return [crypto.load_certificate(crypto.FILETYPE_PEM, part) for part in parts]


def chain_holds(chain, root, settings):
    return CcAdminUtils.verify_certificate_chain(
        chain + certificates(root), settings, BaseSettings.Certificate_Chain_Verification_Mode.DRIVER_RIM_CERT
    )[0]


def report(question):
    """Structure, chain without revocation, firmware, nonce and signature, as its attest() asks for them."""
    settings = GPU_ARCHITECTURE_MAP[ARCHITECTURES[question["arch"]]]
    parsed = AttestationReport(base64.b64decode(question["report"]), settings)
    chain = certificates(question["chain"])
    opaque = parsed.get_response_message().get_opaque_data()
    fwid = opaque.get_data("OPAQUE_FIELD_ID_FWID").hex()
    if fwid != "" and CcAdminUtils.extract_fwid(chain[0], settings) != fwid:
        return False
    if parsed.get_request_message().get_nonce() != bytes.fromhex(question["nonce"]):
        return False
    return chain_holds(chain, question["root"], settings) and parsed.verify_signature(
        chain[0].to_cryptography(), settings.signature_length, settings.HashFunction
    )


def manifest(question):
    """The signature by the signer's own certificate, and, where a root is given, the chain to it now."""
    text = base64.b64decode(question["xml"]).decode("utf-8")
    root = etree.fromstring(text.encode("utf-8"), etree.XMLParser(resolve_entities=False))
    found = root.findall(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate")
    chain = [crypto.load_certificate(crypto.FILETYPE_ASN1, base64.b64decode(each.text)) for each in found]
    leaf = crypto.dump_certificate(crypto.FILETYPE_PEM, chain[0]).decode()
    XMLVerifier().verify(root, x509_cert=leaf)
    return "root" not in question or chain_holds(chain[:-1], question["root"], GPU_ARCHITECTURE_MAP[9])


def measurements(question):
    """Whether the report's measurements are those of both manifests."""
    settings = GPU_ARCHITECTURE_MAP[ARCHITECTURES[question["arch"]]]
    parsed = AttestationReport(base64.b64decode(question["report"]), settings)
    rims = [
        RIM(rim_name=name, settings=settings, content=base64.b64decode(question[name]).decode("utf-8"))
        for name in ("driver", "vbios")
    ]
    return Verifier(parsed, rims[0], rims[1], settings=settings).verify(settings)


def files(_):
    """What the package itself brings: roots, manifests, a report with its chain."""
    samples = os.path.join(PACKAGE, "samples")
    names = [os.path.join(samples, name) for name in sorted(os.listdir(samples))]
    names += [os.path.join(PACKAGE, "certs", name) for name in ("verifier_device_root.pem", "verifier_RIM_root.pem")]
    found = {}
    for name in names:
        with open(name, "rb") as file:
            found[os.path.basename(name)] = base64.b64encode(file.read()).decode()
    return found


KINDS = {"report": report, "manifest": manifest, "measurements": measurements, "files": files}


def answer(question):
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return {"answer": KINDS[question["kind"]](question)}
    except Exception as error:  # However it ends, it does not accept.
        return {"answer": False, "why": f"{type(error).__name__}: {error}"[:200]}


questions = json.load(sys.stdin)
# It writes a log where it runs, and says what it does on screen.
json.dump([answer(each) for each in questions], sys.stdout)
