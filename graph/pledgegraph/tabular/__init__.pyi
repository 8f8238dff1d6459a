from .columns import SHEETS as SHEETS
from .faults import Fault as Fault
from .reading import MOST_BYTES as MOST_BYTES
from .reading import Sent as Sent
from .register import register_exists as register_exists
from .report import WorkbookReport as WorkbookReport
from .workbooks import Applied as Applied
from .workbooks import Workbooks as Workbooks
