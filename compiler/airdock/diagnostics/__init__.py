"""What airdock has to say about the user's files: kinds, findings, a report, and how they are shown."""

from airdock.diagnostics.kind import CATALOGUE, Diagnostic, FilePlace, Kind, Related, Severity, SpecPath, SpecPlace
from airdock.diagnostics.kind import TextPlace as TextPlace
from airdock.diagnostics.report import Report, Stopped

__all__ = [
    "CATALOGUE",
    "Diagnostic",
    "FilePlace",
    "Kind",
    "Related",
    "Report",
    "Severity",
    "SpecPath",
    "SpecPlace",
    "Stopped",
    "TextPlace",
]
