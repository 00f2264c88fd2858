"""A small EMA: the medicines and EPAR-documents feeds and the documents they list, over invented products.

Tests let time pass and documents change; `documents` and `medicines` are the truth a store is compared with.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.resources import files
from typing import Any

from gtminer.standin.server import Request, Response

PREFIXES = ("/en/", "/documents/")
MEDICINES = "/en/documents/report/medicines-output-medicines_json-report_en.json"
DOCUMENTS = "/en/documents/report/documents-output-epar_documents_json-report_en.json"
HOST = "https://www.ema.europa.eu"
NOT_FOUND = Response(404, {"Content-Type": "text/html; charset=UTF-8"}, b"<html><title>Page not found</title></html>")

# The fields of the medicines feed, each with the key of corpus/ema.toml that fills it, or its usual value.
_MEDICINE = {
    "category": ("category", "Human"),
    "name_of_medicine": ("name", ""),
    "ema_product_number": ("number", ""),
    "medicine_status": ("status", ""),
    "opinion_status": ("opinion", ""),
    "latest_procedure_affecting_product_information": ("", ""),
    "international_non_proprietary_name_common_name": ("inn", ""),
    "active_substance": ("substance", None),  # None: the INN
    "therapeutic_area_mesh": ("mesh", ""),
    "species_veterinary": ("", ""),
    "patient_safety": ("", "No"),
    "atc_code_human": ("atc", ""),
    "atcvet_code_veterinary": ("", ""),
    "pharmacotherapeutic_group_human": ("", ""),
    "pharmacotherapeutic_group_veterinary": ("", ""),
    "therapeutic_indication": ("indication", ""),
    "accelerated_assessment": ("", "No"),
    "additional_monitoring": ("", "No"),
    "advanced_therapy": ("advanced_therapy", "No"),
    "biosimilar": ("biosimilar", "No"),
    "conditional_approval": ("", "No"),
    "exceptional_circumstances": ("", "No"),
    "generic": ("", "No"),
    "orphan_medicine": ("", "No"),
    "prime_priority_medicine": ("", "No"),
    "marketing_authorisation_developer_applicant_holder": ("holder", ""),
    "european_commission_decision_date": ("", ""),
    "start_of_rolling_review_date": ("", ""),
    "start_of_evaluation_date": ("", ""),
    "opinion_adopted_date": ("", ""),
    "withdrawal_of_application_date": ("", ""),
    "marketing_authorisation_date": ("authorised", ""),
    "refusal_of_marketing_authorisation_date": ("", ""),
    "withdrawal_expiry_revocation_lapse_of_marketing_authorisation_date": ("", ""),
    "suspension_of_marketing_authorisation_date": ("", ""),
    "revision_number": ("", "1"),
    "first_published_date": ("published", ""),
    "last_updated_date": ("updated", ""),
    "medicine_url": ("", HOST + "/en/medicines/human/EPAR/invented"),
}
_DOCUMENT = {
    "id": "id",
    "name": "name",
    "type": "type",
    "medicine_name": "medicine",
    "ema_product_number": "number",
    "first_published_date": "published",
    "last_updated_date": "updated",
    "reference_number": "reference",
}


class Ema:
    """The virtual source; mount it at each of ``PREFIXES``."""

    def __init__(self) -> None:
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        table = tomllib.loads(_corpus("ema.toml").decode())
        self.medicines: list[dict[str, str]] = [
            {
                field: row.get(key, row.get("inn", "") if usual is None else usual)
                for field, (key, usual) in _MEDICINE.items()
            }
            for row in table["medicine"]
        ]
        self.documents: list[dict[str, Any]] = [_document(row) for row in table["document"]]
        self.files: dict[str, bytes] = {
            _canonical(row["url"]): _corpus(f"pdf/{row['file']}") for row in table["document"] if "file" in row
        }

    def timestamp(self) -> str:
        """When the feeds were made: the last of the two times a day."""
        now = self.now().astimezone(UTC)
        made = now.replace(hour=17 if now.hour >= 18 else 5, minute=45, second=8, microsecond=0)
        return (made if made <= now else made - timedelta(days=1)).isoformat().replace("+00:00", "Z")

    def row(self, part: str) -> dict[str, Any]:
        """Return the document whose address contains *part*."""
        return next(row for row in self.documents if part in row["document_url"])

    def replace(self, part: str, body: bytes, *, updated: str | None = None) -> None:
        """Put other bytes in the place of a document; with *updated* the feed says so."""
        row = self.row(part)
        self.files[_canonical(row["document_url"].removeprefix(HOST))] = body
        if updated is not None:
            row["last_updated_date"] = updated

    def remove(self, name: str) -> None:
        """Take a medicine and its documents out of the feeds; the files stay where they are."""
        self.medicines = [row for row in self.medicines if not row["name_of_medicine"].startswith(name)]
        self.documents = [row for row in self.documents if not row["name"].startswith(name)]

    def answer(self, request: Request) -> Response:
        """Return the answer to *request*."""
        if request.path == MEDICINES:
            return self._feed(self.medicines)
        if request.path == DOCUMENTS:
            return self._feed(self.documents)
        if request.path.startswith("/documents/"):
            return Response(301, {"Location": "/en" + request.path})
        if body := self.files.get(request.path):
            made = format_datetime(self.now().astimezone(UTC) - timedelta(days=30), usegmt=True)
            return Response(200, {"Content-Type": "application/pdf", "Last-Modified": made}, body)
        return NOT_FOUND

    def _feed(self, rows: Iterable[Mapping[str, Any]]) -> Response:
        data = list(rows)
        feed = {"meta": {"total_records": len(data), "timestamp": self.timestamp()}, "data": data}
        return Response(200, {"Content-Type": "application/json"}, json.dumps(feed, ensure_ascii=False).encode())


def _document(row: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {field: row.get(key, "") for field, key in _DOCUMENT.items()}
    fields |= {"status": "unknown", "consultation_date": "", "document_url": HOST + row["url"]}
    if "translations" in row:
        fields["translations"] = {language: HOST + path for language, path in row["translations"].items()}
    return fields


def _canonical(path: str) -> str:
    return "/en" + path if path.startswith("/documents/") else path


def _corpus(name: str) -> bytes:
    return files("gtminer.standin").joinpath("corpus", name).read_bytes()
