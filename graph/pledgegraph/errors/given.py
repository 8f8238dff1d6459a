"""Errors of what somebody handed in: files, changes, workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pledgegraph.errors.root import PledgegraphError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyoxigraph import Literal, Triple

    from pledgegraph.tabular import WorkbookReport
    from pledgegraph.validation import ValidationReport, Violation
    from pledgegraph.writes.places import FilePlace


class InputError(PledgegraphError):
    """What somebody handed in cannot be used."""


class RevertRefused(InputError):
    """A change set cannot be taken back, because of what came after it."""

    remedy = "Revert the later change set first, or make the change that you want."


class ReadError(InputError):
    """A file is not what its format says.

    ``line`` and ``column`` count from 1; both are ``None`` where the parser cannot tell.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str,
        line: int | None = None,
        column: int | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.file = file
        self.line = line
        self.column = column

    @property
    def place(self) -> str:
        """``file:line:column``, as far as known; editors can jump to it."""
        parts = [self.file, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts)


class TermRefused(InputError):
    """A term is one of RDF 1.2 that is not stored behind a gate: most readers know RDF 1.1."""

    def __init__(
        self, message: str, *, term: Literal | Triple | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.term = term


class UnknownFormat(InputError):
    """There is no reader or writer for that media type or file ending."""


class MergeRefused(InputError):
    """Records cannot be made one, or several, or a source cannot be retracted, as asked."""


class ReportOvertaken(InputError):
    """Somebody has reported on the same promise since the form was opened."""

    remedy = "Read what was reported, and send yours again if it still says something new."


class SourceUnclear(InputError):
    """Which source a file belongs to cannot be told."""


class GraphClosed(InputError):
    """A graph cannot be written by hand: the union of all, or what rules compute."""


class KeyReused(InputError):
    """An Idempotency-Key was used for another change before."""

    remedy = "Give each change a key of its own, such as a new UUID."


class ChangeTooLarge(InputError):
    """A change has more quads than one may have."""

    remedy = "Make it in several steps, or load it with `pledgegraph load`."


class TokenMissing(InputError):
    """There is no token of that id."""

    remedy = "See `pledgegraph token list`."


class CorrectionMissing(InputError):
    """There is no report of an error by a reader under that name."""

    remedy = "Look for it in the list of reports."


class CorrectionDecided(InputError):
    """The report of an error is decided already; decisions stay as they are."""

    remedy = "Look at what was decided."


class ProposalMissing(InputError):
    """Nothing waits for review under that name, or none that is for whoever asks."""

    remedy = "Look for it in the list of what waits for review."


class ProposalDecided(InputError):
    """What was sent for review is applied or declined already."""

    remedy = "Look at what was decided."


class WorkbookRefused(InputError):
    """A workbook was not loaded, for the faults that its report names."""

    remedy = "Mend the cells that the report names, then send the workbook again."

    def __init__(self, report: WorkbookReport) -> None:
        count = len(report.faults)
        super().__init__(
            f"{count:,} {'thing stops' if count == 1 else 'things stop'} the workbook; nothing "
            "was changed."
        )
        self.report = report


class StaleReceipt(InputError):
    """A workbook would come to something else than what the receipt was given for."""

    remedy = "Look at the report anew, and apply with its receipt."

    def __init__(self, report: WorkbookReport) -> None:
        super().__init__(
            "The workbook, or the register, is not what it was when it was checked; nothing was "
            "changed."
        )
        self.report = report


class ReceiptMissing(InputError):
    """A workbook changes rows of which nobody can tell whether others have changed them since.

    Such are tables (CSV), and workbooks that have lost the property which names their state.
    """

    remedy = (
        "Check it first (--dry-run), see what each cell is now, and load it with the receipt of "
        "that report; or make the changes in a workbook that is downloaded anew."
    )

    def __init__(self, report: WorkbookReport) -> None:
        count = report.unguarded
        super().__init__(
            f"The file does not say when it was copied from the register, and changes {count:,} "
            f"{'row' if count == 1 else 'rows'} that others may have changed since; nothing was "
            "changed."
        )
        self.report = report


class ValidationFailed(InputError):
    """The data break at least one shape of severity Violation; nothing was loaded."""

    remedy = "Correct the statements listed, then load the file again."

    def __init__(self, report: ValidationReport, *, base: str) -> None:
        count = len(report.violations)
        super().__init__(
            f"{count} violation{'s' if count != 1 else ''} of the shapes; nothing was changed."
        )
        self.report = report
        self.base = base
        """The base IRI of the data, which a report for people leaves out of node names."""
        self.places: Mapping[Violation, FilePlace] = {}
        """Where in the files the statements stand, if whoever brings files has looked."""
